//! Repairs JSON that was put together from texts by hand.
//!
//! | in the body | read as |
//! | --- | --- |
//! | a line break or tab inside a string | itself |
//! | another control character in a string | U+FFFD |
//! | half a surrogate pair, `\u` without its four digits | U+FFFD |
//! | a backslash before what it cannot escape: `C:\dir` | itself |
//! | `+8613800000021`, `007`, `1e999`, a number of 20 digits and more, unquoted | the text of it |
//! | `NaN`, `Infinity`, `undefined`, `None` | `null` |
//! | a blank that JSON does not know, a control character, outside of strings | a blank |
//!
//! Each repair is within one value. Brackets, quotes, commas and colons are never changed.

use std::borrow::Cow;

const REPLACEMENT: Cow<'static, str> = Cow::Borrowed("\u{FFFD}");
/// `null` for what says that it has no value.
const NULLS: [&str; 8] = ["NaN", "nan", "-NaN", "Infinity", "-Infinity", "+Infinity", "undefined", "None"];

pub(super) struct Mended {
    pub(super) text: String,
    /// Bytes of the original that it was made of.
    pub(super) read: usize,
    pub(super) is_changed: bool,
}

/// Mends a text until it has this many bytes. An error at a byte of a mended text stands, in the
/// original, where mending up to it ends.
pub(super) fn mend(text: &str, until: usize) -> Mended {
    let mut mended = Mended { text: String::with_capacity(text.len().min(until)), read: 0, is_changed: false };
    let mut quoted = false;
    while mended.read < text.len() && mended.text.len() < until {
        let rest = &text[mended.read..];
        let piece = if quoted { in_string(rest) } else { outside(rest) };
        quoted ^= piece.turns;
        let written = piece.instead.as_deref().unwrap_or(&rest[..piece.length]);
        // Never beyond `until` in a long piece that stays as it is.
        let length = match &piece.instead {
            None => until.saturating_sub(mended.text.len()).min(piece.length),
            Some(_) => piece.length,
        };
        match &piece.instead {
            None => mended.text.push_str(&text[mended.read..ceil(text, mended.read + length)]),
            Some(_) => mended.text.push_str(written),
        }
        mended.read = ceil(text, mended.read + length);
        mended.is_changed |= piece.instead.is_some();
    }
    mended
}

fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// The next stretch of a text.
struct Piece {
    length: usize,
    /// What to write for it, where that is something else.
    instead: Option<Cow<'static, str>>,
    /// Whether a string begins or ends with it.
    turns: bool,
}

impl Piece {
    fn same(length: usize) -> Self {
        Self { length, instead: None, turns: false }
    }

    fn instead(length: usize, text: impl Into<Cow<'static, str>>) -> Self {
        Self { length, instead: Some(text.into()), turns: false }
    }
}

/// The next stretch inside a string, its closing quote included.
fn in_string(rest: &str) -> Piece {
    let bytes = rest.as_bytes();
    match bytes[0] {
        b'"' => Piece { turns: true, ..Piece::same(1) },
        b'\\' => escape(rest),
        b'\n' => Piece::instead(1, "\\n"),
        b'\r' => Piece::instead(1, "\\r"),
        b'\t' => Piece::instead(1, "\\t"),
        0..=0x1F => Piece::instead(1, REPLACEMENT),
        _ => {
            let end = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
            Piece::same(end.unwrap_or(bytes.len()))
        }
    }
}

/// What begins with a backslash.
fn escape(rest: &str) -> Piece {
    match rest.as_bytes().get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Piece::same(2),
        Some(b'u') => match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => Piece::same(12),
            (Some(0xD800..=0xDFFF), _) => Piece::instead(6, REPLACEMENT),
            (Some(_), _) => Piece::same(6),
            (None, _) => {
                let digits = rest[2..].bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
                // At the end of the text more would have followed.
                if 2 + digits == rest.len() { Piece::same(rest.len()) } else { Piece::instead(2 + digits, REPLACEMENT) }
            }
        },
        Some(_) => Piece::instead(1, "\\\\"),
        None => Piece::same(1),
    }
}

/// The sixteen bits of an escape that begins here.
fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..6)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// The next stretch outside of strings.
fn outside(rest: &str) -> Piece {
    let bytes = rest.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b'$');
    match bytes[0] {
        b'"' => Piece { turns: true, ..Piece::same(1) },
        b' ' | b'\t' | b'\r' | b'\n' => Piece::same(1),
        byte if is_word(&byte) => word(&rest[..bytes.iter().position(|byte| !is_word(byte)).unwrap_or(bytes.len())]),
        _ => {
            let c = rest.chars().next().unwrap_or(' ');
            let is_blank = c.is_whitespace() || c.is_control() || c == '\u{FEFF}';
            if is_blank { Piece::instead(c.len_utf8(), " ") } else { Piece::same(c.len_utf8()) }
        }
    }
}

/// A value without quotes.
fn word(word: &str) -> Piece {
    if NULLS.contains(&word) {
        return Piece::instead(word.len(), "null");
    }
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let is_number =
        has_digit && word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    let is_kept = || {
        let is_whole = word.strip_prefix('-').unwrap_or(word).bytes().all(|byte| byte.is_ascii_digit());
        match serde_json::from_str::<serde_json::Number>(word) {
            Ok(number) => !is_whole || !number.is_f64(),
            Err(_) => false,
        }
    };
    if is_number && !is_kept() { Piece::instead(word.len(), format!("\"{word}\"")) } else { Piece::same(word.len()) }
}
