//! 一次通话 Call: what happened.
//!
//! The call ([`crate::http::admin::calls::call_view`]), its callbacks, and what happened around it
//! ([`crate::http::admin::calls::related`]).

use askama::Template;
use jiff::Timestamp;

use crate::domain::{Call, CallId, CallState, Role, Seq};
use crate::http::admin::calls::call_view::Story;
use crate::http::admin::calls::ladder::Behind;
use crate::http::admin::calls::related::Around;
use crate::http::admin::parts::body_text;
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, When, span};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
use crate::http::admin::rules::decision_view::Decided;
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::journal::Body;
use crate::limits;
use crate::service::lists;
use crate::store::CallbackRow;

#[derive(Debug, Template)]
#[template(path = "admin/calls/page.html")]
pub(crate) struct CallPage {
    view: View,
    id: String,
    test: bool,
    story: Story,
    app: String,
    app_href: String,
    provider_href: String,
    may_export: bool,
    may_stop: bool,
    stopped: bool,
    callbacks: Vec<Raw>,
    more_callbacks: usize,
    around: Around,
}

#[derive(Debug)]
struct Raw {
    seq: Seq,
    at: When,
    delay: String,
    label: String,
    badge: Badge,
    status: u16,
    body: Shown,
}

#[derive(Debug, PartialEq, Eq)]
enum Shown {
    Whole(String),
    /// Left out as too long: it is on its own page.
    Elsewhere,
    /// The reader may not see it.
    Withheld,
}

pub(crate) struct Source {
    pub(crate) row: CallbackRow,
    pub(crate) body: Option<Vec<u8>>,
}

pub(crate) fn find(request: &Request) -> Result<Call, HttpError> {
    let id = CallId::parse(request.segment(1)).ok_or(HttpError::NotFound)?;
    let call = request.ctx().store.call(id)?.ok_or(HttpError::NotFound)?;
    if request.principal()?.scope.allows(call.app) { Ok(call) } else { Err(HttpError::NotFound) }
}

/// `GET /calls/{id}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let call = find(request)?;
    let view = View::of(request, Section::Calls);
    let sources = sources(request, &call, view.may_read_bodies())?;
    let app = request.app_name(call.app);
    let around = Around::read(request, &view, &call)?;
    let may_stop = may_stop(request, &view, &call);
    let decided = lists::decisions_of_call(request.ctx(), &call)?;
    let mut page = CallPage::new(view, &call, app, (&decided, sources), around, request.now());
    page.may_stop = may_stop;
    page.stopped = request.param("done") == Some("stopped");
    reply::page(&page)
}

fn may_stop(request: &Request, view: &View, call: &Call) -> bool {
    let takes = crate::platforms::outbound::of_provider(call.provider.0).any(|operation| operation.id == "call.stop");
    let is_on = || !crate::service::platform::of(request.ctx(), call.app).base_url.is_empty();
    call.state != CallState::Released && view.may(Role::Operator) && takes && is_on()
}

fn sources(request: &Request, call: &Call, bodies: bool) -> Result<Vec<Source>, HttpError> {
    let mut sources = Vec::new();
    for seq in call.callbacks.iter().take(limits::CALL_BODIES) {
        let Some(row) = request.ctx().store.callback(*seq)? else { continue };
        let record = if bodies { request.ctx().journal.get(*seq)? } else { None };
        let body = record.and_then(|r| match r.body {
            Body::Callback(callback) => Some(callback.content().into_owned()),
            _ => None,
        });
        sources.push(Source { row, body });
    }
    Ok(sources)
}

impl CallPage {
    fn new(
        view: View,
        call: &Call,
        app: String,
        (decided, sources): (&[CallbackRow], Vec<Source>),
        around: Around,
        now: Timestamp,
    ) -> Self {
        let (lang, masking) = (view.lang, view.masking());
        let decided = decided.iter().filter_map(|row| Decided::of(lang, masking, row, Some(&app))).collect();
        let mut room = limits::CALL_BODY_BYTES;
        Self {
            id: call.id.to_string(),
            test: call.test,
            story: Story::of(lang, masking, call, decided, &Behind::Pages, now),
            app_href: link("/calls", &[("app", &app)]),
            app,
            provider_href: format!("/help/{}", call.provider),
            may_export: view.may(Role::Operator),
            may_stop: false,
            stopped: false,
            more_callbacks: call.callbacks.len().saturating_sub(sources.len()),
            callbacks: sources.into_iter().map(|s| raw(&view, call, s, &mut room)).collect(),
            around,
            view,
        }
    }
}

fn raw(view: &View, call: &Call, source: Source, room: &mut usize) -> Raw {
    let (lang, row) = (view.lang, source.row);
    let said = call.events.iter().filter(|e| e.callback == row.seq).filter_map(|e| e.at).max();
    let delay = said.map_or(0, |said| row.received_at.duration_since(said).as_secs());
    Raw {
        seq: row.seq,
        at: When::full(row.received_at),
        delay: if delay > 0 { span(lang, delay.unsigned_abs()) } else { String::new() },
        label: words::label(lang, &row.label),
        badge: words::callback_badge(lang, row.outcome),
        status: row.status,
        body: shown(view, source.body, room),
    }
}

fn shown(view: &View, body: Option<Vec<u8>>, room: &mut usize) -> Shown {
    let Some(body) = body.filter(|_| view.may_read_bodies()) else { return Shown::Withheld };
    let text = body_text::pretty(&body);
    match room.checked_sub(text.len()) {
        Some(left) => {
            *room = left;
            Shown::Whole(text)
        }
        None => Shown::Elsewhere,
    }
}

#[cfg(test)]
impl CallPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        Self::sample_of(lang, &samples::answered_call())
    }

    pub(crate) fn sample_failed(lang: crate::domain::Lang) -> Self {
        Self::sample_of(lang, &samples::failed_call())
    }

    fn sample_of(lang: crate::domain::Lang, call: &Call) -> Self {
        use crate::http::admin::samples;
        let view = View { here: format!("/calls/{}", call.id), ..View::sample(lang, Section::Calls) };
        let around = Around::new(&view, call, &samples::messages());
        Self::new(
            view,
            call,
            samples::app_name(call.app),
            (&samples::questions(call), samples::sources(call)),
            around,
            samples::now(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Masking;
    use crate::domain::{CauseCode, Lang};
    use crate::http::admin::parts::phone;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_line_leads_to_the_callback_behind_it_and_shows_both_zones() {
        let html = scraper::Html::parse_document(&CallPage::sample(Lang::En).render().unwrap());
        let rows = html.select(&selector("table.lines tbody tr")).count();
        assert_eq!(rows, samples::answered_call().events.len());
        assert_eq!(html.select(&selector("table.lines a[href^='/callbacks/']")).count(), rows);
        let text: String = html.select(&selector("table.lines")).next().unwrap().text().collect();
        assert!(text.contains("2026-11-21 10:13:21") && text.contains("2026-11-21 02:13:21"), "{text}");
        assert_eq!(html.select(&selector("svg.ladder > title")).count(), 1);
        // The record is in the table only: the hang-up is drawn from its event.
        assert_eq!(html.select(&selector("svg.ladder a[href^='/callbacks/']")).count(), rows - 1);
    }

    #[test]
    fn a_viewer_reads_no_body_and_no_whole_number() {
        let call = samples::answered_call();
        let mut view = View::sample(Lang::Zh, Section::Calls);
        view.who.as_mut().unwrap().role = Role::Viewer;
        let around = Around::new(&view, &call, &samples::messages());
        let page = CallPage::new(
            view,
            &call,
            "hotline".to_owned(),
            (&samples::questions(&call), samples::sources(&call)),
            around,
            samples::now(),
        );
        let html = page.render().unwrap();
        for number in [&call.caller, &call.callee, &call.x].into_iter().flatten() {
            assert!(!html.contains(number.national()), "{}", number.national());
            assert!(!html.contains(&phone(number, Masking::Whole)));
        }
        assert!(!html.contains("/evidence"), "a viewer takes nothing along");
    }

    #[test]
    fn bodies_stand_here_until_the_page_would_become_heavy() {
        let call = samples::answered_call();
        let view = View::sample(Lang::Zh, Section::Calls);
        let mut sources = samples::sources(&call);
        sources[1].body = Some(vec![b'x'; limits::CALL_BODY_BYTES]);
        let around = Around::new(&view, &call, &[]);
        let page = CallPage::new(view, &call, "hotline".to_owned(), (&[], sources), around, samples::now());
        assert_eq!(page.callbacks[1].body, Shown::Elsewhere);
        let others = page.callbacks.iter().filter(|c| matches!(c.body, Shown::Whole(_))).count();
        assert_eq!(others, page.callbacks.len() - 1);
    }

    #[test]
    fn a_cause_that_no_table_knows_is_said_to_be_unknown() {
        let mut call = samples::failed_call();
        call.release.as_mut().unwrap().causes = vec![CauseCode::new("byeType", "no-such-code")];
        let html = CallPage::sample_of(Lang::Zh, &call).render().unwrap();
        assert!(html.contains("未列出的代码 no-such-code"), "{html}");
    }

    #[test]
    fn every_anomaly_is_explained() {
        let html = scraper::Html::parse_document(&CallPage::sample_failed(Lang::Zh).render().unwrap());
        let shown = html.select(&selector(".anomalies li")).count();
        assert_eq!(shown, samples::failed_call().anomalies.len());
        assert!(shown > 0);
        let said: String = html.select(&selector(".anomalies")).next().unwrap().text().collect();
        assert!(said.contains("缺话单") && !said.contains("missing_record"), "in words, not in codes: {said}");
    }

    #[test]
    fn a_call_under_way_says_so_and_not_that_its_cause_is_missing() {
        let base = Call { release: None, outcome: None, released_at: None, ..samples::answered_call() };
        let said = |state, hours: i64| {
            let t = crate::http::admin::query::hours_later(samples::now(), -hours);
            let call = Call { state, t, answered_at: None, ..base.clone() };
            let html = scraper::Html::parse_document(&CallPage::sample_of(Lang::Zh, &call).render().unwrap());
            html.select(&selector("section[aria-labelledby=why]")).next().unwrap().text().collect::<String>()
        };
        for (state, words) in [(CallState::Answered, "仍在通话"), (CallState::Alerting, "仍在振铃")] {
            let text = said(state, 1);
            assert!(text.contains(words) && !text.contains("原因代码") && !text.contains("为什么结束"), "{text}");
        }
        let text = said(CallState::Answered, 30);
        assert!(text.contains("没有收到挂机通知"), "nobody talks since yesterday: {text}");
    }
}
