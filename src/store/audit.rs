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
use super::query_plan::QueryPlan;
use super::scan::{Scan, ScanStep};
use super::terms::{Field, term};
use super::{AuditQuery, FilterTable as _, Listing, Page, QueryError, Store};
use crate::domain::{ActorId, AppId, Seq};

/// Without the personal part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub seq: Seq,
    pub at: Timestamp,
    /// Its number in the chain.
    pub n: u64,
    pub by: ActorId,
    pub action: String,
    pub subject: String,
    pub app: Option<AppId>,
    pub peer: Option<IpAddr>,
    /// Set on entries that report another entry's outcome.
    pub ended: Option<Ended>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub of: Seq,
    /// `failed` or `done`.
    pub how: String,
    pub code: Option<String>,
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
    /// Newest first.
    pub fn audit(&self, query: &AuditQuery, page: &Page) -> Result<Listing<AuditRow>, QueryError> {
        self.list(self.shared.view(|rows| &rows.audit), query, self.plan(query), page, |indexed, cursor| {
            let row = read(indexed).map_err(QueryError::damaged)?;
            let shown = indexed.last <= cursor.snapshot && query.takes(&row);
            Ok(shown.then_some((indexed.key(), row)))
        })
    }

    /// As far as the journal was applied. `None` also where the store cannot be read.
    #[must_use]
    pub fn last_audit(&self) -> Option<Seq> {
        let (rows, _) = self.shared.view(|rows| &rows.audit);
        match Scan::new(&rows, &QueryPlan::default(), usize::MAX).next() {
            Ok(ScanStep::Row(indexed)) => Some(indexed.last),
            Ok(ScanStep::End | ScanStep::Tired(_)) | Err(_) => None,
        }
    }
}

pub(super) fn index(row: &AuditRow) -> IndexedRow {
    let mut id = [0; 16];
    id[..8].copy_from_slice(b"auditrow");
    id[8..].copy_from_slice(&row.seq.to_be_bytes());
    let mut terms = vec![term(Field::Id, &id)];
    AuditQuery::index(row, &mut terms);
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
        by: ActorId::written(row.by, row.kind.as_deref()),
        ended: row.ended.map(|(of, how, code)| Ended { of, how, code }),
        action: row.action,
        subject: row.subject,
        app: row.app.map(AppId),
        peer: row.peer,
    })
}
