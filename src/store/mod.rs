//! What we know from the journal: calls, callbacks, messages, numbers, counters.
//!
//! Everything here is derived and may be deleted at any time. The projector is the only
//! writer; pages and the API read through [`Store`], which is cheap to clone.

mod applied;
mod audit;
mod call_row;
mod callback_row;
mod checkpoint;
mod collection;
mod contribution;
mod count;
mod cursor;
mod cut;
mod days;
mod decision_row;
mod encoding;
mod hot_chunks;
mod hot_rows;
mod hot_test;
mod hours;
mod indexed_row;
mod kv;
mod lists;
mod numbers;
mod open;
mod query;
mod query_plan;
mod read;
mod running;
mod scan;
mod seal;
mod segment;
mod shared;
mod sms_row;
mod stamp;
mod stat_query;
mod stat_sums;
mod stats;
mod terms;
mod varint;
mod words;
mod writer;

pub use applied::Applied;
pub use audit::{AuditRow, Ended};
pub use count::Count;
pub use cut::{Cut, CutBounds, Removed};
pub use lists::{AuditQuery, CallQuery, CallbackQuery, DecisionQuery, NumberQuery, SmsQuery, StatQuery};
pub use open::{FORMAT, OpenError, Opened};
pub use query::{Bounds, CauseIs, Filter, Joined, LedgerRow, Listing, MainCause, Page, QueryError, Span, Tests};
pub use stat_query::{Group, HeatRow, PeakRow, Ratio, StatRow, Step, TalkRow};
pub use writer::{WriteError, Writer};

pub(crate) use lists::{
    APP, Apps, Choice, Ending, Exact, FilterDoc, FilterTable, FormBox, Kind, Moment, NUMBER, Names, NumberOf,
    Parameters, Shape, ends, filters, one_of, title, whole_number,
};
pub(crate) use query_plan::QueryPlan;
pub(crate) use terms::Field;

use std::sync::Arc;

use jiff::Timestamp;

use indexed_row::IndexedRow;
use shared::Shared;

use crate::correlate::Facts;
use crate::domain::{
    AppId, Call, CallId, DecidedQuestion, NumberState, Outcome, PhoneNumber, ProviderId, Seq, SmsEvent, Suspicion,
};

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

/// The bytes are in the journal under `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackRow {
    pub seq: Seq,
    pub received_at: Timestamp,
    pub app: AppId,
    /// `None` when this version does not know the provider.
    pub provider: Option<ProviderId>,
    pub outcome: Outcome,
    pub verified: Option<bool>,
    pub sessions: Vec<String>,
    pub calls: Vec<CallId>,
    /// Items that are no calls (SMS, number states).
    pub not_calls: u32,
    pub status: u16,
    pub peer: std::net::IpAddr,
    /// The path behind the token.
    pub tail: String,
    pub size_bytes: u64,
    pub suspicions: Vec<Suspicion>,
    pub question: bool,
    /// Set where a question was decided.
    pub decision: Option<Box<DecidedQuestion>>,
    /// What it is, in one word of the provider: `fee`, `disconnect`, `Hangup`; empty if unknown.
    pub label: String,
    pub test: bool,
}

impl CallbackRow {
    #[must_use]
    pub fn joined(&self, joined: Joined) -> bool {
        match joined {
            Joined::Call => !self.calls.is_empty(),
            Joined::NotCall => self.not_calls > 0,
            Joined::Nothing => self.calls.is_empty() && self.not_calls == 0,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsRow {
    /// The callback that brought it first.
    pub callback: Seq,
    pub app: AppId,
    pub provider: ProviderId,
    pub received_at: Timestamp,
    pub test: bool,
    pub sms: SmsEvent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRow {
    pub number: PhoneNumber,
    pub app: AppId,
    /// `None` where no platform ever reported one.
    pub state: Option<NumberState>,
    pub cause: Option<String>,
    pub since: Option<Timestamp>,
    /// Newest first.
    pub history: Vec<(Timestamp, NumberState, Option<String>, Seq)>,
}

/// For live pages and `/api/v1/events`.
#[derive(Debug, Clone)]
pub enum Change {
    Callback(Seq),
    Call(CallId),
    Sms(Seq),
    Number(PhoneNumber),
    /// Every change up to this record was sent.
    Told(Seq),
}

#[derive(Debug, Clone, Default)]
pub struct Status {
    pub applied: Seq,
    pub durable: Seq,
    /// Progress of a rebuild, 0 to 1.
    pub rebuilding: Option<f64>,
    pub calls: u64,
    pub callbacks: u64,
    pub bytes: u64,
}

impl From<Arc<Shared>> for Store {
    fn from(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

fn index_call(facts: &Facts, call: &Call) -> IndexedRow {
    let key = (call.t.as_microsecond(), call.id.0);
    IndexedRow::new(key, call.t, facts.last_callback(), terms::of_row::<CallQuery>(call), call_row::encode(facts))
}

#[cfg(test)]
mod tests;
