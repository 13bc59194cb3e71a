//! Writes instants the way each platform does.
//!
//! | where | format | zone |
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
pub(super) fn utc(ms: Millis, blanks: usize) -> String {
    let at = civil(ms);
    format!("{}{:blanks$}{}", at.date(), "", at.time())
}

/// `2026-11-21T02:13:21.450Z`.
pub(super) fn iso_ms(ms: Millis) -> String {
    format!("{}.{:03}Z", civil(ms), ms.rem_euclid(1000))
}

/// `2026-11-21T02:13:21`.
pub(super) fn iso_seconds(ms: Millis) -> String {
    civil(ms).to_string()
}

/// `20261121021321`, UTC.
pub(super) fn utc_digits(ms: Millis) -> String {
    civil(ms).strftime("%Y%m%d%H%M%S").to_string()
}

/// `20261121101321`, Beijing.
pub(super) fn beijing_digits(ms: Millis) -> String {
    utc_digits(ms + BEIJING_MS)
}

/// In whole seconds.
fn civil(ms: Millis) -> DateTime {
    Offset::UTC.to_datetime(timestamp(ms.div_euclid(1000) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_writes_the_same_instant_its_own_way() {
        let ms = "2026-11-21T18:03:09.045Z".parse::<Timestamp>().unwrap().as_millisecond();
        assert_eq!(utc(ms, 1), "2026-11-21 18:03:09");
        assert_eq!(utc(ms, 2), "2026-11-21  18:03:09");
        assert_eq!(iso_ms(ms), "2026-11-21T18:03:09.045Z");
        assert_eq!(iso_seconds(ms), "2026-11-21T18:03:09");
        assert_eq!(utc_digits(ms), "20261121180309");
        assert_eq!(beijing_digits(ms), "20261122020309");
    }
}
