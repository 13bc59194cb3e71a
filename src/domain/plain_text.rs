//! Text as editors and spreadsheets leave it, for every door through which people bring some.
//!
//! Windows writes a byte order mark before UTF-8, and calls UTF-16 "Unicode"; pages that are copied
//! from leave blanks and marks without width at the ends. None of it is meant, and a secret with one
//! of them signs nothing.

use std::borrow::Cow;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The text in these bytes: UTF-8, or UTF-16 that says so, without a byte order mark. `None` where
/// they are neither.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes[2..].as_chunks::<2>();
        let text = char::decode_utf16(pairs.iter().map(|pair| read(*pair))).collect::<Result<String, _>>();
        text.ok().filter(|_| rest.is_empty()).map(Cow::Owned)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => std::str::from_utf8(without_mark(bytes)).ok().map(Cow::Borrowed),
    }
}

/// The same bytes without a byte order mark of UTF-8, for parsers that read bytes themselves.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// The text without blanks, line ends, and characters that nobody sees, at both ends.
#[must_use]
pub fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_unseen(c))
}

/// Whether a character has no shape of its own, or changes that of its neighbours: marks of width
/// zero, of direction, and of byte order.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_whatever_an_editor_put_before_it() {
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            mark.into_iter().chain("密钥 s".encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
        };
        for bytes in [
            "密钥 s".as_bytes().to_vec(),
            "\u{feff}密钥 s".as_bytes().to_vec(),
            utf16([0xff, 0xfe], u16::to_le_bytes),
            utf16([0xfe, 0xff], u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some("密钥 s"), "{bytes:x?}");
        }
        for bytes in [&b"\xff"[..], b"\xff\xfea", b"\xff\xfe\x00\xd8", b"\xc3("] {
            assert_eq!(decode(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn what_nobody_sees_at_the_ends_is_not_meant() {
        for text in ["s p", "\u{feff}s p\r\n", " \u{a0}\u{200b}s p\u{200e}\t", "\u{3000}s p\u{0}"] {
            assert_eq!(bare(text), "s p", "{text:?}");
        }
        assert_eq!(without_mark("\u{feff}{}".as_bytes()), b"{}");
    }
}
