//! Finds the head of the chain: the entry that the next one follows.
//!
//! Searched when the first entry is written, and again after another writer's, from where the last
//! search ended. The store knows the last entry up to the record it has applied; the rest of the journal
//! is read backwards, down to the last entry if there is no store.

use super::entry::{AuditEntry, Head};
use crate::domain::Seq;
use crate::journal::{Journal, ReadError};
use crate::limits::{AUDIT_READ_BYTES, AUDIT_READ_RECORDS};
use crate::store::Store;

#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) head: Head,
    pub(super) through: Seq,
}

/// The newest entry after `known`, if any.
pub(super) fn find_behind(journal: &dyn Journal, known: Known) -> Result<Known, ReadError> {
    let through = *journal.durable().borrow();
    let found = last_between(journal, known.through + 1, through)?;
    Ok(Known { head: found.map_or(known.head, Head::from), through: through.max(known.through) })
}

pub(super) fn find(journal: &dyn Journal, store: Option<&Store>) -> Result<Known, ReadError> {
    // In this order: the store may go on meanwhile.
    let applied = store.map_or(0, |store| store.status().applied);
    let known = store.and_then(Store::last_audit);
    let through = *journal.durable().borrow();
    let mut last = through;
    let mut records = AUDIT_READ_RECORDS;
    while last > applied {
        let first = last.saturating_sub(records).max(applied) + 1;
        if let Some(entry) = last_between(journal, first, last)? {
            return Ok(Known { head: entry.into(), through });
        }
        last = first - 1;
        records = records.saturating_mul(4);
    }
    let known = match known {
        Some(seq) => journal.get(seq)?.and_then(|record| AuditEntry::read(&record)),
        None => None,
    };
    Ok(Known { head: known.map(Head::from).unwrap_or_default(), through })
}

fn last_between(journal: &dyn Journal, first: Seq, last: Seq) -> Result<Option<AuditEntry>, ReadError> {
    let mut found = None;
    let mut from = first;
    while from <= last {
        let records = journal.read(from, AUDIT_READ_BYTES)?;
        let Some(newest) = records.last() else { break };
        from = newest.seq + 1;
        let within = records.iter().filter(|record| record.seq <= last);
        found = within.filter_map(AuditEntry::read).next_back().or(found);
    }
    Ok(found)
}
