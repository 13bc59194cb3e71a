//! The times of this platform.
//!
//! | where | written | zone |
//! | --- | --- | --- |
//! | call events, records | `2019-01-24 03:04:24`, in old samples two blanks | UTC, unmarked |
//! | text messages | `2020-12-23T09:06:16.450Z` | as marked |
//! | `Created` of a signature | `2018-02-12T15:30:20Z` | UTC, or UTC+8 with the same `Z` |
//!
//! A time that carries an offset is read with it; one that carries none is UTC. The manual
//! calls the event's time a "UNIX timestamp", so ten digits are read as seconds and thirteen
//! as milliseconds.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::Stamp;

pub(in crate::platforms) fn read(text: &str) -> Stamp {
    Stamp { at: instant(text), text: Stamp::one_blank(text) }
}

pub(in crate::platforms) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return epoch(text);
    }
    // One form for all: a single `T` between date and time.
    let joined = text.split([' ', 'T', 't']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("T");
    if let Ok(timestamp) = joined.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil: DateTime = joined.parse().ok()?;
    // A date alone reads as its midnight: that is not what the platform means by a time.
    if !joined.contains('T') {
        return None;
    }
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn epoch(digits: &str) -> Option<Timestamp> {
    let number = digits.parse().ok()?;
    match digits.len() {
        10 => Timestamp::from_second(number).ok(),
        13 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, at: &str) {
        let expected: Timestamp = at.parse().expect("a timestamp");
        assert_eq!(instant(text), Some(expected), "{text}");
    }

    #[test]
    fn every_way_of_writing_a_time_is_read() {
        check("2019-01-24 03:04:24", "2019-01-24T03:04:24Z");
        check("2019-01-24  03:04:24", "2019-01-24T03:04:24Z");
        check(" 2019-01-24 03:04:24 ", "2019-01-24T03:04:24Z");
        check("2019-01-24T03:04:24", "2019-01-24T03:04:24Z");
        check("2019-01-24 03:04:24Z", "2019-01-24T03:04:24Z");
        check("2019-01-24T03:04:24.250", "2019-01-24T03:04:24.250Z");
        check("2020-12-23T09:06:16.450Z", "2020-12-23T09:06:16.450Z");
        check("2020-12-23T17:06:16+08:00", "2020-12-23T09:06:16Z");
        check("1548299064", "2019-01-24T03:04:24Z");
        check("1548299064250", "2019-01-24T03:04:24.250Z");
    }

    #[test]
    fn what_is_no_time_stays_text() {
        for text in
            ["yesterday", "2019-01-24", "2019-13-24 03:04:24", "9999-12-31 23:59:59", "03:04:24", "T", "20190124030424"]
        {
            assert_eq!(read(text), Stamp { at: None, text: text.to_owned() }, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_kept(text in "[0-9]{0,5}[-:/. TZ0-9+é]{0,30}") {
            prop_assert_eq!(read(&text).text, Stamp::one_blank(&text));
        }
    }
}
