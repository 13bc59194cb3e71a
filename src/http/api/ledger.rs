//! `GET /ledger`: what was received and what became of it, per app and hour.
//!
//! ```text
//! received = accepted + duplicate + unrecognised + unparsable + unverified
//! waiting  = callbacks that are durable and not projected yet: in no row until they are
//! ```

use std::sync::Arc;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::{HttpError, Response, blocking, ok};
use crate::domain::{AppId, Scope};
use crate::service::{Context, Instant, filters, query::Query};
use crate::store::LedgerRow;

pub(super) const KNOWN: &[&str] = &["app!", "from", "to"];
/// The default span.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Ledger {
    /// Every app's hours, newest first.
    items: Vec<LedgerObject>,
    /// Always null: a ledger has one page.
    next: Option<String>,
    /// Callbacks that are durable and not yet projected; they are in no item.
    waiting: u64,
    /// The sum of the items, with what waits.
    totals: Counts,
}

/// One app's hour.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LedgerRow")]
pub(super) struct LedgerObject {
    /// The start of the hour.
    #[schemars(with = "String")]
    at: Instant,
    /// The app; null for requests with an unknown token.
    app: Option<String>,
    #[serde(flatten)]
    counts: Counts,
}

/// What was received and what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Counts {
    /// Callbacks kept in the journal.
    received: u64,
    /// Understood, and new.
    accepted: u64,
    /// Understood, and known already.
    duplicate: u64,
    /// Well-formed, but no event we know.
    unrecognised: u64,
    /// Not readable at all.
    unparsable: u64,
    /// Refused because the signature did not hold.
    unverified: u64,
    /// Durable and not yet projected; 0 in an item.
    waiting: u64,
    /// Attached to a call.
    joined: u64,
    /// Text messages and number states.
    not_calls: u64,
    /// Refused without being kept.
    refused: u64,
    /// Answered 503 where the platform does not push again.
    possibly_lost: u64,
    /// Passed on to a destination.
    forwarded: u64,
}

impl Counts {
    fn of(row: &LedgerRow) -> Self {
        let [accepted, duplicate, unrecognised, unparsable, unverified] = row.outcomes;
        Self {
            received: row.outcomes.iter().sum(),
            accepted,
            duplicate,
            unrecognised,
            unparsable,
            unverified,
            waiting: 0,
            joined: row.joined,
            not_calls: row.not_calls,
            refused: row.refused,
            possibly_lost: row.possibly_lost,
            forwarded: 0,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            received: self.received + other.received,
            accepted: self.accepted + other.accepted,
            duplicate: self.duplicate + other.duplicate,
            unrecognised: self.unrecognised + other.unrecognised,
            unparsable: self.unparsable + other.unparsable,
            unverified: self.unverified + other.unverified,
            waiting: self.waiting + other.waiting,
            joined: self.joined + other.joined,
            not_calls: self.not_calls + other.not_calls,
            refused: self.refused + other.refused,
            possibly_lost: self.possibly_lost + other.possibly_lost,
            forwarded: self.forwarded + other.forwarded,
        }
    }
}

pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let scope = ask.principal.scope.clone();
    let app = filters::apps(context, &scope, &query)?;
    let mut span = filters::span(&query)?;
    if span.from.is_none() {
        span.from = Some(span.to.unwrap_or_else(|| context.clock.now()) - DAY);
    }
    // Counters are kept by the hour: the hour of `from` is shown whole.
    span.from = span.from.map(filters::floor_hour);
    let asked = context.clone();
    let (rows, waiting) = blocking(move || (asked.store.ledger(span), waiting(&asked, &scope))).await;
    let rows = rows?;
    // Requests with an unknown token belong to no app: only those who see all apps get them.
    let shown = |of: Option<AppId>| match of {
        Some(of) => (app.any.is_empty() || app.any.contains(&of)) && !app.none.contains(&of),
        None => app.any.is_empty(),
    };
    let items = rows.iter().rev().filter(|row| shown(row.app)).map(|row| LedgerObject {
        at: Instant(row.at),
        app: row.app.map(|id| filters::app_name(context, id)),
        counts: Counts::of(row),
    });
    let items: Vec<LedgerObject> = items.collect();
    let totals = items.iter().fold(Counts::default(), |sum, item| sum.plus(item.counts));
    ok(&Ledger { items, next: None, waiting, totals: Counts { waiting, ..totals } })
}

/// Durable and not yet projected callbacks of the apps in `scope`.
pub(in crate::http) fn waiting(context: &Context, scope: &Scope) -> u64 {
    context.store.waiting(&context.ingest.counts().kept_by_app(), scope)
}
