//! Record types, independent of the encoding in `line`.
//!
//! A callback has everything that is known only at its receipt: who sent it, whether its signature was
//! valid, whose application it named, and the answer.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;

use crate::domain::{Ack, AppId, DecisionNote, Seq};

#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub seq: Seq,
    pub at: Timestamp,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewRecord {
    pub at: Timestamp,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Callback(Box<CallbackRecord>),
    /// Requests refused since the last such record.
    Tally(Tally),
    /// `audit`, and in `state/` `app`, `user`, `token`, `setting`.
    Entry(Entry),
    Erased {
        /// `sha256…` of the line it replaces.
        was: String,
    },
}

#[derive(Clone, PartialEq)]
pub struct CallbackRecord {
    pub app: AppId,
    /// Kept even if this version does not know it.
    pub provider: String,
    pub peer: IpAddr,
    /// The path after the token, never the token itself.
    pub tail: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// `None` if no signature was checked.
    pub verified: Option<bool>,
    /// Application keys in the body other than the app's own at receipt: the app's key may change later.
    pub foreign: Vec<String>,
    pub reply: Ack,
    /// Identity of an answered question: the same question gets the same bytes.
    pub question: Option<String>,
    /// `None` for a repeat.
    pub decision: Option<DecisionNote>,
}

impl CallbackRecord {
    /// Decoded if possible, otherwise as received.
    #[must_use]
    pub fn content(&self) -> Cow<'_, [u8]> {
        super::unpack(&self.headers, &self.body).unwrap_or(Cow::Borrowed(&self.body))
    }

    #[must_use]
    pub fn is_packed(&self) -> bool {
        matches!(self.content(), Cow::Owned(_))
    }
}

impl std::fmt::Debug for CallbackRecord {
    /// Omits headers and body: they hold numbers and signatures.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallbackRecord")
            .field("app", &self.app)
            .field("provider", &self.provider)
            .field("body_bytes", &self.body.len())
            .field("status", &self.reply.status)
            .finish_non_exhaustive()
    }
}

/// Requests that were not kept, for one app and hour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// `None` for unknown tokens.
    pub app: Option<AppId>,
    /// Refused with 403, 404, 405 or 413.
    pub refused: u64,
    /// Answered 503 where the platform does not push again.
    pub possibly_lost: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its kind, `[a-z_]+`, none of `callback`, `tally`, `erased`.
    pub kind: String,
    /// Its fields, beside `seq`, `at`, `kind` and `crc`.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl Entry {
    pub(crate) fn without(&self, field: &str) -> Self {
        let mut entry = self.clone();
        entry.fields.remove(field);
        entry
    }
}
