//! `GET /stats`: calls, answered, talk time, and three figures every phone company knows.
//!
//! ASR is answered ÷ calls (0 to 1), ACD the mean talk of answered calls in seconds, PDD the
//! mean seconds from setup to ringing where both are known. Where there is nothing to divide
//! by, they are null.

use std::sync::Arc;

use serde::Serialize;

use super::ask::Ask;
use super::query::Query;
use super::sight::Sight;
use super::{Context, HttpError, Instant, List, Response, blocking, filters, ok};
use crate::domain::{AppId, PhoneNumber};
use crate::store::{Group, StatRow, Step};

const KNOWN: &[&str] = &["from", "to", "by", "group"];

const GROUPS: &[(&str, Group)] = &[
    ("app", Group::App),
    ("provider", Group::Provider),
    ("product", Group::Product),
    ("outcome", Group::Outcome),
    ("x", Group::X),
];

#[derive(Debug, Serialize)]
struct StatObject {
    at: Instant,
    key: Option<String>,
    calls: u64,
    answered: u64,
    talk_seconds: u64,
    asr: Option<f64>,
    acd: Option<f64>,
    pdd: Option<f64>,
}

/// `GET /stats`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let step = query.word("by", &[("hour", Step::Hour), ("day", Step::Day)])?.unwrap_or(Step::Hour);
    let group = query.word("group", GROUPS)?;
    let mut span = filters::span(&query)?;
    span.from = span.from.map(|from| match step {
        Step::Hour => filters::floor_hour(from),
        Step::Day => filters::floor_day(from),
    });
    let store = context.store.clone();
    let rows = blocking(move || store.stats(span, step, group)).await?;
    let items = rows.iter().rev().map(|row| StatObject::new(row, key(context, ask.sight(), group, &row.key)));
    ok(&List::whole(items.collect()))
}

/// A group's key as people know it; null where nothing is grouped.
fn key(context: &Context, sight: Sight, group: Option<Group>, key: &str) -> Option<String> {
    match group? {
        Group::Provider | Group::Product | Group::Outcome => Some(key.to_owned()),
        Group::App => Some(key.parse().map_or_else(|_| key.to_owned(), |id| filters::app_name(context, AppId(id)))),
        Group::X if key == "none" => Some(key.to_owned()),
        Group::X => Some(sight.number(&PhoneNumber::from_stored(key))),
    }
}

impl StatObject {
    fn new(row: &StatRow, key: Option<String>) -> Self {
        Self {
            at: Instant(row.at),
            key,
            calls: row.calls,
            answered: row.answered,
            talk_seconds: row.talk_seconds,
            asr: ratio(row.answered, row.calls),
            acd: ratio(row.talk_seconds, row.answered),
            pdd: ratio(row.pdd_seconds, row.with_pdd),
        }
    }
}

/// A quotient to four places, so that it reads well; counts are far below 2⁵³.
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}
