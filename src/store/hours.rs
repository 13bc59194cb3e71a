//! Counters per hour and app: the ledger and the statistics, kept as calls change, so that no
//! page ever scans.
//!
//! A call counts in the hour of its earliest instant. When it changes, what it counted before
//! is taken back and what it counts now is added: the counters follow from the set of calls,
//! in whatever order they came. Whole days are summed up in [`super::days`], calls in talk at
//! the same time in [`super::running`].
//!
//! ```text
//! 'h' hour u32 app u32 → Hour      'x' hour u32 app u32 → zstd(XHour)         (big-endian)
//! 'r' hour u32 app u32 → zstd(Running)
//! 'd' day  u32 app u32 → Hour      'y' day  u32 app u32 → zstd(XHour)
//! ```

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::contribution::{CallKind, Contribution, Sums};
use super::encoding::{self, RowError};
use super::kv::{self, Kv, KvBatch};
use super::running::Running;
use super::words;
use crate::domain::Outcome;

/// Upper bounds of the talk time's buckets in seconds; the last bucket has none.
pub(super) const TALK_BOUNDS: [u32; 7] = [0, 5, 10, 30, 60, 180, 600];
pub(super) const TALK_BUCKETS: usize = TALK_BOUNDS.len() + 1;

/// One hour, or one day, of one app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hour {
    /// The app's provider.
    pub(super) provider: String,
    /// Callbacks by outcome, in the order of [`Outcome::ALL`].
    pub(super) outcomes: [u64; 5],
    pub(super) joined: u64,
    pub(super) not_calls: u64,
    pub(super) refused: u64,
    pub(super) possibly_lost: u64,
    pub(super) bytes: u64,
    /// Calls by what they were and why they ended.
    pub(super) calls: BTreeMap<CallKind, Sums>,
    /// Calls by product and length of talk.
    pub(super) talk: BTreeMap<u8, [i64; TALK_BUCKETS]>,
}

/// The same hour by privacy number, product and outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct XHour {
    pub(super) provider: String,
    pub(super) numbers: BTreeMap<(String, u8, u8), Sums>,
}

/// [`XHour`] as it is read: a day has tens of thousands of numbers, and a month thirty days.
#[derive(Debug, Deserialize)]
pub(super) struct XHourView<'a> {
    pub(super) provider: &'a str,
    #[serde(borrow)]
    pub(super) numbers: Vec<((&'a str, u8, u8), Sums)>,
}

/// A period's key: hours or days since 1970, and the app; `u32::MAX` stands for unknown tokens.
pub(super) type HourKey = (i64, u32);

pub(super) trait Counter: Default + Clone {
    fn read(bytes: &[u8]) -> Result<Self, HoursError>;
    fn write(&self) -> Vec<u8>;
}

/// Changed since the last checkpoint. Other rows are read from disk.
#[derive(Debug)]
pub(super) struct Changed<V> {
    pub(super) prefix: u8,
    pub(super) rows: HashMap<HourKey, V>,
}

#[derive(Debug)]
pub(super) struct Hours {
    pub(super) hours: Changed<Hour>,
    pub(super) x: Changed<XHour>,
    pub(super) running: Changed<Running>,
    pub(super) days: Changed<Hour>,
    pub(super) x_days: Changed<XHour>,
    pub(super) open_from: i64,
}

pub(super) fn hour_of(t: Timestamp) -> i64 {
    t.as_second().div_euclid(3600)
}

pub(super) fn hour_start(hour: i64) -> Timestamp {
    Timestamp::from_second(hour.saturating_mul(3600)).unwrap_or(Timestamp::MAX)
}

pub(super) fn key(prefix: u8, (period, app): HourKey) -> [u8; 9] {
    // Hours before 1970 are a platform's nonsense; they share the first hour.
    let period = u32::try_from(period.max(0)).unwrap_or(u32::MAX);
    kv::key(prefix, (u64::from(period) << 32 | u64::from(app)).to_be_bytes())
}

pub(super) fn read_key(key: &[u8]) -> Result<HourKey, HoursError> {
    let part = |at: usize| Some(u32::from_be_bytes(key.get(at..at + 4)?.try_into().ok()?));
    let (period, app) = part(1).zip(part(5)).ok_or(RowError(None))?;
    Ok((i64::from(period), app))
}

pub(super) fn outcome_index(outcome: Outcome) -> usize {
    usize::from(words::byte(outcome)) - 1
}

pub(super) fn talk_bucket(seconds: u32) -> usize {
    TALK_BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(TALK_BOUNDS.len())
}

impl<V: Counter> Changed<V> {
    fn new(prefix: u8) -> Self {
        Self { prefix, rows: HashMap::new() }
    }

    /// Loaded on the first change.
    pub(super) fn at(&mut self, kv: &Kv, at: HourKey) -> Result<&mut V, HoursError> {
        let at = (at.0.max(0), at.1);
        Ok(match self.rows.entry(at) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(match kv.get(key(self.prefix, at))? {
                Some(bytes) => V::read(&bytes)?,
                None => V::default(),
            }),
        })
    }

    fn write(&self, batch: &mut KvBatch) {
        for (at, row) in &self.rows {
            batch.put(key(self.prefix, *at), row.write());
        }
    }
}

impl Default for Hours {
    fn default() -> Self {
        Self {
            hours: Changed::new(b'h'),
            x: Changed::new(b'x'),
            running: Changed::new(b'r'),
            days: Changed::new(b'd'),
            x_days: Changed::new(b'y'),
            open_from: 0,
        }
    }
}

impl Hours {
    /// Also changes the day's row where the day is summed up already.
    pub(super) fn change(
        &mut self,
        kv: &Kv,
        (hour, app): HourKey,
        change: impl Fn(&mut Hour),
    ) -> Result<(), HoursError> {
        change(self.hours.at(kv, (hour, app))?);
        if let Some(day) = self.summed_up(hour) {
            change(self.days.at(kv, (day, app))?);
        }
        Ok(())
    }

    /// `sign`: 1 adds, −1 takes back.
    pub(super) fn count(&mut self, kv: &Kv, contribution: &Contribution, sign: i64) -> Result<(), HoursError> {
        let at = (contribution.hour, contribution.app.0);
        self.change(kv, at, |hour| hour.count(contribution, sign))?;
        self.x.at(kv, at)?.count(contribution, sign);
        if let Some(day) = self.summed_up(contribution.hour) {
            self.x_days.at(kv, (day, contribution.app.0))?.count(contribution, sign);
        }
        for (hour, from, to) in contribution.running() {
            self.running.at(kv, (hour, contribution.app.0))?.count(contribution, (from, to), sign);
        }
        Ok(())
    }

    pub(super) fn changed(&self) -> usize {
        self.hours.rows.len()
    }

    pub(super) fn write(&self, batch: &mut KvBatch) {
        self.hours.write(batch);
        self.x.write(batch);
        self.running.write(batch);
        self.days.write(batch);
        self.x_days.write(batch);
    }

    /// The batch of [`Hours::write`] is on disk.
    pub(super) fn written(&mut self) {
        *self = Self { open_from: self.open_from, ..Self::default() };
    }
}

impl Hour {
    fn count(&mut self, contribution: &Contribution, sign: i64) {
        if self.provider.is_empty() {
            contribution.provider.clone_into(&mut self.provider);
        }
        add(&mut self.calls, &contribution.kind, &contribution.sums, sign);
        let buckets = self.talk.entry(contribution.kind.product).or_default();
        buckets[contribution.bucket] += sign * contribution.sums.calls;
        // The same calls must give the same bytes, whatever came first.
        if *buckets == [0; TALK_BUCKETS] {
            self.talk.remove(&contribution.kind.product);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if self.provider.is_empty() {
            other.provider.clone_into(&mut self.provider);
        }
        for (sum, more) in self.outcomes.iter_mut().zip(other.outcomes) {
            *sum += more;
        }
        self.joined += other.joined;
        self.not_calls += other.not_calls;
        self.refused += other.refused;
        self.possibly_lost += other.possibly_lost;
        self.bytes += other.bytes;
        for (kind, sums) in &other.calls {
            add(&mut self.calls, kind, sums, 1);
        }
        for (product, counts) in &other.talk {
            let buckets = self.talk.entry(*product).or_default();
            for (sum, more) in buckets.iter_mut().zip(counts) {
                *sum += more;
            }
        }
    }
}

impl XHour {
    fn count(&mut self, contribution: &Contribution, sign: i64) {
        if self.provider.is_empty() {
            contribution.provider.clone_into(&mut self.provider);
        }
        let key = (contribution.x.clone().unwrap_or_default(), contribution.kind.product, contribution.kind.outcome);
        add(&mut self.numbers, &key, &contribution.sums, sign);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if self.provider.is_empty() {
            other.provider.clone_into(&mut self.provider);
        }
        for (key, sums) in &other.numbers {
            add(&mut self.numbers, key, sums, 1);
        }
    }
}

/// Removes a sum that becomes zero.
fn add<K: Ord + Clone>(map: &mut BTreeMap<K, Sums>, key: &K, sums: &Sums, sign: i64) {
    let sum = match map.get_mut(key) {
        Some(sum) => sum,
        None => map.entry(key.clone()).or_default(),
    };
    sum.add(sums, sign);
    if *sum == Sums::default() {
        map.remove(key);
    }
}

impl Counter for Hour {
    fn read(bytes: &[u8]) -> Result<Self, HoursError> {
        Ok(encoding::decode(bytes)?)
    }

    fn write(&self) -> Vec<u8> {
        encoding::encode(self)
    }
}

impl Counter for XHour {
    fn read(bytes: &[u8]) -> Result<Self, HoursError> {
        Ok(encoding::decode(&encoding::decompress(bytes)?)?)
    }

    fn write(&self) -> Vec<u8> {
        encoding::compress(self)
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum HoursError {
    #[error("reading the counters")]
    Io(#[from] std::io::Error),
    #[error("reading the counters")]
    Row(#[from] RowError),
}
