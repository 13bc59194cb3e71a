//! Writes instants the way each platform does, fast enough for ten million calls.
//!
//! | where | notation | zone |
//! | --- | --- | --- |
//! | Huawei events and records | `2026-11-21 02:13:21` | UTC, unmarked |
//! | Huawei SMS | `2026-11-21T02:13:21.450Z` | UTC |
//! | 玖云, and inside Huawei's `icid` | `20261121101321` | Beijing |
//!
//! Instants are milliseconds since 1970 throughout the simulator.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

/// Milliseconds since 1970.
pub(super) type Millis = i64;

/// Beijing is eight hours ahead of UTC, without summer time.
pub(super) const BEIJING_MS: Millis = 8 * 3_600_000;

/// An instant as jiff knows it; the epoch where it lies outside jiff's range.
pub(super) fn timestamp(ms: Millis) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `2026-11-21 02:13:21`, UTC; some old samples have two blanks in the middle.
pub(super) fn push_utc(buf: &mut Vec<u8>, ms: Millis, blanks: usize) {
    let at = civil(ms);
    push_date(buf, at, b"-");
    buf.extend(std::iter::repeat_n(b' ', blanks));
    push_time(buf, at, b":");
}

/// `2026-11-21T02:13:21.450Z`.
pub(super) fn push_iso_ms(buf: &mut Vec<u8>, ms: Millis) {
    push_iso_seconds(buf, ms);
    buf.push(b'.');
    push_padded(buf, ms.rem_euclid(1000).unsigned_abs(), 3);
    buf.push(b'Z');
}

/// `2026-11-21T02:13:21`.
pub(super) fn push_iso_seconds(buf: &mut Vec<u8>, ms: Millis) {
    let at = civil(ms);
    push_date(buf, at, b"-");
    buf.push(b'T');
    push_time(buf, at, b":");
}

/// `20261121021321`, UTC.
pub(super) fn push_utc_digits(buf: &mut Vec<u8>, ms: Millis) {
    let at = civil(ms);
    push_date(buf, at, b"");
    push_time(buf, at, b"");
}

/// `20261121101321`, Beijing.
pub(super) fn push_beijing_digits(buf: &mut Vec<u8>, ms: Millis) {
    push_utc_digits(buf, ms + BEIJING_MS);
}

/// A number in decimal, with leading zeros up to `width`.
pub(super) fn push_padded(buf: &mut Vec<u8>, value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = value;
    while rest > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    at = at.min(digits.len() - width.min(digits.len()));
    buf.extend_from_slice(&digits[at..]);
}

fn civil(ms: Millis) -> DateTime {
    Offset::UTC.to_datetime(timestamp(ms))
}

fn push_date(buf: &mut Vec<u8>, at: DateTime, separator: &[u8]) {
    push_padded(buf, u64::from(at.year().unsigned_abs()), 4);
    buf.extend_from_slice(separator);
    push_padded(buf, u64::from(at.month().unsigned_abs()), 2);
    buf.extend_from_slice(separator);
    push_padded(buf, u64::from(at.day().unsigned_abs()), 2);
}

fn push_time(buf: &mut Vec<u8>, at: DateTime, separator: &[u8]) {
    push_padded(buf, u64::from(at.hour().unsigned_abs()), 2);
    buf.extend_from_slice(separator);
    push_padded(buf, u64::from(at.minute().unsigned_abs()), 2);
    buf.extend_from_slice(separator);
    push_padded(buf, u64::from(at.second().unsigned_abs()), 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(push: impl Fn(&mut Vec<u8>), wanted: &str) {
        let mut buf = Vec::new();
        push(&mut buf);
        assert_eq!(String::from_utf8(buf).unwrap(), wanted);
    }

    #[test]
    fn each_platform_writes_the_same_instant_its_own_way() {
        let ms = "2026-11-21T18:03:09.045Z".parse::<Timestamp>().unwrap().as_millisecond();
        check(|b| push_utc(b, ms, 1), "2026-11-21 18:03:09");
        check(|b| push_utc(b, ms, 2), "2026-11-21  18:03:09");
        check(|b| push_iso_ms(b, ms), "2026-11-21T18:03:09.045Z");
        check(|b| push_utc_digits(b, ms), "20261121180309");
        check(|b| push_beijing_digits(b, ms), "20261122020309");
    }

    #[test]
    fn numbers_are_padded_and_never_cut() {
        check(|b| push_padded(b, 0, 1), "0");
        check(|b| push_padded(b, 7, 3), "007");
        check(|b| push_padded(b, 12_345, 3), "12345");
        check(|b| push_padded(b, u64::MAX, 1), "18446744073709551615");
    }
}
