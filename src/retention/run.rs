//! One run: cuts remove rows from the store, then the journal's segments are rewritten.
//!
//! ```text
//! cuts (records of the journal, applied by the projector) ─► segments rewritten, oldest first
//!        durable and applied before anything is removed        each over its own name
//! ```
//!
//! It may stop at any moment: a cut is one record, a segment is replaced whole, and the next run starts
//! where this one did. [`super::keeper`] decides about each callback from the store, which has applied
//! the cuts by then; see [`crate::store::Cut`] for why a rebuild gives the same result.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::keeper::Deciding;
use super::policy::{Hold, Policy, cut_at};
use super::{Retention, RetentionError};
use crate::domain::Seq;
use crate::journal::{Body, NewRecord, Packing, Seen};
use crate::limits::{CUT_CALLBACKS, RETENTION_WAIT};
use crate::projector::cut_entry;
use crate::store::{CutBounds, QueryError, Removed};

/// What a run freed, or would free.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Freed {
    /// Callbacks that lost their bytes.
    pub raw: u64,
    /// How many bytes their bodies had.
    pub raw_bytes: u64,
    /// Calls that are gone.
    pub calls: u64,
    /// Messages that are gone.
    pub sms: u64,
    /// Callbacks that are gone altogether.
    pub callbacks: u64,
    /// Entries of the audit trail without their personal part.
    pub audit: u64,
    /// Calls and messages whose time is over and that a hold keeps.
    pub held: u64,
    /// Segments of the journal that were written anew.
    pub segments_rewritten: u64,
    /// Segments that are gone.
    pub segments_removed: u64,
    /// By how much the journal is smaller on disk; 0 in a dry run.
    pub disk_bytes: u64,
}

/// How far earlier runs came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RunProgress {
    pub(super) at: String,
    /// The policy and holds of that run.
    under: String,
    calls_before: Seq,
    sms_before: Seq,
    /// Segments before this are rewritten.
    through: Seq,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ends {
    pub(super) raw: Seq,
    calls: Seq,
    sms: Seq,
    pub(super) sms_at: Option<Timestamp>,
    pub(super) audit_at: Option<Timestamp>,
    audit: Seq,
}

impl Ends {
    fn highest(&self) -> Seq {
        self.raw.max(self.highest_cut()).max(self.audit)
    }

    pub(super) fn highest_cut(&self) -> Seq {
        self.calls.max(self.sms)
    }
}

pub(super) struct RetentionRun<'a> {
    pub(super) retention: &'a Retention,
    pub(super) policy: Policy,
    pub(super) holds: Vec<Hold>,
    pub(super) dry: bool,
    /// Also reads segments that an earlier run finished.
    pub(super) full: bool,
    pub(super) progress: &'a dyn Fn(f64),
}

impl RetentionRun<'_> {
    /// Blocks; call it within a Tokio runtime.
    pub(super) fn run(&self) -> Result<(Freed, RunProgress), RetentionError> {
        let inner = &self.retention.0;
        let now = inner.clock.now();
        let under = serde_json::to_string(&(&self.policy, &self.holds)).expect("plain data");
        let mut done: RunProgress = self.retention.done().unwrap_or_default();
        if self.full || done.under != under {
            done = RunProgress::default();
        }
        let generation = inner.store.generation();
        self.caught_up(*inner.journal.durable().borrow())?;
        let ends = self.ends(now)?;
        let mut freed = Freed::default();
        if self.dry {
            self.sum_up(&ends, &mut freed)?;
        } else {
            self.cut(&ends, &mut done, &mut freed)?;
        }
        self.thin(&ends, generation, &done, &mut freed)?;
        done = RunProgress {
            at: now.to_string(),
            under,
            calls_before: ends.calls,
            sms_before: ends.sms,
            through: ends.highest(),
        };
        Ok((freed, done))
    }

    fn ends(&self, now: Timestamp) -> Result<Ends, RetentionError> {
        let journal = &self.retention.0.journal;
        let seq = |at: Option<Timestamp>| at.map_or(Ok(0), |at| journal.first_at(at));
        let (sms_at, audit_at) = (cut_at(now, self.policy.sms_days), cut_at(now, self.policy.audit_days));
        Ok(Ends {
            raw: seq(cut_at(now, self.policy.effective_raw_days()))?,
            calls: seq(cut_at(now, self.policy.call_days))?,
            sms: seq(sms_at)?,
            sms_at,
            audit_at,
            audit: seq(audit_at)?,
        })
    }

    fn caught_up(&self, seq: Seq) -> Result<(), RetentionError> {
        let inner = &self.retention.0;
        let began = Instant::now();
        loop {
            let status = inner.store.status();
            if status.rebuilding.is_some() {
                return Err(RetentionError::Rebuilding);
            }
            // Damaged records at the end are never applied.
            if status.applied >= seq || inner.journal.read(status.applied + 1, 1)?.is_empty() {
                return Ok(());
            }
            if began.elapsed() > RETENTION_WAIT || inner.jobs.is_stopping() {
                return Err(RetentionError::Behind);
            }
            std::thread::park_timeout(std::time::Duration::from_millis(5));
        }
    }

    fn sum_up(&self, ends: &Ends, freed: &mut Freed) -> Result<(), RetentionError> {
        let bounds = CutBounds { calls_before: ends.calls, sms_before: ends.sms, latest: i64::MAX };
        let (removed, held) = self.plan(bounds).map(|cut| (cut.removed, cut.kept_calls.len() + cut.kept_sms.len()))?;
        count(freed, removed, held);
        Ok(())
    }

    fn plan(&self, bounds: CutBounds) -> Result<crate::store::Cut, QueryError> {
        let held = |call: &_| self.holds.iter().any(|hold| hold.covers_call(call));
        let sms_held = |sms: &_| self.holds.iter().any(|hold| hold.covers_sms(sms));
        self.retention.0.store.plan_cut(bounds, &held, &sms_held)
    }

    /// Writes each cut once the previous one is applied.
    fn cut(&self, ends: &Ends, done: &mut RunProgress, freed: &mut Freed) -> Result<(), RetentionError> {
        let inner = &self.retention.0;
        while done.calls_before < ends.calls || done.sms_before < ends.sms {
            let next = |from: Seq, end: Seq| end.min(from.saturating_add(CUT_CALLBACKS)).max(from);
            let calls_before = next(done.calls_before, ends.calls);
            // The last cut also finds calls that a platform's clock put into the future, and calls
            // of a hold that has ended.
            let is_last = calls_before == ends.calls;
            let bounds = CutBounds {
                calls_before,
                sms_before: next(done.sms_before, ends.sms),
                latest: if is_last { i64::MAX } else { self.latest(calls_before)? },
            };
            // Cuts of all writers are strictly in sequence.
            let seen = *inner.journal.durable().borrow();
            self.caught_up(seen)?;
            let cut = self.plan(bounds)?;
            count(freed, cut.removed, cut.kept_calls.len() + cut.kept_sms.len());
            if !cut.is_empty() {
                let body = Body::Entry(cut_entry(&cut));
                let append = inner.journal.append_after(Seen::Kind(seen), NewRecord { at: inner.clock.now(), body });
                let seq = tokio::runtime::Handle::current().block_on(append)?;
                self.caught_up(seq)?;
            }
            (done.calls_before, done.sms_before) = (bounds.calls_before, bounds.sms_before);
            if inner.jobs.is_stopping() {
                return Err(RetentionError::Stopped);
            }
            (self.progress)(0.5 * done.calls_before.max(done.sms_before) as f64 / ends.highest().max(1) as f64);
        }
        Ok(())
    }

    /// Upper bound of the start of calls that ended before record `seq`, however wrong a platform's
    /// clock is by hours.
    fn latest(&self, seq: Seq) -> Result<i64, RetentionError> {
        let records = self.retention.0.journal.read(seq, 1)?;
        let at = records.first().map_or(self.retention.0.clock.now(), |record| record.at);
        Ok(at.checked_add(SignedDuration::from_hours(48)).unwrap_or(Timestamp::MAX).as_microsecond())
    }

    fn thin(&self, ends: &Ends, generation: u64, done: &RunProgress, freed: &mut Freed) -> Result<(), RetentionError> {
        let journal = &self.retention.0.journal;
        let limit = ends.highest();
        if !self.dry && journal.segments().last().is_some_and(|last| *last < limit) {
            journal.roll().map_err(RetentionError::Roll)?;
        }
        let before = journal.health().bytes;
        let segments = journal.segments();
        // Earlier runs may have kept parts of calls at the edge.
        let begin = segments.partition_point(|first| *first < done.through).saturating_sub(3);
        let end = segments.partition_point(|first| *first < limit).min(segments.len() - usize::from(!self.dry));
        // Newest first: a repeat is summarised before the callback that it repeats is dropped.
        for (n, first) in segments.get(begin..end).unwrap_or_default().iter().rev().enumerate() {
            let decide = Deciding { run: self, ends, generation };
            // Survey first: most segments have nothing to change, and compressing takes the time.
            let (rewritten, kept) = decide.on(|decide| journal.survey(*first, decide))?;
            if !self.dry && rewritten.replaced + rewritten.dropped > 0 {
                decide.on(|decide| journal.rewrite(*first, Packing::Small, decide))?;
            }
            freed.raw += kept.raw;
            freed.raw_bytes += kept.raw_bytes;
            freed.audit += kept.audit;
            match (rewritten.kept + rewritten.replaced, rewritten.replaced + rewritten.dropped) {
                (_, 0) => {}
                (0, _) => freed.segments_removed += 1,
                _ => freed.segments_rewritten += 1,
            }
            if self.retention.0.jobs.is_stopping() {
                return Err(RetentionError::Stopped);
            }
            (self.progress)(0.5 + 0.5 * (n + 1) as f64 / (end - begin) as f64);
        }
        if !self.dry {
            freed.disk_bytes = before.saturating_sub(journal.health().bytes);
        }
        Ok(())
    }
}

fn count(freed: &mut Freed, removed: Removed, held: usize) {
    freed.calls += removed.calls;
    freed.sms += removed.sms;
    freed.callbacks += removed.callbacks;
    freed.held += held as u64;
}
