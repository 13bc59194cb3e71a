//! Finds one phone number in anything, however a platform wrote it.
//!
//! | form | found because |
//! | --- | --- |
//! | `+86138…`, `86138…`, `0086138…`, `138…` | all hold the national digits |
//! | `138-1234-0021`, `138  1234\n0021` | blanks, hyphens, dots, brackets and invisible characters are skipped |
//! | `１３８１２３４００２１` | digits of every script count |
//! | inside a session id, a URL, `%2B86138…` | digits are found within longer text |
//! | `\u0031`, `&#49;`, `%31`, also twice | escapes are decoded |
//! | Base64 | the digits' encodings at each of the three offsets are searched too |
//!
//! Numbers of eleven digits or more are found within longer runs of digits too: erasing part of an
//! unrelated order number is better than missing a person. Shorter numbers must stand alone.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::domain::{GAP_MAX, PhoneNumber, Sign, Unescaped};

/// Numbers of so many digits are found inside longer runs too.
const SURE: usize = 11;
/// The fewest digits of a person's number.
const FEWEST: usize = 7;

#[derive(Clone)]
pub(super) struct Needle {
    number: PhoneNumber,
    digits: Vec<u8>,
    encoded: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Needle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Needle").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Needle {
    /// `None` if it is too short for a person's number, or none at all.
    pub(super) fn new(number: &PhoneNumber) -> Option<Self> {
        let digits: Vec<u8> = number.national().bytes().filter(u8::is_ascii_digit).collect();
        let plain = number.national().bytes().all(|byte| byte.is_ascii_digit());
        if !plain || digits.len() < FEWEST {
            return None;
        }
        let encoded = (0..3).map(|place| encoded_at(&digits, place)).collect();
        Some(Self { number: number.clone(), digits, encoded })
    }

    pub(super) fn number(&self) -> &PhoneNumber {
        &self.number
    }

    pub(super) fn is(&self, number: &PhoneNumber) -> bool {
        *number == self.number || PhoneNumber::parse(number.reveal()).as_ref() == Some(&self.number)
    }

    pub(super) fn is_any<'a>(&self, numbers: impl IntoIterator<Item = &'a Option<PhoneNumber>>) -> bool {
        numbers.into_iter().flatten().any(|number| self.is(number))
    }

    /// In any spelling.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        self.stands_in(bytes) || Unescaped::readings(bytes).any(|read| self.stands_in(read.bytes()))
    }

    /// Without an escape.
    fn stands_in(&self, bytes: &[u8]) -> bool {
        self.next(bytes, 0).is_some() || self.next_encoded(bytes).is_some()
    }

    /// `None` if the number does not occur.
    pub(super) fn replace(&self, text: &str, other: &str) -> Option<String> {
        // Texts are bounded like fields, so searching again for each occurrence is cheap.
        let mut bytes = text.as_bytes().to_vec();
        let mut changed = false;
        // Escaped ones first: digits of an escape may look like the number's own.
        while let Some(place) = self.next_escaped(&bytes) {
            bytes.splice(place, other.bytes());
            changed = true;
        }
        let mut from = 0;
        while let Some((start, end)) = self.next(&bytes, from) {
            let place = Unescaped::whole(&bytes, start..end);
            from = place.start + other.len();
            bytes.splice(place, other.bytes());
            changed = true;
        }
        while let Some((start, end)) = self.next_encoded(&bytes) {
            bytes.splice(start..end, other.bytes());
            changed = true;
        }
        // Whole characters were replaced by whole characters.
        changed.then(|| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn next(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let first = *self.digits.first()?;
        let mut at = from;
        loop {
            // Digits of other scripts begin with a byte beyond ASCII.
            let start = at + bytes.get(at..)?.iter().position(|byte| *byte == first || *byte >= 0xC0)?;
            if let Some(end) = self.matches(bytes, start) {
                return Some((start, end));
            }
            at = start + 1;
        }
    }

    /// The end of the number if it begins at `start`.
    fn matches(&self, bytes: &[u8], start: usize) -> Option<usize> {
        let mut at = start;
        for (n, digit) in self.digits.iter().enumerate() {
            let mut gap = 0;
            loop {
                let (sign, length) = sign_at(bytes, at)?;
                at += length;
                match sign {
                    Sign::Digit(found) if found == *digit => break,
                    Sign::Gap if n > 0 && gap < GAP_MAX => gap += 1,
                    _ => return None,
                }
            }
        }
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let alone = !is_digit(bytes.get(at)) && !self.is_digit_before(bytes, start);
        (alone || self.digits.len() >= SURE).then_some(at)
    }

    /// Whether a digit precedes it that is not part of a known prefix.
    fn is_digit_before(&self, bytes: &[u8], start: usize) -> bool {
        let before = &bytes[..start];
        let before = ["0086", "+86", "86", "0"]
            .iter()
            .find_map(|prefix| before.strip_suffix(prefix.as_bytes()))
            .unwrap_or(before);
        before.last().is_some_and(u8::is_ascii_digit)
    }

    /// Its next occurrence with escapes.
    fn next_escaped(&self, bytes: &[u8]) -> Option<Range<usize>> {
        Unescaped::readings(bytes).find_map(|read| {
            let (start, end) = self.next(read.bytes(), 0).or_else(|| self.next_encoded(read.bytes()))?;
            Some(read.source(start..end))
        })
    }

    /// The next run of Base64 that contains it.
    fn next_encoded(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        let found = self.encoded.iter().find_map(|encoded| memchr::memmem::find(bytes, encoded))?;
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-');
        let start = bytes[..found].iter().rposition(|byte| !is_letter(byte)).map_or(0, |at| at + 1);
        let is_inside = |byte: &u8| is_letter(byte) || *byte == b'=';
        let end = bytes[found..].iter().position(|byte| !is_inside(byte)).map_or(bytes.len(), |at| found + at);
        Some((start, end))
    }
}

/// The character here, and its bytes.
fn sign_at(bytes: &[u8], at: usize) -> Option<(Sign, usize)> {
    let rest = bytes.get(at..)?;
    let length = match *rest.first()? {
        ..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
    };
    let c = std::str::from_utf8(rest.get(..length)?).ok()?.chars().next()?;
    Some((Sign::of(c), length))
}

/// Base64 of digits that start at this offset in a group of three bytes: only the letters that do not
/// depend on the neighbours.
fn encoded_at(digits: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = vec![0; place];
    bytes.extend_from_slice(digits);
    let encoded = STANDARD_NO_PAD.encode(&bytes).into_bytes();
    let from = (place * 8).div_ceil(6);
    let to = bytes.len() * 8 / 6;
    encoded[from..to].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn needle(text: &str) -> Needle {
        Needle::new(&PhoneNumber::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn a_number_is_found_in_every_written_form() {
        let needle = needle("13812340021");
        for text in [
            "13812340021",
            "+8613812340021",
            "8613812340021",
            "008613812340021",
            "013812340021",
            "138-1234-0021",
            "+86 138 1234 0021",
            "tel=%2B8613812340021&x",
            r#"{"callId":"1200_13812340021_7"}"#,
            "9913812340021777",
            "138  1234\r\n0021",
            "(138) 1234\u{2011}0021",
            "138\u{200B}1234·0021",
            "号码：１３８１２３４００２１。",
            "１３８　１２３４　００２１",
            "١٣٨١٢٣٤٠٠٢١",
            r#"{"caller":"\u0031\u003381\u00a02340021"}"#,
            r#"{"body":"{\"caller\":\"\\u0031\\u00338\\u00312340021\"}"}"#,
            "<caller>&#49;&#x33;812340021</caller>",
            "<caller>&amp;#49;3812340021</caller>",
            "to=%31%33812%2034%EF%BC%90021&x",
            "to=%25313812340021",
        ] {
            assert!(needle.is_in(text.as_bytes()), "{text}");
            let other = needle.replace(text, "*").unwrap();
            assert!(!needle.is_in(other.as_bytes()), "{other}");
        }
        for text in ["13812340022", "1381234 0 0 2 2", "3812340021", ""] {
            assert!(!needle.is_in(text.as_bytes()), "{text}");
            assert_eq!(needle.replace(text, "*"), None);
        }
    }

    #[test]
    fn a_number_is_found_in_base64_wherever_it_begins() {
        let needle = needle("13812340021");
        for prefix in ["", "a", "ab", "+86", "tel:+86"] {
            let text = format!("u={};", STANDARD.encode(format!("{prefix}13812340021, please")));
            assert!(needle.is_in(text.as_bytes()), "{prefix}");
            assert_eq!(needle.replace(&text, "x").unwrap(), "u=x;");
        }
    }

    #[test]
    fn text_around_an_escaped_number_stays() {
        let needle = needle("13812340021");
        for (text, other) in [
            (r#"{"a":"\u4e00","b":"\u0031\u00338-1234-0021\n"}"#, r#"{"a":"\u4e00","b":"*\n"}"#),
            ("<a>&amp;</a><b>+86&#49;3812340021;</b>", "<a>&amp;</a><b>+86*;</b>"),
            ("x=%E4%B8%80&y=%3138123%34002%31&z=%31", "x=%E4%B8%80&y=*&z=%31"),
            (r"x\u00313812340021z", "x*z"),
            ("100%313812340021", "100*"),
            // Decoded it is another number, as written it is this one: remove it with the whole escape.
            (r"\u4e013812340021 keep", "* keep"),
        ] {
            assert_eq!(needle.replace(text, "*").unwrap(), other);
        }
    }

    #[test]
    fn a_short_number_must_stand_alone() {
        let needle = needle("010-12345678");
        assert!(needle.is_in(b"+861012345678"));
        assert!(needle.is_in(b"010-12345678"));
        assert!(needle.is_in(br"\u0020\u0031012345678 "));
        assert!(!needle.is_in(b"91012345678"));
        assert!(!needle.is_in(b"10123456780"));
    }

    #[test]
    fn text_that_is_no_persons_number_is_refused() {
        for text in ["95555", "110", "138****0021", "abc"] {
            assert!(PhoneNumber::parse(text).and_then(|number| Needle::new(&number)).is_none(), "{text}");
        }
    }
}
