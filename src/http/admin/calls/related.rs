//! Around a call: messages of its parties some hours before and after, and links to their other calls.
//!
//! Links hold whole numbers, so they are left out for those who may not see them.

use crate::domain::{Call, PhoneNumber, Seq};
use crate::http::HttpError;
use crate::http::admin::parts::{Phone, When, phone};
use crate::http::admin::query::hours_later;
use crate::http::admin::request::{Request, link};
use crate::http::admin::view::View;
use crate::limits;
use crate::store::{Filter, Page, SmsQuery, SmsRow, Span};

#[derive(Debug)]
pub(crate) struct Around {
    pub(crate) hours: i64,
    pub(crate) messages: Vec<Message>,
    pub(crate) links: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) at: When,
    pub(crate) before: bool,
    pub(crate) from: Option<Phone>,
    pub(crate) to: Option<Phone>,
    pub(crate) content: Option<String>,
    pub(crate) callback: Seq,
}

impl Around {
    pub(crate) fn read(request: &Request, view: &View, call: &Call) -> Result<Self, HttpError> {
        let numbers: Vec<String> = parties(call).map(|n| n.national().to_owned()).collect();
        if numbers.is_empty() {
            return Ok(Self::new(view, call, &[]));
        }
        let hours = limits::CALL_AROUND_HOURS;
        let query = SmsQuery {
            span: Span { from: Some(hours_later(call.t, -hours)), to: Some(hours_later(call.t, hours)) },
            app: Filter::default().within(&request.principal()?.scope),
            number: Filter::any(numbers),
            ..SmsQuery::default()
        };
        let page = Page { limit: limits::CALL_AROUND_MESSAGES, cursor: None };
        Ok(Self::new(view, call, &request.ctx().store.sms(&query, &page)?.items))
    }

    pub(crate) fn new(view: &View, call: &Call, messages: &[SmsRow]) -> Self {
        Self {
            hours: limits::CALL_AROUND_HOURS,
            messages: messages.iter().rev().map(|row| Message::of(view, call, row)).collect(),
            links: links(view, call),
        }
    }
}

impl Message {
    fn of(view: &View, call: &Call, row: &SmsRow) -> Self {
        let masking = view.masking();
        let number = |n: &Option<PhoneNumber>| n.as_ref().map(|n| Phone::new(n, masking));
        let at = row.sms.at.as_ref().and_then(|stamp| stamp.at).unwrap_or(row.received_at);
        Self {
            at: When::short(at),
            before: at < call.t,
            from: number(&row.sms.from),
            to: number(&row.sms.to),
            content: row.sms.content.as_ref().map(|content| masking.text_of(content, row.sms.parties())),
            callback: row.callback,
        }
    }
}

fn parties(call: &Call) -> impl Iterator<Item = &PhoneNumber> {
    [&call.caller, &call.callee].into_iter().flatten()
}

fn links(view: &View, call: &Call) -> Vec<(String, String)> {
    let (lang, masking) = (view.lang, view.masking());
    if !view.may_read_bodies() {
        return Vec::new();
    }
    let span = |hours: i64| (hours_later(call.t, -hours).to_string(), hours_later(call.t, hours).to_string());
    let (day, week) = (span(24), span(7 * 24));
    let mut links = Vec::new();
    if let (Some(caller), Some(callee)) = (&call.caller, &call.callee) {
        let label = lang.t("同样两方的通话，前后一周", "Calls between the two, a week around");
        let query = [("caller", caller.national()), ("callee", callee.national()), ("from", &week.0), ("to", &week.1)];
        links.push((label.to_owned(), link("/calls", &query)));
    }
    let mut add = |label: &str, number: &PhoneNumber, path, name| {
        let query = [(name, number.national()), ("from", day.0.as_str()), ("to", day.1.as_str())];
        links.push((format!("{label} {}", phone(number, masking)), link(path, &query)));
    };
    for number in parties(call) {
        add(lang.t("前后一天的通话", "Calls a day around:"), number, "/calls", "number");
        add(lang.t("前后一天的短信", "Messages a day around:"), number, "/messages", "number");
    }
    if let Some(x) = &call.x {
        add(lang.t("X 号码前后一天的通话", "Calls on the X number, a day around:"), x, "/calls", "x");
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Lang, Role};
    use crate::http::admin::samples;
    use crate::http::admin::view::Section;

    #[test]
    fn messages_are_told_in_the_order_of_time_and_say_whether_they_came_before() {
        let call = samples::answered_call();
        let view = View::sample(Lang::En, Section::Calls);
        let mut rows = samples::messages();
        rows[0].sms.at.as_mut().unwrap().at = call.released_at;
        let around = Around::new(&view, &call, &rows);
        let told: Vec<_> = around.messages.iter().map(|m| (m.callback, m.before)).collect();
        assert_eq!(told, [(127, true), (130, false)]);
    }

    #[test]
    fn whoever_may_not_see_a_number_gets_no_address_that_holds_it() {
        let mut view = View::sample(Lang::En, Section::Calls);
        assert!(!links(&view, &samples::answered_call()).is_empty());
        view.who.as_mut().unwrap().role = Role::Viewer;
        assert!(links(&view, &samples::answered_call()).is_empty());
    }
}
