//! Removes the person from a callback and keeps the calls.
//!
//! | | erased | pseudonymised |
//! | --- | --- | --- |
//! | the number, as a party | absent | one made-up name, the same everywhere |
//! | a session id that holds it | another one, the same for every callback of that session | the name in its place |
//! | text of a message to or from | gone | gone |
//! | own reference, digits, recording of the person's calls | gone | stay, without the number |
//! | the number in any other text | `*` | the name |
//!
//! Calls, their times and how they ended stay in both modes, so every count stays. Other people's items
//! in the same callback stay unchanged.

use std::collections::HashSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::needle::Needle;
use crate::correlate::call_id;
use crate::domain::{
    CallEvent, CallId, CallRecord, DecidedQuestion, DecisionNote, Item, PhoneNumber, RecordingRef, SessionId, SmsEvent,
    Stamp, Suspicion,
};
use crate::journal::{CallbackRecord, CallbackSummary, Entry};
use crate::state::random;

pub(super) struct Scrub {
    pub(super) needle: Needle,
    pub(super) pseudonymise: bool,
    /// Forgotten with the job, so that new ids cannot be traced to the old ones.
    pub(super) salt: String,
    pub(super) calls: HashSet<CallId>,
}

impl Scrub {
    pub(super) fn is_in_callback(&self, record: &CallbackRecord) -> bool {
        let is_in = |text: &str| self.needle.is_in(text.as_bytes());
        self.needle.is_in(&record.body)
            || self.needle.is_in(&record.content())
            || is_in(&record.tail)
            || is_in(&record.reply.body)
            || record.question.as_deref().is_some_and(is_in)
            || record.decision.as_ref().is_some_and(|note| self.is_in_note(note))
            || record.headers.iter().any(|(_, value)| is_in(value))
    }

    fn is_in_note(&self, note: &DecisionNote) -> bool {
        note.to.as_ref().is_some_and(|to| self.needle.is(to))
            || note.rule.as_ref().is_some_and(|(_, name)| self.needle.is_in(name.as_bytes()))
    }

    pub(super) fn is_in_value(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.needle.is_in(text.as_bytes()),
            Value::Number(number) => self.needle.is_in(number.to_string().as_bytes()),
            Value::Array(values) => values.iter().any(|value| self.is_in_value(value)),
            Value::Object(fields) => {
                fields.iter().any(|(name, value)| self.needle.is_in(name.as_bytes()) || self.is_in_value(value))
            }
            Value::Null | Value::Bool(_) => false,
        }
    }

    pub(super) fn is_in_entry(&self, entry: &Entry) -> bool {
        entry.fields.values().any(|value| self.is_in_value(value))
    }

    pub(super) fn entry(&self, entry: &Entry) -> Entry {
        let fields = entry.fields.clone().into_iter().map(|(name, value)| (name, self.value(value)));
        Entry { kind: entry.kind.clone(), fields: fields.collect() }
    }

    pub(super) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number) if self.needle.is_in(number.to_string().as_bytes()) => Value::Null,
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (self.text(name), self.value(value))).collect()
            }
            other => other,
        }
    }

    pub(super) fn text(&self, text: String) -> String {
        let other = if self.pseudonymise { self.name() } else { "*".to_owned() };
        self.needle.replace(&text, &other).unwrap_or(text)
    }

    fn name(&self) -> String {
        format!("p-{}", self.digest("number"))
    }

    fn digest(&self, text: &str) -> String {
        let hash = Sha256::digest(format!("{}\n{}\n{text}", self.salt, self.needle.number().reveal()));
        // Letters only, so that no run of digits is made.
        random::hex(&hash[..8])
            .bytes()
            .map(|byte| char::from(if byte.is_ascii_digit() { byte - b'0' + b'g' } else { byte }))
            .collect()
    }

    pub(super) fn summary(&self, mut summary: CallbackSummary) -> CallbackSummary {
        summary.tail = self.text(summary.tail);
        summary.label = self.text(summary.label);
        summary.suspicions = summary.suspicions.into_iter().map(|suspicion| self.suspicion(suspicion)).collect();
        summary.decision = summary.decision.map(|decided| Box::new(self.decided(*decided)));
        let app = summary.app;
        let items = std::mem::take(&mut summary.items);
        summary.items = items
            .into_iter()
            .filter_map(|item| match item {
                Item::Event(event) => {
                    let theirs = self.calls.contains(&call_id(app, &event.key));
                    Some(Item::Event(Box::new(self.event(*event, theirs))))
                }
                Item::Record(record) => {
                    let theirs = self.calls.contains(&call_id(app, &record.key));
                    Some(Item::Record(Box::new(self.record(*record, theirs))))
                }
                Item::Sms(sms) => Some(Item::Sms(Box::new(self.sms(*sms)))),
                Item::Number(status) if !self.needle.is(&status.number) => Some(Item::Number(status)),
                Item::Number(mut status) => {
                    let number = self.number(Some(status.number))?;
                    status.number = number;
                    Some(Item::Number(status))
                }
            })
            .collect();
        summary
    }

    fn event(&self, event: CallEvent, theirs: bool) -> CallEvent {
        let theirs = theirs || self.needle.is_any([&event.caller, &event.callee, &event.dialled, &event.x]);
        let mut key = event.key;
        key.session = self.session(&key.session);
        CallEvent {
            key,
            at: event.at.map(|stamp| self.stamp(stamp)),
            dialled: self.number(event.dialled),
            caller: self.number(event.caller),
            callee: self.number(event.callee),
            x: self.number(event.x),
            digits: self.own(event.digits, theirs),
            user_data: self.own(event.user_data, theirs),
            binding_id: self.own(event.binding_id, false),
            ..event
        }
    }

    fn record(&self, mut record: CallRecord, theirs: bool) -> CallRecord {
        for stamp in record.times_mut() {
            *stamp = self.stamp(stamp.clone());
        }
        let theirs = theirs || self.needle.is_any([&record.caller, &record.callee, &record.x, &record.y]);
        let mut key = record.key;
        key.session = self.session(&key.session);
        let recording = record.recording.filter(|_| self.pseudonymise || !theirs);
        CallRecord {
            key,
            caller: self.number(record.caller),
            callee: self.number(record.callee),
            x: self.number(record.x),
            y: self.number(record.y),
            extension: self.own(record.extension, theirs),
            recording: recording.map(|recording| RecordingRef {
                url: self.own(recording.url, false),
                object: self.own(recording.object, false),
                domain: self.own(recording.domain, false),
                bucket: self.own(recording.bucket, false),
                started_at: recording.started_at,
            }),
            user_data: self.own(record.user_data, theirs),
            binding_id: self.own(record.binding_id, false),
            ..record
        }
    }

    fn sms(&self, sms: SmsEvent) -> SmsEvent {
        let theirs = self.needle.is_any([&sms.from, &sms.to, &sms.x]);
        SmsEvent {
            sms_id: self.session(&SessionId::new(sms.sms_id)).reveal().to_owned(),
            from: self.number(sms.from),
            to: self.number(sms.to),
            x: self.number(sms.x),
            at: sms.at.map(|stamp| self.stamp(stamp)),
            binding_id: self.own(sms.binding_id, false),
            content: sms.content.filter(|_| !theirs).map(|text| self.text(text)),
            ..sms
        }
    }

    fn decided(&self, decided: DecidedQuestion) -> DecidedQuestion {
        let note = decided.note;
        DecidedQuestion {
            x: self.number(decided.x),
            from: self.number(decided.from),
            note: DecisionNote {
                to: self.number(note.to),
                // A rule for one caller may be named after them.
                rule: note.rule.map(|(rule, name)| (rule, self.text(name))),
                ..note
            },
            ..decided
        }
    }

    /// The person's own text is dropped; others' text loses the number.
    fn own(&self, text: Option<String>, theirs: bool) -> Option<String> {
        text.filter(|_| self.pseudonymise || !theirs).map(|text| self.text(text))
    }

    /// A field that holds no time may hold a number.
    fn stamp(&self, stamp: Stamp) -> Stamp {
        if stamp.at.is_some() { stamp } else { Stamp { text: self.text(stamp.text), ..stamp } }
    }

    fn number(&self, number: Option<PhoneNumber>) -> Option<PhoneNumber> {
        let number = number?;
        if self.needle.is(&number) {
            return self.pseudonymise.then(|| PhoneNumber::from_stored(self.name()));
        }
        Some(PhoneNumber::from_stored(self.text(number.reveal().to_owned())))
    }

    /// Every callback of a session gets the same new id.
    fn session(&self, session: &SessionId) -> SessionId {
        let text = session.reveal();
        if !self.needle.is_in(text.as_bytes()) {
            return session.clone();
        }
        if self.pseudonymise {
            return SessionId::new(self.text(text.to_owned()));
        }
        SessionId::new(format!("erased-{}", self.digest(text)))
    }

    fn suspicion(&self, suspicion: Suspicion) -> Suspicion {
        match suspicion {
            Suspicion::WrongCase { found, meant } => Suspicion::WrongCase { found: self.text(found), meant },
            Suspicion::UnknownEvent(name) => Suspicion::UnknownEvent(self.text(name)),
            Suspicion::OtherApplication(name) => Suspicion::OtherApplication(self.text(name)),
            other @ (Suspicion::Missing(_) | Suspicion::BadValue(_)) => other,
        }
    }
}
