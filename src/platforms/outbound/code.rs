//! What the tables of result codes are written with. Successes are not codes here.

use crate::domain::{Text, Who};
use crate::platforms::CodeDoc;

/// A result code in words, with what to do.
pub(in crate::platforms) const fn code(
    code: &'static str,
    who: Who,
    text: [&'static str; 2],
    advice: [&'static str; 2],
) -> CodeDoc {
    CodeDoc {
        code,
        text: Text::new(text[0], text[1]),
        who,
        advice: Text::new(advice[0], advice[1]),
        outcome: None,
        by: None,
    }
}

pub(in crate::platforms) const SUPPORT: [&str; 2] =
    ["带时间联系平台支持。", "Ask the platform's support, with the time."];
pub(in crate::platforms) const CORRECT: [&str; 2] =
    ["按平台的说明改正字段。", "Correct the field that the platform names."];
