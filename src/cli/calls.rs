//! `ringback calls`: one page of calls, for people, as JSON or as CSV.

use std::io::{IsTerminal, Write, stdout};

use anyhow::Result;
use serde_json::Value;

use super::app::items;
use super::client::{Client, Needs};
use super::filters::ListFlags;
use super::place::Place;
use super::{owner, table};
use crate::export::{self, Sheet, csv};
use crate::store::{CallQuery, FilterTable};

pub(super) async fn run(place: &Place, flags: ListFlags<CallQuery>) -> Result<()> {
    show(place, flags, "/calls", &export::CALLS).await
}

/// Asks for a page and prints it in the form that was asked for.
pub(super) async fn show<T: FilterTable>(place: &Place, flags: ListFlags<T>, path: &str, sheet: &Sheet) -> Result<()> {
    // Bindings are looked up in an index of their own, which is never behind.
    let needs = if path == "/bindings" { Needs::State } else { Needs::Store };
    let client = Client::open(&place.data, needs, place.masked).await?;
    let text = client.get_text(path, &flags.query()).await?;
    client.close().await?;
    owner::settle(&place.data)?;
    if flags.json {
        return Ok(writeln!(stdout(), "{}", table::json(&text))?);
    }
    let page: Value = serde_json::from_str(&text)?;
    if flags.csv {
        let written = [csv::head(sheet, None)?, csv::rows(sheet, items(&page), None)?].concat();
        return Ok(stdout().write_all(&table::csv(written, stdout().is_terminal()))?);
    }
    let (head, rows) = sheet.table(items(&page));
    table::write(&mut stdout(), &head, &rows)?;
    match page["next"].as_str() {
        _ if rows.is_empty() => eprintln!("nothing found"),
        Some(next) => eprintln!("there are more: --cursor {next}"),
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_in_talk_has_a_state_and_no_outcome_yet() {
        let call = json!({"app": "hotline", "state": "answered", "outcome": null, "talk_seconds": 0, "id": "1b"});
        assert_eq!(export::CALLS.table(&[call]).1[0][5..7], ["answered", ""]);
        let over = json!({"state": "released", "outcome": "answered", "talk_seconds": 9, "id": "1b"});
        assert_eq!(export::CALLS.table(&[over]).1[0][5..7], ["released", "answered"]);
    }
}
