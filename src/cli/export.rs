//! `ringback export`: all rows of a list as a file, through the same address as everyone.
//!
//! What arrives is passed on as it comes, so that ten million rows fit; a file that broke off is
//! an error, and the part of it in a named file is removed.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};

use super::client::{Client, Needs};
use super::filters::Filters;
use super::owner;
use super::place::Place;
use crate::bindings::BindingQuery;
use crate::store::{CallQuery, CallbackQuery, DecisionQuery, NumberQuery, SmsQuery};

/// What to export.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Calls
    Calls(ExportFlags<Filters<CallQuery>>),
    /// Callbacks
    Callbacks(ExportFlags<Filters<CallbackQuery>>),
    /// Text messages
    Sms(ExportFlags<Filters<SmsQuery>>),
    /// Privacy numbers
    Numbers(ExportFlags<Filters<NumberQuery>>),
    /// Bindings; `bindings import` reads the CSV
    Bindings(ExportFlags<Filters<BindingQuery>>),
    /// Decisions
    Decisions(ExportFlags<Filters<DecisionQuery>>),
}

/// Which rows, and how.
#[derive(Debug, Args)]
pub(super) struct ExportFlags<F: Args> {
    #[command(flatten)]
    filters: F,
    #[command(flatten)]
    file: FileFlags,
}

/// The file that is made.
#[derive(Debug, Args)]
struct FileFlags {
    /// The notation
    #[arg(long, value_enum)]
    format: Format,
    /// Headings for people, in this language [default: the names of the fields]
    #[arg(long, value_name = "zh|en")]
    lang: Option<String>,
    /// Write to this file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated, UTF-8
    Csv,
    /// A workbook
    Xlsx,
    /// One JSON object a line
    Jsonl,
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let (path, mut query, file) = match command {
        Command::Calls(flags) => ("/calls/export", flags.filters.query, flags.file),
        Command::Callbacks(flags) => ("/callbacks/export", flags.filters.query, flags.file),
        Command::Sms(flags) => ("/sms/export", flags.filters.query, flags.file),
        Command::Numbers(flags) => ("/numbers/export", flags.filters.query, flags.file),
        Command::Bindings(flags) => ("/bindings/export", flags.filters.query, flags.file),
        Command::Decisions(flags) => ("/decisions/export", flags.filters.query, flags.file),
    };
    let name = file.format.to_possible_value().expect("no format is hidden").get_name().to_owned();
    query.push(("format".to_owned(), name));
    query.extend(file.lang.map(|lang| ("lang".to_owned(), lang)));
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    match &file.output {
        None => client.download(path, &query, &mut stdout()).await?,
        Some(to) => {
            let what = || format!("writing {}", to.display());
            let mut out = BufWriter::new(File::create(to).with_context(what)?);
            let written = client.download(path, &query, &mut out).await;
            if let Err(error) = written.and_then(|()| out.flush().with_context(what)) {
                // Half a file must not be taken for a whole one.
                std::fs::remove_file(to).with_context(what)?;
                return Err(error);
            }
        }
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}
