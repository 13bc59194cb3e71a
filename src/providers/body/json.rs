//! JSON with a bounded depth, and errors that name a byte.
//!
//! serde_json does the reading; its errors count lines and columns, which are turned into an
//! offset here. Its texts are not passed on: some of them quote the body.
//!
//! Half a surrogate pair, as programs leave it that cut a text behind any sixteen bits, is read as
//! U+FFFD: an emoji at the end of a message must not cost the whole callback.

use serde_json::Value;
use serde_json::error::Category;

use super::DecodeError;
use crate::limits;
use crate::providers::BodyForm;

/// Reads one JSON value that must fill the whole text.
pub(super) fn parse(text: &str) -> Result<Value, DecodeError> {
    if let Some(at) = too_deep(text.as_bytes()) {
        return Err(error("JSON nested too deeply", at));
    }
    let read = |text: &str| {
        serde_json::from_str(text).map_err(|e| match e.classify() {
            Category::Eof => error("JSON that ends too early", text.len()),
            Category::Syntax | Category::Data | Category::Io => error("JSON that is not well-formed", offset(text, &e)),
        })
    };
    read(text).or_else(|error| mended(text).map_or(Err(error), |text| read(&text)))
}

/// The text with every half of a surrogate pair made U+FFFD, byte for byte as long as before;
/// `None` where there is none.
fn mended(text: &str) -> Option<String> {
    const REPLACEMENT: &str = "\\ufffd";
    let mut mended = String::new();
    let mut rest = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        at += found;
        let length = match (surrogate(text, at), surrogate(text, at + REPLACEMENT.len())) {
            (Some(Half::High), Some(Half::Low)) => 2 * REPLACEMENT.len(),
            (Some(_), _) => {
                mended.push_str(&text[rest..at]);
                mended.push_str(REPLACEMENT);
                rest = at + REPLACEMENT.len();
                REPLACEMENT.len()
            }
            // Any other escape: the byte behind it is no backslash of its own.
            (None, _) => 2,
        };
        at = (at + length).min(text.len());
    }
    (rest > 0).then(|| mended + &text[rest..])
}

#[derive(Clone, Copy)]
enum Half {
    High,
    Low,
}

/// The half of a pair that is escaped at this byte.
fn surrogate(text: &str, at: usize) -> Option<Half> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xD800..=0xDBFF => Some(Half::High),
        0xDC00..=0xDFFF => Some(Half::Low),
        _ => None,
    }
}

/// The first byte of a level beyond the limit.
fn too_deep(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > limits::JSON_DEPTH {
                    return Some(at);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
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

fn error(reason: &str, at: usize) -> DecodeError {
    DecodeError { reason: reason.to_owned(), at, form: Some(BodyForm::Json) }
}
