//! How long answers took.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest latency that is told apart, in microseconds: an hour.
const LONGEST: u64 = 3_600_000_000;
/// Digits of a latency that are kept.
const DIGITS: u8 = 2;

/// Latencies in buckets one per cent wide.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST, DIGITS).expect("the bounds are in their order"))
    }
}

impl Latencies {
    pub fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(LONGEST));
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.len()
    }

    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }

    /// The latency that a share (0 to 1) of all did not exceed; zero where nothing was counted.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(share))
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        write!(
            f,
            "p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            ms(self.quantile(0.5)),
            ms(self.quantile(0.9)),
            ms(self.quantile(0.99)),
            ms(self.max())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_within_a_bucket_and_never_too_good() {
        let mut latencies = Latencies::default();
        (1..=1_000).for_each(|n| latencies.record(Duration::from_micros(n * 100)));
        for (share, exact) in [(0.5, 50_000.0), (0.9, 90_000.0), (0.99, 99_000.0), (1.0, 100_000.0)] {
            let micros = latencies.quantile(share).as_secs_f64() * 1e6;
            assert!((exact..exact * 1.01).contains(&micros), "{share}: {micros}");
        }
    }

    #[test]
    fn merging_adds_up_and_nothing_counted_is_zero() {
        let mut all = Latencies::default();
        assert_eq!((all.quantile(0.99), all.max()), (Duration::ZERO, Duration::ZERO));
        let mut more = Latencies::default();
        more.record(Duration::from_secs(7_200));
        more.record(Duration::ZERO);
        all.merge(&more);
        assert_eq!((all.total(), all.quantile(0.5)), (2, Duration::ZERO));
        assert!(all.max() >= Duration::from_secs(3_600));
    }
}
