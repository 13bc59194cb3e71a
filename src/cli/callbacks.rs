//! `ringback callbacks`: one page of callbacks.

use anyhow::Result;
use serde_json::Value;

use super::arguments::{ListFlags, Place};
use super::{calls, cells};
use crate::export;
use crate::store::CallbackQuery;

/// Does it.
pub(super) async fn run(place: &Place, flags: ListFlags<CallbackQuery>) -> Result<()> {
    let head = ["SEQ", "RECEIVED", "APP", "OUTCOME", "STATUS", "SIZE", "PEER", "SESSION"];
    calls::show(place, flags, "/callbacks", &export::CALLBACKS, &head, row).await
}

/// One callback as a row of a table.
pub(super) fn row(callback: &Value) -> Vec<String> {
    vec![
        cells::text(&callback["seq"]),
        cells::instant(&callback["received_at"]),
        cells::text(&callback["app"]),
        cells::text(&callback["outcome"]),
        cells::text(&callback["status"]),
        cells::text(&callback["size_bytes"]),
        cells::text(&callback["peer"]),
        cells::text(&callback["session_ids"]),
    ]
}
