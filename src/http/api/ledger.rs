//! `GET /ledger`: what was received and what became of it, per app and hour.
//!
//! ```text
//! received = accepted + duplicate + unrecognised + unparsable + unverified
//! waiting  = durable in the journal, not projected yet: in no row until it is
//! ```
//!
//! What waits has no app yet, so whoever sees only some apps is not told how much it is; and
//! requests with an unknown token belong to nobody and are for those who see everything.

use std::sync::Arc;

use jiff::SignedDuration;
use serde::Serialize;

use super::ask::Ask;
use super::query::Query;
use super::{Context, HttpError, Instant, Response, blocking, filters, ok};
use crate::store::LedgerRow;

const KNOWN: &[&str] = &["app!", "from", "to"];
/// The span when nothing is said.
const DAY: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Serialize)]
struct Ledger {
    items: Vec<LedgerObject>,
    next: Option<String>,
    waiting: Option<u64>,
    totals: Counts,
}

/// One app's hour; `app` is null for requests with an unknown token.
#[derive(Debug, Serialize)]
struct LedgerObject {
    at: Instant,
    app: Option<String>,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Counts {
    received: u64,
    accepted: u64,
    duplicate: u64,
    unrecognised: u64,
    unparsable: u64,
    unverified: u64,
    waiting: Option<u64>,
    joined: u64,
    not_calls: u64,
    refused: u64,
    possibly_lost: u64,
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
            waiting: Some(0),
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
            waiting: self.waiting.zip(other.waiting).map(|(here, there)| here + there),
            joined: self.joined + other.joined,
            not_calls: self.not_calls + other.not_calls,
            refused: self.refused + other.refused,
            possibly_lost: self.possibly_lost + other.possibly_lost,
            forwarded: self.forwarded + other.forwarded,
        }
    }
}

/// `GET /ledger`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let apps = filters::apps(context, &ask.principal.scope, &query)?;
    let mut span = filters::span(&query)?;
    if span.from.is_none() {
        span.from = Some(span.to.unwrap_or_else(|| context.clock.now()) - DAY);
    }
    // Counters are kept by the hour: the hour that `from` lies in is shown whole.
    span.from = span.from.map(filters::floor_hour);
    let durable = *context.journal.durable().borrow();
    let store = context.store.clone();
    let (rows, waiting) = blocking(move || {
        let rows = store.ledger(span);
        (rows, durable.saturating_sub(store.status().applied))
    })
    .await;
    let mut rows = rows?;
    rows.retain(|row| row.app.map_or(apps.is_empty(), |app| apps.lets_through(&app)));
    let waiting = apps.is_empty().then_some(waiting);
    let items = rows.iter().rev().map(|row| LedgerObject {
        at: Instant(row.at),
        app: row.app.map(|id| filters::app_name(context, id)),
        counts: Counts::of(row),
    });
    let items: Vec<LedgerObject> = items.collect();
    let totals = items.iter().fold(Counts::default(), |sum, item| sum.plus(item.counts));
    ok(&Ledger { items, next: None, waiting, totals: Counts { waiting, ..totals } })
}
