//! 短信 Messages: what was written through privacy numbers, with the calls around it.
//!
//! A text is shown only where the platform sends it, and its digits are masked for a viewer as
//! everywhere: people write phone numbers into messages.

use askama::Template;
use jiff::Timestamp;

use super::call_form::{Active, TextBox, active, text_box};
use super::calls::{Range, ranges};
use super::parts::{Phone, When, text};
use super::query::{canonical, hours_later};
use super::reply;
use super::request::{Pairs, Request, link};
use super::view::{Section, View};
use crate::domain::{AppId, PhoneNumber, Seq, SmsMode, Text};
use crate::http::{HttpError, Response, api};
use crate::store::{Listing, SmsRow};

/// The list of messages.
#[derive(Debug, Template)]
#[template(path = "admin/messages.html")]
pub(super) struct MessagesPage {
    view: View,
    number: TextBox,
    active: Vec<Active>,
    ranges: Vec<Range>,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
}

/// One message.
#[derive(Debug)]
struct Row {
    at: When,
    from: Option<Phone>,
    to: Option<Phone>,
    x: Option<Phone>,
    app: String,
    mode: &'static str,
    content: Option<String>,
    parts: Option<u32>,
    callback: Seq,
    calls: Option<String>,
}

/// `GET /messages`
pub(super) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical(&request.query) {
        return Ok(reply::see_other(&link("/messages", &pairs)));
    }
    let (query, page) = api::sms::asked(request.ctx(), &request.principal()?.scope, &request.raw_query())?;
    let listing = request.ctx().store.sms(&query, &page)?;
    let view = View::of(request, Section::Messages);
    reply::page(&MessagesPage::new(view, &request.query, &listing, &|id| request.app_name(id), request.now()))
}

impl MessagesPage {
    fn new(
        view: View,
        pairs: &Pairs,
        listing: &Listing<SmsRow>,
        app: &dyn Fn(AppId) -> String,
        now: Timestamp,
    ) -> Self {
        let lang = view.lang;
        let rest: Pairs = pairs.iter().filter(|(n, _)| n != "cursor").cloned().collect();
        let next = listing.next.as_ref().map(|cursor| {
            let cursor = ("cursor".to_owned(), cursor.clone());
            link("/messages", &rest.iter().cloned().chain([cursor]).collect::<Pairs>())
        });
        let hint = Text::new("任一方，后四位即可", "any party, last four digits");
        Self {
            number: text_box(lang, pairs, "number", Text::new("号码", "Number"), hint),
            active: active(lang, "/messages", pairs),
            ranges: ranges(lang, "/messages", pairs, now),
            rows: listing.items.iter().map(|row| Row::of(&view, row, app(row.app))).collect(),
            next,
            first: (rest.len() < pairs.len()).then(|| link("/messages", &rest)),
            view,
        }
    }
}

impl Row {
    fn of(view: &View, row: &SmsRow, app: String) -> Self {
        let (lang, eyes) = (view.lang, view.eyes());
        let sms = &row.sms;
        let number = |n: &Option<PhoneNumber>| n.as_ref().map(|n| Phone::new(n, eyes));
        let at = sms.at.as_ref().and_then(|s| s.at).unwrap_or(row.received_at);
        let calls = sms.from.as_ref().filter(|_| view.may_read_bodies()).map(|from| {
            let (since, until) = (hours_later(at, -24).to_string(), hours_later(at, 24).to_string());
            link("/calls", &[("number", from.national()), ("from", &since), ("to", &until)])
        });
        Self {
            at: When::short(at),
            from: number(&sms.from),
            to: number(&sms.to),
            x: number(&sms.x),
            app,
            mode: match sms.mode {
                SmsMode::Notify => lang.t("已转发", "Forwarded"),
                SmsMode::Block => lang.t("询问我方", "Asked us"),
            },
            content: sms.content.as_ref().map(|c| text(c, eyes)),
            parts: sms.parts.filter(|n| *n > 1),
            callback: row.callback,
            calls,
        }
    }
}

#[cfg(test)]
impl MessagesPage {
    pub(super) fn sample(lang: crate::domain::Lang) -> Self {
        use super::samples;
        let view = View { here: "/messages".to_owned(), ..View::sample(lang, Section::Messages) };
        let listing = Listing { items: samples::messages(), next: None };
        Self::new(view, &Pairs::new(), &listing, &samples::app_name, samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, selector};
    use super::*;
    use crate::domain::Lang;
    use crate::domain::Role;

    #[test]
    fn a_viewer_reads_no_phone_number_in_a_message() {
        let mut view = View::sample(Lang::Zh, Section::Messages);
        view.who.as_mut().unwrap().role = Role::Viewer;
        let listing = Listing { items: samples::messages(), next: None };
        let page = MessagesPage::new(view, &Pairs::new(), &listing, &samples::app_name, samples::now());
        let html = page.render().unwrap();
        assert!(!html.contains("13912345678") && html.contains("139****5678"), "{html}");
        let html = scraper::Html::parse_document(&html);
        assert!(html.select(&selector("a[href^='/calls?number=']")).next().is_none());
    }
}
