//! What can be asked of the store, and how answers are paged.

use jiff::Timestamp;

use crate::domain::{AppId, Scope, Text, vocabulary};

/// Values of which any must hold, and values of which none may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter<T> {
    /// Any of these; empty means all.
    pub any: Vec<T>,
    pub none: Vec<T>,
}

impl<T> Default for Filter<T> {
    fn default() -> Self {
        Self { any: Vec::new(), none: Vec::new() }
    }
}

impl<T> Filter<T> {
    #[must_use]
    pub fn takes(&self, holds: impl Fn(&T) -> bool) -> bool {
        (self.any.is_empty() || self.any.iter().any(&holds)) && !self.none.iter().any(&holds)
    }

    #[must_use]
    pub fn any(values: Vec<T>) -> Self {
        Self { any: values, none: Vec::new() }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.none.is_empty()
    }
}

impl Filter<AppId> {
    /// Narrowed to the apps in `scope`.
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
    #[must_use]
    pub fn contains(&self, t: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= t) && self.to.is_none_or(|to| t < to)
    }
}

/// Both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub min: u32,
    pub max: u32,
}

impl Bounds {
    #[must_use]
    pub fn contains(self, amount: u32) -> bool {
        (self.min..=self.max).contains(&amount)
    }
}

/// A cause: a code, in one table or in any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseIs {
    pub table: Option<String>,
    pub code: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tests {
    /// No: a list has the rows that figures count.
    #[default]
    Without,
    /// Among the others.
    With,
    Only,
}

impl Tests {
    pub const NAMED: [(&'static str, Self); 3] = [("false", Self::Without), ("true", Self::Only), ("any", Self::With)];

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Without => Text::new("不含测试", "no tests"),
            Self::With => Text::new("包括测试", "tests too"),
            Self::Only => Text::new("仅测试", "only tests"),
        }
    }

    #[must_use]
    pub fn takes(self, is_test: bool) -> bool {
        match self {
            Self::Without => !is_test,
            Self::With => true,
            Self::Only => is_test,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MainCause {
    /// This code, in one table or in any.
    Is(CauseIs),
    /// A code that no table lists.
    Unlisted,
}

impl MainCause {
    /// What stands for every code that no table lists.
    pub const UNLISTED: &'static str = "unlisted";
}

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Joined {
        Call "call" "通话" "a call",
        /// A text message or the state of a number.
        NotCall "not_call" "短信或号码" "a message or number",
        Nothing "nothing" "无" "nothing",
    }
}

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// `None` at the end.
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerRow {
    /// The start of the hour.
    pub at: Timestamp,
    /// `None` for requests with an unknown token.
    pub app: Option<AppId>,
    /// By outcome, in the order of [`crate::domain::Outcome::ALL`].
    pub outcomes: [u64; 5],
    /// Attached to a call.
    pub joined: u64,
    /// SMS and number states.
    pub not_calls: u64,
    pub refused: u64,
    /// Answered 503 where the platform does not push again.
    pub possibly_lost: u64,
    /// Bytes of bodies received.
    pub bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("the cursor does not belong to this query; start again without it")]
    Cursor,
    /// The cursor is of the store before the rebuild.
    #[error("the cursor is stale: what it points into is being rebuilt; start again without it")]
    Stale,
    /// Not rebuilt yet.
    #[error("what is asked for is being rebuilt; try again in a minute")]
    Rebuilding,
    /// A part of the store cannot be read; it can be rebuilt.
    #[error("reading the store; `ringback reindex` rebuilds it")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
}
