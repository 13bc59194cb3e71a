//! What can be asked of the store, and how answers are paged.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::domain::{
    Anomaly, AppId, CallOutcome, CallState, Direction, Outcome, Product, ProviderId, RecordingState, Scope, SmsMode,
};

/// Values of which any must hold, and values of which none may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter<T> {
    /// Any of these; empty means all.
    pub any: Vec<T>,
    /// None of these.
    pub none: Vec<T>,
}

impl<T> Default for Filter<T> {
    fn default() -> Self {
        Self { any: Vec::new(), none: Vec::new() }
    }
}

impl<T> Filter<T> {
    /// Whether a row for which `holds` tells each value is let through.
    #[must_use]
    pub fn takes(&self, holds: impl Fn(&T) -> bool) -> bool {
        (self.any.is_empty() || self.any.iter().any(&holds)) && !self.none.iter().any(&holds)
    }

    /// Any of these.
    #[must_use]
    pub fn any(values: Vec<T>) -> Self {
        Self { any: values, none: Vec::new() }
    }

    /// Whether it lets this one through.
    #[must_use]
    pub fn lets_through(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        (self.any.is_empty() || self.any.contains(value)) && !self.none.contains(value)
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.none.is_empty()
    }
}

impl Filter<AppId> {
    /// Narrowed to what `scope` lets see: of other apps nothing is found, whatever was asked for.
    #[must_use]
    pub fn within(mut self, scope: &Scope) -> Self {
        let Scope::Apps(apps) = scope else { return self };
        if self.any.is_empty() {
            self.any = apps.iter().copied().collect();
        } else {
            self.any.retain(|app| apps.contains(app));
        }
        if self.any.is_empty() {
            // An empty list would mean all.
            self.any.push(AppId::NONE);
        }
        self
    }
}

/// A span of time: `from` ≤ t < `to`, both optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first instant inside.
    pub from: Option<Timestamp>,
    /// The first instant after.
    pub to: Option<Timestamp>,
}

impl Span {
    /// Whether `t` lies inside.
    #[must_use]
    pub fn contains(&self, t: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= t) && self.to.is_none_or(|to| t < to)
    }
}

/// An amount between two bounds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}

impl Bounds {
    /// Whether it lies inside.
    #[must_use]
    pub fn contains(self, amount: u32) -> bool {
        (self.min..=self.max).contains(&amount)
    }
}

/// A cause: a code, in one table or in any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseIs {
    /// The table, if it matters.
    pub table: Option<String>,
    /// The code.
    pub code: String,
}

/// Whether what is a test is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tests {
    /// No: a list has the rows that figures count.
    #[default]
    Without,
    /// Among the others.
    With,
    /// Nothing else.
    Only,
}

impl Tests {
    /// Whether a row is let through.
    #[must_use]
    pub fn takes(self, is_test: bool) -> bool {
        match self {
            Self::Without => !is_test,
            Self::With => true,
            Self::Only => is_test,
        }
    }
}

/// The most telling cause of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MainCause {
    /// This code, in one table or in any.
    Is(CauseIs),
    /// A code that no table lists.
    Unlisted,
}

/// What became of a callback's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// It is attached to a call.
    Call,
    /// It holds a text message or the state of a number.
    NotCall,
    /// Neither.
    Nothing,
}

impl Joined {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Call, Self::NotCall, Self::Nothing];

    /// `call`, `not_call`, `nothing`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::NotCall => "not_call",
            Self::Nothing => "nothing",
        }
    }

    /// Reads [`Joined::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|joined| joined.name() == name)
    }
}

/// Which calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallQuery {
    /// By the earliest known instant of the call.
    pub span: Span,
    /// By app.
    pub app: Filter<AppId>,
    /// By provider.
    pub provider: Filter<ProviderId>,
    /// By product.
    pub product: Filter<Product>,
    /// By the platform's session id, exactly.
    pub session: Filter<String>,
    /// By the end of any party's number: four digits or more, with or without country code.
    pub number: Filter<String>,
    /// By the end of the caller's number.
    pub caller: Filter<String>,
    /// By the end of the callee's number.
    pub callee: Filter<String>,
    /// By the end of the privacy number (X or Y).
    pub x: Filter<String>,
    /// By the end of the second privacy number of AXYB.
    pub y: Filter<String>,
    /// By who called whom.
    pub direction: Filter<Direction>,
    /// By how far it got.
    pub state: Filter<CallState>,
    /// By how it ended.
    pub outcome: Filter<CallOutcome>,
    /// Whether the parties talk or talked.
    pub answered: Option<bool>,
    /// By any code it was released with.
    pub cause: Filter<CauseIs>,
    /// By the most telling code it was released with: the one that is counted.
    pub main_cause: Filter<MainCause>,
    /// By what is odd about it.
    pub anomaly: Filter<Anomaly>,
    /// By talk time in seconds.
    pub talk: Filter<Bounds>,
    /// By ringing in seconds; calls whose ringing is not known lie in no bounds.
    pub ring: Filter<Bounds>,
    /// By post-dial delay in seconds; calls whose delay is not known lie in no bounds.
    pub pdd: Filter<Bounds>,
    /// By the day of the week in Asia/Shanghai, 1 (Monday) to 7.
    pub weekday: Filter<u8>,
    /// By the hour of the day in Asia/Shanghai, 0 to 23.
    pub hour: Filter<u8>,
    /// Whether it has a recording.
    pub has_recording: Option<bool>,
    /// Whether its recording is only at the platform and is deleted there before this.
    pub expires_before: Option<Timestamp>,
    /// By where its recording is.
    pub recording_state: Filter<RecordingState>,
    /// Free text: the beginning of a session or of our id, the end of the customer's own reference
    /// or of a number.
    pub q: Filter<String>,
    /// Whether tests are among them.
    pub test: Tests,
}

/// Which callbacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallbackQuery {
    /// By the time of receipt.
    pub span: Span,
    /// By app.
    pub app: Filter<AppId>,
    /// By provider.
    pub provider: Filter<ProviderId>,
    /// By what became of it.
    pub outcome: Filter<Outcome>,
    /// By a session it names, exactly.
    pub session: Filter<String>,
    /// By whether its signature held; `None` is "not checked".
    pub verified: Filter<Option<bool>>,
    /// Whether anything in it looks wrong.
    pub suspicious: Option<bool>,
    /// By what looks wrong: a kind (`wrong_case`), or a kind and what it is about
    /// (`wrong_case:sessionid`).
    pub suspicion: Filter<String>,
    /// By what it is, in the provider's one word.
    pub label: Filter<String>,
    /// By who sent it.
    pub peer: Filter<IpAddr>,
    /// By what we answered.
    pub status: Filter<u16>,
    /// By its body's size in bytes.
    pub size: Filter<Bounds>,
    /// Whether it asked a question.
    pub question: Option<bool>,
    /// Whether it was marked as a test.
    pub test: Option<bool>,
    /// By what became of its content; what holds calls and messages is in both.
    pub joined: Filter<Joined>,
}

/// Which text messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SmsQuery {
    /// By the time of receipt.
    pub span: Span,
    /// By app.
    pub app: Filter<AppId>,
    /// By provider.
    pub provider: Filter<ProviderId>,
    /// By the end of any number in it.
    pub number: Filter<String>,
    /// By the end of the sender's number.
    pub sender: Filter<String>,
    /// By the end of the receiver's number.
    pub receiver: Filter<String>,
    /// By the end of the privacy number.
    pub x: Filter<String>,
    /// By whether the platform told or asked.
    pub mode: Filter<SmsMode>,
    /// By the platform's id, exactly.
    pub sms_id: Filter<String>,
    /// Whether tests are among them.
    pub test: Tests,
}

/// Which privacy numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberQuery {
    /// By app.
    pub app: Filter<AppId>,
    /// By its end: four digits or more.
    pub number: Filter<String>,
    /// By its state's name; `none` where no platform ever told.
    pub state: Filter<String>,
    /// By the cause code of that state.
    pub cause: Filter<String>,
}

/// The day of the week, 1 (Monday) to 7, and the hour of the day in Asia/Shanghai, where clocks
/// have not changed since 1991.
pub(super) fn local_time(t: Timestamp) -> (u8, u8) {
    let second = t.as_second() + 8 * 3_600;
    // 1970-01-01 was a Thursday.
    let weekday = (second.div_euclid(86_400) + 3).rem_euclid(7) + 1;
    (weekday as u8, (second.rem_euclid(86_400) / 3_600) as u8)
}

/// Which part of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows, at most [`crate::limits::PAGE_MAX`].
    pub limit: usize,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: crate::limits::PAGE_DEFAULT, cursor: None }
    }
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

/// One app's hour in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerRow {
    /// The start of the hour.
    pub at: Timestamp,
    /// The app; `None` for requests with an unknown token.
    pub app: Option<AppId>,
    /// Callbacks received and projected, by outcome, in the order of [`Outcome::ALL`].
    pub outcomes: [u64; 5],
    /// Attached to a call.
    pub joined: u64,
    /// SMS and number states.
    pub not_calls: u64,
    /// Refused without being kept.
    pub refused: u64,
    /// Answered 503 where the platform does not push again.
    pub possibly_lost: u64,
    /// Bytes of bodies received.
    pub bytes: u64,
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The cursor is not one of ours, or of another query.
    #[error("the cursor does not belong to this query; start again without it")]
    Cursor,
    /// The cursor was given out by a store that knew more: this one is being rebuilt.
    #[error("the cursor is stale: what it points into is being rebuilt; start again without it")]
    Stale,
    /// What is asked for is not there yet.
    #[error("what is asked for is being rebuilt; try again in a minute")]
    Rebuilding,
    /// A part of the store cannot be read; it can be rebuilt.
    #[error("reading the store; `ringback reindex` rebuilds it")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
}
