//! A cut: rows whose time is over leave the store, and what they counted stays.
//!
//! A cut is a record of the journal. It says up to which record calls and messages are gone and
//! what they had added to the counters. Whoever applies it, at once or in a rebuild years later,
//! takes away the rows it finds with what these count, and adds what the cut says: the sum is
//! the same whether the journal still has all of them, some, or none. So the journal may be
//! thinned at any pace behind a cut, and a crash in between changes nothing.
//!
//! ```text
//!        from        before            as_of        the cut's own number
//! ───────┼───────────┼─────────────────┼────────────┼─────►
//!        └ calls whose last callback   └ what was known when it was summed up
//!          lies here are gone            a call that came to life again after it keeps the rest
//! ```

mod apply;
mod plan;
mod sums;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use self::sums::{CallSum, HourSum};
use super::collection::{Collection, Found};
use super::doc::Doc;
use super::row::RowError;
use super::segment::SegmentError;
use super::{callback_row, row};
use crate::correlate::{Catalog, Facts};
use crate::domain::{CallId, Seq};

/// Which rows a cut takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bounds {
    /// Calls whose last callback is from here …
    pub calls_from: Seq,
    /// … and below this.
    pub calls_before: Seq,
    /// Messages whose callback is from here …
    pub sms_from: Seq,
    /// … and below this.
    pub sms_before: Seq,
    /// No call that begins later than this, in microseconds, can be among them: what need not be
    /// looked at.
    pub latest: i64,
}

impl Bounds {
    /// Callbacks below this have no row any more, except those of calls and messages that stay.
    fn callbacks_before(&self) -> Seq {
        self.calls_before.min(self.sms_before)
    }
}

/// A cut, summed up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cut {
    /// Which rows it takes.
    pub bounds: Bounds,
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
    doc: Doc,
    found: Found,
    facts: Facts,
    /// What is left of it: what came after the cut was summed up.
    rest: Option<Facts>,
}

impl Cut {
    /// Whether it takes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed == Removed::default()
    }

    /// The calls it takes, of those that `calls` has.
    fn calls_in(&self, calls: &Collection, catalog: &Catalog) -> Result<Vec<Gone>, CutError> {
        let kept: HashSet<CallId> = self.kept_calls.iter().filter_map(|id| CallId::parse(id)).collect();
        let range = self.bounds.calls_from..self.bounds.calls_before;
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut found_calls = Vec::new();
        calls.walk(i64::MAX, self.bounds.latest, |doc, found| {
            if range.contains(&doc.last) || doc.last > self.as_of {
                found_calls.push((doc, found));
            }
            Ok(())
        })?;
        let mut gone = Vec::new();
        for (doc, found) in found_calls {
            let id = CallId(doc.id);
            let facts = row::decode(id, &doc.row, catalog.provider)?;
            let last = facts.as_of(self.as_of).map_or(0, |then| then.last_callback());
            if range.contains(&last) && !kept.contains(&id) {
                let rest = facts.after(self.as_of);
                gone.push(Gone { doc, found, facts, rest });
            }
        }
        Ok(gone)
    }

    /// The messages it takes.
    fn sms_in(&self, sms: &Collection) -> Result<Vec<(Doc, Found)>, CutError> {
        let kept: HashSet<Seq> = self.kept_sms.iter().copied().collect();
        let range = self.bounds.sms_from..self.bounds.sms_before;
        let mut gone = Vec::new();
        if !range.is_empty() {
            sms.walk(last_sms_before(range.end), i64::MAX, |doc, found| {
                if range.contains(&doc.last) && !kept.contains(&doc.last) {
                    gone.push((doc, found));
                }
                Ok(())
            })?;
        }
        Ok(gone)
    }

    /// The callbacks it takes: all below the cut but those of calls and messages that stay.
    fn callbacks_in(
        &self,
        callbacks: &Collection,
        catalog: &Catalog,
        alive: &dyn Fn(CallId) -> Result<bool, CutError>,
        sms_alive: &HashSet<Seq>,
    ) -> Result<Vec<(Doc, Found)>, CutError> {
        let before = self.bounds.callbacks_before();
        let mut below = Vec::new();
        if before == 0 {
            return Ok(below);
        }
        let k_max = i64::try_from(before - 1).unwrap_or(i64::MAX);
        callbacks.walk(k_max, i64::MAX, |doc, found| {
            below.push((doc, found));
            Ok(())
        })?;
        let mut gone = Vec::new();
        for (doc, found) in below {
            if sms_alive.contains(&doc.last) {
                continue;
            }
            let row = callback_row::read(&doc, catalog)?;
            let mut stays = false;
            for call in &row.calls {
                stays = stays || alive(*call)?;
            }
            if !stays {
                gone.push((doc, found));
            }
        }
        Ok(gone)
    }
}

/// The callbacks below `before` that brought a message which stays.
fn living_sms(sms: &Collection, before: Seq, gone: &[(Doc, Found)]) -> Result<HashSet<Seq>, CutError> {
    let gone: HashSet<[u8; 16]> = gone.iter().map(|(doc, _)| doc.id).collect();
    let mut alive = HashSet::new();
    if before > 0 {
        sms.walk(last_sms_before(before), i64::MAX, |doc, _| {
            if !gone.contains(&doc.id) {
                alive.insert(doc.last);
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
