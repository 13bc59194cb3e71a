//! 决策 Decisions: what platforms asked, what was answered, by which rule, in how many
//! milliseconds, and what then became of the call.
//!
//! A decision stands with the callback that asked: there are the exact bytes of both.

use askama::Template;

use crate::domain::{AppId, Asking, Call, DecisionAction, Lang, PhoneNumber, Text, mask_numbers};
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Phone, Tone, When};
use crate::http::admin::request::{Pairs, Request};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
#[cfg(test)]
use crate::service::lists::ListKind;
use crate::store::{CallbackRow, DecisionQuery, Listing};

#[derive(Debug, Template)]
#[template(path = "admin/rules/decisions.html")]
pub(crate) struct DecisionsPage {
    view: View,
    found: Found,
    rows: Vec<Row>,
}

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
    then: Option<(Badge, String)>,
}

pub(crate) type Decided = (CallbackRow, Option<Call>);

/// `GET /decisions`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    list_frame::show::<DecisionQuery, _>(request, "/decisions", |_, listing, around| {
        let mut decided = Vec::with_capacity(listing.items.len());
        for row in listing.items {
            let call = row.calls.first().map(|id| request.ctx().store.call(*id)).transpose()?.flatten();
            decided.push((row, call));
        }
        let (view, listing) = (View::of(request, Section::Decisions), Listing { items: decided, next: listing.next });
        Ok(DecisionsPage::new(view, &request.query, &listing, around, &|id| request.app_name(id)))
    })
}

impl DecisionsPage {
    fn new(
        view: View,
        pairs: &Pairs,
        listing: &Listing<Decided>,
        around: Around,
        app: &dyn Fn(AppId) -> String,
    ) -> Self {
        let make = Maker { lang: view.lang, pairs };
        let form = Form::of::<DecisionQuery>(make, "/decisions", Text::new("查找决策", "Find decisions"), &around.apps);
        let rows = listing.items.iter().filter_map(|decided| Row::of(&view, decided, app)).collect();
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), rows, view }
    }
}

impl Row {
    pub(crate) fn of(view: &View, (row, call): &Decided, app: &dyn Fn(AppId) -> String) -> Option<Self> {
        let decided = row.decision.as_deref()?;
        let (lang, note) = (view.lang, &decided.note);
        let number = |number: &Option<PhoneNumber>| number.as_ref().map(|number| Phone::new(number, view.masking()));
        let asked = |asked: &crate::domain::AskedNote| (asking_badge(lang, asked.asking), asked.millis);
        Some(Self {
            callback: row.seq,
            at: When::short(row.received_at),
            app: app(row.app),
            asks: decided.asks.word().get(lang),
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

pub(crate) fn badge(lang: Lang, of: DecisionAction) -> Badge {
    let tone = match of {
        DecisionAction::Connect | DecisionAction::Forward => Tone::Good,
        DecisionAction::Close | DecisionAction::Discard => Tone::Quiet,
    };
    Badge::new(tone, of.word().get(lang))
}

/// How long it took, in milliseconds.
pub(crate) fn millis(micros: u64) -> String {
    format!("{}.{:02}", micros / 1_000, micros % 1_000 / 10)
}

pub(crate) fn asking_badge(lang: Lang, of: Asking) -> Badge {
    let tone = match of {
        Asking::Decided | Asking::Passed => Tone::Good,
        Asking::Resting | Asking::Busy => Tone::Warn,
        Asking::Late | Asking::Unreachable | Asking::Refused | Asking::Invalid => Tone::Bad,
    };
    Badge::new(tone, of.word().get(lang))
}

#[cfg(test)]
impl DecisionsPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/decisions".to_owned(), ..View::sample(lang, Section::Decisions) };
        let listing = Listing { items: samples::decisions(), next: Some("c0ffee".to_owned()) };
        Self::new(view, &Pairs::new(), &listing, Around::sample(ListKind::Decisions, 5_318), &samples::app_name)
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/decisions".to_owned(), ..View::sample(lang, Section::Decisions) };
        let none = Listing { items: Vec::new(), next: None };
        Self::new(view, &Pairs::new(), &none, Around::sample(ListKind::Decisions, 0), &samples::app_name)
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
