//! Instants as people type them: `yesterday`, `2026-11-30 18:00`, `-2h`. The API takes RFC 3339
//! alone, so these are written so before it is asked; what is none of them goes on as it stands, and
//! the API says what is wrong with it.
//!
//! Days and clock times without an offset are those of Asia/Shanghai, as everywhere for people.

use crate::domain::{BEIJING, BEIJING_OFFSET};
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

/// The instant in RFC 3339, or the text as it stands.
pub(super) fn read(text: &str, now: Timestamp) -> String {
    instant(text.trim(), now).map_or_else(|| text.to_owned(), |instant| instant.to_string())
}

fn instant(text: &str, now: Timestamp) -> Option<Timestamp> {
    let today = BEIJING_OFFSET.to_datetime(now).date();
    match text {
        "now" => return Some(now),
        "today" => return midnight(today),
        "yesterday" => return midnight(today.yesterday().ok()?),
        _ => {}
    }
    if let Some(ago) = text.strip_prefix('-') {
        let (count, unit) = ago.split_at(ago.find(|c: char| !c.is_ascii_digit())?);
        let seconds: i64 = match unit {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            _ => return None,
        };
        let ago = SignedDuration::from_secs(count.parse::<i64>().ok()?.checked_mul(seconds)?);
        return now.checked_sub(ago).ok();
    }
    // With an offset it is an instant already.
    if text.parse::<Timestamp>().is_ok() {
        return None;
    }
    if let Ok(date) = Date::strptime("%Y-%m-%d", text) {
        return midnight(date);
    }
    let written = text.replacen('T', " ", 1);
    let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
    let at = forms.iter().find_map(|form| DateTime::strptime(form, &written).ok())?;
    at.to_zoned(BEIJING).ok().map(|at| at.timestamp())
}

fn midnight(date: Date) -> Option<Timestamp> {
    date.to_zoned(BEIJING).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &str) {
        // Half past one in Beijing, still the day before in UTC.
        let now = "2026-11-30T17:30:00Z".parse().unwrap();
        assert_eq!(read(text, now), wanted, "{text}");
    }

    #[test]
    fn days_and_clock_times_are_those_of_beijing() {
        check("today", "2026-11-30T16:00:00Z");
        check("yesterday", "2026-11-29T16:00:00Z");
        check("2026-11-30", "2026-11-29T16:00:00Z");
        check("2026-11-30 18:00", "2026-11-30T10:00:00Z");
        check("2026-11-30T18:00:05", "2026-11-30T10:00:05Z");
        check("-2h", "2026-11-30T15:30:00Z");
        check("-30m", "2026-11-30T17:00:00Z");
        check("-7d", "2026-11-23T17:30:00Z");
        check("now", "2026-11-30T17:30:00Z");
    }

    #[test]
    fn everything_else_goes_on_as_it_stands() {
        for text in
            ["2026-11-21T10:00:00+08:00", "2026-11-21T02:00:00Z", "tomorrow", "-2x", "-h", "-", "", "2026-13-01"]
        {
            check(text, text);
        }
        check("-99999999999999999w", "-99999999999999999w");
    }
}
