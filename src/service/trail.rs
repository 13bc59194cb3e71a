//! The audit trail as it is read: entries with their outcomes and what is personal in them, masked.
//!
//! What is personal is read from the journal, where it may have been erased.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::audit::{AuditAction, AuditEntry};
use crate::domain::{ActorKind, Masking, Seq};
use crate::journal::{Journal, ReadError};
use crate::limits::{AUDIT_OUTCOMES_READ, PAGE_MAX};
use crate::service::{Context, Instant, ServiceError, filters};
use crate::store::{AuditQuery, AuditRow, Ended, Filter, Page, Span, Store};

/// An entry of the audit trail.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AuditObject {
    /// Its number in the chain, from 1 without gaps.
    n: u64,
    /// Its number in the journal.
    seq: Seq,
    /// When.
    #[schemars(with = "String")]
    at: Instant,
    /// Who: a user's or token's name, `command line`, or `?` before a login.
    by: String,
    /// What kind of one that is: `user`, `token`, `command_line`, `system`, `unknown`; null in entries
    /// of earlier versions, where the name alone does not say.
    by_kind: Option<&'static str>,
    /// What: `reveal`, `login.failed`, `app.add`.
    action: String,
    /// Which object: `call 8f0c…`, `app 3`, `user lin`.
    subject: String,
    /// The app it belongs to.
    app: Option<String>,
    /// From which address.
    peer: Option<String>,
    /// `failed` where the act did not come about after all and nothing was changed; null otherwise.
    /// An entry whose action is `outcome` tells it of the one in `of`.
    outcome: Option<String>,
    /// Why it failed, in a word.
    code: Option<String>,
    /// The number in the journal of the entry whose outcome this one tells.
    of: Option<Seq>,
    /// What was typed, a reason, a query; null once it was erased.
    personal: Option<Map<String, Value>>,
}

/// An entry with its outcome, and what is personal in it; `None` once it was erased.
pub(crate) type Entry = (AuditRow, Option<Map<String, Value>>);

pub(crate) fn entries(
    context: &Context,
    query: &AuditQuery,
    page: &Page,
) -> Result<(Vec<Entry>, Option<String>), ServiceError> {
    let listing = context.store.audit(query, page)?;
    let mut endings = endings(&context.store, &listing.items)?;
    let entry = |row: AuditRow| -> Result<Entry, ServiceError> {
        let ended = row.ended.or_else(|| endings.remove(&row.seq));
        let personal = personal(&*context.journal, row.seq)?;
        Ok((AuditRow { ended, ..row }, personal))
    };
    Ok((listing.items.into_iter().map(entry).collect::<Result<_, _>>()?, listing.next))
}

pub(crate) fn objects(
    context: &Context,
    masking: Masking,
    query: &AuditQuery,
    page: &Page,
) -> Result<(Vec<AuditObject>, Option<String>), ServiceError> {
    let (entries, next) = entries(context, query, page)?;
    let object = |(row, personal): Entry| AuditObject {
        n: row.n,
        seq: row.seq,
        at: Instant(row.at),
        by: row.by.name,
        by_kind: row.by.kind.map(ActorKind::name),
        app: row.app.map(|app| filters::app_name(context, app)),
        peer: row.peer.map(|peer| peer.to_string()),
        outcome: row.ended.as_ref().map(|ended| ended.how.clone()),
        code: row.ended.as_ref().and_then(|ended| ended.code.clone()),
        of: row.ended.map(|ended| ended.of).filter(|of| *of != row.seq),
        action: row.action,
        subject: row.subject,
        personal: personal.map(|personal| masked(masking, personal)),
    };
    Ok((entries.into_iter().map(object).collect(), next))
}

/// How the acts of these entries ended, by the entries' numbers, where another entry tells that.
fn endings(store: &Store, rows: &[AuditRow]) -> Result<HashMap<Seq, Ended>, ServiceError> {
    let mut endings = HashMap::new();
    let Some(since) = rows.iter().map(|row| row.at).min() else { return Ok(endings) };
    let shown: HashSet<Seq> = rows.iter().map(|row| row.seq).collect();
    let query = AuditQuery {
        span: Span { from: Some(since), to: None },
        action: Filter::any(vec![AuditAction::Outcome.name().to_owned()]),
        ..AuditQuery::default()
    };
    let mut page = Page { limit: PAGE_MAX, cursor: None };
    for _ in 0..AUDIT_OUTCOMES_READ.div_ceil(PAGE_MAX) {
        let listing = store.audit(&query, &page)?;
        let told = listing.items.into_iter().filter_map(|row| row.ended);
        endings.extend(told.filter(|ended| shown.contains(&ended.of)).map(|ended| (ended.of, ended)));
        page.cursor = listing.next;
        if page.cursor.is_none() {
            break;
        }
    }
    Ok(endings)
}

/// The personal part of an entry; `None` once it was erased.
fn personal(journal: &dyn Journal, seq: Seq) -> Result<Option<Map<String, Value>>, ReadError> {
    Ok(journal.get(seq)?.and_then(|record| AuditEntry::read(&record)?.personal))
}

fn masked(masking: Masking, personal: Map<String, Value>) -> Map<String, Value> {
    let value = |name: &str, value: Value| match (name, value) {
        ("page", Value::String(page)) => Value::String(masked_page(masking, &page)),
        (_, value) => masked_value(masking, value),
    };
    personal.into_iter().map(|(name, v)| (name.clone(), value(&name, v))).collect()
}

/// An address of ours: its path names objects by ids of ours, its query may hold numbers.
fn masked_page(masking: Masking, page: &str) -> String {
    match page.split_once('?') {
        Some((path, query)) => format!("{path}?{}", masking.text(query)),
        None => page.to_owned(),
    }
}

fn masked_value(masking: Masking, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(masking.text(&text)),
        Value::Array(items) => items.into_iter().map(|item| masked_value(masking, item)).collect(),
        Value::Object(map) => Value::Object(masked(masking, map)),
        Value::Number(number) => match masking.text(&number.to_string()) {
            text if text == number.to_string() => Value::Number(number),
            text => Value::String(text),
        },
        Value::Null | Value::Bool(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_the_personal_part_are_masked_in_whatever_shape_they_come() {
        let personal = serde_json::json!({"page": "/calls?number=13812340021", "of": [{"n": 13812340021u64}], "ok": 7});
        let Value::Object(personal) = personal else { panic!("an object") };
        let seen = serde_json::to_string(&masked(Masking::Masked, personal)).unwrap();
        assert!(!seen.contains("13812340021") && seen.contains("\"ok\":7"), "{seen}");
    }
}
