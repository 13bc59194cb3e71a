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
mod decisions;
mod encoding;
mod hot_chunks;
mod hot_rows;
mod hot_test;
mod hours;
mod indexed_row;
mod kv;
mod numbers;
mod open;
mod query;
mod read;
mod running;
mod scan;
mod seal;
mod search;
mod segment;
mod shared;
mod sms_row;
mod stamp;
mod stat_query;
mod stat_sums;
mod stats;
mod terms;
mod varint;
mod want;
mod words;
mod writer;

pub use applied::Applied;
pub use audit::{AuditQuery, AuditRow, Ended};
pub use count::Count;
pub use cut::{Cut, CutBounds, Removed};
pub use decisions::DecisionQuery;
pub use open::{FORMAT, OpenError, Opened};
pub use query::{
    Bounds, CallQuery, CallbackQuery, CauseIs, Filter, Joined, LedgerRow, Listing, MainCause, NumberQuery, Page,
    QueryError, SmsQuery, Span, Tests,
};
pub use stat_query::{Group, HeatRow, PeakRow, Ratio, StatQuery, StatRow, Step, TalkRow};
pub use writer::{WriteError, Writer};

use std::sync::Arc;

use jiff::Timestamp;

use indexed_row::IndexedRow;
use shared::Shared;

use crate::correlate::Facts;
use crate::domain::{
    AppId, Call, CallId, DecidedQuestion, NumberState, Outcome, PhoneNumber, ProviderId, Seq, SmsEvent, Suspicion,
};

/// The store. Clones share everything.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

/// A callback as the store knows it; its bytes are in the journal under `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackRow {
    /// Its number in the journal.
    pub seq: Seq,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whose it is.
    pub app: AppId,
    /// By which provider; `None` when this version does not know it.
    pub provider: Option<ProviderId>,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether its signature held.
    pub verified: Option<bool>,
    /// The sessions it names.
    pub sessions: Vec<String>,
    /// The calls it joined.
    pub calls: Vec<CallId>,
    /// How many of its items are no calls (SMS, number states).
    pub not_calls: u32,
    /// What we answered.
    pub status: u16,
    /// Who sent it.
    pub peer: std::net::IpAddr,
    /// The address behind the token.
    pub tail: String,
    /// Its body's size.
    pub size_bytes: u64,
    /// What looks wrong with it.
    pub suspicions: Vec<Suspicion>,
    /// Whether it asked a question.
    pub question: bool,
    /// The question and what was decided, where it was decided then and there.
    pub decision: Option<Box<DecidedQuestion>>,
    /// What it is, in one word of the provider: `fee`, `disconnect`, `Hangup`; empty if unknown.
    pub label: String,
    /// Whether it was marked as a test.
    pub test: bool,
}

impl CallbackRow {
    /// Whether this became of its content.
    #[must_use]
    pub fn joined(&self, joined: Joined) -> bool {
        match joined {
            Joined::Call => !self.calls.is_empty(),
            Joined::NotCall => self.not_calls > 0,
            Joined::Nothing => self.calls.is_empty() && self.not_calls == 0,
        }
    }
}

/// A text message with what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsRow {
    /// The callback that brought it first.
    pub callback: Seq,
    /// Whose it is.
    pub app: AppId,
    /// By which provider.
    pub provider: ProviderId,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whether it is a test.
    pub test: bool,
    /// What was said.
    pub sms: SmsEvent,
}

/// A privacy number and its last known state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRow {
    /// The number.
    pub number: PhoneNumber,
    /// Whose it is.
    pub app: AppId,
    /// Its state, if a platform ever told.
    pub state: Option<NumberState>,
    /// The cause code of that state.
    pub cause: Option<String>,
    /// When that state was received.
    pub since: Option<Timestamp>,
    /// The states before, newest first.
    pub history: Vec<(Timestamp, NumberState, Option<String>, Seq)>,
}

/// One change, for live pages and `/api/v1/events`.
#[derive(Debug, Clone)]
pub enum Change {
    /// A callback was projected.
    Callback(Seq),
    /// A call is new or changed.
    Call(CallId),
    /// A message arrived.
    Sms(Seq),
    /// A number changed its state.
    Number(PhoneNumber),
    /// Every change up to this record has been told.
    Told(Seq),
}

/// How the store is doing.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// The last record applied.
    pub applied: Seq,
    /// The last durable record of the journal.
    pub durable: Seq,
    /// While a rebuild runs: its progress from 0 to 1.
    pub rebuilding: Option<f64>,
    /// Calls known.
    pub calls: u64,
    /// Callbacks known.
    pub callbacks: u64,
    /// Size on disk.
    pub bytes: u64,
}

impl From<Arc<Shared>> for Store {
    fn from(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

/// A call's row, ready for its collection.
fn index_call(facts: &Facts, call: &Call) -> IndexedRow {
    let key = (call.t.as_microsecond(), call.id.0);
    IndexedRow::new(key, call.t, facts.last_callback(), terms::of_call(call), call_row::encode(facts))
}

#[cfg(test)]
mod tests;
