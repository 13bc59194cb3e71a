//! What was received since the start, for `/metrics`.
//!
//! These counters begin at zero with the process, as Prometheus expects; the ledger, which
//! survives, is computed from the journal instead. A repeat counts as accepted here: only the
//! store knows what was there before.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::{AppId, Outcome};

/// Upper bounds of the buckets: from a disk with a write cache to the longest wait for a place in the
/// queue.
const BOUNDS_MICROS: [u64; 10] = [500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000, 10_000_000];

#[derive(Debug, Default)]
pub struct Counts {
    kept: Mutex<HashMap<(AppId, Outcome, u16), u64>>,
    not_kept: Mutex<HashMap<AppId, u64>>,
    append: Buckets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackCount {
    pub app: AppId,
    pub outcome: Outcome,
    pub status: u16,
    pub count: u64,
}

/// As Prometheus writes it: cumulative buckets.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Upper bound in seconds, and the count up to it.
    pub buckets: Vec<(f64, u64)>,
    /// All of them together, in seconds.
    pub sum_seconds: f64,
    pub count: u64,
}

#[derive(Debug, Default)]
struct Buckets {
    counts: [AtomicU64; BOUNDS_MICROS.len()],
    sum_micros: AtomicU64,
    count: AtomicU64,
}

impl Counts {
    pub(super) fn kept(&self, app: AppId, outcome: Outcome, status: u16, took: Duration) {
        self.append.observe(took);
        *lock(&self.kept).entry((app, outcome, status)).or_default() += 1;
    }

    pub(super) fn not_kept(&self, app: AppId) -> u64 {
        let mut not_kept = lock(&self.not_kept);
        let so_far = not_kept.entry(app).or_default();
        *so_far += 1;
        *so_far
    }

    /// By app, outcome and status.
    #[must_use]
    pub fn callbacks(&self) -> Vec<CallbackCount> {
        let mut counts: Vec<_> = lock(&self.kept)
            .iter()
            .map(|(&(app, outcome, status), &count)| CallbackCount { app, outcome, status, count })
            .collect();
        counts.sort_by_key(|c| (c.app, c.outcome, c.status));
        counts
    }

    #[must_use]
    pub fn kept_by_app(&self) -> BTreeMap<AppId, u64> {
        let mut apps = BTreeMap::new();
        for (&(app, _, _), count) in lock(&self.kept).iter() {
            *apps.entry(app).or_default() += count;
        }
        apps
    }

    /// Answered 503, by app.
    #[must_use]
    pub fn callbacks_not_kept(&self) -> Vec<(AppId, u64)> {
        let mut counts: Vec<_> = lock(&self.not_kept).iter().map(|(&app, &count)| (app, count)).collect();
        counts.sort();
        counts
    }

    /// Seconds until an append was durable.
    #[must_use]
    pub fn append_seconds(&self) -> Histogram {
        self.append.histogram()
    }
}

impl Buckets {
    fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BOUNDS_MICROS.iter().position(|bound| micros <= *bound) {
            self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        }
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    fn histogram(&self) -> Histogram {
        let mut cumulative = 0;
        let buckets = BOUNDS_MICROS.iter().zip(&self.counts).map(|(bound, count)| {
            cumulative += count.load(Ordering::Relaxed);
            (*bound as f64 / 1e6, cumulative)
        });
        Histogram {
            buckets: buckets.collect(),
            sum_seconds: self.sum_micros.load(Ordering::Relaxed) as f64 / 1e6,
            count: self.count.load(Ordering::Relaxed),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_each_append_in_every_bucket_that_holds_it() {
        let buckets = Buckets::default();
        for micros in [400, 900, 3_000, 60_000_000] {
            buckets.observe(Duration::from_micros(micros));
        }
        let histogram = buckets.histogram();
        assert_eq!(histogram.buckets[0], (0.0005, 1));
        assert_eq!(histogram.buckets[1], (0.001, 2));
        assert_eq!(histogram.buckets[9], (10.0, 3));
        assert_eq!(histogram.count, 4);
    }
}
