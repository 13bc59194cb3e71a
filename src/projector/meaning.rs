//! What a record of the journal means for the store. Pure: the same today and after a rebuild.
//!
//! A callback is decoded anew, and one whose bytes are gone is read from its summary; both come to
//! the same. A decoder that panics costs its callback the meaning and nobody anything else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::audit::AuditEntry;
use crate::domain::{Anomaly, Callback, DecidedQuestion, Identity, Item, Outcome, Seq, Suspicion, marks_test};
use crate::journal::{self, Body, CallbackRecord, CallbackSummary, Entry, Gone, Record, SUMMARY, summary_entry};
use crate::platforms::{self, Verified};
use crate::store::{Applied, AuditRow, CallbackRow, Cut};

#[must_use]
pub fn project(record: Record) -> Applied {
    let (seq, at) = (record.seq, record.at);
    match record.body {
        Body::Callback(callback) => project_callback(seq, at, *callback),
        Body::Tally(tally) => {
            Applied::Tally { seq, at, app: tally.app, refused: tally.refused, possibly_lost: tally.possibly_lost }
        }
        Body::Entry(entry) if entry.kind == SUMMARY => project_summary(seq, at, &entry),
        Body::Entry(_) => match AuditEntry::read(&record) {
            Some(entry) => Applied::Audit(Box::new(project_audit(entry))),
            None => Applied::Other { seq },
        },
        Body::Erased { .. } => Applied::Other { seq },
    }
}

/// Only the public part: personal data is read from the journal, where it can be erased.
fn project_audit(entry: AuditEntry) -> AuditRow {
    AuditRow {
        seq: entry.seq,
        at: entry.at,
        n: entry.n,
        by: entry.by,
        action: entry.action,
        subject: entry.subject,
        app: entry.app,
        peer: entry.peer,
        ended: entry.ended,
    }
}

/// The summary of a callback; `None` for any other record.
#[must_use]
pub fn summarise(record: &Record, why: Gone) -> Option<CallbackSummary> {
    let (provider, row, items) = match &record.body {
        Body::Callback(callback) => {
            let provider = callback.provider.clone();
            let Applied::Callback { row, items } = project_callback(record.seq, record.at, (**callback).clone()) else {
                return None;
            };
            (provider, row, items)
        }
        Body::Entry(entry) => return CallbackSummary::read(entry),
        Body::Tally(_) | Body::Erased { .. } => return None,
    };
    Some(CallbackSummary {
        why,
        was: None,
        app: row.app,
        provider,
        peer: row.peer,
        tail: row.tail,
        verified: row.verified,
        status: row.status,
        size_bytes: row.size_bytes,
        outcome: row.outcome,
        label: row.label,
        question: row.question,
        decision: row.decision,
        suspicions: row.suspicions,
        test: row.test,
        items,
    })
}

#[must_use]
pub fn cut_entry(cut: &Cut) -> Entry {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(cut) else {
        panic!("a cut is a struct of plain data");
    };
    summary_entry(CUT, fields)
}

const CUT: &str = "cut";

fn project_summary(seq: Seq, at: jiff::Timestamp, entry: &Entry) -> Applied {
    if let Some(summary) = CallbackSummary::read(entry) {
        let provider = platforms::by_name(&summary.provider).map(platforms::Provider::id);
        let row = Box::new(CallbackRow {
            seq,
            received_at: at,
            app: summary.app,
            provider,
            outcome: summary.outcome,
            verified: summary.verified,
            sessions: Vec::new(),
            calls: Vec::new(),
            not_calls: 0,
            status: summary.status,
            peer: summary.peer,
            tail: summary.tail,
            size_bytes: summary.size_bytes,
            suspicions: summary.suspicions,
            label: summary.label,
            test: summary.test,
            question: summary.question,
            decision: summary.decision,
        });
        let items = if provider.is_some() { summary.items } else { Vec::new() };
        return Applied::Callback { row, items };
    }
    if entry.fields.get("of").and_then(serde_json::Value::as_str) == Some(CUT)
        && let Ok(cut) = serde_json::from_value(serde_json::Value::Object(entry.fields.clone()))
    {
        return Applied::Cut { seq, cut: Box::new(cut) };
    }
    Applied::Other { seq }
}

fn project_callback(seq: Seq, at: jiff::Timestamp, record: CallbackRecord) -> Applied {
    let provider = platforms::by_name(&record.provider);
    let mut row = Box::new(CallbackRow {
        seq,
        received_at: at,
        app: record.app,
        provider: provider.map(platforms::Provider::id),
        outcome: Outcome::Unrecognised,
        verified: record.verified,
        sessions: Vec::new(),
        calls: Vec::new(),
        not_calls: 0,
        status: record.reply.status,
        peer: record.peer,
        tail: record.tail,
        size_bytes: record.body.len() as u64,
        suspicions: Vec::new(),
        label: String::new(),
        test: marks_test(&record.headers),
        question: record.question.is_some(),
        decision: None,
    });
    let note = record.decision;
    let Some(provider) = provider else { return Applied::Callback { row, items: Vec::new() } };
    if record.reply.status == 401 {
        row.outcome = Outcome::Unverified;
        return Applied::Callback { row, items: Vec::new() };
    }
    let Ok(content) = journal::unpack(&record.headers, &record.body) else {
        row.outcome = Outcome::Unparsable;
        return Applied::Callback { row, items: Vec::new() };
    };
    let content = content.into_owned();
    let callback = Callback {
        app: record.app,
        provider: provider.id(),
        received_at: at,
        peer: record.peer,
        tail: String::new(),
        target: String::new(),
        hosts: Vec::new(),
        headers: record.headers,
        body: content,
    };
    // A decoder that panics is a bug of ours; the bytes are safe in the journal.
    let decoded = catch_unwind(AssertUnwindSafe(|| provider.decode(&Verified::from_journal(&callback))));
    let items = match decoded {
        Ok(Ok(decoded)) => {
            if decoded.recognised() {
                row.outcome = Outcome::Accepted;
            }
            row.label = decoded.items.first().map_or("", Item::label).to_owned();
            row.suspicions = decoded.suspicions;
            row.decision = decoded.question.zip(note).map(|(question, note)| {
                let asks = question.asks();
                Box::new(DecidedQuestion { asks, x: question.x, from: question.from, note })
            });
            row.suspicions.extend(record.foreign.iter().cloned().map(Suspicion::OtherApplication));
            let mut items = decoded.items;
            for (item, _) in
                items.iter_mut().zip(&decoded.applications).filter(|(_, name)| record.foreign.contains(name))
            {
                flag_foreign(item);
            }
            if row.test {
                items.iter_mut().for_each(set_apart);
            }
            items
        }
        Ok(Err(_)) => {
            row.outcome = Outcome::Unparsable;
            Vec::new()
        }
        Err(_) => {
            tracing::error!(callback.seq = seq, provider = %provider.id(), "a decoder panicked; the callback is kept as unrecognised");
            Vec::new()
        }
    };
    Applied::Callback { row, items }
}

/// Keeps a test apart from what the platform sends: it joins no call and stands for no message,
/// whatever ids it names. The store knows from the row that a number's state was only tested.
fn set_apart(item: &mut Item) {
    match item {
        Item::Event(event) => event.key = event.key.clone().of_test(),
        Item::Record(record) => record.key = record.key.clone().of_test(),
        Item::Sms(sms) => sms.identity = Identity(sms.identity.0 ^ TEST_IDENTITY),
        Item::Number(_) => {}
    }
}

/// Changes the identity of a test's message.
const TEST_IDENTITY: u64 = 0x7e57_7e57_7e57_7e57;

fn flag_foreign(item: &mut Item) {
    if let Item::Record(record) = item {
        record.anomalies.push(Anomaly::AppKeyMismatch);
        record.anomalies.sort_unstable();
    }
}
