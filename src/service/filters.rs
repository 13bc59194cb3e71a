//! What a request asks of a list: the filters of its table, as the parameters set them.

use jiff::Timestamp;

use crate::domain::{AppId, BEIJING_OFFSET, Scope, Wording};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::service::{
    Context, ServiceError,
    query::{Query, bad},
};
use crate::store::{Bounds, Filter, FilterTable, Names, Page, Parameters, Span, Tests};

/// Parameters of every list, beside its filters.
pub(crate) const PAGING: &[&str] = &["cursor", "limit"];

/// Reads a list's query and page from an address; pages and the API alike.
pub(crate) fn asked<T: FilterTable>(context: &Context, scope: &Scope, raw: &str) -> Result<(T, Page), ServiceError> {
    let query = Query::parse(raw, &[T::parameters(), PAGING].concat())?;
    Ok((read(context, scope, &query)?, page(&query)?))
}

/// For lists without pages.
pub(crate) fn asked_whole<T: FilterTable>(context: &Context, scope: &Scope, raw: &str) -> Result<T, ServiceError> {
    read(context, scope, &Query::parse(raw, T::parameters())?)
}

pub(crate) fn read<T: FilterTable>(context: &Context, scope: &Scope, query: &Query) -> Result<T, ServiceError> {
    T::read(&Request { context, scope, query })
}

struct Request<'a> {
    context: &'a Context,
    scope: &'a Scope,
    query: &'a Query,
}

impl Parameters for Request<'_> {
    type Error = ServiceError;

    fn filter<T>(&self, names: &Names, read: impl Fn(&str) -> Result<T, Wording>) -> Result<Filter<T>, ServiceError> {
        self.query.filter(names.name, |name, text| read(text).map_err(|expected| bad(name, text, expected)))
    }

    fn apps(&self, _: &Names) -> Result<Filter<AppId>, ServiceError> {
        apps(self.context, self.scope, self.query)
    }

    fn bounds(&self, names: &Names) -> Result<Filter<Bounds>, ServiceError> {
        self.query.bounds(names)
    }

    fn flag(&self, names: &Names) -> Result<Option<bool>, ServiceError> {
        self.query.flag(names.name)
    }

    /// Tests are listed only on request, so that a list has the rows that figures count.
    fn tests(&self, names: &Names) -> Result<Tests, ServiceError> {
        Ok(self.query.word(names.name, &Tests::NAMED)?.unwrap_or_default())
    }

    fn instant(&self, names: &Names) -> Result<Option<Timestamp>, ServiceError> {
        self.query.instant(names.name)
    }

    fn span(&self) -> Result<Span, ServiceError> {
        span(self.query)
    }
}

pub(crate) fn page(query: &Query) -> Result<Page, ServiceError> {
    let limit = query.number("limit", 1..=PAGE_MAX)?.unwrap_or(PAGE_DEFAULT);
    Ok(Page { limit, cursor: query.one("cursor").map(str::to_owned) })
}

/// `from` ≤ t < `to`.
pub(crate) fn span(query: &Query) -> Result<Span, ServiceError> {
    let span = Span { from: query.instant("from")?, to: query.instant("to")? };
    match (span.from, span.to) {
        (Some(from), Some(to)) if from > to => {
            Err(ServiceError::BadRequest(Wording::new("开始时间晚于结束时间", "from lies after to")))
        }
        _ => Ok(span),
    }
}

/// By name or id, of those the actor may see. A removed app keeps its calls and is found as `#3`.
pub(crate) fn apps(context: &Context, scope: &Scope, query: &Query) -> Result<Filter<AppId>, ServiceError> {
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

pub(crate) fn app_name(context: &Context, id: AppId) -> String {
    context.state.app(id).map_or_else(|| format!("#{}", id.0), |app| app.name.clone())
}

/// Counters are kept by the hour.
pub(crate) fn floor_hour(at: Timestamp) -> Timestamp {
    floor(at, 0, 3600)
}

/// The start of the day in Asia/Shanghai, which has had no summer time since 1991.
pub(crate) fn floor_day(at: Timestamp) -> Timestamp {
    floor(at, BEIJING_OFFSET.seconds().into(), 24 * 3600)
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
