//! Text without its escapes: those of JSON, XML and addresses become the characters that they stand for.
//!
//! | written | read |
//! | --- | --- |
//! | `\u0031`, `\ud835\udfcf`, `\n`, `\\` | as JSON: a digit, one of another writing, a blank, a `\` |
//! | `&#49;`, `&#x31;`, `&nbsp;`, `&zwj;`, `&amp;` | as XML and HTML |
//! | `%31`, `%E3%80%80`, `%25` | as an address |
//!
//! Whoever hides or erases a number looks at a text as it stands and as it reads: JSON within JSON
//! is escaped twice, and read twice. All kinds are read wherever they stand, as nobody knows what a
//! text was before.

use std::ops::Range;

/// How often a text is read anew: what is escaped more often nobody reads either.
const DEPTH: usize = 4;

/// A text without its escapes, and where each piece of it stood.
#[derive(Debug)]
pub struct Unescaped {
    bytes: Vec<u8>,
    /// Of every byte, and of the end, where what it was read from begins.
    starts: Vec<usize>,
}

impl Unescaped {
    /// The text as it reads, as that reads in turn, and so on while there are escapes.
    pub fn readings(text: &[u8]) -> impl Iterator<Item = Self> {
        std::iter::successors(Self::of(text), Self::again).take(DEPTH)
    }

    /// A text with its escapes read; `None` where it has none.
    fn of(text: &[u8]) -> Option<Self> {
        let first = memchr::memchr3_iter(b'\\', b'&', b'%', text).find(|at| escape(&text[*at..]).is_some())?;
        let mut read = Self { bytes: text[..first].to_vec(), starts: (0..first).collect() };
        let mut at = first;
        while let Some(byte) = text.get(at) {
            let length = match escape(&text[at..]) {
                Some((c, length)) => {
                    read.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    length
                }
                None => {
                    read.bytes.push(*byte);
                    1
                }
            };
            read.starts.resize(read.bytes.len(), at);
            at += length;
        }
        read.starts.push(text.len());
        Some(read)
    }

    fn again(&self) -> Option<Self> {
        let inner = Self::of(&self.bytes)?;
        let starts = inner.starts.iter().map(|at| self.starts[*at]).collect();
        Some(Self { bytes: inner.bytes, starts })
    }

    /// A part of a text with the whole of the escapes in which it begins and ends.
    #[must_use]
    pub fn whole(text: &[u8], part: Range<usize>) -> Range<usize> {
        let Some(read) = Self::of(text) else { return part };
        let begin = read.starts.partition_point(|start| *start <= part.start).saturating_sub(1);
        let end = read.starts.partition_point(|start| *start < part.end);
        read.starts[begin]..read.starts[end.min(read.starts.len() - 1)]
    }

    /// The text as it reads.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where these whole characters of it stood in the text as it stands.
    #[must_use]
    pub fn source(&self, read: Range<usize>) -> Range<usize> {
        self.starts[read.start]..self.starts[read.end]
    }
}

/// The character that an escape at the beginning of `text` stands for, and its length.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    match text {
        [b'\\', b'n' | b'r' | b't' | b'f' | b'b', ..] => Some((' ', 2)),
        [b'\\', c @ (b'\\' | b'/' | b'"'), ..] => Some((char::from(*c), 2)),
        [b'\\', b'u', ..] => unicode(text),
        [b'&', b'#', ..] => {
            // With zeros in front as well.
            let end = text.iter().take(20).position(|byte| *byte == b';')?;
            let value = match &text[2..end] {
                [b'x' | b'X', digits @ ..] => number(digits, 16)?,
                digits => number(digits, 10)?,
            };
            Some((char::from_u32(value)?, end + 1))
        }
        [b'&', ..] => {
            let named = [
                (&b"&nbsp;"[..], ' '),
                (b"&ensp;", ' '),
                (b"&emsp;", ' '),
                (b"&thinsp;", ' '),
                (b"&Tab;", ' '),
                (b"&NewLine;", ' '),
                (b"&zwj;", '\u{200d}'),
                (b"&zwnj;", '\u{200c}'),
                (b"&shy;", '\u{ad}'),
                (b"&amp;", '&'),
                (b"&quot;", '"'),
                (b"&apos;", '\''),
            ];
            named.into_iter().find(|(name, _)| text.starts_with(name)).map(|(name, c)| (c, name.len()))
        }
        [b'%', ..] => percent(text),
        _ => None,
    }
}

/// `\u0031`, and both halves of a pair.
fn unicode(text: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| u16::try_from(number(text.get(at..at + 6)?.strip_prefix(b"\\u")?, 16)?).ok();
    let units = std::iter::once(unit(0)?).chain(unit(6));
    let c = char::decode_utf16(units).next()?.ok()?;
    Some((c, 6 * c.len_utf16()))
}

/// `%31`, `%E3%80%80`.
fn percent(text: &[u8]) -> Option<(char, usize)> {
    let byte = |n: usize| u8::try_from(number(text.get(n * 3..n * 3 + 3)?.strip_prefix(b"%")?, 16)?).ok();
    let length = match byte(0)? {
        ..0x80 => 1,
        0xC2..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF5 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = (0..length).map_while(byte).collect();
    Some((std::str::from_utf8(&bytes).ok()?.chars().next()?, length * 3))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let is_number = digits.iter().all(u8::is_ascii_hexdigit);
    is_number.then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn last(text: &str) -> String {
        let read = Unescaped::readings(text.as_bytes()).last();
        read.map_or_else(|| text.to_owned(), |read| String::from_utf8(read.bytes).expect("text"))
    }

    #[test]
    fn escapes_of_every_kind_are_read_as_often_as_they_are_escaped() {
        for text in [
            r"\u0031\u00332",
            r"\\u0031\\\\u00332",
            "&#49;&#x33;&#50;",
            "&amp;#49;&amp;amp;#x33;2",
            "%31%33%32",
            "%2531%252533%32",
            r"\u002531&#92;u0033%32",
        ] {
            assert_eq!(last(text), "132", "{text}");
        }
        assert_eq!(last(r"\ud835\udfcf%EF%BC%91&nbsp;\n"), "𝟏１  ");
        assert_eq!(last(r"1&ensp;3\b8&Tab;&#000000049;"), "1 3 8 1");
        for text in ["", "13800000021", r"\x \ud835 \u12", "&#; &#x110000; &no;", "% %1 %zz %ff %e3%80"] {
            assert!(Unescaped::readings(text.as_bytes()).next().is_none(), "{text}");
        }
    }

    #[test]
    fn what_was_read_is_found_where_it_stood() {
        let text = br"a\\u0031b&#50;c";
        let twice = Unescaped::readings(text).nth(1).expect("escaped twice");
        assert_eq!(twice.bytes(), b"a1b2c");
        assert_eq!(&text[twice.source(1..2)], br"\\u0031");
        assert_eq!(&text[twice.source(3..4)], b"&#50;");
        assert_eq!(twice.source(0..5), 0..text.len());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_and_every_piece_has_its_place(text in "[\\\\u0-9a-f&#x;%n\u{0}é1]{0,60}", cut in 0_usize..60) {
            let text = &text.as_bytes()[..cut.min(text.len())];
            for read in Unescaped::readings(text) {
                prop_assert_eq!(read.starts.len(), read.bytes.len() + 1);
                prop_assert_eq!(read.source(0..read.bytes.len()), 0..text.len());
                prop_assert!(read.starts.is_sorted());
            }
        }
    }
}
