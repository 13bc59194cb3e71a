//! Values of the API's objects as cells of a table on a terminal.

use serde_json::Value;

pub(super) use crate::export::{second, text};

/// So many of something: `1 line was`, `2 lines were`.
pub(super) fn many(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// An instant of an object without the part of its second.
pub(super) fn instant(value: &Value) -> String {
    second(&text(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_something_is_not_several() {
        assert_eq!(many(1, "line was", "lines were"), "1 line was");
        assert_eq!(many(0, "line was", "lines were"), "0 lines were");
    }
}
