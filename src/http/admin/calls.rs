//! 通话 Calls: find it.
//!
//! The address bar is the query, in the API's words; the store's indexes answer it. A viewer
//! finds a number he knows and still sees it masked.

use askama::Template;
use http::StatusCode;
use jiff::Timestamp;

use super::call_form::CallForm;
use super::parts::{Badge, Phone, When, clock_seconds, local};
use super::query::{self, canonical};
use super::request::{Pairs, Request, link};
use super::view::{Section, View};
use super::{reply, words};
use crate::domain::{AppId, Call, Lang};
use crate::http::{HttpError, Response, api};
use crate::store::{Listing, Span};

/// The list of calls.
#[derive(Debug, Template)]
#[template(path = "admin/calls.html")]
pub(super) struct CallsPage {
    view: View,
    form: CallForm,
    ranges: Vec<Range>,
    days: Vec<Day>,
    rows: usize,
    /// The next, older page.
    next: Option<String>,
    /// The newest page, when this is not it.
    first: Option<String>,
    /// Whether anything is asked for.
    filtered: bool,
    problem: Option<String>,
}

/// A ready span of time.
#[derive(Debug)]
pub(super) struct Range {
    pub(super) label: &'static str,
    pub(super) href: String,
    pub(super) current: bool,
}

/// The calls of one day.
#[derive(Debug)]
struct Day {
    title: String,
    rows: Vec<CallRow>,
}

/// One call.
#[derive(Debug)]
pub(super) struct CallRow {
    pub(super) href: String,
    pub(super) at: When,
    pub(super) caller: Option<Phone>,
    pub(super) callee: Option<Phone>,
    pub(super) x: Option<Phone>,
    pub(super) app: String,
    pub(super) product: &'static str,
    pub(super) badge: Badge,
    pub(super) ring: String,
    pub(super) talk: String,
    pub(super) recording: Option<Badge>,
    pub(super) anomalies: usize,
}

/// `GET /calls`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical(&request.query) {
        return Ok(reply::see_other(&link("/calls", &pairs)));
    }
    let view = View::of(request, Section::Calls);
    let names = request.app_names();
    let found = api::calls::asked(request.ctx(), &request.principal()?.scope, &request.raw_query())
        .and_then(|(query, page)| Ok(request.ctx().store.calls(&query, &page)?));
    let app = |id| request.app_name(id);
    match found {
        Ok(listing) => reply::page(&CallsPage::new(view, &request.query, &names, &listing, &app, request.now())),
        Err(error) if error.status() == StatusCode::BAD_REQUEST => {
            let none = Listing { items: Vec::new(), next: None };
            let mut page = CallsPage::new(view, &request.query, &names, &none, &app, request.now());
            page.problem = Some(error.message());
            reply::page_with(StatusCode::BAD_REQUEST, &page)
        }
        Err(error) => Err(error),
    }
}

impl CallsPage {
    fn new(
        view: View,
        pairs: &Pairs,
        apps: &[String],
        listing: &Listing<Call>,
        app: &dyn Fn(AppId) -> String,
        now: Timestamp,
    ) -> Self {
        let rest = |without: &[&str]| -> Pairs {
            pairs.iter().filter(|(n, _)| !without.contains(&n.as_str())).cloned().collect()
        };
        let next = listing.next.as_ref().map(|cursor| {
            let mut pairs = rest(&["cursor"]);
            pairs.push(("cursor".to_owned(), cursor.clone()));
            link("/calls", &pairs)
        });
        let paged = rest(&["cursor"]).len() < pairs.len();
        Self {
            form: CallForm::of(view.lang, pairs, apps),
            ranges: ranges(view.lang, "/calls", pairs, now),
            days: days(&view, &listing.items, app),
            rows: listing.items.len(),
            next,
            first: paged.then(|| link("/calls", &rest(&["cursor"]))),
            filtered: !rest(&["cursor", "limit"]).is_empty(),
            problem: None,
            view,
        }
    }
}

/// The ready spans as links that keep every other filter.
pub(super) fn ranges(lang: Lang, path: &str, pairs: &Pairs, now: Timestamp) -> Vec<Range> {
    let value = |name| super::request::find(pairs, name).and_then(query::instant);
    let present = Span { from: value("from"), to: value("to") };
    let others = pairs.iter().filter(|(n, _)| !matches!(n.as_str(), "from" | "to" | "cursor"));
    let others: Pairs = others.cloned().collect();
    let range = |(label, span): &(crate::domain::Text, Span)| {
        let mut pairs = Pairs::new();
        pairs.extend(span.from.map(|t| ("from".to_owned(), t.to_string())));
        pairs.extend(span.to.map(|t| ("to".to_owned(), t.to_string())));
        pairs.extend(others.iter().cloned());
        Range { label: label.get(lang), href: link(path, &pairs), current: *span == present }
    };
    query::ranges(now).iter().map(range).collect()
}

fn days(view: &View, calls: &[Call], app: &dyn Fn(AppId) -> String) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for call in calls {
        let title = day_title(view.lang, call.t);
        if days.last().is_none_or(|day| day.title != title) {
            days.push(Day { title, rows: Vec::new() });
        }
        let row = CallRow::of(view, call, app(call.app));
        days.last_mut().expect("a day was just pushed").rows.push(row);
    }
    days
}

/// `11月21日 星期六`, `Saturday 21 November 2026`.
pub(super) fn day_title(lang: Lang, t: Timestamp) -> String {
    const WEEK: [&str; 7] = ["日", "一", "二", "三", "四", "五", "六"];
    match lang {
        Lang::En => local(t, "%A %-d %B %Y"),
        Lang::Zh => {
            let weekday: usize = local(t, "%w").parse().unwrap_or(0);
            format!("{} 星期{}", local(t, "%Y年%-m月%-d日"), WEEK[weekday % 7])
        }
    }
}

impl CallRow {
    pub(super) fn of(view: &View, call: &Call, app: String) -> Self {
        let eyes = view.eyes();
        let number = |n: &Option<crate::domain::PhoneNumber>| n.as_ref().map(|n| Phone::new(n, eyes));
        let talked = call.talk_seconds > 0;
        Self {
            href: format!("/calls/{}", call.id),
            at: When::clock(call.t),
            caller: number(&call.caller),
            callee: number(&call.callee),
            x: number(&call.x),
            app,
            product: call.product.map_or("", |p| words::product(p).get(view.lang)),
            badge: words::call_badge(view.lang, call.outcome, call.state),
            ring: call.ring_seconds.map_or_else(String::new, |s| s.to_string()),
            talk: if talked { clock_seconds(u64::from(call.talk_seconds)) } else { String::new() },
            recording: call.recording.as_ref().map(|r| words::recording_badge(view.lang, r.state)),
            anomalies: call.anomalies.len(),
        }
    }
}

#[cfg(test)]
impl CallsPage {
    pub(super) fn sample(lang: Lang) -> Self {
        use super::samples;
        let view = View { here: "/calls".to_owned(), ..View::sample(lang, Section::Calls) };
        let listing = Listing { items: samples::calls(), next: Some("c0ffee".to_owned()) };
        let pairs = vec![("from".to_owned(), "2026-11-20T16:00:00Z".to_owned())];
        Self::new(view, &pairs, &samples::app_names(), &listing, &samples::app_name, samples::now())
    }

    pub(super) fn sample_empty(lang: Lang) -> Self {
        use super::samples;
        let view = View { here: "/calls".to_owned(), ..View::sample(lang, Section::Calls) };
        let pairs = form_urlencoded::parse(b"number=0021&not_outcome=busy&min_talk=60").into_owned().collect();
        let none = Listing { items: Vec::new(), next: None };
        Self::new(view, &pairs, &samples::app_names(), &none, &samples::app_name, samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, selector};
    use super::*;
    use crate::domain::Role;

    #[test]
    fn every_call_leads_to_its_page_and_every_day_has_a_heading() {
        let html = scraper::Html::parse_document(&CallsPage::sample(Lang::Zh).render().unwrap());
        let links: Vec<_> = html.select(&selector("tr.call a.go")).filter_map(|a| a.attr("href")).collect();
        assert_eq!(links.len(), samples::calls().len());
        assert!(links.iter().all(|href| href.starts_with("/calls/")));
        assert!(html.select(&selector("tr.day th[scope=rowgroup]")).count() >= 2);
    }

    #[test]
    fn every_filter_of_an_empty_list_can_be_taken_away() {
        let html = scraper::Html::parse_document(&CallsPage::sample_empty(Lang::En).render().unwrap());
        let away: Vec<_> = html.select(&selector(".active a")).filter_map(|a| a.attr("href")).collect();
        assert_eq!(away[0], "/calls?not_outcome=busy&min_talk=60");
        assert_eq!(away[1], "/calls?number=0021&min_talk=60");
        assert!(html.select(&selector(".empty a")).next().is_some(), "says what to do next");
        assert!(html.select(&selector("details.more[open]")).next().is_some());
        let not = html.select(&selector("input[name=not][value=outcome]")).next().unwrap();
        assert!(not.attr("checked").is_some());
    }

    #[test]
    fn a_viewer_sees_no_whole_number() {
        let mut page = CallsPage::sample(Lang::Zh);
        page.view.who.as_mut().unwrap().role = Role::Viewer;
        let listing = Listing { items: samples::calls(), next: None };
        let page = CallsPage::new(page.view, &Pairs::new(), &[], &listing, &samples::app_name, samples::now());
        let html = page.render().unwrap();
        for call in samples::calls() {
            let number = call.caller.unwrap();
            assert!(!html.contains(number.reveal()) && !html.contains(number.national()));
        }
        assert!(html.contains("****"));
    }
}
