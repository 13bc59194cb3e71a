//! One erasure: search, rewrite, rebuild the store, certify.
//!
//! ```text
//! intent, sealed in state/ ─► segment finished ─► segments rewritten ─► torn/ ─► store anew
//!                         ─► certificate ─► state/ rewritten ─► intent forgotten
//! ```
//!
//! Every step can be repeated: a start that finds the intent begins with the first, using
//! [`super::notes`] of the run before. The store is rebuilt because sled keeps the bytes of removed rows.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::bindings;
use super::needle::Needle;
use super::notes::{Findings, Notes, SegmentNote};
use super::scrub::Scrub;
use super::{Certificate, Counts, Erasure, ErasureError, RewrittenSegment, rows};
use crate::domain::{CallId, PhoneNumber, Seq};
use crate::journal::{
    Body, CallbackSummary, Decide, Entry, Gone, NewRecord, Packing, Record, RecordAction, SUMMARY, Seen,
};
use crate::projector::summarise;
use crate::state::{Behalf, random};
use crate::store::{CallQuery, Filter, SmsQuery, Tests};

const LOOK: Duration = Duration::from_millis(20);
pub(super) const KIND: &str = "erasure";

/// The job, sealed in the state until it is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) pseudonymise: bool,
    pub(super) reason: String,
    pub(super) by: String,
    #[serde(default)]
    pub(super) by_kind: Option<String>,
    pub(super) salt: String,
    pub(super) started_at: String,
}

pub(super) struct ErasureRun<'a> {
    pub(super) erasure: &'a Erasure,
    pub(super) intent: Intent,
    pub(super) dry: bool,
    pub(super) progress: &'a dyn Fn(f64),
}

impl ErasureRun<'_> {
    /// Blocks; call it within a Tokio runtime.
    pub(super) fn run(&self) -> Result<(Counts, Option<Certificate>), ErasureError> {
        let inner = &self.erasure.0;
        let number = PhoneNumber::from_stored(self.intent.number.clone());
        let needle = Needle::new(&number).ok_or(ErasureError::NotAPerson)?;
        self.wait(|| {
            let status = inner.store.status();
            let last = *inner.journal.durable().borrow();
            status.rebuilding.is_none()
                && inner.bindings.reading().is_none()
                && (status.applied >= last || self.is_end(status.applied))
        })?;
        let mut found = self.known(&needle)?;
        let notes = Notes(&inner.state);
        if !self.dry {
            found = with_earlier(found, notes.found());
            tokio::runtime::Handle::current().block_on(notes.keep_found(&found))?;
        }
        let callbacks = self.callbacks(&found.calls)?;
        let Findings { mut counts, calls } = found;
        let scrub = Scrub { needle, pseudonymise: self.intent.pseudonymise, salt: self.intent.salt.clone(), calls };
        let through = *inner.journal.durable().borrow();
        if !self.dry {
            inner.journal.roll().map_err(ErasureError::Roll)?;
        }
        let rewritten = self.segments(&scrub, &callbacks, through)?;
        rewritten.iter().for_each(|note| counts.add(&note.counts));
        if self.dry {
            return Ok((counts, None));
        }
        bindings::erase(&inner.bindings, &scrub)?;
        for path in self.torn(&scrub.needle)? {
            fs::remove_file(&path).map_err(|source| ErasureError::Torn { path, source })?;
        }
        self.rebuild_store()?;
        let certificate = self.certify(&scrub, counts.clone(), &rewritten, through)?;
        Ok((counts, Some(certificate)))
    }

    /// The person's calls, and counts of their other data in the store and `torn/`.
    fn known(&self, needle: &Needle) -> Result<Findings, ErasureError> {
        let store = &self.erasure.0.store;
        let number = || Filter::any(vec![needle.number().national().to_owned()]);
        let (mut calls, mut counts) = (HashSet::new(), Counts::default());
        let query = CallQuery { number: number(), test: Tests::With, ..CallQuery::default() };
        for call in rows(|page| store.calls(&query, page)) {
            let call = call?;
            if needle.is_any([&call.caller, &call.callee, &call.x, &call.y]) {
                calls.insert(call.id);
                counts.recordings += u64::from(call.recording.is_some());
            }
        }
        counts.calls = calls.len() as u64;
        let query = SmsQuery { number: number(), test: Tests::With, ..SmsQuery::default() };
        for row in rows(|page| store.sms(&query, page)) {
            let sms = row?.sms;
            counts.sms += u64::from(needle.is_any([&sms.from, &sms.to, &sms.x]));
        }
        counts.bindings = bindings::of(&self.erasure.0.bindings, needle)?.len() as u64;
        counts.torn = self.torn(needle)?.len() as u64;
        Ok(Findings { counts, calls })
    }

    fn callbacks(&self, calls: &HashSet<CallId>) -> Result<HashSet<Seq>, ErasureError> {
        let mut callbacks = HashSet::new();
        for id in calls {
            callbacks.extend(self.erasure.0.store.call(*id)?.into_iter().flat_map(|call| call.callbacks));
        }
        Ok(callbacks)
    }

    /// Rewrites every segment that holds the person's data; returns them, with an earlier run's.
    fn segments(
        &self,
        scrub: &Scrub,
        callbacks: &HashSet<Seq>,
        through: Seq,
    ) -> Result<Vec<SegmentNote>, ErasureError> {
        let (journal, notes) = (&self.erasure.0.journal, Notes(&self.erasure.0.state));
        let firsts: Vec<Seq> = journal.segments().into_iter().filter(|first| *first <= through).collect();
        let mut surveyed = Vec::new();
        for (n, first) in firsts.iter().copied().enumerate() {
            let eraser = || Eraser { scrub, callbacks, counts: Counts::default() };
            let mut surveyor = eraser();
            let found = journal.survey(first, &mut surveyor)?;
            let note = SegmentNote { first, before: None, counts: surveyor.counts };
            if found.replaced + found.dropped > 0 && self.dry {
                surveyed.push(note);
            } else if found.replaced + found.dropped > 0 {
                let note = SegmentNote { before: journal.digest(first)?, ..note };
                tokio::runtime::Handle::current().block_on(notes.keep_segment(&note))?;
                journal.rewrite(first, Packing::Fast, &mut eraser())?;
            }
            self.check_stop()?;
            (self.progress)(0.6 * (n + 1) as f64 / firsts.len() as f64);
        }
        Ok(if self.dry { surveyed } else { notes.segments() })
    }

    /// Torn tails with the number. They were never acknowledged, so they are deleted whole.
    fn torn(&self, needle: &Needle) -> Result<Vec<PathBuf>, ErasureError> {
        let dir = self.erasure.0.data.join("torn");
        let failed = |source| ErasureError::Torn { path: dir.clone(), source };
        let mut found = Vec::new();
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.is_file() && needle.is_in(&fs::read(&path).map_err(failed)?) {
                found.push(path);
            }
        }
        Ok(found)
    }

    fn rebuild_store(&self) -> Result<(), ErasureError> {
        let inner = &self.erasure.0;
        inner.store.rebuild();
        self.wait(|| !inner.store.rebuild_waits())?;
        self.wait(|| {
            let status = inner.store.status();
            (self.progress)(0.6 + 0.35 * status.rebuilding.unwrap_or(0.0));
            status.rebuilding.is_none() && (status.applied >= status.durable || self.is_end(status.applied))
        })
    }

    /// Damaged records at the end are never applied.
    fn is_end(&self, applied: Seq) -> bool {
        self.erasure.0.journal.read(applied + 1, 1).is_ok_and(|records| records.is_empty())
    }

    fn wait(&self, done: impl Fn() -> bool) -> Result<(), ErasureError> {
        while !done() {
            self.check_stop()?;
            std::thread::park_timeout(LOOK);
        }
        Ok(())
    }

    fn check_stop(&self) -> Result<(), ErasureError> {
        if self.erasure.0.jobs.is_stopping() { Err(ErasureError::Stopped) } else { Ok(()) }
    }

    /// Writes the certificate, removes the person from the state, then forgets the intent.
    fn certify(
        &self,
        scrub: &Scrub,
        counts: Counts,
        rewritten: &[SegmentNote],
        through: Seq,
    ) -> Result<Certificate, ErasureError> {
        let inner = &self.erasure.0;
        let runtime = tokio::runtime::Handle::current();
        let segments = rewritten.iter().map(|note| {
            let (segment, before) = (format!("{:012}", note.first), note.before.clone());
            inner.journal.digest(note.first).map(|after| RewrittenSegment { segment, before, after })
        });
        let segments = segments.collect::<Result<Vec<_>, _>>()?;
        let salt = random::hex(&random::bytes::<16>());
        let number = scrub.needle.number().reveal();
        let certificate = Certificate {
            id: self.intent.id.clone(),
            mode: if self.intent.pseudonymise { "pseudonymised" } else { "erased" }.to_owned(),
            by: self.intent.by.clone(),
            by_kind: self.intent.by_kind.clone(),
            reason: scrub.text(self.intent.reason.clone()),
            started_at: self.intent.started_at.clone(),
            finished_at: inner.clock.now().to_string(),
            number_sha256: random::hex(&Sha256::digest(format!("{salt}{number}"))),
            salt,
            through,
            counts,
            segments,
            statement: Certificate::STATEMENT.to_owned(),
        };
        let fields = match serde_json::to_value(&certificate) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let body = Body::Entry(Entry { kind: KIND.to_owned(), fields });
        let seen = Seen::Kind(*inner.journal.durable().borrow());
        let append = inner.journal.append_after(seen, NewRecord { at: inner.clock.now(), body });
        let seq = runtime.block_on(append)?;
        runtime.block_on(async {
            let name = format!("{}{}", super::CERTIFICATE, certificate.id);
            inner.state.set_value(Behalf::House, &name, &seq).await?;
            let (needle, other) = (scrub.needle.clone(), scrub.text(number.to_owned()));
            inner.state.compact(move |text| needle.replace(text, &other)).await?;
            Notes(&inner.state).forget().await?;
            inner.state.forget_value(Behalf::House, super::INTENT).await?;
            inner.state.compact(|_| None).await
        })?;
        Ok(certificate)
    }
}

/// Adds what an interrupted run had found.
fn with_earlier(now: Findings, earlier: Option<Findings>) -> Findings {
    let Some(mut all) = earlier else { return now };
    all.calls.extend(now.calls);
    let (counts, now) = (&mut all.counts, now.counts);
    counts.calls = all.calls.len() as u64;
    counts.sms = counts.sms.max(now.sms);
    counts.recordings = counts.recordings.max(now.recordings);
    counts.bindings = counts.bindings.max(now.bindings);
    counts.torn = counts.torn.max(now.torn);
    all
}

struct Eraser<'a> {
    scrub: &'a Scrub,
    callbacks: &'a HashSet<Seq>,
    counts: Counts,
}

impl Decide for Eraser<'_> {
    fn record(&mut self, record: &Record) -> RecordAction {
        match &record.body {
            Body::Callback(callback) => {
                if !self.is_theirs(record.seq) && !self.scrub.is_in_callback(callback) {
                    return RecordAction::Keep;
                }
                self.counts.callbacks += 1;
                self.without_person(record)
            }
            Body::Entry(entry) if entry.kind == SUMMARY && CallbackSummary::read(entry).is_some() => {
                if !self.is_theirs(record.seq) && !self.scrub.is_in_entry(entry) {
                    return RecordAction::Keep;
                }
                let Some(before) = CallbackSummary::read(entry) else { return RecordAction::Keep };
                if self.scrub.summary(before.clone()) == before {
                    return RecordAction::Keep;
                }
                self.counts.summaries += 1;
                self.without_person(record)
            }
            Body::Entry(entry) if entry.kind == "audit" => self.audit(entry),
            Body::Entry(entry) if self.scrub.is_in_entry(entry) => {
                self.counts.others += 1;
                RecordAction::Replace(Body::Entry(self.scrub.entry(entry)))
            }
            Body::Entry(_) | Body::Tally(_) | Body::Erased { .. } => RecordAction::Keep,
        }
    }

    fn unreadable(&mut self, bytes: &[u8]) -> RecordAction {
        if self.scrub.needle.is_in(bytes) {
            self.counts.others += 1;
            return RecordAction::Drop;
        }
        RecordAction::Keep
    }
}

impl Eraser<'_> {
    /// Whether the whole callback belongs to the person's calls and is erased.
    fn is_theirs(&self, seq: Seq) -> bool {
        !self.scrub.pseudonymise && self.callbacks.contains(&seq)
    }

    fn without_person(&self, record: &Record) -> RecordAction {
        match summarise(record, Gone::Erasure) {
            Some(summary) => {
                let summary = self.scrub.summary(summary);
                RecordAction::Summarise(Box::new(CallbackSummary { why: Gone::Erasure, ..summary }))
            }
            None => RecordAction::Erase,
        }
    }

    fn audit(&mut self, entry: &Entry) -> RecordAction {
        let has = entry.fields.get("personal").is_some_and(|personal| self.scrub.is_in_value(personal));
        if !has {
            return RecordAction::Keep;
        }
        self.counts.audit += 1;
        RecordAction::Replace(Body::Entry(entry.without("personal")))
    }
}
