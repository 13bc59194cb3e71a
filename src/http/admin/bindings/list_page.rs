//! 绑定 Bindings: who reaches whom through which privacy number, among millions.
//!
//! A link from a masked number searches for its last four digits, which the mask shows.

use askama::Template;

use crate::bindings::BindingQuery;
use crate::domain::{AppId, Binding, Masking, PhoneNumber, Role, Text};
use crate::http::admin::bindings::words as binding_words;
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::parts::list_frame;
use crate::http::admin::parts::list_frame::{Around, Found};
use crate::http::admin::parts::{Badge, Phone, When};
use crate::http::admin::request::{Pairs, Request};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
#[cfg(test)]
use crate::service::lists::ListKind;
use crate::store::Listing;
use jiff::Timestamp;

#[derive(Debug, Template)]
#[template(path = "admin/bindings/list_page.html")]
pub(crate) struct BindingsPage {
    view: View,
    found: Found,
    rows: Vec<Row>,
    may_manage: bool,
}

#[derive(Debug)]
struct Row {
    id: u64,
    badge: Badge,
    a: Phone,
    x: Phone,
    b: Option<Phone>,
    y: Option<Phone>,
    app: String,
    kind: &'static str,
    one_way: Option<&'static str>,
    until: Option<When>,
    user_data: Option<String>,
}

/// `GET /bindings`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    list_frame::show::<BindingQuery, _>(request, "/bindings", |_, listing, around| {
        let view = View::of(request, Section::Bindings);
        Ok(BindingsPage::new(view, &request.query, &listing, around, &|id| request.app_name(id)))
    })
}

impl BindingsPage {
    fn new(
        view: View,
        pairs: &Pairs,
        listing: &Listing<Binding>,
        around: Around,
        app: &dyn Fn(AppId) -> String,
    ) -> Self {
        let make = Maker { lang: view.lang, pairs };
        let form = Form::of::<BindingQuery>(make, "/bindings", Text::new("查找绑定", "Find bindings"), &around.apps);
        let now = around.now;
        let rows = listing.items.iter().map(|binding| Row::of(&view, binding, app(binding.app), now)).collect();
        let may_manage = view.may(Role::Operator);
        Self { found: Found::new(&view, pairs, form, listing.next.as_ref(), around), rows, may_manage, view }
    }
}

impl Row {
    fn of(view: &View, binding: &Binding, app: String, now: Timestamp) -> Self {
        let (masking, terms) = (view.masking(), &binding.terms);
        let number = |number: &PhoneNumber| Phone::new(number, masking);
        Self {
            id: binding.id.0,
            badge: binding_words::badge(view.lang, binding.state(now)),
            a: number(&terms.a),
            x: number(&terms.x),
            b: terms.b.as_ref().map(number),
            y: terms.y.as_ref().map(number),
            app,
            kind: terms.kind.word().get(view.lang),
            one_way: terms.direction.map(|way| binding_words::direction(Some(way)).get(view.lang)),
            until: binding.ended_at.or(terms.valid_to).map(When::full),
            user_data: terms.user_data.as_ref().map(|data| masking.text(data)),
        }
    }
}

/// The search term for a number on a page with this masking.
pub(crate) fn findable(number: &PhoneNumber, masking: Masking) -> Option<String> {
    let national = number.national();
    match masking {
        Masking::Whole => Some(national.to_owned()),
        // Masks of shorter numbers show fewer digits than a search needs.
        Masking::Masked if national.len() >= 8 => national.get(national.len() - 4..).map(str::to_owned),
        Masking::Masked => None,
    }
}

#[cfg(test)]
impl BindingsPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/bindings".to_owned(), ..View::sample(lang, Section::Bindings) };
        let listing = Listing { items: samples::bindings(), next: Some("c0ffee".to_owned()) };
        Self::new(view, &Pairs::new(), &listing, Around::sample(ListKind::Bindings, 12_840), &samples::app_name)
    }

    pub(crate) fn sample_empty(lang: crate::domain::Lang) -> Self {
        let view = View { here: "/bindings".to_owned(), ..View::sample(lang, Section::Bindings) };
        let none = Listing { items: Vec::new(), next: None };
        Self::new(view, &Pairs::new(), &none, Around::sample(ListKind::Bindings, 0), &samples::app_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Lang;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_binding_leads_to_its_page_and_its_state_is_a_word() {
        let html = scraper::Html::parse_document(&BindingsPage::sample(Lang::Zh).render().unwrap());
        let links = html.select(&selector("tbody th[scope=row] a[href^='/bindings/']")).count();
        assert_eq!(links, samples::bindings().len());
        let words: Vec<String> = html.select(&selector("tbody .badge")).map(|badge| badge.text().collect()).collect();
        for word in ["生效中", "未到时间", "已过期", "已解除"] {
            assert!(words.iter().any(|said| said.contains(word)), "{word} in {words:?}");
        }
    }

    #[test]
    fn without_a_binding_the_page_says_what_one_is_and_how_to_make_them() {
        let html = scraper::Html::parse_document(&BindingsPage::sample_empty(Lang::En).render().unwrap());
        for href in ["/bindings/new", "/bindings/import"] {
            assert!(html.select(&selector(&format!(".empty a[href='{href}']"))).next().is_some(), "{href}");
        }
    }

    #[test]
    fn a_link_from_a_masked_number_holds_what_its_mask_shows() {
        let find = |number: &str, masking| findable(&PhoneNumber::parse(number).unwrap(), masking);
        assert_eq!(find("17012345602", Masking::Whole).as_deref(), Some("17012345602"));
        assert_eq!(find("17012345602", Masking::Masked).as_deref(), Some("5602"));
        assert_eq!(find("10086", Masking::Masked), None);
    }
}
