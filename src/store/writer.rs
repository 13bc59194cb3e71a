//! The store's only writer: applies records, writes checkpoints, seals what no longer changes.
//!
//! Applying a record twice changes nothing. Changes are in memory, and seen by readers, at
//! once; they reach `store/` in checkpoints, each one batch and so all or nothing. A
//! crash loses at most the time since the last one, which the journal gives back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::collection::{Collection, RowLocation};
use super::contribution::Contribution;
use super::hot_chunks::HotChunks;
use super::hours::{self, Hours, hour_of};
use super::indexed_row::IndexedRow;
use super::numbers::Numbers;
use super::open::AppliedRow;
use super::shared::{Rows, Shared};
use super::{Applied, CallbackRow, Change, SmsRow, audit, call_row, callback_row, sms_row, terms};
use crate::correlate::{Facts, alone, call_id, join};
use crate::domain::{AppId, CallId, CallKey, Identity, Item, Outcome, Seq};

/// The store can be rebuilt.
#[derive(Debug, thiserror::Error)]
#[error("writing the store")]
pub struct WriteError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl WriteError {
    pub(super) fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

#[derive(Debug)]
pub struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) applied: AppliedRow,
    pub(super) chunks: HotChunks,
    pub(super) received: Timestamp,
    pub(super) calls: HashSet<CallId>,
    pub(super) apps: BTreeSet<AppId>,
}

struct CallUpdate {
    facts: Facts,
    before: Option<Contribution>,
    sealed: Option<(u64, u32)>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, applied: AppliedRow, chunks: HotChunks) -> Self {
        shared.hours().open_from = applied.open_from;
        Self { shared, applied, chunks, received: Timestamp::MIN, calls: HashSet::new(), apps: BTreeSet::new() }
    }

    #[must_use]
    pub fn applied(&self) -> Seq {
        self.applied.seq
    }

    /// Call before taking callbacks: later records are counted as they are applied.
    pub fn began(&self, durable: Seq) {
        self.shared.rows_mut().began = durable;
    }

    pub fn note_durable(&self, durable: Seq) {
        self.shared.rows_mut().durable = durable;
    }

    /// Progress of a rebuild for readers; `None` when it is done.
    pub fn note_rebuild(&self, span: Option<(Seq, Seq)>) {
        self.shared.rows_mut().rebuild = span;
    }

    #[must_use]
    pub fn rebuild_wanted(&self) -> bool {
        self.shared.rebuild_wanted.load(Ordering::Acquire)
    }

    #[must_use]
    pub fn has_changes(&self) -> bool {
        let changed = self.shared.rows().collections().into_iter().any(Collection::has_changes);
        changed || self.changed_rows() > 0
    }

    #[must_use]
    pub fn changed_rows(&self) -> usize {
        let appended: usize = self.shared.rows().collections().into_iter().map(Collection::appended).sum();
        self.calls.len() + appended + self.shared.hours().changed()
    }

    /// In the order of their numbers. `fingerprint` is that of the last one.
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
        let mut updates: HashMap<CallId, CallUpdate> = HashMap::new();
        let mut callbacks = Vec::new();
        let mut messages: HashMap<[u8; 16], IndexedRow> = HashMap::new();
        let mut entries = Vec::new();
        let mut changes = Vec::new();
        let mut seen: HashMap<AppId, i64> = HashMap::new();
        let mut followed: Vec<AppId> = Vec::new();
        let mut tests = false;
        let (done, began) = (self.applied.seq, self.shared.rows().began);
        for applied in batch.into_iter().filter(|applied| applied.seq() > done) {
            match applied {
                Applied::Callback { mut row, items } => {
                    let keys = self.take_items(&mut row, items, &mut updates, &mut messages, &mut changes)?;
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
                    callbacks.push(callback_row::index(&row, &keys));
                }
                Applied::Tally { at, app, refused, possibly_lost, .. } => {
                    let key = (hour_of(at), app.map_or(u32::MAX, |app| app.0));
                    let count = |hour: &mut hours::Hour| {
                        hour.refused += refused;
                        hour.possibly_lost += possibly_lost;
                    };
                    self.shared.hours().change(&self.shared.kv(), key, count).map_err(WriteError::new)?;
                }
                Applied::Audit(row) => entries.push(audit::index(&row)),
                Applied::Cut { .. } | Applied::Other { .. } => {}
            }
        }
        let calls = self.finish_calls(&updates)?;
        changes.extend(updates.keys().map(|id| Change::Call(*id)));

        let mut rows = self.shared.rows_mut();
        for update in updates.values() {
            if let Some((number, position)) = update.sealed {
                rows.calls.mark_deleted(number, position);
            }
        }
        for indexed in calls {
            rows.calls.put(indexed);
        }
        for indexed in callbacks {
            rows.callbacks.append(indexed);
        }
        for indexed in messages.into_values() {
            rows.sms.append(indexed);
        }
        for indexed in entries {
            rows.audit.append(indexed);
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
        self.calls.extend(updates.into_keys());
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
        updates: &mut HashMap<CallId, CallUpdate>,
        messages: &mut HashMap<[u8; 16], IndexedRow>,
        changes: &mut Vec<Change>,
    ) -> Result<Vec<CallKey>, WriteError> {
        let mut keys: Vec<CallKey> = Vec::new();
        let mut any_new = items.is_empty();
        for (place, item) in items.into_iter().enumerate() {
            match item {
                Item::Event(mut event) => {
                    event.identity = shorten(event.identity);
                    let update = self.update(updates, row, &event.key)?;
                    note_key(&mut keys, &event.key);
                    any_new |= update.facts.add_event(*event, row.seq);
                }
                Item::Record(mut record) => {
                    record.identity = shorten(record.identity);
                    let update = self.update(updates, row, &record.key)?;
                    note_key(&mut keys, &record.key);
                    any_new |= update.facts.add_record(*record, row.seq, row.received_at);
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
                    let indexed = sms_row::index(&message, place);
                    let known = messages.contains_key(&indexed.id) || {
                        let rows = self.shared.rows();
                        rows.sms.get(&indexed.id, sms_row::id_term(&indexed.id)).map_err(WriteError::new)?.is_some()
                    };
                    if !known {
                        any_new = true;
                        changes.push(Change::Sms(row.seq));
                        messages.insert(indexed.id, indexed);
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
    fn update<'w>(
        &self,
        updates: &'w mut HashMap<CallId, CallUpdate>,
        row: &CallbackRow,
        key: &CallKey,
    ) -> Result<&'w mut CallUpdate, WriteError> {
        let id = call_id(row.app, key);
        if let std::collections::hash_map::Entry::Vacant(vacant) = updates.entry(id) {
            vacant.insert(self.load(id, row, key)?);
        }
        let update = updates.get_mut(&id).expect("it was just put there");
        update.facts.named_by(row.seq, row.received_at);
        Ok(update)
    }

    fn load(&self, id: CallId, row: &CallbackRow, key: &CallKey) -> Result<CallUpdate, WriteError> {
        let catalog = &self.shared.catalog;
        let found = self.shared.rows().calls.get(&id.0, terms::id_term(id)).map_err(WriteError::new)?;
        let Some((indexed, found)) = found else {
            let provider = row.provider.expect("only a known provider's callback has items");
            return Ok(CallUpdate {
                facts: Facts::new(id, row.app, provider, key.clone(), row.received_at),
                before: None,
                sealed: None,
            });
        };
        let facts = call_row::decode(id, &indexed.row, catalog.provider).map_err(WriteError::new)?;
        let before = Some(Contribution::of(&join(&facts, catalog)));
        let sealed = match found {
            RowLocation::Hot => None,
            RowLocation::Sealed { number, position } => Some((number, position)),
        };
        Ok(CallUpdate { facts, before, sealed })
    }

    fn finish_calls(&self, updates: &HashMap<CallId, CallUpdate>) -> Result<Vec<IndexedRow>, WriteError> {
        let mut indexed_rows = Vec::with_capacity(updates.len());
        let mut hours = self.shared.hours();
        let mut numbers = self.shared.numbers();
        for update in updates.values() {
            let call = join(&update.facts, &self.shared.catalog);
            let contribution = Contribution::of(&call);
            if update.before.as_ref() != Some(&contribution) {
                if let Some(before) = &update.before {
                    hours.count(&self.shared.kv(), before, -1).map_err(WriteError::new)?;
                }
                hours.count(&self.shared.kv(), &contribution, 1).map_err(WriteError::new)?;
            }
            let numbers_of = [&call.x, &call.y].into_iter().flatten().filter(|_| !call.test);
            for number in numbers_of {
                numbers.used(call.app, number);
            }
            indexed_rows.push(super::index_call(&update.facts, &call));
        }
        Ok(indexed_rows)
    }

    fn count_callback(&self, row: &CallbackRow, calls: usize) -> Result<(), WriteError> {
        let count = |hour: &mut hours::Hour| {
            hour.outcomes[hours::outcome_index(row.outcome)] += 1;
            hour.joined += u64::from(calls > 0);
            hour.not_calls += u64::from(row.not_calls > 0);
            hour.bytes += row.size_bytes;
        };
        let at = (hour_of(row.received_at), row.app.0);
        self.shared.hours().change(&self.shared.kv(), at, count).map_err(WriteError::new)
    }

    /// The next record applied is the first.
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
