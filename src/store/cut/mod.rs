//! A cut: rows whose time is over leave the store, and what they counted stays.
//!
//! A cut is a record of the journal. It says up to which record calls and messages are gone and
//! what they had added to the counters. Whoever applies it, at once or in a rebuild years later,
//! takes away the rows it finds with what these count, and adds what the cut says: the sum is
//! the same whether the journal still has all of them, some, or none. So the journal may be
//! thinned at any pace behind a cut, and a crash in between changes nothing.
//!
//! ```text
//!                    before            as_of        the cut's own number
//! ───────────────────┼─────────────────┼────────────┼─────►
//!  calls whose last callback           └ what was known when it was summed up
//!  lies here are gone                    a call that came to life again after it keeps the rest
//! ```
//!
//! A callback goes when all it speaks of is gone, and never before: a record of the journal may
//! be dropped once its row is gone, whole, and a call is never half in it.

mod apply;
mod plan;
mod sums;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use self::sums::{CallSum, HourSum};
use super::collection::{Collection, RowLocation, View};
use super::encoding::RowError;
use super::indexed_row::IndexedRow;
use super::segment::SegmentError;
use super::{CallbackRow, call_row, callback_row, terms};
use crate::correlate::{Catalog, Facts};
use crate::domain::{CallId, Seq};

/// Which rows a cut takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CutBounds {
    /// Calls whose last callback is below this.
    pub calls_before: Seq,
    /// Messages whose callback is below this.
    pub sms_before: Seq,
    /// No call that begins later than this, in microseconds, can be among them: what need not be
    /// looked at.
    pub latest: i64,
}

impl CutBounds {
    /// Callbacks below this have no row any more, except those of calls and messages that stay
    /// and those of another kind.
    fn callbacks_before(&self) -> Seq {
        self.calls_before.max(self.sms_before)
    }

    /// Where callbacks of this kind end. Those that nobody understood go last.
    fn before(&self, row: &CallbackRow) -> Seq {
        match (row.calls.is_empty(), row.not_calls) {
            (false, 0) => self.calls_before,
            (true, 1..) => self.sms_before,
            (true, 0) | (false, 1..) => self.calls_before.min(self.sms_before),
        }
    }
}

/// A cut, summed up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cut {
    /// Which rows it takes.
    pub bounds: CutBounds,
    /// The last record applied when it was summed up.
    pub as_of: Seq,
    /// Calls that stay although their time is over: somebody holds them.
    pub kept_calls: Vec<String>,
    /// Messages that stay, by their callback.
    pub kept_sms: Vec<Seq>,
    /// How many calls, messages and callbacks it takes.
    pub removed: Removed,
    calls: Vec<CallSum>,
    hours: Vec<HourSum>,
    numbers: Vec<(u32, String)>,
    seen: Vec<(u32, i64)>,
}

/// How many rows a cut takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Removed {
    /// Calls.
    pub calls: u64,
    /// Messages.
    pub sms: u64,
    /// Callbacks.
    pub callbacks: u64,
}

/// A call that a cut takes.
struct Gone {
    indexed: IndexedRow,
    found: RowLocation,
    facts: Facts,
    /// What is left of it: what came after the cut was summed up.
    rest: Option<Facts>,
}

impl Cut {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed == Removed::default()
    }

    /// The calls it takes, of those that `calls` has.
    fn calls_in(&self, calls: &View, catalog: &Catalog) -> Result<Vec<Gone>, CutError> {
        let kept: HashSet<CallId> = self.kept_calls.iter().filter_map(|id| CallId::parse(id)).collect();
        let before = self.bounds.calls_before;
        if before == 0 {
            return Ok(Vec::new());
        }
        let mut found_calls = Vec::new();
        calls.walk(i64::MAX, self.bounds.latest, |indexed, found| {
            if indexed.last < before || indexed.last > self.as_of {
                found_calls.push((indexed, found));
            }
            Ok(())
        })?;
        let mut gone = Vec::new();
        for (indexed, found) in found_calls {
            let id = CallId(indexed.id);
            let facts = call_row::decode(id, &indexed.row, catalog.provider)?;
            let last = facts.as_of(self.as_of).map(|then| then.last_callback());
            if last.is_some_and(|last| last < before) && !kept.contains(&id) {
                let rest = facts.after(self.as_of);
                gone.push(Gone { indexed, found, facts, rest });
            }
        }
        Ok(gone)
    }

    fn sms_in(&self, sms: &View) -> Result<Vec<(IndexedRow, RowLocation)>, CutError> {
        let kept: HashSet<Seq> = self.kept_sms.iter().copied().collect();
        let before = self.bounds.sms_before;
        let mut gone = Vec::new();
        if before > 0 {
            sms.walk(last_sms_before(before), i64::MAX, |indexed, found| {
                if indexed.last < before && !kept.contains(&indexed.last) {
                    gone.push((indexed, found));
                }
                Ok(())
            })?;
        }
        Ok(gone)
    }

    /// Whether a call that it does not take was known when it was summed up.
    fn is_alive(&self, id: CallId, calls: &Collection, catalog: &Catalog) -> Result<bool, CutError> {
        let Some((indexed, _)) = calls.get(&id.0, terms::id_term(id))? else { return Ok(false) };
        if indexed.last <= self.as_of {
            return Ok(true);
        }
        Ok(call_row::decode(id, &indexed.row, catalog.provider)?.as_of(self.as_of).is_some())
    }

    /// The callbacks it takes: all below the cut but those of calls and messages that stay.
    fn callbacks_in(
        &self,
        callbacks: &View,
        catalog: &Catalog,
        alive: &dyn Fn(CallId) -> Result<bool, CutError>,
        sms_alive: &HashSet<Seq>,
    ) -> Result<Vec<(IndexedRow, RowLocation)>, CutError> {
        let before = self.bounds.callbacks_before();
        let mut below = Vec::new();
        if before == 0 {
            return Ok(below);
        }
        let k_max = i64::try_from(before - 1).unwrap_or(i64::MAX);
        callbacks.walk(k_max, i64::MAX, |indexed, found| {
            below.push((indexed, found));
            Ok(())
        })?;
        let mut gone = Vec::new();
        for (indexed, found) in below {
            if sms_alive.contains(&indexed.last) {
                continue;
            }
            let row = callback_row::read(&indexed, catalog)?;
            let mut stays = indexed.last >= self.bounds.before(&row);
            for call in &row.calls {
                stays = stays || alive(*call)?;
            }
            if !stays {
                gone.push((indexed, found));
            }
        }
        Ok(gone)
    }
}

/// The callbacks below `before` that brought a message which stays.
fn living_sms(sms: &View, before: Seq, gone: &[(IndexedRow, RowLocation)]) -> Result<HashSet<Seq>, CutError> {
    let gone: HashSet<[u8; 16]> = gone.iter().map(|(indexed, _)| indexed.id).collect();
    let mut alive = HashSet::new();
    if before > 0 {
        sms.walk(last_sms_before(before), i64::MAX, |indexed, _| {
            if !gone.contains(&indexed.id) {
                alive.insert(indexed.last);
            }
            Ok(())
        })?;
    }
    Ok(alive)
}

/// The order of the last message that a callback below `before` can have brought.
fn last_sms_before(before: Seq) -> i64 {
    i64::try_from(before).unwrap_or(i64::MAX >> 8).saturating_mul(256) - 1
}

/// Why a cut cannot be summed up or applied.
#[derive(Debug, thiserror::Error)]
pub(super) enum CutError {
    /// A segment cannot be read.
    #[error("reading rows whose time is over")]
    Segment(#[from] SegmentError),
    /// A row cannot be read.
    #[error("reading rows whose time is over")]
    Row(#[from] RowError),
    /// Counters cannot be read.
    #[error("reading rows whose time is over")]
    Hours(#[from] super::hours::HoursError),
}
