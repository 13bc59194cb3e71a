//! 回调 Callbacks: did the platform push it, and what did we answer?
//!
//! The list, newest first; the address is the API's query. No body is read for it: one callback
//! with its bytes is [`super::callback`].

use askama::Template;
use jiff::Timestamp;

use super::call_form::{Active, Choices, TextBox, active, choices, provider_options, text_box};
use super::calls::{Range, day_title, ranges};
use super::parts::{Badge, When, size, text};
use super::query::{canonical, input, instant};
use super::request::{Pairs, Request, find, link};
use super::view::{Section, View};
use super::{reply, words};
use crate::domain::{AppId, Outcome, Seq, Text};
use crate::http::{HttpError, Response, api};
use crate::store::{CallbackRow, Listing};

/// The list of callbacks.
#[derive(Debug, Template)]
#[template(path = "admin/callbacks.html")]
pub(super) struct CallbacksPage {
    view: View,
    from: String,
    to: String,
    session: TextBox,
    choices: Vec<Choices>,
    active: Vec<Active>,
    ranges: Vec<Range>,
    days: Vec<Day>,
    next: Option<String>,
    first: Option<String>,
}

#[derive(Debug)]
struct Day {
    title: String,
    rows: Vec<Row>,
}

/// One callback.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) seq: Seq,
    pub(super) at: When,
    pub(super) app: String,
    pub(super) label: String,
    pub(super) badge: Badge,
    pub(super) verified: Option<bool>,
    pub(super) status: u16,
    pub(super) calls: Vec<String>,
    pub(super) sessions: String,
    pub(super) peer: String,
    pub(super) tail: String,
    pub(super) size: String,
    pub(super) suspicions: usize,
}

/// `GET /callbacks`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical(&request.query) {
        return Ok(reply::see_other(&link("/callbacks", &pairs)));
    }
    let (query, page) = api::callbacks::asked(request.ctx(), &request.principal()?.scope, &request.raw_query())?;
    let listing = request.ctx().store.callbacks(&query, &page)?;
    let apps = request.app_names();
    let view = View::of(request, Section::Callbacks);
    let page = CallbacksPage::new(view, &request.query, &apps, &listing, &|id| request.app_name(id), request.now());
    reply::page(&page)
}

impl CallbacksPage {
    fn new(
        view: View,
        pairs: &Pairs,
        apps: &[String],
        listing: &Listing<CallbackRow>,
        app: &dyn Fn(AppId) -> String,
        now: Timestamp,
    ) -> Self {
        let lang = view.lang;
        let rest: Pairs = pairs.iter().filter(|(n, _)| n != "cursor").cloned().collect();
        let next = listing.next.as_ref().map(|cursor| {
            let cursor = ("cursor".to_owned(), cursor.clone());
            link("/callbacks", &rest.iter().cloned().chain([cursor]).collect::<Pairs>())
        });
        let outcomes =
            Outcome::ALL.iter().map(|o| (o.name().to_owned(), words::callback_outcome(*o).get(lang).to_owned()));
        let groups = vec![
            choices(pairs, "outcome", lang.t("结果", "Outcome"), outcomes),
            choices(pairs, "app", lang.t("应用", "App"), apps.iter().map(|a| (a.clone(), a.clone()))),
            choices(pairs, "provider", lang.t("平台", "Platform"), provider_options(lang)),
        ];
        let session_hint = Text::new("完全一致", "exactly");
        Self {
            from: input(find(pairs, "from").and_then(instant)),
            to: input(find(pairs, "to").and_then(instant)),
            session: text_box(lang, pairs, "session", Text::new("会话号", "Session"), session_hint),
            choices: groups.into_iter().filter(|c| !c.options.is_empty()).collect(),
            active: active(lang, "/callbacks", pairs),
            ranges: ranges(lang, "/callbacks", pairs, now),
            days: days(&view, &listing.items, app),
            next,
            first: (rest.len() < pairs.len()).then(|| link("/callbacks", &rest)),
            view,
        }
    }
}

fn days(view: &View, rows: &[CallbackRow], app: &dyn Fn(AppId) -> String) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for row in rows {
        let title = day_title(view.lang, row.received_at);
        if days.last().is_none_or(|day| day.title != title) {
            days.push(Day { title, rows: Vec::new() });
        }
        let row = Row::of(view, row, app(row.app));
        days.last_mut().expect("a day was just pushed").rows.push(row);
    }
    days
}

impl Row {
    pub(super) fn of(view: &View, row: &CallbackRow, app: String) -> Self {
        let eyes = view.eyes();
        Self {
            seq: row.seq,
            at: When::clock(row.received_at),
            app,
            label: words::label(view.lang, &row.label),
            badge: words::callback_badge(view.lang, row.outcome),
            verified: row.verified,
            status: row.status,
            calls: row.calls.iter().map(ToString::to_string).collect(),
            sessions: row.sessions.iter().map(|s| text(s, eyes)).collect::<Vec<_>>().join(" "),
            peer: row.peer.to_string(),
            tail: text(&row.tail, eyes),
            size: size(row.size_bytes),
            suspicions: row.suspicions.len(),
        }
    }
}

#[cfg(test)]
impl CallbacksPage {
    pub(super) fn sample(lang: crate::domain::Lang) -> Self {
        use super::samples;
        let view = View { here: "/callbacks".to_owned(), ..View::sample(lang, Section::Callbacks) };
        let listing = Listing { items: samples::callbacks(), next: Some("c0ffee".to_owned()) };
        let app = samples::app_name;
        Self::new(view, &Pairs::new(), &samples::app_names(), &listing, &app, samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, selector};
    use super::*;
    use crate::domain::Lang;

    #[test]
    fn every_callback_leads_to_its_page_and_to_its_call() {
        let html = scraper::Html::parse_document(&CallbacksPage::sample(Lang::En).render().unwrap());
        let rows = samples::callbacks();
        assert_eq!(html.select(&selector("tr.callback a.go")).count(), rows.len());
        let joined: usize = rows.iter().map(|r| r.calls.len()).sum();
        assert_eq!(html.select(&selector("tr.callback a[href^='/calls/']")).count(), joined);
    }
}
