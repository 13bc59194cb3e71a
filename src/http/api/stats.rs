//! `GET /stats`: calls, answered, talk time, and three figures every phone company knows.
//!
//! ASR is answered ÷ calls (0 to 1), ACD the mean talk of answered calls in seconds, PDD the
//! mean seconds from setup to ringing where both are known. Where there is nothing to divide
//! by, they are null.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::ask::Ask;
use super::query::Query;
use super::sight::Sight;
use super::{Context, HttpError, Instant, List, Response, blocking, filters, ok};
use crate::domain::{AppId, PhoneNumber};
use crate::store::{Group, StatRow, Step};

const KNOWN: &[&str] = &["from", "to", "by", "group"];

/// What a statistic may be grouped by. The store counts per app; the provider is the app's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    App,
    Provider,
    Outcome,
    X,
}

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
    let words = [("app", By::App), ("provider", By::Provider), ("outcome", By::Outcome), ("x", By::X)];
    let by = query.word("group", &words)?;
    let mut span = filters::span(&query)?;
    span.from = span.from.map(|from| match step {
        Step::Hour => filters::floor_hour(from),
        Step::Day => filters::floor_day(from),
    });
    let group = by.map(|by| match by {
        By::App | By::Provider => Group::App,
        By::Outcome => Group::Outcome,
        By::X => Group::X,
    });
    let store = context.store.clone();
    let mut rows = blocking(move || store.stats(span, step, group)).await?;
    for row in &mut rows {
        row.key = key(context, ask.sight(), by, std::mem::take(&mut row.key));
    }
    if by == Some(By::Provider) {
        rows = sum_by_key(rows);
    }
    let items = rows.iter().rev().map(|row| StatObject::new(row, by.is_some())).collect();
    ok(&List::whole(items))
}

/// A group's key as people know it.
fn key(context: &Context, sight: Sight, by: Option<By>, key: String) -> String {
    let app = || key.parse().ok().map(AppId);
    match by {
        None | Some(By::Outcome) => key,
        Some(By::App) => app().map_or_else(|| key.clone(), |id| filters::app_name(context, id)),
        Some(By::Provider) => {
            let known = app().and_then(|id| context.state.app(id));
            known.map_or_else(|| "none".to_owned(), |app| app.provider.0.to_owned())
        }
        Some(By::X) if key == "none" => key,
        Some(By::X) => sight.number(&PhoneNumber::from_stored(key)),
    }
}

fn sum_by_key(rows: Vec<StatRow>) -> Vec<StatRow> {
    let mut sums: BTreeMap<_, StatRow> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry((row.at, row.key.clone())).or_default();
        *sum = StatRow {
            at: row.at,
            key: row.key,
            calls: sum.calls + row.calls,
            answered: sum.answered + row.answered,
            talk_seconds: sum.talk_seconds + row.talk_seconds,
            rung: sum.rung + row.rung,
            ring_seconds: sum.ring_seconds + row.ring_seconds,
            with_pdd: sum.with_pdd + row.with_pdd,
            pdd_seconds: sum.pdd_seconds + row.pdd_seconds,
        };
    }
    sums.into_values().collect()
}

impl StatObject {
    fn new(row: &StatRow, grouped: bool) -> Self {
        Self {
            at: Instant(row.at),
            key: grouped.then(|| row.key.clone()),
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
