//! Whole days of counters: what a month is read from.
//!
//! A day in Asia/Shanghai is summed up from its hours once callbacks of a later time come;
//! from then on a change to one of its hours changes the day as well, so that both always say
//! the same. Days that are not summed up yet, and the ends of a span, are read from hours.

use std::collections::HashMap;

use jiff::Timestamp;

use super::hours::{Changed, Counter, HourKey, Hours, HoursError, hour_of, key, read_key};
use super::kv::Kv;
use crate::domain::BEIJING_OFFSET;
use crate::limits::DAY_OPEN_HOURS;

/// Hours between UTC and Asia/Shanghai, where days begin.
const BEIJING_HOURS: i64 = (BEIJING_OFFSET.seconds() / 3_600) as i64;

pub(super) fn day_of(hour: i64) -> i64 {
    (hour + BEIJING_HOURS).div_euclid(24)
}

pub(super) fn day_start(day: i64) -> i64 {
    day * 24 - BEIJING_HOURS
}

/// The day of the week, Monday 0, and the hour of the day of an hour in Asia/Shanghai.
pub(super) fn weekday_hour(hour: i64) -> (usize, usize) {
    // 1 January 1970 was a Thursday.
    let (weekday, hour) = ((day_of(hour) + 3).rem_euclid(7), (hour + BEIJING_HOURS).rem_euclid(24));
    (usize::try_from(weekday).expect("below 7"), usize::try_from(hour).expect("below 24"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Hours(i64, i64),
    Days(i64, i64),
}

/// The pieces that hours `first` to before `end` are read from.
pub(super) fn pieces(first: i64, end: i64, open_from: i64) -> Vec<Piece> {
    let (from, to) = (day_of(first + 23), day_of(end).min(open_from));
    if from >= to {
        return vec![Piece::Hours(first, end)];
    }
    let all = [Piece::Hours(first, day_start(from)), Piece::Days(from, to), Piece::Hours(day_start(to), end)];
    all.into_iter().filter(|piece| !matches!(piece, Piece::Hours(from, to) if from >= to)).collect()
}

impl Hours {
    pub(super) fn summed_up(&self, hour: i64) -> Option<i64> {
        let day = day_of(hour.max(0));
        (day < self.open_from).then_some(day)
    }

    /// Sums up the days that ended long enough before `now`, the last time of receipt.
    pub(super) fn close_days(&mut self, kv: &Kv, now: Timestamp) -> Result<(), HoursError> {
        let to = day_of(hour_of(now) - DAY_OPEN_HOURS);
        if to <= self.open_from {
            return Ok(());
        }
        let span = (day_start(self.open_from).max(0), day_start(to));
        let mut days = HashMap::new();
        self.hours.each(kv, span, |(hour, app), row| {
            days.entry((day_of(hour), app)).or_insert_with(super::hours::Hour::default).merge(row);
        })?;
        let mut x_days = HashMap::new();
        self.x.each(kv, span, |(hour, app), row| {
            x_days.entry((day_of(hour), app)).or_insert_with(super::hours::XHour::default).merge(row);
        })?;
        self.days.rows.extend(days);
        self.x_days.rows.extend(x_days);
        self.open_from = to;
        Ok(())
    }
}

impl<V: Counter> Changed<V> {
    /// Shows every row of periods from the first to before the second, as it is now.
    pub(super) fn each(
        &self,
        kv: &Kv,
        (from, to): (i64, i64),
        mut each: impl FnMut(HourKey, &V),
    ) -> Result<(), HoursError> {
        for row in kv.range(key(self.prefix, (from, 0))..key(self.prefix, (to, 0))) {
            let (at, bytes) = row?;
            let at = read_key(&at)?;
            if !self.rows.contains_key(&at) {
                each(at, &V::read(&bytes)?);
            }
        }
        for (at, row) in self.rows.iter().filter(|((period, _), _)| (from..to).contains(period)) {
            each(*at, row);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_days_are_read_as_days_and_the_ends_as_hours() {
        let day = |d: i64, h: i64| day_start(d) + h;
        assert_eq!(pieces(day(10, 0), day(13, 0), 20), [Piece::Days(10, 13)]);
        assert_eq!(
            pieces(day(9, 5), day(13, 7), 20),
            [Piece::Hours(day(9, 5), day(10, 0)), Piece::Days(10, 13), Piece::Hours(day(13, 0), day(13, 7))]
        );
        assert_eq!(pieces(day(9, 0), day(13, 0), 11), [Piece::Days(9, 11), Piece::Hours(day(11, 0), day(13, 0))]);
        assert_eq!(pieces(day(9, 5), day(10, 7), 20), [Piece::Hours(day(9, 5), day(10, 7))]);
        assert_eq!(pieces(day(9, 0), day(10, 0), 9), [Piece::Hours(day(9, 0), day(10, 0))]);
    }

    #[test]
    fn weekdays_are_those_of_shanghai() {
        let hour = |text: &str| hour_of(text.parse().unwrap());
        // Saturday 21 November 2026, ten in the morning.
        assert_eq!(weekday_hour(hour("2026-11-21T02:13:00Z")), (5, 10));
        assert_eq!(weekday_hour(hour("2026-11-22T15:59:59Z")), (6, 23));
        assert_eq!(weekday_hour(hour("2026-11-22T16:00:00Z")), (0, 0));
    }
}
