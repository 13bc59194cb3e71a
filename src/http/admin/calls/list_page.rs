//! 通话 Calls: find it.
//!
//! A viewer finds a number that they know and still sees it masked.

use askama::Template;

#[cfg(test)]
use crate::domain::Lang;
use crate::domain::{AppId, Call, CallOutcome, Text, Who};
use crate::http::admin::parts::days::{Day, days};
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Phone, When, clock_seconds, count};
use crate::http::admin::request::{Pairs, Request, link};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::platforms;
#[cfg(test)]
use crate::service::lists::ListKind;
use crate::store::{CallQuery, Listing, Tests};

#[derive(Debug, Template)]
#[template(path = "admin/calls/list_page.html")]
pub(crate) struct CallsPage {
    view: View,
    found: Found,
    days: Vec<Day<CallRow>>,
    /// Matching tests that are hidden: how many, and the list with them.
    left_out: Option<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct CallRow {
    pub(crate) href: String,
    pub(crate) at: When,
    pub(crate) caller: Option<Phone>,
    pub(crate) callee: Option<Phone>,
    pub(crate) x: Option<Phone>,
    pub(crate) app: String,
    pub(crate) product: &'static str,
    pub(crate) badge: Badge,
    /// The cause in words, of a call that was not answered.
    pub(crate) why: &'static str,
    pub(crate) ring: String,
    pub(crate) talk: String,
    pub(crate) recording: Option<Badge>,
    pub(crate) anomalies: usize,
    pub(crate) test: bool,
}

/// `GET /calls`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    list_frame::show::<CallQuery, _>(request, "/calls", |query, listing, around| {
        let view = View::of(request, Section::Calls);
        let mut page = CallsPage::new(view, &request.query, &listing, around, &|id| request.app_name(id));
        if let Some(query) = query.filter(|query| query.test == Tests::Without) {
            let tests = CallQuery { test: Tests::Only, ..query.clone() };
            let tests = request.ctx().store.count_calls(&tests)?.rows;
            page.left_out = left_out(&request.query, tests);
        }
        Ok(page)
    })
}

impl CallsPage {
    fn new(view: View, pairs: &Pairs, listing: &Listing<Call>, around: Around, app: &dyn Fn(AppId) -> String) -> Self {
        let make = Maker { lang: view.lang, pairs };
        let form = Form::of::<CallQuery>(make, "/calls", Text::new("查找通话", "Find calls"), &around.apps);
        let row = |call: &Call| (call.t, CallRow::of(&view, call, app(call.app)));
        let days = days(view.lang, listing.items.iter().map(row));
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), days, left_out: None, view }
    }
}

fn left_out(pairs: &Pairs, tests: u64) -> Option<(String, String)> {
    let asked = pairs.iter().filter(|(name, _)| !matches!(name.as_str(), "cursor" | "test")).cloned();
    let with: Pairs = asked.chain([("test".to_owned(), "any".to_owned())]).collect();
    (tests > 0).then(|| (count(tests), link("/calls", &with)))
}

/// Empty where the outcome says as much, no table lists the code, or the code explains no failure.
fn why(view: &View, call: &Call) -> &'static str {
    let Some(outcome) = call.outcome.filter(|outcome| *outcome != CallOutcome::Answered) else { return "" };
    let doc = call.release.as_ref().and_then(|release| platforms::explain(call.provider, &release.cause));
    // "Hung up normally" beside "no answer" would explain nothing.
    let doc = doc.filter(|doc| doc.outcome.is_some() || doc.who != Who::Nobody);
    let words = doc.map_or("", |doc| doc.text.get(view.lang));
    if words == outcome.word().get(view.lang) { "" } else { words }
}

impl CallRow {
    pub(crate) fn of(view: &View, call: &Call, app: String) -> Self {
        let masking = view.masking();
        let number = |n: &Option<crate::domain::PhoneNumber>| n.as_ref().map(|n| Phone::new(n, masking));
        let talked = call.talk_seconds > 0;
        Self {
            href: format!("/calls/{}", call.id),
            at: When::clock(call.t),
            caller: number(&call.caller),
            callee: number(&call.callee),
            x: number(&call.x),
            app,
            product: call.product.map_or("", |p| p.word().get(view.lang)),
            badge: words::call_badge(view.lang, call.outcome, call.state),
            why: why(view, call),
            ring: call.ring_seconds.map_or_else(String::new, |s| s.to_string()),
            talk: if talked { clock_seconds(u64::from(call.talk_seconds)) } else { String::new() },
            recording: call.recording.as_ref().map(|r| words::recording_badge(view.lang, r.state)),
            anomalies: call.anomalies.len(),
            test: call.test,
        }
    }
}

#[cfg(test)]
impl CallsPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/calls".to_owned(), ..View::sample(lang, Section::Calls) };
        let listing = Listing { items: samples::calls(), next: Some("c0ffee".to_owned()) };
        let pairs = vec![("from".to_owned(), "2026-11-20T16:00:00Z".to_owned())];
        Self::new(view, &pairs, &listing, Around::sample(ListKind::Calls, 1_234), &samples::app_name)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/calls".to_owned(), ..View::sample(lang, Section::Calls) };
        let pairs = form_urlencoded::parse(b"number=0021&not_outcome=busy&min_talk=60").into_owned().collect();
        let none = Listing { items: Vec::new(), next: None };
        Self::new(view, &pairs, &none, Around::sample(ListKind::Calls, 0), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

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
        let away: Vec<_> = html.select(&selector(".conds li > a")).filter_map(|a| a.attr("href")).collect();
        assert_eq!(away[0], "/calls?not_outcome=busy&min_talk=60");
        assert_eq!(away[1], "/calls?number=0021&min_talk=60");
        assert!(html.select(&selector(".empty a")).next().is_some(), "says what to do next");
        assert!(html.select(&selector("details[open]")).next().is_none(), "menus stay closed above the rows");
        let changed = html.select(&selector(".conds form[action='/calls'] input[name=number]")).next().unwrap();
        assert_eq!(changed.attr("value"), Some("0021"));
    }

    #[test]
    fn a_row_says_why_a_call_failed_and_nothing_of_a_normal_end() {
        let page = CallsPage::sample(Lang::Zh);
        let mut call = samples::failed_call();
        assert!(!why(&page.view, &call).is_empty(), "{:?}", call.release);
        call.outcome = Some(CallOutcome::Answered);
        assert_eq!(why(&page.view, &call), "");
        let mut call = samples::answered_call();
        call.outcome = Some(CallOutcome::NoAnswer);
        assert_eq!(why(&page.view, &call), "", "its code is that of a normal end");
    }

    #[test]
    fn a_viewer_sees_no_whole_number() {
        let mut page = CallsPage::sample(Lang::Zh);
        page.view.who.as_mut().unwrap().role = Role::Viewer;
        let listing = Listing { items: samples::calls(), next: None };
        let around = Around::sample(ListKind::Calls, 2);
        let page = CallsPage::new(page.view, &Pairs::new(), &listing, around, &samples::app_name);
        let html = page.render().unwrap();
        for call in samples::calls() {
            let number = call.caller.unwrap();
            assert!(!html.contains(number.reveal()) && !html.contains(number.national()));
        }
        assert!(html.contains("****"));
    }
}
