//! What we know from the journal: calls, callbacks, messages, numbers, counters.
//!
//! Everything here is derived and may be deleted at any time. The projector is the only
//! writer; pages and the API read through [`Store`], which is cheap to clone.

mod callback_row;
mod collection;
mod doc;
mod hours;
mod numbers;
mod query;
mod row;
mod scan;
mod segment;
mod sms_row;
mod stamp;
mod terms;
mod varint;
mod words;

pub use query::{
    CallQuery, CallbackQuery, Filter, Group, LedgerRow, Listing, Page, QueryError, SmsQuery, Span, StatRow, Step,
};

use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::domain::{AppId, Call, CallId, NumberState, Outcome, PhoneNumber, ProviderId, Seq, SmsEvent, Suspicion};

/// The store. Clones share everything.
#[derive(Debug, Clone)]
pub struct Store {}

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
    /// What it is, in one word of the provider: `fee`, `disconnect`, `Hangup`; empty if unknown.
    pub label: String,
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

#[expect(clippy::todo, reason = "the skeleton that the rooms above are built against")]
impl Store {
    /// Calls, newest first.
    ///
    /// # Errors
    /// A stale or foreign cursor, or a damaged store.
    pub fn calls(&self, _query: &CallQuery, _page: &Page) -> Result<Listing<Call>, QueryError> {
        todo!()
    }

    /// One call.
    ///
    /// # Errors
    /// A damaged store.
    pub fn call(&self, _id: CallId) -> Result<Option<Call>, QueryError> {
        todo!()
    }

    /// Callbacks, newest first.
    ///
    /// # Errors
    /// As [`Store::calls`].
    pub fn callbacks(&self, _query: &CallbackQuery, _page: &Page) -> Result<Listing<CallbackRow>, QueryError> {
        todo!()
    }

    /// One callback.
    ///
    /// # Errors
    /// A damaged store.
    pub fn callback(&self, _seq: Seq) -> Result<Option<CallbackRow>, QueryError> {
        todo!()
    }

    /// Text messages, newest first.
    ///
    /// # Errors
    /// As [`Store::calls`].
    pub fn sms(&self, _query: &SmsQuery, _page: &Page) -> Result<Listing<SmsRow>, QueryError> {
        todo!()
    }

    /// The privacy numbers of `app`, or of all, by number.
    ///
    /// # Errors
    /// A damaged store.
    pub fn numbers(&self, _app: Option<AppId>) -> Result<Vec<NumberRow>, QueryError> {
        todo!()
    }

    /// The ledger: per app and hour, ascending. Kept as counters, never a scan.
    ///
    /// # Errors
    /// A damaged store.
    pub fn ledger(&self, _span: Span) -> Result<Vec<LedgerRow>, QueryError> {
        todo!()
    }

    /// Statistics per step and group, ascending. Kept as counters, never a scan.
    ///
    /// # Errors
    /// A damaged store.
    pub fn stats(&self, _span: Span, _by: Step, _group: Option<Group>) -> Result<Vec<StatRow>, QueryError> {
        todo!()
    }

    /// When a callback of each app was last received.
    #[must_use]
    pub fn last_seen(&self, _app: AppId) -> Option<Timestamp> {
        todo!()
    }

    /// How the store is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        todo!()
    }

    /// Follows changes as they are projected.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        todo!()
    }
}
