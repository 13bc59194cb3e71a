//! What can be asked of the store, and how answers are paged.

use jiff::Timestamp;

use crate::domain::{AppId, CallOutcome, Outcome, Product, ProviderId, Scope};

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
    /// By how it ended.
    pub outcome: Filter<CallOutcome>,
    /// Talk time in seconds, at least.
    pub min_talk: Option<u32>,
    /// Talk time in seconds, at most.
    pub max_talk: Option<u32>,
    /// Whether it has a recording.
    pub has_recording: Option<bool>,
    /// Free text: a session, our id, the customer's own reference, or the end of a number.
    pub q: Filter<String>,
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
    /// A part of the store cannot be read; it can be rebuilt.
    #[error("reading the store; `ringback reindex` rebuilds it")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
}
