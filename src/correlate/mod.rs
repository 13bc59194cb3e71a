//! Events and records become calls. Pure: no I/O, no clock, no order of arrival.
//!
//! A call is kept as its [`Facts`]: the set of distinct events and records that named it.
//! [`join()`] computes the [`crate::domain::Call`] from that set and from nothing else, so the same callbacks in
//! any order, with any repeats, give the same call. Correlation is by key, never by a time
//! window; which of two conflicting records wins is decided by their content.

mod facts;
mod join;
mod plausible;
#[cfg(test)]
mod tests;

use xxhash_rust::xxh3::Xxh3;

pub use facts::{EventFact, Facts, RecordFact};
pub use join::join;
pub use plausible::alone;

use crate::domain::{AppId, CallId, CallKey, CallOutcome, CauseCode, Party, Product, ProviderId};

/// What a code means for a call, as far as correlation needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// How an unanswered call with this code ended; `None` when the next code should tell.
    pub outcome: Option<CallOutcome>,
    pub by: Option<Party>,
}

/// What this room needs to know of the providers, handed in so that it names none.
#[derive(Debug, Clone, Copy)]
pub struct Catalog {
    /// The meaning of a code; `None` where no table knows it.
    pub meaning: fn(ProviderId, &CauseCode) -> Option<Meaning>,
    /// Days for which a provider keeps a recording.
    pub recording_days: fn(ProviderId) -> u32,
    pub provider: fn(&str) -> Option<ProviderId>,
    /// Whether the platform dials the caller of this product first.
    pub dials_caller: fn(Product) -> bool,
    /// What a product turns out to be once somebody pressed a digit.
    pub with_digits: fn(Product) -> Product,
}

#[must_use]
pub fn call_id(app: AppId, key: &CallKey) -> CallId {
    let mut hash = Xxh3::new();
    hash.update(&app.0.to_be_bytes());
    hash.update(key.family.as_bytes());
    // A byte that no UTF-8 text contains, so that no two keys run together.
    hash.update(&[0xff]);
    hash.update(key.session.reveal().as_bytes());
    CallId(hash.digest128().to_be_bytes())
}
