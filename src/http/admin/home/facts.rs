//! What the home page is made of.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::control::Trouble;
use crate::domain::{CallOutcome, CauseCode, Scope};
use crate::http::HttpError;
use crate::http::admin::query::{hour, hours_later, midnight};
use crate::http::admin::request::Request;
use crate::journal::Health;
use crate::limits;
use crate::platforms;
use crate::service::{
    CertificateInfo,
    disk::Disk,
    problems::{Fault, faults},
};
use crate::store::{
    CallQuery, Filter, Group, LedgerRow, MainCause, Page, QueryError, Span, StatQuery, StatRow, Status, Step, Store,
};

pub(crate) struct Facts {
    pub(crate) today: Vec<StatRow>,
    pub(crate) before: Vec<StatRow>,
    pub(crate) outcomes: Vec<StatRow>,
    pub(crate) causes: Vec<(CallOutcome, Vec<StatRow>)>,
    pub(crate) unlisted: Vec<(CallOutcome, CauseCode)>,
    pub(crate) ledger: Vec<LedgerRow>,
    pub(crate) status: Status,
    pub(crate) health: Health,
    pub(crate) certificate: CertificateInfo,
    pub(crate) disk: Option<Disk>,
    pub(crate) apps: usize,
    /// Callbacks that are durable and in no row yet.
    pub(crate) waiting: u64,
    /// Recordings that their platforms delete within a day.
    pub(crate) expiring: Expiring,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) faults: Vec<Fault>,
}

/// Recordings that are only at their platform and that it deletes within a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Expiring {
    pub(crate) recordings: u64,
    pub(crate) more: bool,
    pub(crate) first: Option<Timestamp>,
    pub(crate) before: Timestamp,
}

impl Facts {
    pub(crate) fn read(request: &Request) -> Result<Self, HttpError> {
        let (ctx, now, scope) = (request.ctx(), request.now(), request.scope());
        let today = midnight(now);
        let of = |span: Span| StatQuery { app: Filter::default().within(&scope), ..StatQuery::from(span) };
        // As far as the list of today goes.
        let day = of(Span { from: Some(today), to: None });
        let before = of(Span { from: Some(hours_later(today, -7 * 24)), to: Some(hours_later(today, -6 * 24)) });
        let ledger = Span { from: Some(hours_later(hour(now), -24 * limits::HOME_LEDGER_DAYS)), to: None };
        let mut ledger = ctx.store.ledger(ledger)?;
        // Requests with an unknown token belong to no app.
        ledger.retain(|row| row.app.map_or(scope.is_all(), |app| scope.allows(app)));
        let failed = CallOutcome::ALL.into_iter().filter(|outcome| *outcome != CallOutcome::Answered);
        let causes_of = |outcome| {
            let query = StatQuery { outcome: Filter::any(vec![outcome]), ..day.clone() };
            Ok((outcome, ctx.store.stats(&query, Step::Whole, Some(Group::Cause))?))
        };
        let causes = failed.map(causes_of).collect::<Result<Vec<_>, HttpError>>()?;
        let mut unlisted = Vec::new();
        for (outcome, _) in causes.iter().filter(|(_, rows)| rows.iter().any(|row| is_unlisted(&row.key))) {
            unlisted.extend(unlisted_codes(&ctx.store, &day, *outcome)?);
        }
        Ok(Self {
            today: ctx.store.stats(&day, Step::Hour, None)?,
            before: ctx.store.stats(&before, Step::Hour, None)?,
            outcomes: ctx.store.stats(&day, Step::Day, Some(Group::Outcome))?,
            causes,
            unlisted,
            ledger,
            status: ctx.store.status(),
            health: ctx.journal.health(),
            certificate: CertificateInfo::clone(&ctx.server.certificate.load()),
            disk: Disk::of(&ctx.server.data),
            apps: request.apps().len(),
            waiting: ctx.store.waiting(&ctx.ingest.counts().kept_by_app(), &scope),
            expiring: Expiring::read(&ctx.store, &scope, now)?,
            troubles: ctx.control.troubles(),
            faults: faults(ctx),
        })
    }
}

impl Expiring {
    /// The index of what waits at its platform tells how many; when the first goes stands in the
    /// oldest of them, by each provider.
    pub(crate) fn read(store: &Store, scope: &Scope, now: Timestamp) -> Result<Self, QueryError> {
        let before = hours_later(now, 24);
        let query =
            CallQuery { expires_before: Some(before), app: Filter::default().within(scope), ..CallQuery::default() };
        let count = store.count_calls(&query)?;
        let mut first: Option<Timestamp> = None;
        for provider in platforms::ALL {
            let query = CallQuery { provider: Filter::any(vec![provider.id()]), ..query.clone() };
            let calls = store.calls(&query, &Page { limit: limits::HOME_EXPIRING, cursor: None })?.items;
            first = calls.iter().filter_map(|call| Some(call.recording.as_ref()?.expires_at)).chain(first).min();
        }
        Ok(Self { recordings: count.rows, more: !count.exact, first, before })
    }
}

/// Whether a group of the cause statistic is that of codes which no table lists.
pub(crate) fn is_unlisted(key: &str) -> bool {
    key.ends_with(" other")
}

/// The codes that no table lists, of the newest calls that ended so: counters keep only how many.
pub(crate) fn unlisted_codes(
    store: &Store,
    day: &StatQuery,
    outcome: CallOutcome,
) -> Result<Vec<(CallOutcome, CauseCode)>, QueryError> {
    let query = CallQuery {
        span: day.span,
        app: day.app.clone(),
        outcome: Filter::any(vec![outcome]),
        main_cause: Filter::any(vec![MainCause::Unlisted]),
        ..CallQuery::default()
    };
    let calls = store.calls(&query, &Page { limit: limits::HOME_UNLISTED, cursor: None })?.items;
    let codes: BTreeSet<(String, String)> = calls
        .into_iter()
        .filter_map(|call| call.release)
        .map(|release| (release.cause.table.into_owned(), release.cause.code))
        .collect();
    Ok(codes.into_iter().map(|(table, code)| (outcome, CauseCode { table: table.into(), code })).collect())
}
