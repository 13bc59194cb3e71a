//! 短信 Messages: what was written through privacy numbers, with the calls around it.
//!
//! Texts are shown if the platform sends them; digits in them are masked as everywhere, since people
//! write phone numbers.

use askama::Template;

use crate::domain::{AppId, PhoneNumber, Seq, Text};
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::{Phone, When};
use crate::http::admin::query::hours_later;
use crate::http::admin::request::{Pairs, Request, link};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
#[cfg(test)]
use crate::service::lists::ListKind;
use crate::store::{Listing, SmsQuery, SmsRow};

#[derive(Debug, Template)]
#[template(path = "admin/calls/messages.html")]
pub(crate) struct MessagesPage {
    view: View,
    found: Found,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    at: When,
    from: Option<Phone>,
    to: Option<Phone>,
    x: Option<Phone>,
    app: String,
    mode: &'static str,
    content: Option<String>,
    test: bool,
    parts: Option<u32>,
    callback: Seq,
    calls: Option<String>,
}

/// `GET /messages`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    list_frame::show::<SmsQuery, _>(request, "/messages", |_, listing, around| {
        let view = View::of(request, Section::Messages);
        Ok(MessagesPage::new(view, &request.query, &listing, around, &|id| request.app_name(id)))
    })
}

impl MessagesPage {
    fn new(
        view: View,
        pairs: &Pairs,
        listing: &Listing<SmsRow>,
        around: Around,
        app: &dyn Fn(AppId) -> String,
    ) -> Self {
        let make = Maker { lang: view.lang, pairs };
        let form = Form::of::<SmsQuery>(make, "/messages", Text::new("查找短信", "Find messages"), &around.apps);
        let rows = listing.items.iter().map(|row| Row::of(&view, row, app(row.app))).collect();
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), rows, view }
    }
}

impl Row {
    fn of(view: &View, row: &SmsRow, app: String) -> Self {
        let masking = view.masking();
        let sms = &row.sms;
        let number = |n: &Option<PhoneNumber>| n.as_ref().map(|n| Phone::new(n, masking));
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
            mode: sms.mode.word().get(view.lang),
            test: row.test,
            content: sms.content.as_ref().map(|c| masking.text_of(c, sms.parties())),
            parts: sms.parts.filter(|n| *n > 1),
            callback: row.callback,
            calls,
        }
    }
}

#[cfg(test)]
impl MessagesPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/messages".to_owned(), ..View::sample(lang, Section::Messages) };
        let listing = Listing { items: samples::messages(), next: None };
        Self::new(view, &Pairs::new(), &listing, Around::sample(ListKind::Sms, 3), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Lang, Role};
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn a_viewer_reads_no_phone_number_in_a_message() {
        let mut view = View::sample(Lang::Zh, Section::Messages);
        view.who.as_mut().unwrap().role = Role::Viewer;
        let listing = Listing { items: samples::messages(), next: None };
        let page =
            MessagesPage::new(view, &Pairs::new(), &listing, Around::sample(ListKind::Sms, 3), &samples::app_name);
        let html = page.render().unwrap();
        assert!(!html.contains("13912345678") && html.contains("139****5678"), "{html}");
        let html = scraper::Html::parse_document(&html);
        assert!(html.select(&selector("a[href^='/calls?number=']")).next().is_none());
    }
}
