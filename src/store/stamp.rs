//! An instant and its text, in few bytes.
//!
//! Platforms write whole seconds in one of two formats; then the text can be written again
//! from the instant and only its distance from the first receipt is kept.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::Stamp;

/// A stamp as it stands in a row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StampRow {
    /// `2026-11-21 02:13:21`, UTC.
    Utc(i64),
    /// `20261121101321`, UTC+8.
    Digits(i64),
    /// Anything else: microseconds since 1970, if it could be read, and the text.
    Text(Option<i64>, String),
}

impl StampRow {
    /// Packs a stamp; `base` is the instant that distances are counted from.
    pub(super) fn new(stamp: &Stamp, base: Timestamp) -> Self {
        let base = base.as_second();
        match stamp.at {
            Some(at) if at.subsec_nanosecond() == 0 => {
                let away = at.as_second() - base;
                if utc_text(at) == stamp.text {
                    Self::Utc(away)
                } else if digits_text(at) == stamp.text {
                    Self::Digits(away)
                } else {
                    Self::Text(Some(at.as_microsecond()), stamp.text.clone())
                }
            }
            at => Self::Text(at.map(Timestamp::as_microsecond), stamp.text.clone()),
        }
    }

    pub(super) fn read(&self, base: Timestamp) -> Stamp {
        let instant = |away: i64| {
            let second = base.as_second().saturating_add(away);
            Timestamp::from_second(second).unwrap_or(base)
        };
        match self {
            Self::Utc(away) => Stamp { at: Some(instant(*away)), text: utc_text(instant(*away)) },
            Self::Digits(away) => Stamp { at: Some(instant(*away)), text: digits_text(instant(*away)) },
            Self::Text(micros, text) => {
                Stamp { at: micros.and_then(|us| Timestamp::from_microsecond(us).ok()), text: text.clone() }
            }
        }
    }
}

fn utc_text(at: Timestamp) -> String {
    let civil = Offset::UTC.to_datetime(at);
    let mut text = String::with_capacity(19);
    write(&mut text, civil, Some(('-', ' ', ':')));
    text
}

fn digits_text(at: Timestamp) -> String {
    let shifted = at.checked_add(SignedDuration::from_hours(8)).unwrap_or(at);
    let mut text = String::with_capacity(14);
    write(&mut text, Offset::UTC.to_datetime(shifted), None);
    text
}

fn write(text: &mut String, civil: DateTime, between: Option<(char, char, char)>) {
    let year = u32::try_from(civil.year()).unwrap_or(0);
    two(text, year / 100);
    two(text, year % 100);
    let parts = [civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second()];
    for (i, part) in parts.into_iter().enumerate() {
        if let Some((date, middle, time)) = between {
            text.push([date, date, middle, time, time][i]);
        }
        two(text, u32::from(part.unsigned_abs()));
    }
}

fn two(text: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(at: Option<&str>, text: &str, packed: bool) {
        let base: Timestamp = "2026-11-21T02:20:00.123456Z".parse().expect("an instant");
        let stamp = Stamp { at: at.map(|at| at.parse().expect("an instant")), text: text.to_owned() };
        let row = StampRow::new(&stamp, base);
        assert_eq!(!matches!(row, StampRow::Text(..)), packed, "{text}");
        assert_eq!(row.read(base), stamp, "{text}");
    }

    #[test]
    fn stamps_come_back_with_their_text() {
        check(Some("2026-11-21T02:13:21Z"), "2026-11-21 02:13:21", true);
        check(Some("2026-11-21T02:13:21Z"), "20261121101321", true);
        check(Some("2026-11-21T02:13:21Z"), "2026-11-21  02:13:21", false);
        check(Some("2026-11-21T02:13:21.450Z"), "2026-11-21T02:13:21.450Z", false);
        check(None, "yesterday", false);
        check(Some("0001-01-01T00:00:00Z"), "0001-01-01 00:00:00", true);
    }
}
