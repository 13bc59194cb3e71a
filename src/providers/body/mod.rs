//! The bytes of a callback as a tree, or the byte at which they stop being one.
//!
//! `Content-Type` is never believed: platforms send JSON as `text/plain` and XML as JSON. The
//! first byte that is not white space decides, and the rest must be well-formed to its end.
//!
//! ```text
//! bytes ─ BOM off ─ UTF-8 or GBK? ─ white space off ─┬─ `<` ────────────► xml: no DOCTYPE, one root
//!                                                    ├─ `{ [ " 0-9 …` ──► json: bounded depth
//!                                                    └─ anything else ──► DecodeError
//! ```
//!
//! A [`DecodeError`] is sent to the platform: it names a byte and never quotes the body. Every
//! offset counts from the first byte of the body as received, a byte order mark included.

mod json;
#[cfg(test)]
mod tests;
mod xml;

use std::borrow::Cow;

use encoding_rs::GB18030;
use serde_json::Value;

pub(crate) use self::xml::flat;
use super::{BodyForm, DecodeError};

/// A well-formed body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sniffed<'a> {
    /// Any JSON value, a bare number too. Of a repeated key the last value counts.
    Json(Value),
    /// A whole XML document without DOCTYPE; [`flat`] reads its fields.
    Xml(Cow<'a, str>),
}

/// Finds out what a body is, and checks it to its end.
///
/// # Errors
/// When it is empty, neither UTF-8 nor GBK, neither JSON nor XML, not well-formed, or XML with a DOCTYPE.
pub(crate) fn sniff(body: &[u8]) -> Result<Sniffed<'_>, DecodeError> {
    let form = guess_form(body);
    let text = text(body).map_err(|error| DecodeError { form, ..error })?;
    let trimmed = text.trim_start_matches(is_blank);
    let blank = text.len() - trimmed.len();
    let byte = |at: usize| match &text {
        Cow::Borrowed(text) => body.len() - text.len() + at,
        Cow::Owned(text) => GB18030.encode(text.get(..at).unwrap_or(text)).0.len(),
    };
    let error = |reason: &str| DecodeError { reason: reason.to_owned(), at: byte(blank), form };
    let parsed = match trimmed.as_bytes().first() {
        None => return Err(error("the body is empty")),
        Some(b'<') => flat(trimmed).map(|_| match &text {
            Cow::Borrowed(text) => Sniffed::Xml(text[blank..].into()),
            Cow::Owned(text) => Sniffed::Xml(text[blank..].to_owned().into()),
        }),
        Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => json::parse(trimmed).map(Sniffed::Json),
        Some(_) => return Err(error("the body is neither JSON nor XML")),
    };
    parsed.map_err(|error| DecodeError { at: byte(blank + error.at), form, ..error })
}

/// The notation a body was probably meant to be in, so that the answer to a broken one can be
/// written alike. UTF-16 is looked through.
pub(crate) fn guess_form(body: &[u8]) -> Option<BodyForm> {
    let marks = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0x00];
    match body.iter().find(|b| !marks.contains(b) && !b.is_ascii_whitespace())? {
        b'<' => Some(BodyForm::Xml),
        b'{' | b'[' => Some(BodyForm::Json),
        _ => None,
    }
}

/// The body as text. What is not UTF-8 is GBK if all of it can be, as old systems in China still
/// write; but not where UTF-8 stands before the first wrong byte: that is a text cut in two.
fn text(body: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let error = match utf8(body) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let gbk = GB18030.decode_without_bom_handling_and_without_replacement(body);
    gbk.filter(|_| error.at > 0 && body[..error.at].is_ascii()).map(|text| Cow::Owned(text.into_owned())).ok_or(error)
}

/// The body as text, without its byte order mark.
fn utf8(body: &[u8]) -> Result<&str, DecodeError> {
    let error = |reason: &str, at| DecodeError { reason: reason.to_owned(), at, form: None };
    if matches!(body, [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<' | b'{' | b'[', ..] | [b'<' | b'{' | b'[', 0, ..]) {
        return Err(error("the body is UTF-16 where UTF-8 is expected", 0));
    }
    let text = std::str::from_utf8(body).map_err(|e| error("the body is not UTF-8", e.valid_up_to()))?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

/// White space as both notations define it.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
