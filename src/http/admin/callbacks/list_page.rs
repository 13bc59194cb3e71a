//! 回调 Callbacks: did the platform push it, and what did we answer?
//!
//! The list, newest first; the address is the API's query. No body is read for it: one callback
//! with its bytes is [`crate::http::admin::callbacks::page`].

use askama::Template;

use crate::domain::{AppId, Lang, Outcome, PhoneNumber, Seq, Text};
use crate::http::admin::calls::list_page::{Day, days};
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame as found;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::{Badge, When, size, text_of};
use crate::http::admin::parts::{filter_words, words};
use crate::http::admin::query::canonical;
use crate::http::admin::reply;
use crate::http::admin::request::{Pairs, Request, link};
use crate::http::admin::view::{Eyes, Section, View};
use crate::http::api::lists::{Question, Which};
use crate::http::{HttpError, Response, api};
use crate::store::{CallbackRow, Joined, Listing};

/// The list of callbacks.
#[derive(Debug, Template)]
#[template(path = "admin/callbacks/list_page.html")]
pub(crate) struct CallbacksPage {
    view: View,
    found: Found,
    days: Vec<Day<Row>>,
}

/// One callback.
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
    if let Some(pairs) = canonical(&request.query) {
        return Ok(reply::see_other(&link("/callbacks", &pairs)));
    }
    let found = api::callbacks::asked(request.ctx(), &request.principal()?.scope, &request.raw_query()).and_then(
        |(query, page)| {
            let listing = request.ctx().store.callbacks(&query, &page)?;
            Ok((Question::Callbacks(query), listing))
        },
    );
    let (listing, around) = found::ask(request, Which::Callbacks, found)?;
    let view = View::of(request, Section::Callbacks);
    let page = CallbacksPage::new(view, &request.query, &listing, around, &|id| request.app_name(id), &|row| {
        api::callbacks::parties(request.ctx(), row)
    });
    found::reply(&page.found, &page)
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
        let form = form(view.lang, pairs, &around.apps);
        let row = |row: &CallbackRow| (row.received_at, Row::of(&view, row, app(row.app), parties));
        let days = days(view.lang, listing.items.iter().map(row));
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), days, view }
    }
}

/// The boxes above the list.
fn form(lang: Lang, pairs: &Pairs, apps: &[String]) -> Form {
    let make = Maker { lang, pairs };
    let exactly = Text::new("完全一致", "exactly");
    let mut form = Form::new(make, "/callbacks", Text::new("查找回调", "Find callbacks"));
    form.main = vec![make.text("session", Text::new("会话号", "Session"), exactly)];
    form.more = vec![
        make.text("label", Text::new("内容", "What"), Text::new("answered、record、sms…", "answered, record, sms…")),
        make.text("peer", Text::new("来源地址", "Peer"), Text::new("IP 地址", "an IP address")),
        make.text("status", Text::new("应答状态码", "Answered"), Text::new("200、401、503…", "200, 401, 503…")),
        make.text(
            "suspicion",
            Text::new("可疑之处", "Suspicion"),
            Text::new("wrong_case:sessionid", "wrong_case:sessionid"),
        ),
    ];
    form.amounts = vec![make.amount("size", Text::new("字节数", "Size, bytes"))];
    form.flags = vec![
        make.flag("test", Text::new("测试", "Test")),
        make.flag("suspicious", Text::new("有可疑之处", "Suspicious")),
        make.flag("question", Text::new("平台询问", "A question")),
    ];
    let shown = |name: &'static str, values: Vec<&'static str>| {
        let word = move |value: &'static str| {
            filter_words::filter_value(lang, name, value).unwrap_or_else(|| value.to_owned())
        };
        values.into_iter().map(move |value| (value.to_owned(), word(value)))
    };
    let outcomes = Outcome::ALL.map(Outcome::name).to_vec();
    form.choices = vec![
        make.choices("outcome", Text::new("结果", "Outcome"), shown("outcome", outcomes)),
        make.choices("joined", Text::new("已关联", "Joined"), shown("joined", Joined::ALL.map(Joined::name).to_vec())),
        make.choices("verified", Text::new("验签", "Signature"), shown("verified", vec!["yes", "no", "unchecked"])),
        make.apps(apps),
        make.providers(),
    ];
    form.finish(make)
}

impl Row {
    fn of(view: &View, row: &CallbackRow, app: String, parties: &dyn Fn(&CallbackRow) -> Vec<PhoneNumber>) -> Self {
        let eyes = view.eyes();
        let parties = if eyes == Eyes::Masked { parties(row) } else { Vec::new() };
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
            sessions: row.sessions.iter().map(|s| text_of(s, eyes, &parties)).collect::<Vec<_>>().join(" "),
            peer: row.peer.to_string(),
            tail: text_of(&row.tail, eyes, &parties),
            size: size(row.size_bytes),
            suspicions: row.suspicions.len(),
        }
    }
}

#[cfg(test)]
impl CallbacksPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/callbacks".to_owned(), ..View::sample(lang, Section::Callbacks) };
        let listing = Listing { items: samples::callbacks(), next: Some("c0ffee".to_owned()) };
        Self::new(view, &Pairs::new(), &listing, Around::sample(Which::Callbacks, 100_000), &samples::app_name, &|_| {
            Vec::new()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
