//! When calls begin: at a steady pace, or along the curve of working days.
//!
//! A demo wants mornings and evenings, a load wants an even row. Neither looks at the clock: the
//! first instant is given.

use fastrand::Rng;

use super::stamp::{BEIJING_MS, Millis};

/// Calls per hour of a Beijing day, relative to each other: a rise at nine, a dip at noon, a
/// long evening.
const BY_HOUR: [f64; 24] = [
    2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 5.0, 15.0, 40.0, 62.0, 70.0, 64.0, 46.0, 44.0, 56.0, 60.0, 62.0, 64.0, 58.0, 50.0,
    40.0, 26.0, 12.0, 5.0,
];
/// Calls of a day of the week, Monday first, relative to each other: offices are shut at the weekend.
const BY_DAY: [f64; 7] = [1.08, 1.0, 0.98, 1.02, 1.12, 0.66, 0.54];
const HOUR_MS: f64 = 3_600_000.0;

#[derive(Debug)]
pub(super) enum Starts {
    /// One after the other with exponential gaps, as independent callers make them.
    Paced { at: Millis, gap_ms: f64, left: u64 },
    /// So many calls spread over whole days.
    Days { from: Millis, days: u32, calls: u64, done: u64, cumulative: Box<[f64; 25]> },
    /// So many calls spread over whole hours, each with its own share.
    Hours { from: Millis, calls: u64, done: u64, cumulative: Box<[f64]> },
    /// The first until it ends, then the second.
    Then(Box<Self>, Box<Self>),
}

impl Starts {
    pub(super) fn paced(from: Millis, per_second: f64, calls: u64) -> Self {
        Self::Paced { at: from, gap_ms: 1000.0 / per_second.clamp(0.000_1, 1_000_000.0), left: calls }
    }

    pub(super) fn days(from: Millis, days: u32, calls: u64) -> Self {
        let first_hour = (from + BEIJING_MS).div_euclid(3_600_000).rem_euclid(24) as usize;
        let total: f64 = BY_HOUR.iter().sum();
        let mut cumulative = Box::new([0.0; 25]);
        for hour in 0..24 {
            cumulative[hour + 1] = cumulative[hour] + BY_HOUR[(first_hour + hour) % 24] / total;
        }
        cumulative[24] = 1.0;
        Self::Days { from, days: days.max(1), calls, done: 0, cumulative }
    }

    /// So many calls over whole days along the curve of working days and weekends; no two weeks are
    /// alike.
    pub(super) fn weeks(from: Millis, days: u32, calls: u64, seed: u64) -> Self {
        let first = (from + BEIJING_MS).div_euclid(3_600_000);
        let mut rng = Rng::with_seed(seed);
        let mut day_share = (i64::MIN, 0.0);
        let weights = (first..first + 24 * i64::from(days.max(1))).map(|hour| {
            let day = hour.div_euclid(24);
            if day_share.0 != day {
                // 1970-01-01 was a Thursday.
                let of_week = BY_DAY[(day + 3).rem_euclid(7) as usize];
                day_share = (day, of_week * (0.9 + 0.2 * rng.f64()));
            }
            BY_HOUR[hour.rem_euclid(24) as usize] * day_share.1 * (0.85 + 0.3 * rng.f64())
        });
        let weights: Vec<f64> = weights.collect();
        let total: f64 = weights.iter().sum();
        let sums = weights.iter().scan(0.0, |sum, weight| {
            *sum += weight / total;
            Some(*sum)
        });
        let mut cumulative: Vec<f64> = std::iter::once(0.0).chain(sums).collect();
        if let Some(last) = cumulative.last_mut() {
            *last = 1.0;
        }
        Self::Hours { from, calls, done: 0, cumulative: cumulative.into() }
    }

    pub(super) fn then(self, second: Self) -> Self {
        Self::Then(Box::new(self), Box::new(second))
    }

    /// The instant from which everything is counted.
    pub(super) fn base(&self) -> Millis {
        match self {
            Self::Paced { at, .. } => *at,
            Self::Days { from, .. } | Self::Hours { from, .. } => *from,
            Self::Then(first, _) => first.base(),
        }
    }

    pub(super) fn next(&mut self, rng: &mut Rng) -> Option<Millis> {
        match self {
            Self::Paced { at, gap_ms, left } => {
                *left = left.checked_sub(1)?;
                let begins = *at;
                *at += (-(1.0 - rng.f64()).ln() * *gap_ms) as Millis;
                Some(begins)
            }
            Self::Days { from, days, calls, done, cumulative } => {
                if done == calls {
                    return None;
                }
                // Stratified: the n-th call lies in the n-th share of the time, so they ascend.
                let share = (*done as f64 + rng.f64()) / *calls as f64 * f64::from(*days);
                *done += 1;
                let (day, within) = (share.floor(), share.fract());
                let hour = cumulative.partition_point(|&c| c <= within).clamp(1, 24) - 1;
                let width = cumulative[hour + 1] - cumulative[hour];
                let hours = day * 24.0 + hour as f64 + (within - cumulative[hour]) / width;
                Some(*from + (hours * HOUR_MS) as Millis)
            }
            Self::Hours { from, calls, done, cumulative } => {
                if done == calls {
                    return None;
                }
                let share = (*done as f64 + rng.f64()) / *calls as f64;
                *done += 1;
                let hour = cumulative.partition_point(|&c| c <= share).clamp(1, cumulative.len() - 1) - 1;
                let within = (share - cumulative[hour]) / (cumulative[hour + 1] - cumulative[hour]);
                Some(*from + ((hour as f64 + within) * HOUR_MS) as Millis)
            }
            Self::Then(first, second) => first.next(rng).or_else(|| second.next(rng)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut starts: Starts) -> Vec<Millis> {
        let mut rng = Rng::with_seed(1);
        std::iter::from_fn(|| starts.next(&mut rng)).collect()
    }

    #[test]
    fn a_day_has_its_calls_in_order_and_few_of_them_at_night() {
        let midnight_in_beijing = -BEIJING_MS;
        let starts = all(Starts::days(midnight_in_beijing, 3, 9_000));
        assert_eq!(starts.len(), 9_000);
        assert!(starts.is_sorted());
        let in_hours = |hours: std::ops::Range<i64>| {
            starts.iter().filter(|&at| hours.contains(&((at + BEIJING_MS) / 3_600_000 % 24))).count()
        };
        assert!(in_hours(9..12) > 20 * in_hours(1..4), "{} {}", in_hours(9..12), in_hours(1..4));
        assert!(*starts.last().unwrap() < midnight_in_beijing + 3 * 86_400_000);
    }

    #[test]
    fn weeks_have_their_working_days_and_end_where_they_should() {
        // A Monday, at noon in Beijing.
        let from = "2026-11-16T04:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let starts = all(Starts::weeks(from, 14, 14_000, 1));
        assert_eq!(starts.len(), 14_000);
        assert!(starts.is_sorted() && starts[0] >= from);
        assert!(*starts.last().unwrap() < from + 14 * 86_400_000);
        let day_of = |at: i64| (at + BEIJING_MS).div_euclid(86_400_000);
        let on = |day: i64| starts.iter().filter(|at| day_of(**at) == day_of(from) + day).count();
        let (tuesday, sunday) = (on(1), on(6));
        assert!(tuesday * 10 > sunday * 14, "{tuesday} {sunday}");
        assert_ne!(on(1), on(8), "no two weeks are alike");
    }

    #[test]
    fn a_pace_is_kept_on_average_and_follows_what_was_before() {
        let starts = all(Starts::days(0, 1, 10).then(Starts::paced(86_400_000, 4.0, 4_000)));
        assert_eq!(starts.len(), 4_010);
        assert!(starts.is_sorted());
        let seconds = (starts[4_009] - 86_400_000) as f64 / 1000.0;
        assert!((900.0..1_100.0).contains(&seconds), "{seconds}");
    }
}
