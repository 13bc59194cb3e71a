//! 录音 Recordings: which calls have one, where it is, and when its platform deletes it.
//!
//! Takes the filters of calls. Counts by state stand above. Recordings that the platform deletes soon are
//! marked: they cannot be recovered.

use askama::Template;
use jiff::Timestamp;

use crate::domain::{Call, RecordingState};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Phone, When, clock_seconds, span};
use crate::http::admin::query::{canonical, hours_later};
use crate::http::admin::reply;
use crate::http::admin::request::{Pairs, Request, find, link};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::service::filters;
use crate::store::{CallQuery, Listing};

#[derive(Debug, Template)]
#[template(path = "admin/calls/recordings.html")]
pub(crate) struct RecordingsPage {
    view: View,
    states: Vec<State>,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
}

/// A state as a link that keeps the other filters.
#[derive(Debug)]
struct State {
    label: &'static str,
    href: String,
    current: bool,
}

#[derive(Debug)]
struct Row {
    href: String,
    at: When,
    caller: Option<Phone>,
    callee: Option<Phone>,
    app: String,
    talk: String,
    badge: Badge,
    expires: When,
    /// Time left; empty once deleted.
    left: String,
    /// Deleted within a day.
    urgent: bool,
}

/// `GET /recordings`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical::<CallQuery>(&request.query) {
        return Ok(reply::see_other(&link("/recordings", &pairs)));
    }
    let (mut query, page) =
        filters::asked::<CallQuery>(request.ctx(), &request.principal()?.scope, &request.raw_query())?;
    query.has_recording = Some(true);
    let listing = request.ctx().store.calls(&query, &page)?;
    let view = View::of(request, Section::Recordings);
    reply::page(&RecordingsPage::new(view, &request.query, &listing, &|call| request.app_name(call.app), request.now()))
}

impl RecordingsPage {
    fn new(view: View, pairs: &Pairs, listing: &Listing<Call>, app: &dyn Fn(&Call) -> String, now: Timestamp) -> Self {
        let rest = |without: &[&str]| -> Pairs {
            pairs.iter().filter(|(name, _)| !without.contains(&name.as_str())).cloned().collect()
        };
        let next = listing.next.as_ref().map(|cursor| {
            let mut pairs = rest(&["cursor"]);
            pairs.push(("cursor".to_owned(), cursor.clone()));
            link("/recordings", &pairs)
        });
        let chosen = find(pairs, "recording_state");
        let state = |label, name: Option<&str>| {
            let mut pairs = rest(&["cursor", "recording_state"]);
            pairs.extend(name.map(|name| ("recording_state".to_owned(), name.to_owned())));
            State { label, href: link("/recordings", &pairs), current: chosen == name }
        };
        let lang = view.lang;
        let states = vec![
            state(lang.t("全部", "All"), None),
            state(lang.t("仍在平台", "At the platform"), Some("waiting")),
            state(lang.t("已被平台删除", "Deleted by the platform"), Some("expired")),
        ];
        let first = find(pairs, "cursor").map(|_| link("/recordings", &rest(&["cursor"])));
        let rows = listing.items.iter().filter_map(|call| Row::of(&view, call, app(call), now)).collect();
        Self { states, rows, next, first, view }
    }
}

impl Row {
    fn of(view: &View, call: &Call, app: String, now: Timestamp) -> Option<Self> {
        let recording = call.recording.as_ref()?;
        let masking = view.masking();
        let left = u64::try_from(recording.expires_at.duration_since(now).as_secs()).ok();
        let state = match recording.state {
            RecordingState::Waiting if left.is_none() => RecordingState::Expired,
            state => state,
        };
        let here = state == RecordingState::Waiting;
        Some(Self {
            href: format!("/calls/{}", call.id),
            at: When::short(call.t),
            caller: call.caller.as_ref().map(|number| Phone::new(number, masking)),
            callee: call.callee.as_ref().map(|number| Phone::new(number, masking)),
            app,
            talk: clock_seconds(u64::from(call.talk_seconds)),
            badge: words::recording_badge(view.lang, state),
            expires: When::short(recording.expires_at),
            left: left.filter(|_| here).map_or_else(String::new, |seconds| span(view.lang, seconds)),
            urgent: here && recording.expires_at <= hours_later(now, 24),
        })
    }
}

#[cfg(test)]
impl RecordingsPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/recordings".to_owned(), ..View::sample(lang, Section::Recordings) };
        let listing = Listing { items: samples::calls(), next: Some("c0ffee".to_owned()) };
        let pairs = vec![("recording_state".to_owned(), "waiting".to_owned())];
        Self::new(view, &pairs, &listing, &|call| samples::app_name(call.app), samples::now())
    }

    pub(crate) fn sample_empty(lang: crate::domain::Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/recordings".to_owned(), ..View::sample(lang, Section::Recordings) };
        let none = Listing { items: Vec::new(), next: None };
        Self::new(view, &Pairs::new(), &none, &|call| samples::app_name(call.app), samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Lang;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn only_calls_with_a_recording_stand_there_and_a_state_keeps_the_other_filters() {
        let page = RecordingsPage::sample(Lang::Zh);
        let with = samples::calls().iter().filter(|call| call.recording.is_some()).count();
        assert!(with > 0 && page.rows.len() == with);
        let html = scraper::Html::parse_document(&page.render().unwrap());
        let current = html.select(&selector("ul.ranges a[aria-current]")).next().unwrap();
        assert_eq!(current.attr("href"), Some("/recordings?recording_state=waiting"));
    }

    #[test]
    fn what_goes_within_a_day_is_told_apart_and_what_is_gone_has_nothing_left() {
        let view = View::sample(Lang::En, Section::Recordings);
        let call = samples::calls().into_iter().find(|call| call.recording.is_some()).unwrap();
        let expires = call.recording.as_ref().unwrap().expires_at;
        let at = |hours: i64| Row::of(&view, &call, String::new(), hours_later(expires, hours)).unwrap();
        assert!(!at(-48).urgent && !at(-48).left.is_empty());
        assert!(at(-3).urgent);
        assert!(at(1).left.is_empty() && !at(1).urgent);
    }
}
