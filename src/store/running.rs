//! How many calls were in talk at the same time, to the second.
//!
//! Kept is not how many there were but where that changes: +1 in the second a talk begins, −1 in
//! the one after it ends. Sums of changes do not depend on the order in which calls come, and a
//! call that changes takes its own two back. Each hour stands alone: a talk that goes on over
//! its border begins anew in the next.
//!
//! A call counts once both ends of its talk are known; those under way are on the live page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::contribution::Contribution;
use super::encoding;
use super::hours::{Counter, HoursError};

const SECONDS: usize = 3_600;

/// One app's hour: by product and second, how many more (or fewer) calls run from there on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) provider: String,
    changes: BTreeMap<(u8, u16), i64>,
}

/// The same on disk, and as it is read: seconds as distances from the one before.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunningView {
    pub(super) provider: String,
    changes: Vec<(u8, Vec<(u16, i64)>)>,
}

impl RunningView {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, HoursError> {
        Ok(encoding::decode(&encoding::decompress(bytes)?)?)
    }
}

impl Running {
    pub(super) fn count(&mut self, contribution: &Contribution, (from, to): (u16, u16), sign: i64) {
        if self.provider.is_empty() {
            contribution.provider.clone_into(&mut self.provider);
        }
        let mut add = |second: u16, more: i64| {
            // What runs to the hour's end ends with the hour.
            if usize::from(second) < SECONDS {
                let key = (contribution.kind.product, second);
                let change = self.changes.entry(key).or_default();
                *change += more;
                if *change == 0 {
                    self.changes.remove(&key);
                }
            }
        };
        add(from, sign);
        add(to, -sign);
    }
}

impl Counter for Running {
    fn read(bytes: &[u8]) -> Result<Self, HoursError> {
        let row = RunningView::read(bytes)?;
        let mut changes = BTreeMap::new();
        for (product, seconds) in row.changes {
            let mut second = 0;
            for (away, change) in seconds {
                second = away.saturating_add(second);
                changes.insert((product, second), change);
            }
        }
        Ok(Self { provider: row.provider, changes })
    }

    fn write(&self) -> Vec<u8> {
        let mut changes: Vec<(u8, Vec<(u16, i64)>)> = Vec::new();
        let mut before = 0;
        for ((product, second), change) in &self.changes {
            if changes.last().is_none_or(|(last, _)| last != product) {
                changes.push((*product, Vec::new()));
                before = 0;
            }
            let seconds = &mut changes.last_mut().expect("one was just pushed").1;
            seconds.push((second - before, *change));
            before = *second;
        }
        encoding::compress(&RunningView { provider: self.provider.clone(), changes })
    }
}

/// An hour of several apps and products, added up.
#[derive(Debug)]
pub(super) struct Curve(Vec<i64>);

impl Default for Curve {
    fn default() -> Self {
        Self(vec![0; SECONDS])
    }
}

impl Curve {
    /// Adds an app's hour, of the products that `takes` lets through.
    pub(super) fn add(&mut self, running: &RunningView, takes: impl Fn(u8) -> bool) {
        for (_, changes) in running.changes.iter().filter(|(product, _)| takes(*product)) {
            let mut second = 0;
            for (away, change) in changes {
                second += usize::from(*away);
                if let Some(sum) = self.0.get_mut(second) {
                    *sum += change;
                }
            }
        }
    }

    /// Peak concurrency, and its first second.
    pub(super) fn peak(&self) -> (u64, i64) {
        let (mut now, mut peak, mut at) = (0, 0, 0);
        for (second, change) in (0..).zip(&self.0) {
            now += change;
            if now > peak {
                (peak, at) = (now, second);
            }
        }
        (u64::try_from(peak).unwrap_or(0), at)
    }
}
