//! 对账 Gaps: what should have come and did not.
//!
//! Per app over thirty days: calls without a record, records without a hang-up, recordings not fetched or
//! deleted by the platform, and pushes that stopped. Figures come from indexes and link to their calls.
//! Calls of the last hour are not counted: their record may still come.

use askama::Template;
use jiff::Timestamp;

use crate::domain::{Anomaly, AppId, Lang, RecordingState, Text};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Tone, When, count};
use crate::http::admin::query::{hour, hours_later};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::{GAPS_DAYS, GAPS_QUIET_HOURS};
use crate::store::{CallQuery, Count, Filter, LedgerRow, QueryError, Span, Store};

#[derive(Debug, Template)]
#[template(path = "admin/calls/gaps.html")]
pub(crate) struct GapsPage {
    view: View,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    app: String,
    href: String,
    figures: Vec<Figure>,
    seen: Option<When>,
    pushes: Badge,
}

#[derive(Debug)]
struct Figure {
    shown: String,
    counts: u64,
    href: String,
    tone: Option<Tone>,
}

/// What is counted: the parameter of the call list, and the tone if there is any.
const COUNTED: [(&str, &str, Option<Tone>); 4] = [
    ("anomaly", "missing_record", Some(Tone::Warn)),
    ("anomaly", "missing_release", Some(Tone::Warn)),
    ("recording_state", "waiting", None),
    ("recording_state", "expired", Some(Tone::Bad)),
];

const HEADS: [Text; 4] = [
    Text::new("有挂机无话单", "Hang-up, no record"),
    Text::new("有话单无挂机", "Record, no hang-up"),
    Text::new("录音仍在平台", "Recording at the platform"),
    Text::new("录音已被平台删除", "Recording deleted there"),
];

/// `GET /gaps`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let (view, now, store) = (View::of(request, Section::Gaps), request.now(), &request.ctx().store);
    let span = Span { from: Some(hours_later(hour(now), -24 * GAPS_DAYS)), to: Some(hours_later(now, -1)) };
    let week = Span { from: Some(hours_later(hour(now), -8 * 24)), to: None };
    let ledger = store.ledger(week)?;
    let mut rows = Vec::new();
    for app in request.apps() {
        let figures = COUNTED.iter().map(|counted| Figure::read(store, app.id, &app.name, span, *counted));
        rows.push(Row {
            figures: figures.collect::<Result<_, _>>()?,
            href: format!("/apps/{}", app.id.0),
            app: app.name.clone(),
            seen: store.last_seen(app.id).map(When::short),
            pushes: pushes(view.lang, &ledger, app.id, now),
        });
    }
    reply::page(&GapsPage { view, rows })
}

impl GapsPage {
    fn heads(&self) -> [&'static str; 4] {
        HEADS.map(|head| head.get(self.view.lang))
    }
}

impl Figure {
    fn read(
        store: &Store,
        app: AppId,
        name: &str,
        span: Span,
        (parameter, value, tone): (&str, &str, Option<Tone>),
    ) -> Result<Self, QueryError> {
        let query = CallQuery {
            span,
            app: Filter::any(vec![app]),
            anomaly: Filter::any(Anomaly::parse(value).into_iter().collect()),
            recording_state: Filter::any(RecordingState::parse(value).into_iter().collect()),
            ..CallQuery::default()
        };
        Ok(Self::new(store.count_calls(&query)?, name, span, parameter, value, tone))
    }

    fn new(counted: Count, app: &str, span: Span, parameter: &str, value: &str, tone: Option<Tone>) -> Self {
        let instant = |t: Option<Timestamp>| t.map(|t| t.to_string()).unwrap_or_default();
        let (from, to) = (instant(span.from), instant(span.to));
        Self {
            shown: if counted.exact { count(counted.rows) } else { format!("{}+", count(counted.rows)) },
            counts: counted.rows,
            href: link("/calls", &[("app", app), (parameter, value), ("from", &from), ("to", &to)]),
            tone: tone.filter(|_| counted.rows > 0),
        }
    }
}

/// Whether an app with traffic at these hours a week ago is silent now.
fn pushes(lang: Lang, ledger: &[LedgerRow], app: AppId, now: Timestamp) -> Badge {
    let within = |from: Timestamp, to: Timestamp| -> u64 {
        let rows = ledger.iter().filter(|row| row.app == Some(app) && row.at >= from && row.at < to);
        rows.map(|row| row.outcomes.iter().sum::<u64>()).sum()
    };
    let since = hours_later(hour(now), -GAPS_QUIET_HOURS);
    let week = 7 * 24;
    let (lately, before) =
        (within(since, hours_later(now, 1)), within(hours_later(since, -week), hours_later(hour(now), -week)));
    match (lately, before) {
        (0, 0) => Badge::new(Tone::Quiet, lang.t("安静，上周此时也是", "quiet, as a week ago")),
        (0, _) => words::stopped(lang),
        (_, _) => Badge::new(Tone::Good, lang.t("正常", "coming")),
    }
}

#[cfg(test)]
impl GapsPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        let view = View { here: "/gaps".to_owned(), ..View::sample(lang, Section::Gaps) };
        let now = samples::now();
        let span = Span { from: Some(hours_later(now, -24 * GAPS_DAYS)), to: Some(now) };
        let figure = |n: usize, rows: u64| {
            let (parameter, value, tone) = COUNTED[n];
            Figure::new(Count { rows, exact: true }, "order-hotline", span, parameter, value, tone)
        };
        let row = |app: &str, counts: [u64; 4], pushes| Row {
            app: app.to_owned(),
            href: "/apps/1".to_owned(),
            figures: counts.into_iter().enumerate().map(|(n, rows)| figure(n, rows)).collect(),
            seen: Some(When::short(now)),
            pushes,
        };
        let rows = vec![
            row("order-hotline", [0, 2, 18, 0], Badge::new(Tone::Good, lang.t("正常", "coming"))),
            row("courier", [1_204, 0, 0, 7], words::stopped(lang)),
        ];
        Self { view, rows }
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        let view = View { here: "/gaps".to_owned(), ..View::sample(lang, Section::Gaps) };
        Self { view, rows: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_figure_leads_to_its_calls_and_only_what_is_there_is_coloured() {
        let html = scraper::Html::parse_document(&GapsPage::sample(Lang::Zh).render().unwrap());
        let links: Vec<_> = html.select(&selector("table.gaps td.n a")).filter_map(|a| a.attr("href")).collect();
        assert_eq!(links.len(), 8);
        assert!(links[0].starts_with("/calls?app=order-hotline&anomaly=missing_record&from="), "{}", links[0]);
        assert!(links[3].contains("recording_state=expired"), "{}", links[3]);
        assert_eq!(html.select(&selector("table.gaps td.n .bad")).count(), 1);
    }

    #[test]
    fn an_app_that_was_busy_a_week_ago_and_is_silent_has_stopped() {
        let now = samples::now();
        let at = |hours: i64| LedgerRow {
            at: hour(hours_later(now, hours)),
            app: Some(AppId(1)),
            outcomes: [3, 0, 0, 0, 0],
            ..LedgerRow::default()
        };
        let tone = |rows: &[LedgerRow]| pushes(Lang::En, rows, AppId(1), now).tone;
        let a_week_ago = at(-7 * 24 - 2);
        assert_eq!(tone(std::slice::from_ref(&a_week_ago)), Tone::Bad);
        assert_eq!(tone(&[a_week_ago, at(-1)]), Tone::Good);
        assert_eq!(tone(&[at(-24 * 3)]), Tone::Quiet);
    }
}
