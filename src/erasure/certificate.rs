use serde::{Deserialize, Serialize};

use crate::domain::Seq;

/// What was found of a person, and changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
#[schemars(rename = "ErasureCounts")]
pub struct Counts {
    /// Calls the person was a party of.
    pub calls: u64,
    /// Messages from or to the person.
    pub sms: u64,
    /// Bindings that name the person; they end.
    pub bindings: u64,
    /// Recordings of these calls.
    pub recordings: u64,
    /// Callbacks as received that hold the number, or belong to these calls.
    pub callbacks: u64,
    /// Callbacks whose bytes were gone already.
    pub summaries: u64,
    /// Entries of the audit trail that lose their personal part.
    pub audit: u64,
    /// Other records that hold the number.
    pub others: u64,
    /// Tails of interrupted writes that hold it.
    pub torn: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.callbacks += other.callbacks;
        self.summaries += other.summaries;
        self.audit += other.audit;
        self.others += other.others;
    }
}

/// A segment of the journal before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RewrittenSegment {
    /// Its name, which it keeps.
    pub segment: String,
    /// The SHA-256 of the file before.
    pub before: Option<String>,
    /// The SHA-256 of the file after; absent when nothing was left of it.
    pub after: Option<String>,
}

/// What was done, without saying to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ErasureCertificate")]
pub struct Certificate {
    /// Its id.
    pub id: String,
    /// `erased` or `pseudonymised`.
    pub mode: String,
    /// Who asked for it.
    pub by: String,
    /// What kind of one that is: `user`, `token`, `command_line`; null where it was not noted.
    #[serde(default)]
    pub by_kind: Option<String>,
    /// Why.
    pub reason: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it was done, RFC 3339.
    pub finished_at: String,
    /// SHA-256 of the salt followed by the number in E.164: whoever knows the number can check.
    pub number_sha256: String,
    /// The salt.
    pub salt: String,
    /// The last record it covers.
    pub through: Seq,
    /// What was found and changed.
    pub counts: Counts,
    /// The segments that were written anew.
    pub segments: Vec<RewrittenSegment>,
    /// What it does not cover.
    pub statement: String,
}

impl Certificate {
    /// What every certificate says about its limits.
    pub const STATEMENT: &str = "This covers the journal, the state and the store of this installation up to the record named. Backups made earlier, copies forwarded to other systems, exports, and what the platforms keep themselves are not covered.";
}
