//! The store's only writer: applies records, writes checkpoints, seals what no longer changes.
//!
//! Applying a record twice changes nothing. Changes are in memory, and seen by readers, at
//! once; they reach `store/` in checkpoints, each one batch of sled and so all or nothing. A
//! crash loses at most the time since the last one, which the journal gives back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::collection::{Found, Place};
use super::doc::Doc;
use super::hot_chunks::HotChunks;
use super::hours::{self, Hours, hour_of};
use super::numbers::Numbers;
use super::open::AppliedRow;
use super::share::Share;
use super::shared::{Rows, Shared};
use super::{Applied, CallbackRow, Change, SmsRow, audit, callback_row, row, sms_row, terms};
use crate::correlate::{Facts, alone, call_id, join};
use crate::domain::{AppId, CallId, CallKey, Identity, Item, Outcome, Seq};

/// Why a batch was not applied. The store can be rebuilt.
#[derive(Debug, thiserror::Error)]
#[error("writing the store")]
pub struct WriteError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl WriteError {
    pub(super) fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

/// The writer. There is one for each store.
#[derive(Debug)]
pub struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) applied: AppliedRow,
    pub(super) chunks: HotChunks,
    /// When the last callback was received.
    pub(super) received: Timestamp,
    pub(super) calls: HashSet<CallId>,
    pub(super) callbacks: Vec<Place>,
    pub(super) sms: Vec<Place>,
    pub(super) audit: Vec<Place>,
    pub(super) apps: BTreeSet<AppId>,
    pub(super) buried: BTreeSet<u64>,
    /// Whether hot rows were taken away, so that their chunks must be written anew.
    pub(super) rewrite_callbacks: bool,
    pub(super) rewrite_sms: bool,
}

/// A call while a batch is applied to it.
struct Work {
    facts: Facts,
    before: Option<Share>,
    sealed: Option<(u64, u32)>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, applied: AppliedRow, chunks: HotChunks) -> Self {
        shared.hours().open_from = applied.open_from;
        Self {
            shared,
            applied,
            chunks,
            received: Timestamp::MIN,
            calls: HashSet::new(),
            callbacks: Vec::new(),
            sms: Vec::new(),
            audit: Vec::new(),
            apps: BTreeSet::new(),
            buried: BTreeSet::new(),
            rewrite_callbacks: false,
            rewrite_sms: false,
        }
    }

    /// The last record applied.
    #[must_use]
    pub fn applied(&self) -> Seq {
        self.applied.seq
    }

    /// Notes the journal's last record before this process takes callbacks: those behind it are
    /// counted as they are applied.
    pub fn began(&self, durable: Seq) {
        self.shared.rows_mut().began = durable;
    }

    /// Tells readers how far the journal goes.
    pub fn note_durable(&self, durable: Seq) {
        self.shared.rows_mut().durable = durable;
    }

    /// Tells readers that records from `first` to `last` are being projected anew; `None` when
    /// that is done.
    pub fn note_rebuild(&self, span: Option<(Seq, Seq)>) {
        self.shared.rows_mut().rebuild = span;
    }

    /// Whether somebody asked for a rebuild that has not begun.
    #[must_use]
    pub fn rebuild_wanted(&self) -> bool {
        self.shared.rebuild_wanted.load(Ordering::Acquire)
    }

    /// Whether changes wait for a checkpoint.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.rewrite_callbacks || self.rewrite_sms || !self.buried.is_empty() || self.changed_rows() > 0
    }

    /// How many rows wait for a checkpoint.
    #[must_use]
    pub fn changed_rows(&self) -> usize {
        let rows = self.calls.len() + self.callbacks.len() + self.sms.len() + self.audit.len();
        rows + self.shared.hours().changed()
    }

    /// Applies records in the order of their numbers. `fingerprint` is that of the last one.
    ///
    /// # Errors
    /// When a part of the store cannot be read.
    pub fn apply(&mut self, mut batch: Vec<Applied>, fingerprint: u64) -> Result<(), WriteError> {
        // A cut is about the rows as they are when its turn comes.
        while let Some(place) = batch.iter().position(|applied| matches!(applied, Applied::Cut { .. })) {
            let rest = batch.split_off(place + 1);
            let cut = batch.pop();
            self.apply_rows(batch, fingerprint)?;
            if let Some(Applied::Cut { seq, cut }) = cut
                && seq > self.applied.seq
            {
                self.cut(&cut)?;
                self.apply_rows(vec![Applied::Other { seq }], fingerprint)?;
            }
            batch = rest;
        }
        self.apply_rows(batch, fingerprint)
    }

    fn apply_rows(&mut self, batch: Vec<Applied>, fingerprint: u64) -> Result<(), WriteError> {
        let Some(last) = batch.last().map(Applied::seq) else { return Ok(()) };
        let mut works: HashMap<CallId, Work> = HashMap::new();
        let mut callback_docs = Vec::new();
        let mut sms_docs: HashMap<[u8; 16], Doc> = HashMap::new();
        let mut audit_docs = Vec::new();
        let mut changes = Vec::new();
        let mut seen: HashMap<AppId, i64> = HashMap::new();
        let mut followed: Vec<AppId> = Vec::new();
        let mut tests = false;
        let (done, began) = (self.applied.seq, self.shared.rows().began);
        for applied in batch.into_iter().filter(|applied| applied.seq() > done) {
            match applied {
                Applied::Callback { mut row, items } => {
                    let keys = self.take_items(&mut row, items, &mut works, &mut sms_docs, &mut changes)?;
                    self.count_callback(&row, keys.len())?;
                    self.received = row.received_at;
                    if row.seq > began {
                        followed.push(row.app);
                    }
                    if !row.test {
                        let at = row.received_at.as_microsecond();
                        seen.entry(row.app).and_modify(|last| *last = (*last).max(at)).or_insert(at);
                    }
                    tests |= row.test;
                    changes.push(Change::Callback(row.seq));
                    callback_row::name_calls(&mut row, &keys);
                    callback_docs.push(callback_row::doc(&row, &keys));
                }
                Applied::Tally { at, app, refused, possibly_lost, .. } => {
                    let key = (hour_of(at), app.map_or(u32::MAX, |app| app.0));
                    let count = |hour: &mut hours::Hour| {
                        hour.refused += refused;
                        hour.possibly_lost += possibly_lost;
                    };
                    self.shared.hours().change(&self.shared.db(), key, count).map_err(WriteError::new)?;
                }
                Applied::Audit(row) => audit_docs.push(audit::doc(&row)),
                Applied::Cut { .. } | Applied::Other { .. } => {}
            }
        }
        let call_docs = self.finish_calls(&works)?;
        changes.extend(works.keys().map(|id| Change::Call(*id)));

        let mut rows = self.shared.rows_mut();
        for work in works.values() {
            if let Some((number, position)) = work.sealed {
                rows.calls.bury(number, position);
                self.buried.insert(number);
            }
        }
        for doc in call_docs {
            rows.calls.put(doc);
        }
        for doc in callback_docs {
            self.callbacks.push(doc.place());
            rows.callbacks.put(doc);
        }
        for doc in sms_docs.into_values() {
            self.sms.push(doc.place());
            rows.sms.put(doc);
        }
        for doc in audit_docs {
            self.audit.push(doc.place());
            rows.audit.put(doc);
        }
        for (app, at) in seen {
            let last = rows.last_seen.entry(app).or_insert(at);
            *last = at.max(*last);
            self.apps.insert(app);
        }
        for app in followed {
            *rows.followed.entry(app).or_default() += 1;
        }
        rows.tests |= tests;
        rows.applied = last.max(rows.applied);
        drop(rows);
        self.calls.extend(works.into_keys());
        self.applied.seq = last.max(self.applied.seq);
        self.applied.fingerprint = fingerprint;
        for change in changes {
            // Nobody may be listening.
            let _ = self.shared.changes.send(change);
        }
        let _ = self.shared.changes.send(Change::Told(last));
        Ok(())
    }

    fn take_items(
        &mut self,
        row: &mut CallbackRow,
        items: Vec<Item>,
        works: &mut HashMap<CallId, Work>,
        sms_docs: &mut HashMap<[u8; 16], Doc>,
        changes: &mut Vec<Change>,
    ) -> Result<Vec<CallKey>, WriteError> {
        let mut keys: Vec<CallKey> = Vec::new();
        let mut any_new = items.is_empty();
        for (place, item) in items.into_iter().enumerate() {
            match item {
                Item::Event(mut event) => {
                    event.identity = shorten(event.identity);
                    let work = self.work(works, row, &event.key)?;
                    note_key(&mut keys, &event.key);
                    any_new |= work.facts.add_event(*event, row.seq);
                }
                Item::Record(mut record) => {
                    record.identity = shorten(record.identity);
                    let work = self.work(works, row, &record.key)?;
                    note_key(&mut keys, &record.key);
                    any_new |= work.facts.add_record(*record, row.seq, row.received_at);
                }
                Item::Sms(mut sms) => {
                    row.not_calls += 1;
                    let Some(provider) = row.provider else { continue };
                    if let Some(stamp) = &mut sms.at {
                        stamp.at = alone(stamp.at, row.received_at);
                    }
                    let message = SmsRow {
                        callback: row.seq,
                        app: row.app,
                        provider,
                        received_at: row.received_at,
                        test: row.test,
                        sms: *sms,
                    };
                    let doc = sms_row::doc(&message, place);
                    let known = sms_docs.contains_key(&doc.id) || {
                        let rows = self.shared.rows();
                        rows.sms.get(&doc.id, sms_row::id_term(&doc.id)).map_err(WriteError::new)?.is_some()
                    };
                    if !known {
                        any_new = true;
                        changes.push(Change::Sms(row.seq));
                        sms_docs.insert(doc.id, doc);
                    }
                }
                Item::Number(status) => {
                    row.not_calls += 1;
                    if row.test {
                        // It must not take a number out of service.
                        any_new = true;
                        continue;
                    }
                    let place = u32::try_from(place).unwrap_or(u32::MAX);
                    if self.shared.numbers().told(row.app, &status, row.seq, place, row.received_at) {
                        any_new = true;
                        changes.push(Change::Number(status.number));
                    }
                }
            }
        }
        if row.outcome == Outcome::Accepted && !any_new {
            row.outcome = Outcome::Duplicate;
        }
        Ok(keys)
    }

    /// The call of `key`, as known so far, noted as named by the callback.
    fn work<'w>(
        &self,
        works: &'w mut HashMap<CallId, Work>,
        row: &CallbackRow,
        key: &CallKey,
    ) -> Result<&'w mut Work, WriteError> {
        let id = call_id(row.app, key);
        if let std::collections::hash_map::Entry::Vacant(vacant) = works.entry(id) {
            vacant.insert(self.load(id, row, key)?);
        }
        let work = works.get_mut(&id).expect("it was just put there");
        work.facts.named_by(row.seq, row.received_at);
        Ok(work)
    }

    fn load(&self, id: CallId, row: &CallbackRow, key: &CallKey) -> Result<Work, WriteError> {
        let catalog = &self.shared.catalog;
        let found = self.shared.rows().calls.get(&id.0, terms::id_term(id)).map_err(WriteError::new)?;
        let Some((doc, found)) = found else {
            let provider = row.provider.expect("only a known provider's callback has items");
            return Ok(Work {
                facts: Facts::new(id, row.app, provider, key.clone(), row.received_at),
                before: None,
                sealed: None,
            });
        };
        let facts = row::decode(id, &doc.row, catalog.provider).map_err(WriteError::new)?;
        let before = Some(Share::of(&join(&facts, catalog)));
        let sealed = match found {
            Found::Hot => None,
            Found::Sealed { number, position } => Some((number, position)),
        };
        Ok(Work { facts, before, sealed })
    }

    /// Joins what changed: counters, numbers, and the rows to put.
    fn finish_calls(&self, works: &HashMap<CallId, Work>) -> Result<Vec<Doc>, WriteError> {
        let mut docs = Vec::with_capacity(works.len());
        let mut hours = self.shared.hours();
        let mut numbers = self.shared.numbers();
        for work in works.values() {
            let call = join(&work.facts, &self.shared.catalog);
            let share = Share::of(&call);
            if work.before.as_ref() != Some(&share) {
                if let Some(before) = &work.before {
                    hours.count(&self.shared.db(), before, -1).map_err(WriteError::new)?;
                }
                hours.count(&self.shared.db(), &share, 1).map_err(WriteError::new)?;
            }
            let numbers_of = [&call.x, &call.y].into_iter().flatten().filter(|_| !call.test);
            for number in numbers_of {
                numbers.used(call.app, number);
            }
            docs.push(super::call_doc(&work.facts, &call));
        }
        Ok(docs)
    }

    fn count_callback(&self, row: &CallbackRow, calls: usize) -> Result<(), WriteError> {
        let count = |hour: &mut hours::Hour| {
            hour.outcomes[hours::outcome_index(row.outcome)] += 1;
            hour.joined += u64::from(calls > 0);
            hour.not_calls += u64::from(row.not_calls > 0);
            hour.bytes += row.size_bytes;
        };
        let at = (hour_of(row.received_at), row.app.0);
        self.shared.hours().change(&self.shared.db(), at, count).map_err(WriteError::new)
    }

    /// Empties the store: the next record applied is the first.
    ///
    /// # Errors
    /// When sled or the disk refuses.
    pub fn reset(&mut self) -> Result<(), WriteError> {
        self.shared.begin_anew().map_err(WriteError::new)?;
        let sealed = self.shared.dir.join("sealed");
        let files = {
            let mut rows = self.shared.rows_mut();
            // From here on it is being rebuilt, and says so without a gap.
            let rebuild = (rows.durable > 0).then_some((1, rows.durable));
            let kept = Rows { durable: rows.durable, began: rows.began, rebuild, ..Rows::new(&sealed) };
            let fresh = Rows { generation: rows.generation + 1, ..kept };
            let old = std::mem::replace(&mut *rows, fresh);
            *self.shared.hours() = Hours::default();
            *self.shared.numbers() = Numbers::default();
            old.files()
        };
        for file in files {
            std::fs::remove_file(file).map_err(WriteError::new)?;
        }
        let fresh = AppliedRow { next_segment: 1, ..AppliedRow::default() };
        *self = Self::new(self.shared.clone(), fresh, HotChunks::default());
        self.shared.rebuild_wanted.store(false, Ordering::Release);
        Ok(())
    }
}

fn note_key(keys: &mut Vec<CallKey>, key: &CallKey) {
    if !keys.contains(key) {
        keys.push(key.clone());
    }
}

/// Identities only tell a call's few events apart: 49 bits are enough for that, and are seven
/// bytes in a row instead of ten.
fn shorten(identity: Identity) -> Identity {
    Identity(identity.0 & ((1 << 49) - 1))
}
