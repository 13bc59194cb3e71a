//! `ringback tail`: what happens, one line a change, until stopped.

use clap::Args;
use std::io::{Write, stdout};

use anyhow::Result;
use serde_json::Value;

use super::client::{Client, Needs};
use super::place::Place;
use super::{cells, table};
use crate::export::call_at;

/// `ringback tail`
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Print one object a line
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(place: &Place, flags: &Flags) -> Result<()> {
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    let mut stream = client.follow().await?;
    let mut name = String::new();
    while let Some(line) = stream.line().await? {
        if let Some(event) = line.strip_prefix("event:") {
            event.trim().clone_into(&mut name);
        } else if let Some(data) = line.strip_prefix("data:") {
            print(&name, data.trim(), flags.json)?;
        }
    }
    eprintln!("the server has stopped");
    Ok(())
}

fn print(name: &str, data: &str, json: bool) -> Result<()> {
    if json {
        return Ok(writeln!(stdout(), "{{\"event\":\"{name}\",\"data\":{data}}}")?);
    }
    let object: Value = serde_json::from_str(data)?;
    Ok(writeln!(stdout(), "{}", table::plain(&describe(name, &object)))?)
}

fn describe(name: &str, object: &Value) -> String {
    let text = |field: &str| cells::text(&object[field]);
    match name {
        "callback" => {
            let received = cells::second(&text("received_at"));
            format!(
                "{received}  callback {}  {}  {}  {}",
                text("seq"),
                text("app"),
                text("outcome"),
                text("session_ids")
            )
        }
        "call" => {
            let outcome = if object["outcome"].is_null() { text("state") } else { text("outcome") };
            let at = cells::second(&call_at(object));
            format!("{at}  call {}  {}  {} → {}  {outcome}", text("id"), text("app"), text("caller"), text("callee"))
        }
        "sms" => {
            let received = cells::second(&text("received_at"));
            format!("{received}  sms {}  {}  {} → {}", text("sms_id"), text("app"), text("from"), text("to"))
        }
        "number" => format!("{}  number {}  {}", cells::second(&text("since")), text("number"), text("state")),
        _ => format!("{name}  {object}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_one_line() {
        let call = json!({"id": "ab", "app": "热线", "caller": "+8613812340021", "callee": null, "state": "alerting",
            "outcome": null, "setup_at": "2026-11-21T02:13:21.5Z", "events": []});
        assert_eq!(describe("call", &call), "2026-11-21T02:13:21Z  call ab  热线  +8613812340021 →   alerting");
        assert_eq!(describe("lagged", &json!({"missed": 3})), "lagged  {\"missed\":3}");
    }
}
