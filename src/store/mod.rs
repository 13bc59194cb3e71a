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
mod lists;
mod numbers;
mod open;
mod query;
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
mod want;
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
pub(crate) use terms::Field;
pub(crate) use want::Want;

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
    pub seq: Seq,
    pub received_at: Timestamp,
    pub app: AppId,
    /// By which provider; `None` when this version does not know it.
    pub provider: Option<ProviderId>,
    pub outcome: Outcome,
    /// Whether its signature held.
    pub verified: Option<bool>,
    pub sessions: Vec<String>,
    pub calls: Vec<CallId>,
    /// How many of its items are no calls (SMS, number states).
    pub not_calls: u32,
    pub status: u16,
    pub peer: std::net::IpAddr,
    /// The address behind the token.
    pub tail: String,
    /// Its body's size.
    pub size_bytes: u64,
    /// What looks wrong with it.
    pub suspicions: Vec<Suspicion>,
    pub question: bool,
    /// The question and what was decided, where it was decided then and there.
    pub decision: Option<Box<DecidedQuestion>>,
    /// What it is, in one word of the provider: `fee`, `disconnect`, `Hangup`; empty if unknown.
    pub label: String,
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
    pub app: AppId,
    pub provider: ProviderId,
    pub received_at: Timestamp,
    pub test: bool,
    pub sms: SmsEvent,
}

/// A privacy number and its last known state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRow {
    pub number: PhoneNumber,
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
    Callback(Seq),
    Call(CallId),
    /// A message arrived.
    Sms(Seq),
    Number(PhoneNumber),
    /// Every change up to this record has been told.
    Told(Seq),
}

/// How the store is doing.
#[derive(Debug, Clone, Default)]
pub struct Status {
    pub applied: Seq,
    /// The last durable record of the journal.
    pub durable: Seq,
    /// While a rebuild runs: its progress from 0 to 1.
    pub rebuilding: Option<f64>,
    pub calls: u64,
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
    IndexedRow::new(key, call.t, facts.last_callback(), terms::of_row::<CallQuery>(call), call_row::encode(facts))
}

#[cfg(test)]
mod tests;
