//! `ringback audit`: one page of the audit trail. Whether it is whole is for `ringback verify`.

use anyhow::Result;
use serde_json::Value;

use super::arguments::{ListFlags, Place};
use super::{calls, cells};
use crate::export;
use crate::store::AuditQuery;

/// Does it.
pub(super) async fn run(place: &Place, flags: ListFlags<AuditQuery>) -> Result<()> {
    let head = ["N", "AT", "BY", "KIND", "ACTION", "SUBJECT", "APP", "PEER", "OUTCOME", "DETAILS"];
    calls::show(place, flags, "/audit", &export::AUDIT, &head, row).await
}

fn row(entry: &Value) -> Vec<String> {
    let details = match &entry["personal"] {
        Value::Null => "erased".to_owned(),
        Value::Object(personal) => {
            let detail = |(name, value): (&String, &Value)| format!("{name}={}", cells::text(value));
            personal.iter().map(detail).collect::<Vec<_>>().join(" ")
        }
        other => cells::text(other),
    };
    let outcome = [&entry["outcome"], &entry["code"]].map(cells::text);
    let outcome = outcome.join(" ").trim().to_owned();
    vec![
        cells::text(&entry["n"]),
        cells::instant(&entry["at"]),
        cells::text(&entry["by"]),
        cells::text(&entry["by_kind"]),
        cells::text(&entry["action"]),
        cells::text(&entry["subject"]),
        cells::text(&entry["app"]),
        cells::text(&entry["peer"]),
        outcome,
        details,
    ]
}
