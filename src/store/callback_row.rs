//! A callback's row as bytes, and as a row that can be found.
//!
//! Calls are not kept but computed again from family and session; both compress well, hashes
//! would not.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::decisions::{self, DecisionRow};
use super::encoding::{self, RowError};
use super::indexed_row::IndexedRow;
use super::terms::{Field, TEST, amount, suspicion, term};
use super::{CallbackRow, Joined, words};
use crate::correlate::{Catalog, call_id};
use crate::domain::{AppId, CallKey, SessionId, Suspicion};

#[derive(Serialize, Deserialize)]
struct EncodedCallback {
    received_us: i64,
    app: u32,
    provider: String,
    outcome: u8,
    /// 0 not checked, 1 held, 2 did not hold.
    verified: u8,
    /// Family and session of each call it named.
    keys: Vec<(String, String)>,
    not_calls: u32,
    status: u16,
    peer: IpAddr,
    tail: String,
    size_bytes: u64,
    suspicions: Vec<SuspicionRow>,
    label: String,
    test: bool,
    question: bool,
    decision: Option<DecisionRow>,
}

#[derive(Serialize, Deserialize)]
enum SuspicionRow {
    WrongCase(String, String),
    Missing(String),
    UnknownEvent(String),
    BadValue(String),
    OtherApplication(String),
}

/// What stands for any suspicion; no kind has an empty name.
pub(super) const ANY: &[u8] = b"";

/// Whether a signature held, as a term's value.
pub(super) fn verified_name(verified: Option<bool>) -> &'static [u8] {
    match verified {
        Some(true) => b"yes",
        Some(false) => b"no",
        None => b"unchecked",
    }
}

/// The row of a callback that named `keys`, ready for its collection.
pub(super) fn index(row: &CallbackRow, keys: &[CallKey]) -> IndexedRow {
    let provider = row.provider.map_or("", |provider| provider.0);
    let mut terms = vec![
        term(Field::App, &row.app.0.to_be_bytes()),
        term(Field::Provider, provider.as_bytes()),
        term(Field::Outcome, row.outcome.name().as_bytes()),
    ];
    terms.extend(keys.iter().map(|key| term(Field::Session, key.session.reveal().as_bytes())));
    terms.push(term(Field::Verified, verified_name(row.verified)));
    terms.push(term(Field::Peer, row.peer.to_string().as_bytes()));
    terms.push(amount(Field::Status, row.status.into()));
    terms.push(amount(Field::Size, row.size_bytes));
    if !row.label.is_empty() {
        terms.push(term(Field::Label, row.label.as_bytes()));
    }
    if row.test {
        terms.push(TEST);
    }
    let joined = [
        (Joined::Call, !keys.is_empty()),
        (Joined::NotCall, row.not_calls > 0),
        (Joined::Nothing, keys.is_empty() && row.not_calls == 0),
    ];
    let joined = joined.into_iter().filter(|(_, holds)| *holds);
    terms.extend(joined.map(|(joined, _)| term(Field::Joined, joined.name().as_bytes())));
    if row.question {
        terms.push(term(Field::Question, b"yes"));
    }
    if let Some(decision) = &row.decision {
        decisions::terms(decision, &mut terms);
    }
    if !row.suspicions.is_empty() {
        terms.push(term(Field::Suspicion, ANY));
    }
    let suspicions = row.suspicions.iter().flat_map(suspicion);
    terms.extend(suspicions.map(|name| term(Field::Suspicion, name.as_bytes())));
    let encoded = EncodedCallback {
        received_us: row.received_at.as_microsecond(),
        app: row.app.0,
        provider: provider.to_owned(),
        outcome: words::byte(row.outcome),
        verified: match row.verified {
            None => 0,
            Some(true) => 1,
            Some(false) => 2,
        },
        keys: keys.iter().map(|key| (key.family.clone().into_owned(), key.session.reveal().to_owned())).collect(),
        not_calls: row.not_calls,
        status: row.status,
        peer: row.peer,
        tail: row.tail.clone(),
        size_bytes: row.size_bytes,
        suspicions: row.suspicions.iter().map(pack).collect(),
        label: row.label.clone(),
        test: row.test,
        question: row.question,
        decision: row.decision.as_deref().map(DecisionRow::pack),
    };
    let key = (i64::try_from(row.seq).unwrap_or(i64::MAX), u128::from(row.seq).to_be_bytes());
    IndexedRow::new(key, row.received_at, row.seq, terms, encoding::encode(&encoded))
}

/// Reads it back.
pub(super) fn read(indexed: &IndexedRow, catalog: &Catalog) -> Result<CallbackRow, RowError> {
    let row: EncodedCallback = encoding::decode(&indexed.row)?;
    let app = AppId(row.app);
    let mut sessions: Vec<String> = Vec::new();
    let mut calls = Vec::new();
    for (family, session) in row.keys {
        let key = CallKey { family: family.into(), session: SessionId::new(session) };
        calls.push(call_id(app, &key));
        if !sessions.iter().any(|known| known == key.session.reveal()) {
            sessions.push(key.session.reveal().to_owned());
        }
    }
    Ok(CallbackRow {
        seq: indexed.last,
        received_at: Timestamp::from_microsecond(row.received_us).map_err(|_| RowError(None))?,
        app,
        provider: (catalog.provider)(&row.provider),
        outcome: words::read(row.outcome).ok_or(RowError(None))?,
        verified: match row.verified {
            1 => Some(true),
            2 => Some(false),
            _ => None,
        },
        sessions,
        calls,
        not_calls: row.not_calls,
        status: row.status,
        peer: row.peer,
        tail: row.tail,
        size_bytes: row.size_bytes,
        suspicions: row.suspicions.into_iter().map(unpack).collect(),
        label: row.label,
        test: row.test,
        question: row.question,
        decision: row.decision.and_then(DecisionRow::unpack).map(Box::new),
    })
}

fn pack(suspicion: &Suspicion) -> SuspicionRow {
    match suspicion {
        Suspicion::WrongCase { found, meant } => SuspicionRow::WrongCase(found.clone(), meant.clone().into_owned()),
        Suspicion::Missing(name) => SuspicionRow::Missing(name.clone().into_owned()),
        Suspicion::UnknownEvent(name) => SuspicionRow::UnknownEvent(name.clone()),
        Suspicion::BadValue(name) => SuspicionRow::BadValue(name.clone().into_owned()),
        Suspicion::OtherApplication(name) => SuspicionRow::OtherApplication(name.clone()),
    }
}

fn unpack(row: SuspicionRow) -> Suspicion {
    match row {
        SuspicionRow::WrongCase(found, meant) => Suspicion::WrongCase { found, meant: meant.into() },
        SuspicionRow::Missing(name) => Suspicion::Missing(name.into()),
        SuspicionRow::UnknownEvent(name) => Suspicion::UnknownEvent(name),
        SuspicionRow::BadValue(name) => Suspicion::BadValue(name.into()),
        SuspicionRow::OtherApplication(name) => Suspicion::OtherApplication(name),
    }
}
