//! 决策 Decisions: what platforms asked, what was answered, by which rule, in how many
//! milliseconds, and what then became of the call.
//!
//! A decision stands with the callback that asked: there are the exact bytes of both.

use askama::Template;

use crate::domain::{AppId, Asking, Asks, Call, DecisionAction, Lang, PhoneNumber, Text, mask_numbers};
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame as found;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Phone, Tone, When};
use crate::http::admin::query::canonical;
use crate::http::admin::reply;
use crate::http::admin::request::{Pairs, Request, link};
use crate::http::admin::view::{Section, View};
use crate::http::api::lists::{Question, Which};
use crate::http::{HttpError, Response, api};
use crate::store::{CallbackRow, Listing};

/// The log of decisions.
#[derive(Debug, Template)]
#[template(path = "admin/rules/decisions.html")]
pub(crate) struct DecisionsPage {
    view: View,
    found: Found,
    rows: Vec<Row>,
}

/// One decision; the Live page shows the same.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) callback: u64,
    pub(crate) at: When,
    app: String,
    asks: &'static str,
    pub(crate) caller: Option<Phone>,
    pub(crate) x: Option<Phone>,
    pub(crate) action: Badge,
    pub(crate) to: Option<Phone>,
    pub(crate) rule: Option<(u32, String)>,
    binding: Option<u64>,
    pub(crate) millis: String,
    /// How asking the company's own system went.
    asked: Vec<(Badge, u32)>,
    /// What became of the call, and its page.
    then: Option<(Badge, String)>,
}

/// A decision with the call that it was about.
pub(crate) type Decided = (CallbackRow, Option<Call>);

/// `GET /decisions`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    if let Some(pairs) = canonical(&request.query) {
        return Ok(reply::see_other(&link("/decisions", &pairs)));
    }
    let ctx = request.ctx();
    let asked = api::decisions::asked(ctx, &request.principal()?.scope, &request.raw_query());
    let found = asked.and_then(|(query, page)| {
        let listing = ctx.store.decisions(&query, &page)?;
        Ok((Question::Decisions(query), listing))
    });
    let (listing, around) = found::ask(request, Which::Decisions, found)?;
    let mut decided = Vec::with_capacity(listing.items.len());
    for row in listing.items {
        let call = row.calls.first().map(|id| ctx.store.call(*id)).transpose()?.flatten();
        decided.push((row, call));
    }
    let view = View::of(request, Section::Decisions);
    let listing = Listing { items: decided, next: listing.next };
    let page = DecisionsPage::new(view, &request.query, &listing, around, &|id| request.app_name(id));
    found::reply(&page.found, &page)
}

impl DecisionsPage {
    fn new(
        view: View,
        pairs: &Pairs,
        listing: &Listing<Decided>,
        around: Around,
        app: &dyn Fn(AppId) -> String,
    ) -> Self {
        let form = form(view.lang, pairs, &around.apps);
        let rows = listing.items.iter().filter_map(|decided| Row::of(&view, decided, app)).collect();
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), rows, view }
    }
}

/// The boxes above the list.
fn form(lang: Lang, pairs: &Pairs, apps: &[String]) -> Form {
    let make = Maker { lang, pairs };
    let digits = Text::new("后四位或全号", "last digits or all");
    let exactly = Text::new("完全一致", "exactly");
    let mut form = Form::new(make, "/decisions", Text::new("查找决策", "Find decisions"));
    form.main = vec![make.text(
        "number",
        Text::new("号码", "Number"),
        Text::new("任一个，后四位即可", "any of them, last four digits"),
    )];
    form.more = vec![
        make.text("caller", Text::new("主叫", "Caller"), digits),
        make.text("x", Text::new("X 号码", "X number"), digits),
        make.text("callee", Text::new("接到", "To"), digits),
        make.text(
            "rule",
            Text::new("规则", "Rule"),
            Text::new("名称；默认规则写 default", "its name; default where none"),
        ),
        make.text("binding", Text::new("绑定", "Binding"), Text::new("编号", "its number")),
        make.text("session", Text::new("会话号", "Session"), exactly),
    ];
    let named = |name: &'static str, text: Text| (name.to_owned(), text.get(lang).to_owned());
    form.choices = vec![
        make.choices("action", Text::new("回答", "Answer"), DecisionAction::ALL.map(|of| named(of.name(), action(of)))),
        make.choices("asks", Text::new("询问", "Asked"), Asks::ALL.map(|of| named(of.name(), asks(of)))),
        make.choices("asking", Text::new("公司系统", "Our system"), Asking::ALL.map(|of| named(of.name(), asking(of)))),
        make.apps(apps),
    ];
    form.finish(make)
}

impl Row {
    pub(crate) fn of(view: &View, (row, call): &Decided, app: &dyn Fn(AppId) -> String) -> Option<Self> {
        let decided = row.decision.as_deref()?;
        let (lang, note) = (view.lang, &decided.note);
        let number = |number: &Option<PhoneNumber>| number.as_ref().map(|number| Phone::new(number, view.eyes()));
        let asked = |asked: &crate::domain::AskedNote| (asking_badge(lang, asked.asking), asked.millis);
        Some(Self {
            callback: row.seq,
            at: When::short(row.received_at),
            app: app(row.app),
            asks: asks(decided.asks).get(lang),
            caller: number(&decided.from),
            x: number(&decided.x),
            action: badge(lang, note.action),
            to: number(&note.to),
            rule: note.rule.as_ref().map(|(number, name)| (*number, mask_numbers(name))),
            binding: note.binding.map(|id| id.0),
            millis: millis(note.micros),
            asked: note.asked.iter().map(asked).collect(),
            then: call
                .as_ref()
                .map(|call| (words::call_badge(lang, call.outcome, call.state), format!("/calls/{}", call.id))),
        })
    }
}

/// What was answered, with its tone.
pub(crate) fn badge(lang: Lang, of: DecisionAction) -> Badge {
    let tone = match of {
        DecisionAction::Connect | DecisionAction::Forward => Tone::Good,
        DecisionAction::Close | DecisionAction::Discard => Tone::Quiet,
    };
    Badge::new(tone, action(of).get(lang))
}

/// What was answered, as a word.
pub(crate) fn action(action: DecisionAction) -> Text {
    match action {
        DecisionAction::Connect => Text::new("接通", "Connect"),
        DecisionAction::Close => Text::new("挂断", "Close"),
        DecisionAction::Forward => Text::new("转发短信", "Forward"),
        DecisionAction::Discard => Text::new("丢弃短信", "Discard"),
    }
}

/// What was asked about, as a word.
pub(crate) fn asks(asks: Asks) -> Text {
    match asks {
        Asks::Call => Text::new("来电", "Call"),
        Asks::Sms => Text::new("短信", "Message"),
    }
}

/// How long it took, in milliseconds.
pub(crate) fn millis(micros: u64) -> String {
    format!("{}.{:02}", micros / 1_000, micros % 1_000 / 10)
}

/// How asking the company's own system went, with its tone.
pub(crate) fn asking_badge(lang: Lang, of: Asking) -> Badge {
    let tone = match of {
        Asking::Decided | Asking::Passed => Tone::Good,
        Asking::Resting | Asking::Busy => Tone::Warn,
        Asking::Late | Asking::Unreachable | Asking::Refused | Asking::Invalid => Tone::Bad,
    };
    Badge::new(tone, asking(of).get(lang))
}

/// How asking the company's own system went, as words.
pub(crate) fn asking(asking: Asking) -> Text {
    match asking {
        Asking::Decided => Text::new("已决定", "decided"),
        Asking::Passed => Text::new("交给下一条", "left it to the next rule"),
        Asking::Late => Text::new("超时", "too late"),
        Asking::Unreachable => Text::new("连不上", "unreachable"),
        Asking::Refused => Text::new("拒绝", "refused"),
        Asking::Invalid => Text::new("答复无效", "no valid answer"),
        Asking::Resting => Text::new("暂停询问", "left alone for a while"),
        Asking::Busy => Text::new("太忙", "too busy"),
    }
}

#[cfg(test)]
impl DecisionsPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/decisions".to_owned(), ..View::sample(lang, Section::Decisions) };
        let listing = Listing { items: samples::decisions(), next: Some("c0ffee".to_owned()) };
        Self::new(view, &Pairs::new(), &listing, Around::sample(Which::Decisions, 5_318), &samples::app_name)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/decisions".to_owned(), ..View::sample(lang, Section::Decisions) };
        let none = Listing { items: Vec::new(), next: None };
        Self::new(view, &Pairs::new(), &none, Around::sample(Which::Decisions, 0), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn a_decision_says_by_which_rule_how_fast_and_what_then_happened() {
        let html = scraper::Html::parse_document(&DecisionsPage::sample(Lang::En).render().unwrap());
        let rows: Vec<String> = html.select(&selector("tbody tr")).map(|row| row.text().collect()).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].contains("Connect") && rows[0].contains("0.41") && rows[0].contains("Answered"), "{rows:?}");
        assert!(rows[1].contains("night") && rows[1].contains("too late"), "{rows:?}");
        assert!(html.select(&selector("tbody a[href='/bindings/128']")).next().is_some());
    }
}
