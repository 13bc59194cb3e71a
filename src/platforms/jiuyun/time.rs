//! The times of this platform: fourteen digits, Beijing time, no zone.
//!
//! That it is Beijing time is said of the REST side, and the manual's own 云呼AXB sample bears it
//! out: the clock inside its `callId` stands eight hours before its `endTime`. The REST side
//! writes `yyyy/MM/dd HH:mm:ss` and other customers' pages show `-`, so both are read as well.
//!
//! The text is always kept. Nonsense (a month 13) is a [`Stamp`] without an instant, never a
//! panic and never a guess.

use crate::domain::BEIJING_OFFSET;
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::domain::Stamp;

pub(super) fn read(text: &str) -> Stamp {
    Stamp { at: instant(text), text: Stamp::one_blank(text) }
}

fn instant(text: &str) -> Option<Timestamp> {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digits: [u8; 14] = match bytes.as_slice() {
        [y1, y2, y3, y4, dash, m1, m2, dash2, d1, d2, h1, h2, b':', n1, n2, b':', s1, s2]
            if dash == dash2 && matches!(dash, b'-' | b'/') =>
        {
            [*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2, *h1, *h2, *n1, *n2, *s1, *s2]
        }
        plain => plain.try_into().ok()?,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number =
        |from: usize, to: usize| digits[from..to].iter().fold(0_i16, |n, digit| n * 10 + i16::from(digit - b'0'));
    let two = |from: usize| i8::try_from(number(from, from + 2)).ok();
    let civil = DateTime::new(number(0, 4), two(4)?, two(6)?, two(8)?, two(10)?, two(12)?, 0).ok()?;
    BEIJING_OFFSET.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, at: Option<&str>) {
        let expected = at.map(|at| at.parse().expect("a timestamp"));
        assert_eq!(read(text), Stamp { at: expected, text: Stamp::one_blank(text) });
    }

    #[test]
    fn every_way_to_write_beijing_time_is_read() {
        let noon = Some("2026-11-21T02:13:21Z");
        check("20261121101321", noon);
        check(" 20261121 101321 ", noon);
        check("2026-11-21 10:13:21", noon);
        check("2026/11/21  10:13:21", noon);
        check("20240229000000", Some("2024-02-28T16:00:00Z"));
        check("00000101000000", Some("-000001-12-31T16:00:00Z"));
    }

    #[test]
    fn what_is_no_time_keeps_its_text_and_has_no_instant() {
        for text in [
            "20261321101321",
            "20260230101321",
            "20261121240000",
            "20261121101360",
            "00000000000000",
            "99999999999999",
            "99991231235959",
            "2026112110132",
            "202611211013211",
            "2026-11/21 10:13:21",
            "2026-11-21T10:13:21",
            "2026112110132x",
            "二〇二六年",
            "0",
        ] {
            check(text, None);
        }
    }
}
