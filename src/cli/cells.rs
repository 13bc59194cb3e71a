//! Values of the API's objects as cells of a table on a terminal.

use serde_json::Value;

pub(super) use crate::domain::many;
pub(super) use crate::export::text;

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
