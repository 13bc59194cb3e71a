//! `ringback export`: all rows of a list, page by page, so that ten million fit.

use std::io::{BufWriter, Write, stdout};

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::arguments::{Place, SmsFilters};
use super::cells::{self, Column};
use super::client::{Client, Needs};
use super::filters::{Callbacks, Calls, Filters};
use super::owner;
use crate::limits::PAGE_MAX;

/// What to export.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Calls
    Calls(ExportFlags<Filters<Calls>>),
    /// Callbacks
    Callbacks(ExportFlags<Filters<Callbacks>>),
    /// Text messages
    Sms(ExportFlags<SmsFilters>),
}

/// Which rows, and how.
#[derive(Debug, Args)]
pub(super) struct ExportFlags<F: Args> {
    #[command(flatten)]
    filters: F,
    /// The notation
    #[arg(long, value_enum)]
    format: Format,
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

/// Does it.
pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let (path, columns, query, format) = match command {
        Command::Calls(flags) => ("/calls", cells::CALLS, flags.filters.query, flags.format),
        Command::Callbacks(flags) => ("/callbacks", cells::CALLBACKS, flags.filters.query, flags.format),
        Command::Sms(flags) => ("/sms", cells::SMS, flags.filters.query, flags.format),
    };
    let mut rows = Rows::begin(format, columns)?;
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    let mut cursor = None;
    loop {
        let mut page = query.clone();
        page.push(("limit".to_owned(), PAGE_MAX.to_string()));
        page.extend(cursor.map(|cursor| ("cursor".to_owned(), cursor)));
        let text = client.get_text(path, &page).await?;
        let list: Page = serde_json::from_str(&text)?;
        for item in list.items {
            rows.write(item)?;
        }
        cursor = list.next;
        if cursor.is_none() {
            break;
        }
    }
    rows.end()?;
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

/// One page; rows stay as they were written, their fields in order.
#[derive(Debug, Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    next: Option<String>,
}

/// Rows on their way to standard output.
enum Rows {
    Csv(Box<csv::Writer<std::io::Stdout>>, &'static [Column]),
    Jsonl(BufWriter<std::io::Stdout>),
}

impl Rows {
    fn begin(format: Format, columns: &'static [Column]) -> Result<Self> {
        match format {
            Format::Csv => {
                let mut out = csv::Writer::from_writer(stdout());
                cells::head(&mut out, columns)?;
                Ok(Self::Csv(Box::new(out), columns))
            }
            Format::Jsonl => Ok(Self::Jsonl(BufWriter::new(stdout()))),
            Format::Xlsx => bail!("xlsx is not built in yet; csv opens in every spreadsheet"),
        }
    }

    fn write(&mut self, item: &RawValue) -> Result<()> {
        match self {
            Self::Csv(out, columns) => cells::row(out, columns, &serde_json::from_str(item.get())?),
            Self::Jsonl(out) => Ok(writeln!(out, "{item}")?),
        }
    }

    fn end(self) -> Result<()> {
        match self {
            Self::Csv(mut out, _) => Ok(out.flush()?),
            Self::Jsonl(mut out) => Ok(out.flush()?),
        }
    }
}
