//! JSON with a bounded depth, and errors that name a byte.
//!
//! serde_json reads; its errors have line and column, which become an offset here. Its texts may quote
//! the body and are not passed on. What it refuses is repaired value by value ([`super::mend`]) and read
//! again.

use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::error::Category;

use super::mend::mend;
use super::{Fault, is_blank};
use crate::limits;

/// Reads one JSON value and nothing after it; says whether it was repaired. Errors name a byte of the
/// original text.
pub(super) fn parse(text: &str) -> Result<(Value, bool), (Fault, usize)> {
    let shape = shape(text.as_bytes());
    if let Some(at) = shape.too_deep {
        return Err((Fault::TooDeep, at));
    }
    // A number of more than nineteen digits would lose some, and it may be an id.
    let first = if shape.has_long_number { None } else { Some(read(text)) };
    if let Some(Ok(value)) = first {
        return Ok((value, false));
    }
    let mended = mend(text, usize::MAX);
    let place = |at| if mended.is_changed { mend(text, at).read } else { at };
    match first.filter(|_| !mended.is_changed).unwrap_or_else(|| read(&mended.text)) {
        Ok(value) => Ok((value, mended.is_changed)),
        Err((fault, at)) => Err((fault, place(at).min(text.len()))),
    }
}

fn read(text: &str) -> Result<Value, (Fault, usize)> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => (Fault::JsonEnds, text.len()),
        Category::Syntax | Category::Data | Category::Io => {
            let at = offset(text, &error);
            (if is_whole(&text[..floor(text, at)]) { Fault::JsonMore } else { Fault::Json }, at)
        }
    })
}

/// Whether this is one value already.
fn is_whole(text: &str) -> bool {
    // A number that a letter follows is a number that is written wrongly.
    let closes = text.trim_end_matches(is_blank).ends_with(['}', ']', '"']);
    closes && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

struct Shape {
    /// The first byte of a level beyond the limit.
    too_deep: Option<usize>,
    /// Whether more digits stand in a row outside of strings than a number keeps.
    has_long_number: bool,
}

fn shape(bytes: &[u8]) -> Shape {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let (mut digits, mut has_long_number) = (0_usize, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'0'..=b'9' => {
                digits += 1;
                has_long_number |= digits > 19;
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > limits::JSON_DEPTH {
                    return Shape { too_deep: Some(at), has_long_number };
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        digits = 0;
    }
    Shape { too_deep: None, has_long_number }
}

/// serde_json counts lines from 1, and as column the bytes of the line up to and including the
/// offending one.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(0, |newline| newline + 1),
    };
    (line_start + error.column()).saturating_sub(1).min(text.len())
}
