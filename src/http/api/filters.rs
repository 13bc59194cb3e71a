//! Filters that several addresses share.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::Timestamp;

use super::HttpError;
use super::query::{Query, bad, one_of, whole_number};
use crate::domain::{AppId, PhoneNumber, ProviderId, Scope, Text, Wording};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::platforms::{self, Provider};
use crate::service::Context;
use crate::store::{CauseIs, Filter, MainCause, Page, Span, Tests};

/// The parameters that every list takes beside its filters.
pub(super) const PAGING: &[&str] = &["cursor", "limit"];

/// Which page.
pub(super) fn page(query: &Query) -> Result<Page, HttpError> {
    let limit = query.number("limit", 1..=PAGE_MAX)?.unwrap_or(PAGE_DEFAULT);
    Ok(Page { limit, cursor: query.one("cursor").map(str::to_owned) })
}

/// `from` ≤ t < `to`.
pub(super) fn span(query: &Query) -> Result<Span, HttpError> {
    let span = Span { from: query.instant("from")?, to: query.instant("to")? };
    match (span.from, span.to) {
        (Some(from), Some(to)) if from > to => {
            Err(HttpError::BadRequest(Wording::new("开始时间晚于结束时间", "from lies after to")))
        }
        _ => Ok(span),
    }
}

/// Apps by name or id, of those that whoever asks may see. A removed app keeps its calls and is
/// found as `#3`.
pub(super) fn apps(context: &Context, scope: &Scope, query: &Query) -> Result<Filter<AppId>, HttpError> {
    let asked = query.filter("app", |name, text| {
        if let Some(app) = context.state.app_named(text)
            && scope.allows(app.id)
        {
            return Ok(app.id);
        }
        let id = text.strip_prefix('#').unwrap_or(text).parse().ok().map(AppId);
        let known = id.filter(|id| text.starts_with('#') || context.state.app(*id).is_some());
        let seen = known.filter(|id| scope.allows(*id));
        seen.ok_or_else(|| {
            bad(
                name,
                text,
                Wording::new(
                    format!("应用；现有：{}", names(context, scope)),
                    format!("an app; there are: {}", names(context, scope)),
                ),
            )
        })
    })?;
    Ok(asked.within(scope))
}

fn names(context: &Context, scope: &Scope) -> String {
    let apps = context.state.apps();
    let names: Vec<String> =
        apps.iter().filter(|app| scope.allows(app.id)).take(20).map(|app| app.name.clone()).collect();
    if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
}

/// The name of an app as objects show it.
pub(super) fn app_name(context: &Context, id: AppId) -> String {
    context.state.app(id).map_or_else(|| format!("#{}", id.0), |app| app.name.clone())
}

/// Providers by name.
pub(super) fn providers(query: &Query) -> Result<Filter<ProviderId>, HttpError> {
    query.filter("provider", |name, text| {
        let list = || platforms::ALL.iter().map(|p| p.id().0).collect::<Vec<_>>().join(", ");
        platforms::by_name(text).map(Provider::id).ok_or_else(|| bad(name, text, one_of(&list())))
    })
}

/// Ends of numbers: four digits or more, as people paste them.
pub(super) fn numbers(query: &Query, name: &str) -> Result<Filter<String>, HttpError> {
    query.filter(name, |name, text| {
        // A plus that came in plain was read as a blank.
        let plus = text.strip_prefix(' ').and_then(|rest| PhoneNumber::typed(&format!("+{rest}")));
        let number = plus.or_else(|| PhoneNumber::typed(text));
        let number = number.filter(|number| number.reveal().trim_start_matches('+').len() >= 4);
        number.map(|number| number.reveal().to_owned()).ok_or_else(|| {
            let cut = Text::new(
                "完整的号码：表格软件把它写成了科学计数法，末尾几位已丢失",
                "a whole number: a spreadsheet has shortened it, and its last digits are lost",
            );
            let end = Text::new("号码的结尾，至少四位数字", "the end of a number, four digits or more");
            bad(name, text, if PhoneNumber::is_cut_by_spreadsheet(text) { cut } else { end })
        })
    })
}

/// Session ids, exactly. They hold plus signs and no blanks.
pub(super) fn sessions(query: &Query) -> Result<Filter<String>, HttpError> {
    query.filter("session", |_, text| Ok(pasted(text).replace(' ', "+")))
}

/// A text without what comes along unseen when it is copied from a chat or a page.
pub(super) fn pasted(text: &str) -> &str {
    crate::domain::plain_text::bare(text)
}

/// Values that have a name of their own.
pub(super) fn named<T>(
    query: &Query,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
    names: &[&str],
) -> Result<Filter<T>, HttpError> {
    query.filter(name, |name, text| parse(text).ok_or_else(|| bad(name, text, one_of(&names.join(", ")))))
}

/// Whole numbers within bounds, each a value of a filter.
pub(super) fn whole<T>(query: &Query, name: &str, bounds: RangeInclusive<T>) -> Result<Filter<T>, HttpError>
where
    T: FromStr + PartialOrd + Display,
{
    query.filter(name, |name, text| match text.parse() {
        Ok(number) if bounds.contains(&number) => Ok(number),
        _ => Err(bad(name, text, whole_number(&bounds))),
    })
}

/// Causes: `stateCode:7014` is the code in its table, `7014` the code in any.
pub(super) fn causes(query: &Query) -> Result<Filter<CauseIs>, HttpError> {
    query.filter("cause", cause)
}

/// What stands for every code that no table lists.
pub(in crate::http) const UNLISTED: &str = "unlisted";

/// The most telling causes: as [`causes`], or [`UNLISTED`].
pub(super) fn main_causes(query: &Query) -> Result<Filter<MainCause>, HttpError> {
    query.filter("main_cause", |name, text| match text {
        UNLISTED => Ok(MainCause::Unlisted),
        _ => cause(name, text).map(MainCause::Is),
    })
}

/// Whether tests are among the rows: only where they are asked for, so that a list has the rows that
/// figures count.
pub(super) fn tests(query: &Query) -> Result<Tests, HttpError> {
    let words = [("false", Tests::Without), ("true", Tests::Only), ("any", Tests::With)];
    Ok(query.word("test", &words)?.unwrap_or_default())
}

fn cause(name: &str, text: &str) -> Result<CauseIs, HttpError> {
    let (table, code) = text.split_once(':').map_or((None, text), |(table, code)| (Some(table), code));
    if code.is_empty() || table == Some("") {
        return Err(bad(
            name,
            text,
            Text::new(
                "代码，如 7014，或带表名的 stateCode:7014",
                "a code such as 7014, or table and code such as stateCode:7014",
            ),
        ));
    }
    Ok(CauseIs { table: table.map(str::to_owned), code: code.to_owned() })
}

/// Text exactly as it stands in a row.
pub(super) fn texts(query: &Query, name: &str) -> Result<Filter<String>, HttpError> {
    query.filter(name, |_, text| Ok(text.to_owned()))
}

/// The start of the hour that `at` lies in: counters are kept by the hour.
pub(super) fn floor_hour(at: Timestamp) -> Timestamp {
    floor(at, 0, 3600)
}

/// The start of the day in Asia/Shanghai that `at` lies in; there has been no summer time since
/// 1991.
pub(super) fn floor_day(at: Timestamp) -> Timestamp {
    floor(at, 8 * 3600, 24 * 3600)
}

fn floor(at: Timestamp, ahead: i64, step: i64) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - (second + ahead).rem_euclid(step)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let floored = |text: &str, floor: fn(Timestamp) -> Timestamp| floor(text.parse().unwrap()).to_string();
        assert_eq!(floored("2026-11-21T15:59:59.5Z", floor_day), "2026-11-20T16:00:00Z");
        assert_eq!(floored("2026-11-21T16:00:00Z", floor_day), "2026-11-21T16:00:00Z");
        assert_eq!(floored("2026-11-21T15:59:59.5Z", floor_hour), "2026-11-21T15:00:00Z");
        assert_eq!(floored("1969-12-31T23:30:00Z", floor_hour), "1969-12-31T23:00:00Z");
    }
}
