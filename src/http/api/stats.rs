//! `GET /stats`: calls, answered, talk time, and the figures every phone company knows.
//!
//! [`crate::domain::metrics`] defines each figure. A quotient with a divisor of zero is null. To compare
//! two ranges, ask twice.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::{HttpError, List, Response, blocking, ok};
use crate::domain::{AppId, Masking, PhoneNumber, metrics};
use crate::service::{
    Context, Instant, filters,
    query::{Query, bad},
};
use crate::store::{FilterTable as _, Group, HeatRow, PeakRow, Ratio, StatQuery, StatRow, Step, TalkRow};

pub(super) fn known() -> Vec<&'static str> {
    let first = ["from", "to", "by", "group"];
    let filters = StatQuery::parameters().iter().copied().filter(|name| !first.contains(name));
    first.into_iter().chain(filters).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Step(Step),
    WeekdayHour,
}

const STEPS: &[(&str, By)] = &[
    ("hour", By::Step(Step::Hour)),
    ("day", By::Step(Step::Day)),
    ("all", By::Step(Step::Whole)),
    ("weekday_hour", By::WeekdayHour),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Group(Group),
    Talk,
}

const GROUPS: &[(&str, Key)] = &[
    ("app", Key::Group(Group::App)),
    ("provider", Key::Group(Group::Provider)),
    ("product", Key::Group(Group::Product)),
    ("outcome", Key::Group(Group::Outcome)),
    ("cause", Key::Group(Group::Cause)),
    ("x", Key::Group(Group::X)),
    ("talk", Key::Talk),
];

/// One step of a statistic, of one group where `group` was asked for.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct StatObject {
    /// The start of the step, the same for all its groups; null where steps are hours of the week, and
    /// with `group=talk`.
    #[schemars(with = "Option<String>")]
    at: Option<Instant>,
    /// With `by=weekday_hour`: the day of the week, Monday is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    weekday: Option<usize>,
    /// With `by=weekday_hour`: the hour of the day in Asia/Shanghai.
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<usize>,
    /// The group; null where nothing is grouped. With `group=cause`: provider, table and code with
    /// a blank between, `PROVIDER other` for codes that no table lists, `none` where none was
    /// given. With `group=talk`: seconds, such as `6-10` or `601-`.
    key: Option<String>,
    #[schemars(description = metrics::CALLS.meaning.en)]
    calls: u64,
    // Null with `group=talk`, like all below.
    #[schemars(description = metrics::ANSWERED.meaning.en)]
    answered: Option<u64>,
    #[schemars(description = metrics::UNDER_WAY.meaning.en)]
    under_way: Option<u64>,
    #[schemars(description = metrics::RINGING.meaning.en)]
    ringing: Option<u64>,
    #[schemars(description = metrics::TALK.meaning.en)]
    talk_seconds: Option<u64>,
    // From 0 to 1.
    #[schemars(description = metrics::ASR.meaning.en)]
    asr: Option<f64>,
    #[schemars(description = metrics::ACD.meaning.en)]
    acd: Option<f64>,
    #[schemars(description = metrics::PDD.meaning.en)]
    pdd: Option<f64>,
    #[schemars(description = metrics::RING.meaning.en)]
    ring: Option<f64>,
    // Null with groups, hours of the week, or `x`, and over spans of more than a quarter.
    #[schemars(description = metrics::PEAK.meaning.en)]
    peak: Option<u64>,
    /// The first second of the peak.
    #[schemars(with = "Option<String>")]
    peak_at: Option<Instant>,
}

/// `GET /stats`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, &known())?;
    let by = query.word("by", STEPS)?.unwrap_or(By::Step(Step::Hour));
    let group = query.word("group", GROUPS)?;
    let mut asked: StatQuery = filters::read(context, &ask.principal.scope, &query)?;
    asked.span.from = asked.span.from.map(|from| match by {
        By::Step(Step::Day) => filters::floor_day(from),
        By::Step(Step::Hour | Step::Whole) | By::WeekdayHour => filters::floor_hour(from),
    });
    let uncounted = matches!(group, Some(Key::Talk | Key::Group(Group::Cause)));
    if uncounted && !asked.x.is_empty() {
        return Err(bad("x", query.one("x").unwrap_or_default(), "counted by cause or talk time: leave one out").into());
    }
    if group == Some(Key::Talk) && !asked.outcome.is_empty() {
        let outcome = query.one("outcome").unwrap_or("not_outcome");
        return Err(bad("outcome", outcome, "counted by talk time: leave one out").into());
    }
    let (context, masking) = (context.clone(), ask.masking());
    let items = blocking(move || match (by, group) {
        (By::WeekdayHour, None) => {
            Ok(context.store.heat(&asked)?.iter().map(StatObject::of_week).collect::<Vec<StatObject>>())
        }
        (By::Step(Step::Whole), Some(Key::Talk)) => {
            let rows = context.store.talk(&asked)?.unwrap_or_default();
            Ok(rows.iter().map(StatObject::of_talk).collect())
        }
        (By::Step(step), None) => {
            let (rows, peaks) = (context.store.stats(&asked, step, None)?, context.store.peaks(&asked, step)?);
            Ok(rows.iter().rev().map(|row| StatObject::new(row, None).with_peak(step, peaks.as_deref())).collect())
        }
        (By::Step(step), Some(Key::Group(group))) => {
            let rows = context.store.stats(&asked, step, Some(group))?;
            let object = |row: &StatRow| StatObject::new(row, Some(key(&context, masking, group, &row.key)));
            Ok(rows.iter().rev().map(object).collect())
        }
        (By::WeekdayHour, Some(_)) => Err(bad("by", "weekday_hour", "counted by group: leave one out")),
        (By::Step(_), Some(Key::Talk)) => Err(bad("group", "talk", "counted by hour or day: ask with by=all")),
    })
    .await?;
    ok(&List::whole(items))
}

/// A group's key as shown.
fn key(context: &Context, masking: Masking, group: Group, key: &str) -> String {
    match group {
        Group::Provider | Group::Product | Group::Outcome | Group::Cause => key.to_owned(),
        Group::App => key.parse().map_or_else(|_| key.to_owned(), |id| filters::app_name(context, AppId(id))),
        Group::X if key == "none" => key.to_owned(),
        Group::X => masking.number(&PhoneNumber::from_stored(key)),
    }
}

impl StatObject {
    fn new(row: &StatRow, key: Option<String>) -> Self {
        Self {
            at: Some(Instant(row.at)),
            key,
            calls: row.calls,
            answered: Some(row.answered),
            under_way: Some(row.under_way()),
            ringing: Some(row.ringing),
            talk_seconds: Some(row.talk_seconds),
            asr: rounded(row.asr()),
            acd: rounded(row.acd()),
            pdd: rounded(row.pdd()),
            ring: rounded(row.ring()),
            ..Self::default()
        }
    }

    fn of_week(row: &HeatRow) -> Self {
        Self { at: None, weekday: Some(row.weekday + 1), hour: Some(row.hour), ..Self::new(&row.sums, None) }
    }

    fn of_talk(row: &TalkRow) -> Self {
        let key = match row.to {
            Some(to) if to == row.from => to.to_string(),
            Some(to) => format!("{}-{to}", row.from),
            None => format!("{}-", row.from),
        };
        Self { key: Some(key), calls: row.calls, ..Self::default() }
    }

    fn with_peak(mut self, step: Step, peaks: Option<&[PeakRow]>) -> Self {
        let at = self.at.map(|at| at.0);
        let of_step = |peak: &&PeakRow| step == Step::Whole || Some(peak.at) == at;
        let found = peaks.map(|peaks| peaks.iter().find(of_step));
        self.peak = found.map(|peak| peak.map_or(0, |peak| peak.peak));
        self.peak_at = found.flatten().map(|peak| Instant(peak.peak_at));
        self
    }
}

/// Rounds to four places.
fn rounded(ratio: Ratio) -> Option<f64> {
    ratio.value().map(|value| (value * 10_000.0).round() / 10_000.0)
}

#[cfg(test)]
mod tests {
    use schemars::schema_for;

    use super::*;

    #[test]
    fn the_description_defines_every_figure_in_the_one_sentence() {
        let schema = schema_for!(StatObject);
        for metric in metrics::METRICS {
            let described = schema.pointer(&format!("/properties/{}/description", metric.name));
            assert_eq!(described.and_then(|text| text.as_str()), Some(metric.meaning.en), "{}", metric.name);
        }
    }
}
