//! The set of distinct things that were said about one call.
//!
//! A set, so that order and repeats cannot matter: what is added twice is there once, and of two
//! that claim one identity the greater content stays. [`super::join()`] makes the call of it; the
//! store keeps the set and not the call, which follows from it.

use jiff::Timestamp;

use crate::domain::{Anomaly, AppId, CallEvent, CallId, CallKey, CallRecord, ProviderId, Seq};
use crate::limits;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFact {
    pub event: CallEvent,
    /// The lowest number of a callback that brought it.
    pub callback: Seq,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFact {
    /// The record. Of two with one identity and different content, the one with the later end,
    /// then the greater content.
    pub record: CallRecord,
    /// The lowest number of a callback that brought it.
    pub callback: Seq,
    /// When that callback was received: the platform's days of keeping a recording count from it.
    pub received_at: Timestamp,
    /// Whether another record of this identity said something else.
    pub conflicting: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub id: CallId,
    pub app: AppId,
    pub provider: ProviderId,
    pub key: CallKey,
    /// The earliest receipt of a callback that named it.
    pub received_at: Timestamp,
    pub events: Vec<EventFact>,
    pub records: Vec<RecordFact>,
    /// Every callback that named it, ascending.
    pub callbacks: Vec<Seq>,
}

impl Facts {
    #[must_use]
    pub fn new(id: CallId, app: AppId, provider: ProviderId, key: CallKey, received_at: Timestamp) -> Self {
        Self { id, app, provider, key, received_at, events: Vec::new(), records: Vec::new(), callbacks: Vec::new() }
    }

    pub fn named_by(&mut self, callback: Seq, received_at: Timestamp) {
        self.received_at = self.received_at.min(received_at);
        if let Err(place) = self.callbacks.binary_search(&callback)
            && self.callbacks.len() < limits::CALL_CALLBACKS_MAX
        {
            self.callbacks.insert(place, callback);
        }
    }

    /// Adds an event; says whether it was new. An identity that is known already keeps one
    /// event: the one with the greater content, so that the order of arrival decides nothing.
    pub fn add_event(&mut self, event: CallEvent, callback: Seq) -> bool {
        match self.events.binary_search_by_key(&event.identity, |fact| fact.event.identity) {
            Ok(place) => {
                let known = &mut self.events[place];
                known.callback = known.callback.min(callback);
                if event > known.event {
                    known.event = event;
                }
                false
            }
            Err(place) => {
                if self.events.len() < limits::CALL_EVENTS_MAX {
                    self.events.insert(place, EventFact { event, callback });
                }
                true
            }
        }
    }

    /// Adds a record; says whether it was new.
    pub fn add_record(&mut self, mut record: CallRecord, callback: Seq, received_at: Timestamp) -> bool {
        match self.records.binary_search_by_key(&record.identity, |fact| fact.record.identity) {
            Ok(place) => {
                let known = &mut self.records[place];
                known.callback = known.callback.min(callback);
                known.received_at = known.received_at.min(received_at);
                share_foreign(&mut known.record, &mut record);
                known.conflicting |= known.record != record;
                if weight(&record) > weight(&known.record) {
                    known.record = record;
                }
                false
            }
            Err(place) => {
                if self.records.len() < limits::CALL_RECORDS_MAX {
                    self.records.insert(place, RecordFact { record, callback, received_at, conflicting: false });
                }
                true
            }
        }
    }

    /// The record that is believed: the one with the later end, then the greater content.
    #[must_use]
    pub fn authoritative(&self) -> Option<&RecordFact> {
        self.records.iter().max_by(|a, b| weight(&a.record).cmp(&weight(&b.record)))
    }

    /// The same call as it was known when `last` was the last record applied; `None` when
    /// nothing was known of it. Paging pins a snapshot with this.
    #[must_use]
    pub fn as_of(&self, last: Seq) -> Option<Self> {
        let mut then = self.clone();
        then.callbacks.retain(|seq| *seq <= last);
        then.events.retain(|fact| fact.callback <= last);
        then.records.retain(|fact| fact.callback <= last);
        (!then.callbacks.is_empty()).then_some(then)
    }

    /// What was said of it after `last`; `None` when that is nothing.
    #[must_use]
    pub fn after(&self, last: Seq) -> Option<Self> {
        let mut rest = self.clone();
        rest.callbacks.retain(|seq| *seq > last);
        rest.events.retain(|fact| fact.callback > last);
        rest.records.retain(|fact| fact.callback > last);
        (!rest.callbacks.is_empty()).then_some(rest)
    }

    #[must_use]
    pub fn last_callback(&self) -> Seq {
        self.callbacks.last().copied().unwrap_or(0)
    }
}

/// Whether a record is another application's depends on what the app was told of its own key when
/// the callback came, and not on the record: two that differ only in that say the same, and one
/// that was flagged stays flagged.
fn share_foreign(known: &mut CallRecord, other: &mut CallRecord) {
    let is_flagged = |record: &CallRecord| record.anomalies.contains(&Anomaly::AppKeyMismatch);
    if is_flagged(known) || is_flagged(other) {
        for record in [known, other] {
            record.anomalies.push(Anomaly::AppKeyMismatch);
            record.anomalies.sort_unstable();
            record.anomalies.dedup();
        }
    }
}

/// What decides between two records: the later end, then the greater content.
fn weight(record: &CallRecord) -> (Option<Timestamp>, &CallRecord) {
    (record.released_at.as_ref().and_then(|stamp| stamp.at), record)
}
