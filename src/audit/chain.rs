//! Checks the hash chain, entry by entry, in constant memory. Pure.
//!
//! ```text
//! entry n ──hash──► entry n+1 ──hash──► …          each `prev` is the `hash` before it
//!    │ personal_hash
//!    └─► personal part: may be gone, but not be another
//! ```
//!
//! The oldest entries may be missing if an [`Anchor`](super::Anchor) further on says that they were
//! removed. Of two entries with one number the first was reported by the disk as not written; nothing
//! was done after it, and the chain continues without it. A trail forged from some point to its end
//! passes: to detect that, keep the head (printed by `ringback verify`) elsewhere.

use serde_json::Value;

use super::entry::{AuditEntry, Head, KIND, public_hash, sha256};
use crate::domain::Seq;
use crate::journal::{Body, Record};

#[derive(Debug, Default)]
pub struct Chain {
    report: ChainReport,
    last: Option<(Head, String)>,
    /// Of the first entry, unless it is the very first or an anchor accounts for it.
    unanchored: Option<(u64, String, Seq)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChainReport {
    pub entries: u64,
    /// Entries whose personal part was erased.
    pub erased: u64,
    /// Entries whose write was reported as failed; their acts were not done.
    pub aside: u64,
    /// By retention, before the first one.
    pub removed: u64,
    /// Of the last entry.
    pub head: Option<(u64, String)>,
    pub broken: Option<Break>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    pub n: u64,
    pub seq: Seq,
    pub reason: &'static str,
}

const SHAPE: &str = "the entry is not of the trail's shape";
pub(super) const CHANGED: &str = "the entry is not what it was when it was written";
const PERSONAL: &str = "the personal part is not what it was when it was written";
pub(super) const MISSING: &str = "entries before this one are missing";
const START: &str = "the entries before the first one are missing, and nothing says that they were removed";

impl Chain {
    /// Skips other kinds of records.
    pub fn check(&mut self, record: &Record) {
        let Body::Entry(body) = &record.body else { return };
        if body.kind != KIND {
            return;
        }
        self.report.entries += 1;
        let expected = self.last.as_ref().map_or(1, |(head, _)| head.n + 1);
        let Some(entry) = AuditEntry::read(record) else {
            return self.broken(expected, record.seq, SHAPE);
        };
        self.follow(&entry);
        if public_hash(record.at, &body.fields) != entry.hash {
            self.broken(entry.n, entry.seq, CHANGED);
        }
        let personal_hash = body.fields.get("personal_hash").and_then(Value::as_str);
        match (body.fields.get("personal"), personal_hash) {
            (Some(personal), Some(hash)) if sha256(personal) == hash => {}
            (Some(_), _) => self.broken(entry.n, entry.seq, PERSONAL),
            (None, Some(_)) => self.report.erased += 1,
            (None, None) => {}
        }
        if let (Some(anchor), Some((first, prev, _))) = (&entry.anchor, &self.unanchored)
            && (anchor.n + 1 > *first || (anchor.n + 1 == *first && anchor.hash == *prev))
        {
            self.unanchored = None;
        }
        self.last = Some((Head { n: entry.n, hash: entry.hash }, entry.prev));
    }

    fn follow(&mut self, entry: &AuditEntry) {
        let Some((head, before)) = &self.last else {
            let start = Head::default();
            if entry.n != 1 || entry.prev != start.hash {
                self.report.removed = entry.n.saturating_sub(1);
                self.unanchored = Some((entry.n, entry.prev.clone(), entry.seq));
            }
            return;
        };
        if entry.n == head.n && entry.prev == *before {
            self.report.aside += 1;
        } else if entry.n != head.n + 1 || entry.prev != head.hash {
            self.broken(entry.n, entry.seq, MISSING);
        }
    }

    #[must_use]
    pub fn finish(mut self) -> ChainReport {
        if let Some((n, _, seq)) = self.unanchored.take() {
            // It precedes every other break.
            self.report.broken = Some(Break { n, seq, reason: START });
        }
        self.report.head = self.last.map(|(head, _)| (head.n, head.hash));
        self.report
    }

    fn broken(&mut self, n: u64, seq: Seq, reason: &'static str) {
        self.report.broken.get_or_insert(Break { n, seq, reason });
    }
}

impl ChainReport {
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.broken.is_none()
    }
}
