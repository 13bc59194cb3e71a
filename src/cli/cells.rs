//! Lists as CSV: which columns, and how a cell is written.
//!
//! A spreadsheet runs a cell that begins with `=`, `@`, `+`, `-` or a tab; such a cell gets a
//! leading `'`. Phone numbers begin with `+` and are excepted where they are nothing else.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;

/// A column: its heading and where its value stands in the object, as a JSON pointer.
pub(super) type Column = (&'static str, &'static str);

/// Calls.
pub(super) const CALLS: &[Column] = &[
    ("id", "/id"),
    ("app", "/app"),
    ("provider", "/provider"),
    ("product", "/product"),
    ("session_id", "/session_id"),
    ("caller", "/caller"),
    ("callee", "/callee"),
    ("x_number", "/x_number"),
    ("y_number", "/y_number"),
    ("extension", "/extension"),
    ("direction", "/direction"),
    ("state", "/state"),
    ("outcome", "/outcome"),
    ("setup_at", "/setup_at"),
    ("alerting_at", "/alerting_at"),
    ("answered_at", "/answered_at"),
    ("released_at", "/released_at"),
    ("ring_seconds", "/ring_seconds"),
    ("talk_seconds", "/talk_seconds"),
    ("release_table", "/release/table"),
    ("release_code", "/release/code"),
    ("release_text_zh", "/release/text/zh"),
    ("release_text_en", "/release/text/en"),
    ("release_by", "/release/by"),
    ("records", "/records"),
    ("recording_id", "/recording/id"),
    ("recording_state", "/recording/state"),
    ("recording_expires_at", "/recording/expires_at"),
    ("user_data", "/user_data"),
    ("binding_id", "/binding_id"),
    ("anomalies", "/anomalies"),
    ("callbacks", "/callbacks"),
];

/// Callbacks.
pub(super) const CALLBACKS: &[Column] = &[
    ("seq", "/seq"),
    ("received_at", "/received_at"),
    ("app", "/app"),
    ("provider", "/provider"),
    ("outcome", "/outcome"),
    ("verified", "/verified"),
    ("session_ids", "/session_ids"),
    ("calls", "/calls"),
    ("status", "/status"),
    ("peer", "/peer"),
    ("tail", "/tail"),
    ("size_bytes", "/size_bytes"),
];

/// Text messages.
pub(super) const SMS: &[Column] = &[
    ("callback", "/callback"),
    ("received_at", "/received_at"),
    ("app", "/app"),
    ("provider", "/provider"),
    ("sms_id", "/sms_id"),
    ("mode", "/mode"),
    ("from", "/from"),
    ("to", "/to"),
    ("x_number", "/x_number"),
    ("at", "/at"),
    ("content", "/content"),
    ("result", "/result"),
    ("kind", "/kind"),
    ("parts", "/parts"),
    ("binding_id", "/binding_id"),
];

/// Writes the heading.
pub(super) fn head<W: Write>(out: &mut csv::Writer<W>, columns: &[Column]) -> Result<()> {
    Ok(out.write_record(columns.iter().map(|(name, _)| *name))?)
}

/// Writes one object as a row.
pub(super) fn row<W: Write>(out: &mut csv::Writer<W>, columns: &[Column], object: &Value) -> Result<()> {
    let cells = columns.iter().map(|(_, pointer)| object.pointer(pointer).map(|value| guard(text(value))));
    Ok(out.write_record(cells.map(Option::unwrap_or_default))?)
}

/// A value as text; a list with blanks between.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// An instant of an object without the part of its second.
pub(super) fn instant(value: &Value) -> String {
    second(&text(value))
}

/// An instant without the part of its second.
pub(super) fn second(instant: &str) -> String {
    match instant.split_once('.') {
        Some((second, _)) => format!("{second}Z"),
        None => instant.to_owned(),
    }
}

fn guard(text: String) -> String {
    let runs = text.starts_with(['=', '@', '+', '-', '\t', '\r']);
    if runs && !is_number(&text) { format!("'{text}") } else { text }
}

/// A phone number, whole or masked, or a number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_quoted_and_a_phone_number_is_not() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("\tx", "'\tx"),
            ("+8613812340021", "+8613812340021"),
            ("+86138****0021", "+86138****0021"),
            ("order 1", "order 1"),
            ("+", "'+"),
        ] {
            assert_eq!(guard(cell.to_owned()), written);
        }
    }

    #[test]
    fn a_row_has_a_cell_for_every_column() {
        let mut out = csv::Writer::from_writer(Vec::new());
        let columns = &[("id", "/id"), ("by", "/release/by"), ("callbacks", "/callbacks")];
        head(&mut out, columns).unwrap();
        row(&mut out, columns, &json!({"id": "a,b", "release": null, "callbacks": [1, 2]})).unwrap();
        assert_eq!(String::from_utf8(out.into_inner().unwrap()).unwrap(), "id,by,callbacks\n\"a,b\",,1 2\n");
    }
}
