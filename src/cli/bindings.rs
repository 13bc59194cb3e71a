//! `ringback bindings`: who reaches whom through which privacy number.

use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::client::{Client, Needs, part};
use super::filters::ListFlags;
use super::place::Place;
use super::{calls, cells, owner, upload};
use crate::bindings::BindingQuery;
use crate::export;

/// `ringback bindings`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Flags {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: ListFlags<BindingQuery>,
}

/// What to do with bindings.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a binding; prints its id
    Add {
        /// The app it is for, by name or id
        #[arg(long)]
        app: String,
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// Show a binding
    Show {
        /// Its id
        id: String,
    },
    /// Change a binding; what is not said stays, an empty value removes
    Change {
        /// Its id
        id: String,
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// End a binding; it is kept
    End {
        /// Its id
        id: String,
    },
    /// Make the bindings of a CSV; the first line names the columns, an export comes back as it is
    Import {
        /// The file; - is standard input
        file: PathBuf,
        /// The app they are for, by name or id
        #[arg(long)]
        app: String,
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
}

/// What a binding says.
#[derive(Debug, Args)]
pub(super) struct Fields {
    /// The platform's mode: x (the platform asks us), ax, axb, axe, axyb
    #[arg(long)]
    kind: Option<String>,
    /// One party
    #[arg(long, value_name = "NUMBER")]
    a: Option<String>,
    /// The privacy number
    #[arg(long, value_name = "NUMBER")]
    x: Option<String>,
    /// The other party; without one everybody who calls X reaches A
    #[arg(long, value_name = "NUMBER")]
    b: Option<String>,
    /// B's own privacy number
    #[arg(long, value_name = "NUMBER")]
    y: Option<String>,
    /// The digits that lead to A (axe)
    #[arg(long, value_name = "DIGITS")]
    extension: Option<String>,
    /// Who may call: `a_to_b`, `b_to_a`; both when not said
    #[arg(long)]
    direction: Option<String>,
    /// From when on: 2026-11-21T10:00:00+08:00
    #[arg(long, value_name = "TIME")]
    valid_from: Option<String>,
    /// Until when
    #[arg(long, value_name = "TIME")]
    valid_to: Option<String>,
    /// The longest call
    #[arg(long, value_name = "MINUTES")]
    max_minutes: Option<String>,
    /// Whether calls are recorded
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    record: Option<bool>,
    /// The announcement that a recorded call begins with
    #[arg(long, value_name = "FILE")]
    hint_tone: Option<String>,
    /// What the caller hears instead of the ring-back tone
    #[arg(long, value_name = "FILE")]
    wait_tone: Option<String>,
    /// Played one minute before the end of a limited call
    #[arg(long, value_name = "FILE")]
    last_minute_tone: Option<String>,
    /// Echoed by the platform in events and records
    #[arg(long, value_name = "TEXT")]
    user_data: Option<String>,
    /// The platform's own id of it
    #[arg(long, value_name = "ID")]
    platform_id: Option<String>,
}

pub(super) async fn run(place: &Place, flags: Flags) -> Result<()> {
    let Some(command) = flags.command else {
        return calls::show(place, flags.list, "/bindings", &export::BINDINGS).await;
    };
    let client = Client::open(&place.data, Needs::State, place.masked).await?;
    let done = act(&client, command).await;
    // What was imported before a failure is closed like everything else.
    client.close().await?;
    owner::settle(&place.data)?;
    done
}

async fn act(client: &Client, command: Command) -> Result<()> {
    let of = |id: &str| format!("/bindings/{}", part(id));
    match command {
        Command::Add { app, fields } => {
            let mut body = fields.body();
            body.insert("app".to_owned(), app.into());
            body.retain(|_, value| !value.is_null());
            let made = client.post("/bindings", &body.into()).await?;
            writeln!(stdout(), "{}", cells::text(&made["id"]))?;
        }
        Command::Show { id } => print(&client.get(&of(&id), &[]).await?)?,
        Command::Change { id, fields } => print(&client.patch(&of(&id), &fields.body().into()).await?)?,
        Command::End { id } => {
            let ended = client.delete(&of(&id)).await?;
            eprintln!("ended {}; calls that it led to go on", cells::text(&ended["id"]));
        }
        Command::Import { file, app, json } => {
            let report = client.upload("/bindings/import", &[("app".to_owned(), app)], upload::file(&file)?).await?;
            if json {
                return print(&report);
            }
            return told(&report);
        }
    }
    Ok(())
}

/// Says what became of the lines; some that were not made are a failure.
fn told(report: &Value) -> Result<()> {
    let refused = report["refused"].as_array().map_or(&[][..], Vec::as_slice);
    for line in refused {
        eprintln!("line {}: {}", cells::text(&line["line"]), super::table::plain(&cells::text(&line["reason"])));
    }
    let total = report["refused_total"].as_u64().unwrap_or_default();
    if total > refused.len() as u64 {
        eprintln!("and {} more", total - refused.len() as u64);
    }
    let count = |name: &str| cells::text(&report[name]);
    writeln!(stdout(), "made {}, there already {}, refused {total}", count("made"), count("unchanged"))?;
    if total > 0 {
        bail!("{} refused; the others are made", cells::many(total, "line was", "lines were"));
    }
    Ok(())
}

fn print(value: &Value) -> Result<()> {
    super::retention::print(value)
}

impl Fields {
    /// What was said; null is what is to be removed.
    fn body(&self) -> Map<String, Value> {
        let texts = [
            ("kind", &self.kind),
            ("a", &self.a),
            ("x", &self.x),
            ("b", &self.b),
            ("y", &self.y),
            ("extension", &self.extension),
            ("direction", &self.direction),
            ("valid_from", &self.valid_from),
            ("valid_to", &self.valid_to),
            ("max_minutes", &self.max_minutes),
            ("hint_tone", &self.hint_tone),
            ("wait_tone", &self.wait_tone),
            ("last_minute_tone", &self.last_minute_tone),
            ("user_data", &self.user_data),
            ("platform_id", &self.platform_id),
        ];
        let said = texts.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)));
        let value = |name: &str, text: &str| match (text, text.parse::<u16>()) {
            ("", _) => Value::Null,
            (_, Ok(minutes)) if name == "max_minutes" => minutes.into(),
            _ => text.into(),
        };
        let mut body: Map<String, Value> = said.map(|(name, text)| (name.to_owned(), value(name, text))).collect();
        body.extend(self.record.map(|record| ("record".to_owned(), record.into())));
        body
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_said_is_the_body_and_an_empty_value_removes() {
        #[derive(Debug, clap::Parser)]
        struct Line {
            #[command(flatten)]
            fields: Fields,
        }
        let line = "t --a 13800000001 --max-minutes 30 --record --user-data order=7 --b";
        let line = line.split(' ').chain([""]);
        let parsed = <Line as clap::Parser>::try_parse_from(line).unwrap();
        assert_eq!(
            Value::Object(parsed.fields.body()),
            json!({"a": "13800000001", "max_minutes": 30, "record": true, "user_data": "order=7", "b": null})
        );
    }
}
