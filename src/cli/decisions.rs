//! `ringback decisions`: what platforms asked and what was answered, newest first.

use anyhow::Result;
use serde_json::Value;

use super::arguments::{ListFlags, Place};
use super::{calls, cells};
use crate::export;
use crate::store::DecisionQuery;

/// Does it.
pub(super) async fn run(place: &Place, flags: ListFlags<DecisionQuery>) -> Result<()> {
    let head = ["AT", "APP", "ASKED", "CALLER", "X", "ACTION", "TO", "RULE", "MS", "THEN"];
    calls::show(place, flags, "/decisions", &export::DECISIONS, &head, row).await
}

fn row(decision: &Value) -> Vec<String> {
    let text = |field: &str| cells::text(&decision[field]);
    let rule = decision["rule"]["name"].as_str().unwrap_or("default").to_owned();
    let micros = decision["micros"].as_u64().unwrap_or_default();
    let then = &decision["call"];
    let then = if then["outcome"].is_null() { &then["state"] } else { &then["outcome"] };
    vec![
        cells::instant(&decision["at"]),
        text("app"),
        text("asks"),
        text("caller"),
        text("x"),
        text("action"),
        text("callee"),
        rule,
        format!("{}.{:03}", micros / 1_000, micros % 1_000),
        cells::text(then),
    ]
}
