//! Reads the bytes of a callback as a tree, or names the byte at which they end being one.
//!
//! `Content-Type` is ignored: platforms send JSON as `text/plain` and XML as JSON. The first byte that is
//! not white space decides the notation.
//!
//! ```text
//! bytes ─ BOM off ─ UTF-8 or GBK? ─ white space off ─┬─ `<` ────────────► xml: no DOCTYPE, one root
//!                                                    ├─ `{ [ " 0-9 …` ──► json: bounded depth
//!                                                    └─ anything else ──► DecodeError
//! ```
//!
//! **One unreadable value never costs the record**, nor a question its decision: a cut character, a
//! control character, an ampersand of no entity, half a surrogate pair, a malformed number. It is read as
//! it was meant if that is plain, otherwise as U+FFFD, and noted ([`Sniffed::mended`], and by providers
//! the field). Only what leaves open where a value ends costs the body: a bracket, quote or tag too many
//! or too few.
//!
//! A [`DecodeError`] is sent to the platform: it names a byte and never quotes the body. Offsets count
//! from the first byte received, a byte order mark included. Each pass is linear, and a well-formed body
//! is not copied.

mod json;
mod mend;
#[cfg(test)]
mod tests;
mod text;
mod xml;

use serde_json::Value;

use self::text::Text;
pub(crate) use self::xml::FlatXml;
use super::{BodyForm, DecodeError, Fault};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sniffed {
    pub(crate) tree: Tree,
    /// Whether anything was repaired.
    pub(crate) mended: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// Any JSON value, a bare number too. Of a repeated key the last value counts.
    Json(Value),
    /// A whole XML document without DOCTYPE.
    Xml(FlatXml),
}

/// The name for a fault that belongs to no field.
pub(crate) const SOMEWHERE: &str = "body";

/// Whether a character of this text could not be read, here or before it was sent.
pub(crate) fn is_damaged(text: &str) -> bool {
    text.contains(char::REPLACEMENT_CHARACTER)
}

/// Finds out what a body is, and reads it to its end.
pub(crate) fn sniff(body: &[u8]) -> Result<Sniffed, DecodeError> {
    let form = guess_form(body);
    let read = Text::of(body).map_err(|fault| DecodeError { fault, at: 0, form })?;
    let start = read.text.len() - read.text.trim_start_matches(is_blank).len();
    // C programs may send the terminating zero.
    let trimmed = read.text[start..].trim_end_matches(|c| is_blank(c) || c == '\0');
    let has_zero = read.text[start + trimmed.len()..].contains('\0');
    let parsed = match trimmed.as_bytes().first() {
        None => Err((Fault::Empty, 0)),
        Some(b'<') => xml::flat(trimmed).map(|(flat, mended)| (Tree::Xml(flat), mended)),
        Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
            json::parse(trimmed).map(|(value, mended)| (Tree::Json(value), mended))
        }
        Some(_) => Err((Fault::NeitherNotation, 0)),
    };
    match parsed {
        Ok((tree, mended)) => Ok(Sniffed { tree, mended: mended || read.replaced || has_zero }),
        Err((fault, at)) => Err(DecodeError { fault, at: read.byte(body.len(), start + at), form }),
    }
}

/// The probable notation of a broken body, for the answer. UTF-16 is recognised.
pub(crate) fn guess_form(body: &[u8]) -> Option<BodyForm> {
    let marks = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0x00];
    match body.iter().find(|b| !marks.contains(b) && !b.is_ascii_whitespace())? {
        b'<' => Some(BodyForm::Xml),
        b'{' | b'[' => Some(BodyForm::Json),
        _ => None,
    }
}

/// White space as both notations define it.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
