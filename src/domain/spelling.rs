//! The characters that phone numbers are written with, by people, phones and spreadsheets.
//!
//! One table for whoever reads a number and for whoever hides one: what can be read as a number is
//! hidden as one.

use super::plain_text;

/// The zeros of the decimal digits of Unicode; the nine others follow each.
const ZEROS: [u32; 77] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0,
    0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0, 0x2080,
];

/// The decimal digit that a character is, as an ASCII one: `３` and `٣` are `3`.
pub(super) fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let raised = |value| char::from_digit(value, 10);
    match c {
        '²' => return raised(2),
        '³' => return raised(3),
        '¹' => return raised(1),
        '⁰' => return raised(0),
        '⁴'..='⁹' => return raised(u32::from(c) - 0x2070),
        '⓪' => return raised(0),
        '①'..='⑨' => return raised(u32::from(c) - 0x245F),
        _ => {}
    }
    let zero = ZEROS.iter().rev().filter(|zero| **zero <= u32::from(c)).max()?;
    char::from_digit(u32::from(c) - zero, 10)
}

/// What a character is where a number is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A decimal digit of any writing, as an ASCII one.
    Digit(u8),
    /// What people put between the digits of one number, or what nobody sees.
    Gap,
    Other,
}

impl Sign {
    #[must_use]
    pub fn of(c: char) -> Self {
        match digit(c) {
            Some(digit) => Self::Digit(digit as u8),
            None if is_unseen(c) || is_gap(plain(c)) => Self::Gap,
            None => Self::Other,
        }
    }
}

/// The most characters between two parts of a number.
pub const GAP_MAX: usize = 16;

/// What takes no room: what nobody sees, control characters, marks upon the character before.
pub(super) fn is_unseen(c: char) -> bool {
    plain_text::is_unseen(c)
        || matches!(c, '\u{300}'..='\u{36F}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}')
        || (c.is_control() && !c.is_whitespace())
}

/// The plain character that one with another shape stands for: full-width ones, any blank, any
/// dash, any dot, any bracket.
pub(super) fn plain(c: char) -> char {
    if let Some(digit) = digit(c) {
        return digit;
    }
    match c {
        c if c.is_whitespace() || c == '\u{2800}' => ' ',
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF0D}'
        | '\u{30FC}'
        | '\u{FF70}'
        | '\u{2796}'
        | '\u{5BE}'
        | '\u{1806}' => '-',
        '\u{B7}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22C5}' | '\u{30FB}' | '\u{FF65}' | '\u{3002}'
        | '\u{FF61}' | '\u{FF0E}' | '\u{2024}' | '\u{FE52}' | '\u{6D4}' | '\u{FBB2}' => '.',
        '\u{3010}' | '\u{3014}' | '\u{3016}' | '\u{FE59}' | '\u{207D}' | '\u{208D}' | '\u{2768}' | '[' | '{' => '(',
        '\u{3011}' | '\u{3015}' | '\u{3017}' | '\u{FE5A}' | '\u{207E}' | '\u{208E}' | '\u{2769}' | ']' | '}' => ')',
        '\u{FE62}' | '\u{2795}' | '\u{207A}' | '\u{208A}' => '+',
        '\u{FF3B}' | '\u{FF5B}' => '(',
        '\u{FF3D}' | '\u{FF5D}' => ')',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// What stands between the digits of one number, as [`plain`] gives it.
pub(super) fn is_gap(plain: char) -> bool {
    matches!(plain, ' ' | '-' | '.' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_any_writing_are_digits() {
        for text in [
            "0123456789",
            "０１２３４５６７８９",
            "٠١٢٣٤٥٦٧٨٩",
            "०१२३४५६७८९",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "⓪①②③④⑤⑥⑦⑧⑨",
            "⁰¹²³⁴⁵⁶⁷⁸⁹",
            "₀₁₂₃₄₅₆₇₈₉",
        ] {
            assert_eq!(text.chars().filter_map(digit).collect::<String>(), "0123456789", "{text}");
        }
        for c in "aZ一/:½٪۔：".chars() {
            assert_eq!(digit(c), None, "{c}");
        }
    }

    #[test]
    fn every_blank_dash_dot_and_bracket_is_a_gap_and_no_letter_is() {
        for c in " \u{A0}\u{3000}\t\n-\u{2011}–—−－.．·・。()（）[]【】".chars() {
            assert!(is_gap(plain(c)) && digit(c).is_none() && !is_unseen(c), "{c:?}");
        }
        for c in "a中,:;*_/@#¥".chars() {
            assert!(!is_gap(plain(c)) && !is_unseen(c), "{c:?}");
        }
    }
}
