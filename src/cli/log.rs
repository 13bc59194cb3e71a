//! `ringback log`: the last lines of the running server's log, oldest first, as a log is read.
//!
//! They are in the server's memory, so without one there are none. The API gives the newest
//! first and pages backwards; following asks again and again, and goes back until it meets the
//! last line that was printed.

use std::io::{Write, stdout};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::Value;

use super::app::items;
use super::client::{Client, Needs};
use super::place::Place;
use super::{cells, table};
use crate::journal::DataLock;

/// How often it is asked for more.
const LOOK: Duration = Duration::from_millis(500);

/// Which lines.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Go on with what is logged from now on
    #[arg(long, short)]
    follow: bool,
    /// Only this level and more serious ones: error, warn, info, debug or trace
    #[arg(long)]
    level: Option<String>,
    /// How many lines to begin with
    #[arg(long, value_name = "N")]
    limit: Option<String>,
    /// Print one object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, flags: &Flags) -> Result<()> {
    let client = Client::open(&place.data, Needs::State, place.masked).await?;
    if !client.is_remote() {
        client.close().await?;
        bail!("no server runs on this directory; its log went to its standard error");
    }
    let mut query = Vec::new();
    query.extend(flags.level.iter().map(|level| ("level".to_owned(), level.clone())));
    let first = flags.limit.iter().map(|limit| ("limit".to_owned(), limit.clone()));
    let newest = client.get("/system/log", &query.iter().cloned().chain(first).collect::<Vec<_>>()).await?;
    let last = print(items(&newest).iter().rev(), flags.json)?.unwrap_or(0);
    if flags.follow {
        follow(place, &client, flags, &query, last).await?;
    }
    client.close().await
}

/// Prints what comes after the line of this number, until the server stops.
async fn follow(
    place: &Place,
    client: &Client,
    flags: &Flags,
    query: &[(String, String)],
    mut last: u64,
) -> Result<()> {
    loop {
        tokio::time::sleep(LOOK).await;
        match since(client, query, last).await {
            Ok(lines) => last = print(lines.iter().rev(), flags.json)?.unwrap_or(last),
            Err(_) if !DataLock::is_held(&place.data)? => {
                eprintln!("the server has stopped");
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
}

/// The lines after the one of this number, newest first.
async fn since(client: &Client, query: &[(String, String)], last: u64) -> Result<Vec<Value>> {
    let (mut lines, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = cursor.iter().map(|cursor| ("cursor".to_owned(), cursor.clone()));
        let page = client.get("/system/log", &query.iter().cloned().chain(page).collect::<Vec<_>>()).await?;
        let fresh = items(&page).iter().take_while(|line| number(line) > last);
        let known = lines.len();
        lines.extend(fresh.cloned());
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() || lines.len() - known < items(&page).len() {
            return Ok(lines);
        }
    }
}

fn number(line: &Value) -> u64 {
    line["number"].as_u64().unwrap_or(0)
}

/// Prints lines; gives the number of the last one.
fn print<'a>(lines: impl Iterator<Item = &'a Value>, json: bool) -> Result<Option<u64>> {
    let (mut out, mut last) = (stdout().lock(), None);
    for line in lines {
        match json {
            true => writeln!(out, "{line}")?,
            false => writeln!(out, "{}", table::plain(&describe(line)))?,
        }
        last = Some(number(line));
    }
    out.flush()?;
    Ok(last)
}

fn describe(line: &Value) -> String {
    let [at, level, target, text] = ["at", "level", "target", "text"].map(|field| cells::text(&line[field]));
    format!("{}  {:<5}  {target}  {text}", cells::second(&at), level.to_uppercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_one_line_whatever_it_says() {
        let line = json!({"number": 7, "at": "2026-11-21T02:13:21.5Z", "level": "warn", "target": "ringback::run",
            "text": "odd\u{1b}[31m\nname=1"});
        let told = table::plain(&describe(&line));
        assert_eq!(told, "2026-11-21T02:13:21Z  WARN   ringback::run  odd?[31m?name=1");
    }
}
