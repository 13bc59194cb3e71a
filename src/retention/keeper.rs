//! Decides what a retention run does with each record: keep, summarise or drop.
//!
//! The store has applied every cut by then: a callback without a row was cut, one before the raw end is
//! replaced by its summary. Held records stay unchanged.

use jiff::{SignedDuration, Timestamp};

use super::RetentionError;
use super::run::{Ends, Freed, RetentionRun};
use crate::domain::{Item, Seq, SmsEvent};
use crate::journal::{
    Body, CallbackSummary, Decide, Entry, Gone, Record, RecordAction, RewriteError, Rewritten, SUMMARY,
};
use crate::limits::KEEP_DAYS_MIN;
use crate::projector::summarise;
use crate::store::{CallbackRow, QueryError};

pub(super) struct Deciding<'a> {
    pub(super) run: &'a RetentionRun<'a>,
    pub(super) ends: &'a Ends,
    pub(super) generation: u64,
}

impl Deciding<'_> {
    /// Surveys or rewrites a segment.
    pub(super) fn on(
        &self,
        each: impl FnOnce(&mut dyn Decide) -> Result<Rewritten, RewriteError>,
    ) -> Result<(Rewritten, Freed), RetentionError> {
        let mut keeper = Keeper { by: self, freed: Freed::default(), failed: None };
        let done = each(&mut keeper)?;
        match keeper.failed {
            Some(error) => Err(error),
            None => Ok((done, keeper.freed)),
        }
    }
}

struct Keeper<'a> {
    by: &'a Deciding<'a>,
    freed: Freed,
    failed: Option<RetentionError>,
}

impl Decide for Keeper<'_> {
    fn record(&mut self, record: &Record) -> RecordAction {
        if self.failed.is_some() {
            return RecordAction::Keep;
        }
        let decided = match &record.body {
            Body::Callback(_) => self.callback(record),
            Body::Entry(entry) if entry.kind == SUMMARY => self.summary(record),
            Body::Entry(entry) if entry.kind == "audit" => Ok(self.audit(record, entry)),
            Body::Entry(_) | Body::Tally(_) | Body::Erased { .. } => Ok(RecordAction::Keep),
        };
        decided.unwrap_or_else(|error| {
            self.failed = Some(error);
            RecordAction::Keep
        })
    }
}

impl Keeper<'_> {
    fn callback(&mut self, record: &Record) -> Result<RecordAction, RetentionError> {
        if record.seq >= self.by.ends.highest_cut().max(self.by.ends.raw) {
            return Ok(RecordAction::Keep);
        }
        let Some(mut summary) = summarise(record, Gone::Retention) else { return Ok(RecordAction::Keep) };
        let row = self.row(record.seq)?;
        if (row.is_some() && record.seq >= self.by.ends.raw) || self.is_held(record, &summary, row.as_ref())? {
            return Ok(RecordAction::Keep);
        }
        self.freed.raw += 1;
        self.freed.raw_bytes += summary.size_bytes;
        if row.is_none() {
            return Ok(self.rest(record, summary));
        }
        // The callback that it repeats may be removed first.
        summary.outcome = row.map_or(summary.outcome, |row| row.outcome);
        Ok(RecordAction::Replace(Body::Entry(summary.entry())))
    }

    fn summary(&mut self, record: &Record) -> Result<RecordAction, RetentionError> {
        if record.seq >= self.by.ends.highest_cut() || self.row(record.seq)?.is_some() {
            return Ok(RecordAction::Keep);
        }
        let Some(summary) = summarise(record, Gone::Retention) else { return Ok(RecordAction::Keep) };
        if self.is_held(record, &summary, None)? {
            return Ok(RecordAction::Keep);
        }
        let before = summary.clone();
        match self.rest(record, summary) {
            RecordAction::Replace(Body::Entry(entry)) if entry == before.entry() => Ok(RecordAction::Keep),
            verdict => Ok(verdict),
        }
    }

    /// `None` where a cut removed the row.
    fn row(&self, seq: Seq) -> Result<Option<CallbackRow>, RetentionError> {
        let store = &self.by.run.retention.0.store;
        let row = store.callback(seq)?;
        if row.is_none() && store.generation() != self.by.generation {
            return Err(RetentionError::Rebuilding);
        }
        Ok(row)
    }

    /// For a record without a row: drops calls, keeps the identity of messages that may be repeated and
    /// the state of the company's own numbers.
    fn rest(&self, record: &Record, mut summary: CallbackSummary) -> RecordAction {
        let left = std::mem::take(&mut summary.items).into_iter().filter_map(|item| match item {
            Item::Event(_) | Item::Record(_) => None,
            Item::Sms(sms) => self.may_be_repeated(record.at).then(|| Item::Sms(Box::new(only_identity(&sms)))),
            Item::Number(status) => Some(Item::Number(status)),
        });
        summary.items = left.collect();
        if summary.items.is_empty() { RecordAction::Drop } else { RecordAction::Replace(Body::Entry(summary.entry())) }
    }

    /// Whether a repeat may come after the cut: a rebuild must recognise it.
    fn may_be_repeated(&self, at: Timestamp) -> bool {
        let window = SignedDuration::from_hours(24 * i64::from(KEEP_DAYS_MIN));
        self.by.ends.sms_at.and_then(|cut| cut.checked_sub(window).ok()).is_some_and(|since| at >= since)
    }

    fn is_held(
        &self,
        record: &Record,
        summary: &CallbackSummary,
        row: Option<&CallbackRow>,
    ) -> Result<bool, QueryError> {
        let (holds, store) = (&self.by.run.holds, &self.by.run.retention.0.store);
        if holds.is_empty() {
            return Ok(false);
        }
        if holds.iter().any(|hold| hold.covers_unknown(summary.app.0, record.at)) {
            return Ok(true);
        }
        let Some(row) = row else { return Ok(false) };
        for id in &row.calls {
            if let Some(call) = store.call(*id)?
                && holds.iter().any(|hold| hold.covers_call(&call))
            {
                return Ok(true);
            }
        }
        let messages = summary.items.iter().filter_map(|item| match item {
            Item::Sms(sms) => Some((**sms).clone()),
            Item::Event(_) | Item::Record(_) | Item::Number(_) => None,
        });
        let Some(provider) = row.provider else { return Ok(false) };
        Ok(messages
            .map(|sms| crate::store::SmsRow {
                callback: record.seq,
                app: summary.app,
                provider,
                received_at: record.at,
                test: summary.test,
                sms,
            })
            .any(|sms| holds.iter().any(|hold| hold.covers_sms(&sms))))
    }

    fn audit(&mut self, record: &Record, entry: &Entry) -> RecordAction {
        let over = self.by.ends.audit_at.is_some_and(|end| record.at < end) && self.by.run.holds.is_empty();
        if !over || !entry.fields.contains_key("personal") {
            return RecordAction::Keep;
        }
        self.freed.audit += 1;
        RecordAction::Replace(Body::Entry(entry.without("personal")))
    }
}

/// A message reduced to what identifies a repeat.
fn only_identity(sms: &SmsEvent) -> SmsEvent {
    SmsEvent {
        identity: sms.identity,
        sms_id: String::new(),
        mode: sms.mode,
        from: None,
        to: None,
        x: None,
        at: None,
        binding_id: None,
        content: None,
        result: None,
        kind: None,
        parts: None,
    }
}
