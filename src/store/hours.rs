//! Counters per hour and app: the ledger and the statistics, kept as calls change, so that no
//! page ever scans.
//!
//! A call counts in the hour of its earliest instant. When it changes, what it counted before
//! is taken back and what it counts now is added: the counters follow from the set of calls.
//!
//! ```text
//! 'h' hour u32 app u32 → Hour          'x' hour u32 app u32 → zstd(XHour)     (big-endian)
//! ```

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::row::RowError;
use super::words;
use crate::domain::{AppId, Call, CallOutcome, Outcome, Product};

/// What calls of one kind in one hour add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sums {
    pub(super) calls: i64,
    pub(super) talk_seconds: i64,
    pub(super) rung: i64,
    pub(super) ring_seconds: i64,
    pub(super) with_pdd: i64,
    pub(super) pdd_seconds: i64,
}

impl Sums {
    pub(super) fn add(&mut self, other: &Self, sign: i64) {
        self.calls += sign * other.calls;
        self.talk_seconds += sign * other.talk_seconds;
        self.rung += sign * other.rung;
        self.ring_seconds += sign * other.ring_seconds;
        self.with_pdd += sign * other.with_pdd;
        self.pdd_seconds += sign * other.pdd_seconds;
    }
}

/// What one call counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) hour: i64,
    pub(super) app: AppId,
    pub(super) provider: &'static str,
    pub(super) kind: (u8, u8),
    pub(super) x: Option<String>,
    pub(super) sums: Sums,
}

impl Share {
    /// What `call` counts as it is now.
    pub(super) fn of(call: &Call) -> Self {
        let pdd = call.setup_at.zip(call.alerting_at).map(|(setup, rang)| rang.duration_since(setup).as_secs().max(0));
        Self {
            hour: hour_of(call.t),
            app: call.app,
            provider: call.provider.0,
            kind: (words::product(call.product), words::call_outcome(call.outcome)),
            x: call.x.as_ref().map(|x| x.reveal().to_owned()),
            sums: Sums {
                calls: 1,
                talk_seconds: i64::from(call.talk_seconds),
                rung: i64::from(call.ring_seconds.is_some()),
                ring_seconds: i64::from(call.ring_seconds.unwrap_or(0)),
                with_pdd: i64::from(pdd.is_some()),
                pdd_seconds: pdd.unwrap_or(0),
            },
        }
    }
}

/// One hour of one app.
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
    /// Calls by product and outcome, as bytes of [`words`].
    pub(super) calls: Vec<((u8, u8), Sums)>,
}

/// The same hour by privacy number and outcome.
pub(super) type XHour = BTreeMap<(String, u8), Sums>;

/// An hour's key: hours since 1970, and the app; `u32::MAX` stands for unknown tokens.
pub(super) type HourKey = (i64, u32);

/// Hours that changed since the last checkpoint. Hours that did not are read from sled.
#[derive(Debug, Default)]
pub(super) struct Hours {
    pub(super) changed: HashMap<HourKey, Hour>,
    pub(super) changed_x: HashMap<HourKey, XHour>,
}

/// The hour an instant lies in.
pub(super) fn hour_of(t: Timestamp) -> i64 {
    t.as_second().div_euclid(3600)
}

/// The instant at which an hour begins.
pub(super) fn hour_start(hour: i64) -> Timestamp {
    Timestamp::from_second(hour.saturating_mul(3600)).unwrap_or(Timestamp::MAX)
}

/// The key of an hour in sled.
pub(super) fn key(prefix: u8, (hour, app): HourKey) -> [u8; 9] {
    let mut key = [prefix; 9];
    // Hours before 1970 are a platform's nonsense; they share the first hour.
    key[1..5].copy_from_slice(&u32::try_from(hour.max(0)).unwrap_or(u32::MAX).to_be_bytes());
    key[5..].copy_from_slice(&app.to_be_bytes());
    key
}

/// Reads [`key`].
pub(super) fn read_key(key: &[u8]) -> Option<HourKey> {
    let hour = u32::from_be_bytes(key.get(1..5)?.try_into().ok()?);
    let app = u32::from_be_bytes(key.get(5..9)?.try_into().ok()?);
    Some((i64::from(hour), app))
}

impl Hours {
    /// The hour, loaded when this is the first change to it.
    pub(super) fn hour(&mut self, db: &sled::Db, key: HourKey) -> Result<&mut Hour, HoursError> {
        let key = (key.0.max(0), key.1);
        Ok(match self.changed.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(load(db, key)?),
        })
    }

    fn x_hour(&mut self, db: &sled::Db, key: HourKey) -> Result<&mut XHour, HoursError> {
        let key = (key.0.max(0), key.1);
        Ok(match self.changed_x.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(load_x(db, key)?),
        })
    }

    /// Takes back (`sign` −1) or adds (`sign` 1) what a call counts.
    pub(super) fn count(&mut self, db: &sled::Db, share: &Share, sign: i64) -> Result<(), HoursError> {
        let hour = self.hour(db, (share.hour, share.app.0))?;
        if hour.provider.is_empty() {
            share.provider.clone_into(&mut hour.provider);
        }
        match hour.calls.iter_mut().find(|(kind, _)| *kind == share.kind) {
            Some((_, sums)) => sums.add(&share.sums, sign),
            None => {
                let mut sums = Sums::default();
                sums.add(&share.sums, sign);
                hour.calls.push((share.kind, sums));
            }
        }
        // The same calls must give the same bytes, whatever came first.
        hour.calls.retain(|(_, sums)| *sums != Sums::default());
        hour.calls.sort_unstable_by_key(|(kind, _)| *kind);
        let x = self.x_hour(db, (share.hour, share.app.0))?;
        let key = (share.x.clone().unwrap_or_default(), share.kind.1);
        let sums = x.entry(key.clone()).or_default();
        sums.add(&share.sums, sign);
        if *sums == Sums::default() {
            x.remove(&key);
        }
        Ok(())
    }
}

/// An hour as it stands in sled.
pub(super) fn load(db: &sled::Db, at: HourKey) -> Result<Hour, HoursError> {
    match db.get(key(b'h', at))? {
        Some(bytes) => Ok(postcard::from_bytes(&bytes).map_err(|error| RowError(Some(error)))?),
        None => Ok(Hour::default()),
    }
}

/// An hour by privacy number as it stands in sled.
pub(super) fn load_x(db: &sled::Db, at: HourKey) -> Result<XHour, HoursError> {
    let Some(bytes) = db.get(key(b'x', at))? else { return Ok(XHour::new()) };
    read_x(&bytes)
}

/// Reads the value of an hour by privacy number.
pub(super) fn read_x(bytes: &[u8]) -> Result<XHour, HoursError> {
    let plain = zstd::stream::decode_all(bytes).map_err(|_| RowError(None))?;
    Ok(postcard::from_bytes(&plain).map_err(|error| RowError(Some(error)))?)
}

/// Writes the value of an hour by privacy number.
pub(super) fn write_x(hour: &XHour) -> Vec<u8> {
    let plain = postcard::to_stdvec(hour).expect("counters hold nothing that postcard cannot write");
    zstd::bulk::compress(&plain, 1).expect("memory is enough to compress a few kilobytes")
}

/// The product and the outcome of a counter.
pub(super) fn read_kind((product, outcome): (u8, u8)) -> (Option<Product>, Option<CallOutcome>) {
    (words::read_product(product), words::read_call_outcome(outcome))
}

/// The place of an outcome in [`Hour::outcomes`].
pub(super) fn outcome_index(outcome: Outcome) -> usize {
    usize::from(words::outcome(outcome)) - 1
}

/// Why counters cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum HoursError {
    /// sled said no.
    #[error("reading the counters")]
    Sled(#[from] sled::Error),
    /// They are not what was written.
    #[error("reading the counters")]
    Row(#[from] RowError),
}
