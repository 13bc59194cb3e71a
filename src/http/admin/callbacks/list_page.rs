//! 回调 Callbacks: did the platform push it, and what did we answer?
//!
//! Newest first. Bodies are not read; [`crate::http::admin::callbacks::page`] shows one.

use askama::Template;

use crate::domain::{AppId, Masking, PhoneNumber, Seq, Text};
use crate::http::admin::parts::days::{Day, days};
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, When, size};
use crate::http::admin::request::{Pairs, Request};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::service::lists;
#[cfg(test)]
use crate::service::lists::ListKind;
use crate::store::{CallbackQuery, CallbackRow, Listing};

#[derive(Debug, Template)]
#[template(path = "admin/callbacks/list_page.html")]
pub(crate) struct CallbacksPage {
    view: View,
    found: Found,
    days: Vec<Day<Row>>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) seq: Seq,
    pub(crate) at: When,
    pub(crate) app: String,
    pub(crate) label: String,
    pub(crate) test: bool,
    pub(crate) badge: Badge,
    pub(crate) verified: Option<bool>,
    pub(crate) status: u16,
    pub(crate) calls: Vec<String>,
    pub(crate) sessions: String,
    pub(crate) peer: String,
    pub(crate) tail: String,
    pub(crate) size: String,
    pub(crate) suspicions: usize,
}

/// `GET /callbacks`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    list_frame::show::<CallbackQuery, _>(request, "/callbacks", |_, listing, around| {
        let (view, app) = (View::of(request, Section::Callbacks), |id| request.app_name(id));
        let parties = |row: &CallbackRow| lists::parties(request.ctx(), row);
        Ok(CallbacksPage::new(view, &request.query, &listing, around, &app, &parties))
    })
}

impl CallbacksPage {
    fn new(
        view: View,
        pairs: &Pairs,
        listing: &Listing<CallbackRow>,
        around: Around,
        app: &dyn Fn(AppId) -> String,
        parties: &dyn Fn(&CallbackRow) -> Vec<PhoneNumber>,
    ) -> Self {
        let make = Maker { lang: view.lang, pairs };
        let form = Form::of::<CallbackQuery>(make, "/callbacks", Text::new("查找回调", "Find callbacks"), &around.apps);
        let row = |row: &CallbackRow| (row.received_at, Row::of(&view, row, app(row.app), parties));
        let days = days(view.lang, listing.items.iter().map(row));
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), days, view }
    }
}

impl Row {
    fn of(view: &View, row: &CallbackRow, app: String, parties: &dyn Fn(&CallbackRow) -> Vec<PhoneNumber>) -> Self {
        let masking = view.masking();
        let parties = if masking == Masking::Masked { parties(row) } else { Vec::new() };
        Self {
            seq: row.seq,
            at: When::clock(row.received_at),
            app,
            label: words::label(view.lang, &row.label),
            test: row.test,
            badge: words::callback_badge(view.lang, row.outcome),
            verified: row.verified,
            status: row.status,
            calls: row.calls.iter().map(ToString::to_string).collect(),
            sessions: row.sessions.iter().map(|s| masking.text_of(s, &parties)).collect::<Vec<_>>().join(" "),
            peer: row.peer.to_string(),
            tail: masking.text_of(&row.tail, &parties),
            size: size(row.size_bytes),
            suspicions: row.suspicions.len(),
        }
    }
}

#[cfg(test)]
impl CallbacksPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/callbacks".to_owned(), ..View::sample(lang, Section::Callbacks) };
        let listing = Listing { items: samples::callbacks(), next: Some("c0ffee".to_owned()) };
        Self::new(
            view,
            &Pairs::new(),
            &listing,
            Around::sample(ListKind::Callbacks, 100_000),
            &samples::app_name,
            &|_| Vec::new(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Lang;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_callback_leads_to_its_page_and_to_its_call() {
        let html = scraper::Html::parse_document(&CallbacksPage::sample(Lang::En).render().unwrap());
        let rows = samples::callbacks();
        assert_eq!(html.select(&selector("tr.callback a.go")).count(), rows.len());
        let joined: usize = rows.iter().map(|r| r.calls.len()).sum();
        assert_eq!(html.select(&selector("tr.callback a[href^='/calls/']")).count(), joined);
    }
}
