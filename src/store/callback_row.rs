//! A callback's row as bytes, and as a row that can be found.
//!
//! Calls are not kept but computed again from family and session; both compress well, hashes
//! would not.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::decision_row::{DECIDED, DecisionRow};
use super::encoding::{self, RowError};
use super::indexed_row::IndexedRow;
use super::terms::{Field, term};
use super::{CallbackQuery, CallbackRow, DecisionQuery, FilterTable as _, words};
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

pub(super) fn name_calls(row: &mut CallbackRow, keys: &[CallKey]) {
    for key in keys {
        row.calls.push(call_id(row.app, key));
        if !row.sessions.iter().any(|known| known == key.session.reveal()) {
            row.sessions.push(key.session.reveal().to_owned());
        }
    }
}

/// The row of a callback that names `keys`, ready for its collection.
pub(super) fn index(row: &CallbackRow, keys: &[CallKey]) -> IndexedRow {
    let mut terms = Vec::with_capacity(24);
    CallbackQuery::index(row, &mut terms);
    if row.decision.is_some() {
        terms.push(term(Field::Question, DECIDED));
        DecisionQuery::index(row, &mut terms);
    }
    let encoded = EncodedCallback {
        received_us: row.received_at.as_microsecond(),
        app: row.app.0,
        provider: row.provider.map_or("", |provider| provider.0).to_owned(),
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

pub(super) fn read(indexed: &IndexedRow, catalog: &Catalog) -> Result<CallbackRow, RowError> {
    let row: EncodedCallback = encoding::decode(&indexed.row)?;
    let keys = row
        .keys
        .into_iter()
        .map(|(family, session)| CallKey { family: family.into(), session: SessionId::new(session) });
    let keys: Vec<CallKey> = keys.collect();
    let mut found = CallbackRow {
        seq: indexed.last,
        received_at: Timestamp::from_microsecond(row.received_us).map_err(|_| RowError(None))?,
        app: AppId(row.app),
        provider: (catalog.provider)(&row.provider),
        outcome: words::read(row.outcome).ok_or(RowError(None))?,
        verified: match row.verified {
            1 => Some(true),
            2 => Some(false),
            _ => None,
        },
        sessions: Vec::new(),
        calls: Vec::new(),
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
    };
    name_calls(&mut found, &keys);
    Ok(found)
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
