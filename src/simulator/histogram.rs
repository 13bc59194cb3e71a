//! Latencies in buckets of growing width: two per cent wide, a few hundred in all.
//!
//! Recording costs a few nanoseconds and merging is adding, which is what a load driver on the
//! server's own cores needs. A quantile is the upper edge of its bucket, never too good.

use std::fmt;
use std::time::Duration;

/// Buckets of one octave.
const STEPS: u32 = 32;
/// Octaves from 1 µs on: up to 70 minutes.
const OCTAVES: u32 = 32;

/// Counts of latencies.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; (STEPS * OCTAVES) as usize], total: 0, max: Duration::ZERO }
    }
}

impl Histogram {
    /// Counts one latency.
    pub fn record(&mut self, latency: Duration) {
        self.counts[bucket(latency)] += 1;
        self.total += 1;
        self.max = self.max.max(latency);
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }

    /// How many were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> Duration {
        self.max
    }

    /// The latency that a share (0 to 1) of all did not exceed; zero where nothing was counted.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        let wanted = ((self.total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_edge(index).min(self.max);
            }
        }
        self.max
    }
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        write!(
            f,
            "p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            ms(self.quantile(0.5)),
            ms(self.quantile(0.9)),
            ms(self.quantile(0.99)),
            ms(self.max)
        )
    }
}

fn bucket(latency: Duration) -> usize {
    let micros = latency.as_micros().clamp(1, u128::from(u64::MAX)) as u64;
    let octave = micros.ilog2();
    let step = if octave < STEPS.ilog2() {
        (micros << (STEPS.ilog2() - octave)) as u32 - STEPS
    } else {
        (micros >> (octave - STEPS.ilog2())) as u32 - STEPS
    };
    ((octave * STEPS + step) as usize).min((STEPS * OCTAVES) as usize - 1)
}

fn upper_edge(index: usize) -> Duration {
    let (octave, step) = (index as u32 / STEPS, index as u32 % STEPS);
    let edge = 2f64.powi(octave as i32) * (1.0 + f64::from(step + 1) / f64::from(STEPS));
    Duration::from_secs_f64(edge / 1_000_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_within_a_bucket_and_never_too_good() {
        let mut histogram = Histogram::default();
        (1..=1_000).for_each(|n| histogram.record(Duration::from_micros(n * 100)));
        for (share, exact) in [(0.5, 50_000.0), (0.9, 90_000.0), (0.99, 99_000.0)] {
            let micros = histogram.quantile(share).as_secs_f64() * 1e6;
            assert!((exact..exact * 1.04).contains(&micros), "{share}: {micros}");
        }
        assert_eq!(histogram.max(), Duration::from_millis(100));
        assert_eq!(histogram.quantile(1.0), histogram.max());
    }

    #[test]
    fn merging_adds_up_and_nothing_counted_is_zero() {
        let mut a = Histogram::default();
        assert_eq!(a.quantile(0.99), Duration::ZERO);
        let mut b = Histogram::default();
        b.record(Duration::from_secs(7_200));
        b.record(Duration::ZERO);
        a.merge(&b);
        assert_eq!((a.total(), a.max()), (2, Duration::from_secs(7_200)));
    }
}
