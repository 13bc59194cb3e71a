//! The audit trail's index: the public part of each entry, found by who, what, which and when.
//!
//! What is personal stays in the journal, where it can be erased; here it never was. An action
//! or a subject is found whole and by its first word: `login` finds `login.failed`, `user`
//! finds `user lin`.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::encoding::{self, RowError};
use super::indexed_row::IndexedRow;
use super::scan::{Scan, ScanStep};
use super::search::{time, word};
use super::terms::{Field, Terms, term};
use super::want::Want;
use super::{Filter, Listing, Page, QueryError, Span, Store};
use crate::domain::{Actor, ActorKind, AppId, Seq};

/// An entry of the audit trail, without its personal part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number in the journal.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Its number in the chain.
    pub n: u64,
    /// Who.
    pub by: Actor,
    /// What.
    pub action: String,
    /// Which object.
    pub subject: String,
    /// The app it belongs to.
    pub app: Option<AppId>,
    /// From where.
    pub peer: Option<IpAddr>,
    /// How the act of another entry ended, where it tells that.
    pub ended: Option<Ended>,
}

/// How the act of another entry ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The number of that entry in the journal.
    pub of: Seq,
    /// `failed` or `done`.
    pub how: String,
    /// Why, in a word.
    pub code: Option<String>,
}

/// Which entries of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// By when.
    pub span: Span,
    /// By the app they belong to; entries without one are found only without this filter.
    pub app: Filter<AppId>,
    /// By the name of who did it, exactly.
    pub by: Filter<String>,
    /// By what kind of one that is.
    pub by_kind: Filter<ActorKind>,
    /// By what was done: whole, or the part before the dot.
    pub action: Filter<String>,
    /// By the object: whole, or its first word.
    pub subject: Filter<String>,
}

#[derive(Serialize, Deserialize)]
struct EncodedAudit {
    n: u64,
    by: String,
    action: String,
    subject: String,
    app: Option<u32>,
    peer: Option<IpAddr>,
    kind: Option<String>,
    ended: Option<(Seq, String, Option<String>)>,
}

impl Store {
    /// Entries of the audit trail, newest first.
    ///
    /// # Errors
    /// As [`Store::calls`].
    pub fn audit(&self, query: &AuditQuery, page: &Page) -> Result<Listing<AuditRow>, QueryError> {
        self.list(self.shared.view(|rows| &rows.audit), query, want(query), page, |indexed, cursor| {
            let row = read(indexed).map_err(QueryError::damaged)?;
            let shown = indexed.last <= cursor.snapshot && matches(query, &row);
            Ok(shown.then_some((indexed.key(), row)))
        })
    }

    /// The number of the last entry in the journal, as far as it was applied. `None` also where
    /// the store cannot be read.
    #[must_use]
    pub fn last_audit(&self) -> Option<Seq> {
        let (rows, _) = self.shared.view(|rows| &rows.audit);
        match Scan::new(&rows, &Want::default(), usize::MAX).next() {
            Ok(ScanStep::Row(indexed)) => Some(indexed.last),
            Ok(ScanStep::End | ScanStep::Tired(_)) | Err(_) => None,
        }
    }
}

/// The row of an entry.
pub(super) fn index(row: &AuditRow) -> IndexedRow {
    let mut id = [0; 16];
    id[..8].copy_from_slice(b"auditrow");
    id[8..].copy_from_slice(&row.seq.to_be_bytes());
    let mut terms = vec![term(Field::By, row.by.name.as_bytes()), term(Field::Id, &id)];
    terms.extend(row.app.map(|app| term(Field::App, &app.0.to_be_bytes())));
    for (field, text, end) in [(Field::Action, &row.action, '.'), (Field::Subject, &row.subject, ' ')] {
        terms.push(term(field, text.as_bytes()));
        terms.extend(text.split_once(end).map(|(word, _)| term(field, word.as_bytes())));
    }
    let encoded = EncodedAudit {
        n: row.n,
        by: row.by.name.clone(),
        kind: row.by.kind.map(|kind| kind.name().to_owned()),
        ended: row.ended.clone().map(|ended| (ended.of, ended.how, ended.code)),
        action: row.action.clone(),
        subject: row.subject.clone(),
        app: row.app.map(|app| app.0),
        peer: row.peer,
    };
    let key = (i64::try_from(row.seq).unwrap_or(i64::MAX), id);
    IndexedRow::new(key, row.at, row.seq, terms, encoding::encode(&encoded))
}

fn read(indexed: &IndexedRow) -> Result<AuditRow, RowError> {
    let row: EncodedAudit = encoding::decode(&indexed.row)?;
    Ok(AuditRow {
        seq: indexed.last,
        at: Timestamp::from_microsecond(indexed.t).map_err(|_| RowError(None))?,
        n: row.n,
        by: Actor::written(row.by, row.kind.as_deref()),
        ended: row.ended.map(|(of, how, code)| Ended { of, how, code }),
        action: row.action,
        subject: row.subject,
        app: row.app.map(AppId),
        peer: row.peer,
    })
}

fn want(query: &AuditQuery) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    word(&mut want, &query.app, |app| Terms::word(Field::App, &app.0.to_be_bytes()));
    word(&mut want, &query.by, |by| Terms::word(Field::By, by.as_bytes()));
    word(&mut want, &query.action, |action| Terms::word(Field::Action, action.as_bytes()));
    word(&mut want, &query.subject, |subject| Terms::word(Field::Subject, subject.as_bytes()));
    want.sorted()
}

fn matches(query: &AuditQuery, row: &AuditRow) -> bool {
    let is = |text: &str, asked: &str, end: char| {
        text.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with(end))
    };
    query.span.contains(row.at)
        && query.app.takes(|app| Some(*app) == row.app)
        && query.by.takes(|by| *by == row.by.name)
        && query.by_kind.takes(|kind| Some(*kind) == row.by.kind)
        && query.action.takes(|action| is(&row.action, action, '.'))
        && query.subject.takes(|subject| is(&row.subject, subject, ' '))
}
