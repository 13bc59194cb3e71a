//! 一个绑定 A binding: all it says, the form that changes it, and its end.
//!
//! The page links to the audit trail for who made and changed it. While numbers are masked, the form has
//! no boxes for them.

use askama::Template;
use http::StatusCode;
use jiff::Timestamp;

use crate::domain::{Binding, BindingState, Lang, Masking, PhoneNumber, Role};
use crate::http::admin::bindings::form as binding_form;
use crate::http::admin::bindings::form::{BindingForm, Input};
use crate::http::admin::bindings::list_page::findable;
use crate::http::admin::bindings::words as binding_words;
use crate::http::admin::parts::{Badge, Phone, When};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::service::{
    bindings,
    bindings::{Field, NotDone},
};

#[derive(Debug, Template)]
#[template(path = "admin/bindings/page.html")]
pub(crate) struct BindingPage {
    view: View,
    id: u64,
    badge: Badge,
    a: Phone,
    x: Phone,
    b: Option<Phone>,
    y: Option<Phone>,
    app: String,
    app_href: String,
    facts: Vec<(&'static str, String)>,
    from: Option<When>,
    to: Option<When>,
    made: When,
    changed: Option<When>,
    ended: Option<When>,
    calls: Option<String>,
    siblings: Option<String>,
    trail: Option<String>,
    form: Option<BindingForm>,
    /// Whether boxes for numbers are left out.
    masked: bool,
    done: Option<&'static str>,
    problem: Option<String>,
}

/// `GET /bindings/{id}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let binding = bindings::find(request.ctx(), &request.scope(), request.segment(1))?;
    let mut page = BindingPage::of(request, &binding);
    page.done = match request.param("done") {
        Some("added") => Some(request.lang.t("已建立，立即可用。", "Made; it holds from now on.")),
        Some("changed") => {
            Some(request.lang.t("已修改，下一个询问就按新的回答。", "Changed; the next question is answered by it."))
        }
        Some("ended") => Some(request.lang.t("已解除；正在进行的通话不受影响。", "Ended; calls under way go on.")),
        _ => None,
    };
    reply::page(&page)
}

/// `POST /bindings/{id}`
pub(crate) async fn change(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let present = bindings::find(request.ctx(), &request.scope(), request.segment(1))?;
    let changed = match binding_form::read(request, Some(&present.terms)) {
        Ok(terms) => bindings::change(request.ctx(), request.actor(&by), &present, terms).await,
        Err(problem) => return BindingPage::refused(request, &present, problem),
    };
    match changed {
        Ok(changed) => Ok(back(&changed, "changed")),
        Err(error) => BindingPage::refused(request, &present, said(request.lang, error)?),
    }
}

/// `POST /bindings/{id}/end`
pub(crate) async fn end(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let present = bindings::find(request.ctx(), &request.scope(), request.segment(1))?;
    if request.field("sure").is_none() {
        let problem = request.lang.t("请勾选确认。", "Tick the box to confirm.");
        return BindingPage::refused(request, &present, problem.to_owned());
    }
    match bindings::end(request.ctx(), request.actor(&by), &present).await {
        Ok(ended) => Ok(back(&ended, "ended")),
        Err(error) => BindingPage::refused(request, &present, said(request.lang, error)?),
    }
}

/// Why a binding was refused, if the user can correct it.
pub(crate) fn said(lang: Lang, error: NotDone) -> Result<String, HttpError> {
    match &error {
        NotDone::Refused(refused) => binding_words::refused(lang, refused).ok_or_else(|| error.into()),
        NotDone::Failed(_) => Err(error.into()),
    }
}

pub(crate) fn back(binding: &Binding, done: &str) -> Response {
    reply::see_other(&link(&format!("/bindings/{}", binding.id.0), &[("done", done)]))
}

impl BindingPage {
    fn of(request: &Request, binding: &Binding) -> Self {
        let view = View::of(request, Section::Bindings);
        Self::new(view, binding, request.app_name(binding.app), request.now())
    }

    fn refused(request: &Request, binding: &Binding, problem: String) -> Result<Response, HttpError> {
        let mut page = Self::of(request, binding);
        page.problem = Some(problem);
        let masking = page.view.masking();
        page.form = page.form.map(|_| BindingForm::entered(request, |field| shown(field, masking)));
        reply::page_with(StatusCode::BAD_REQUEST, &page)
    }

    fn new(view: View, binding: &Binding, app: String, now: Timestamp) -> Self {
        let (lang, masking, terms) = (view.lang, view.masking(), &binding.terms);
        let number = |number: &PhoneNumber| Phone::new(number, masking);
        let state = binding.state(now);
        let x = findable(&terms.x, masking);
        let calls = x.as_ref().map(|x| {
            let party = findable(&terms.a, masking).map(|a| ("number", a));
            link("/calls", &[("x", x.clone())].into_iter().chain(party).collect::<Vec<_>>())
        });
        let form = (view.may(Role::Operator) && state != BindingState::Ended)
            .then(|| BindingForm::of(lang, terms, |field| shown(field, masking)));
        Self {
            id: binding.id.0,
            badge: binding_words::badge(lang, state),
            a: number(&terms.a),
            x: number(&terms.x),
            b: terms.b.as_ref().map(number),
            y: terms.y.as_ref().map(number),
            app,
            app_href: format!("/apps/{}", binding.app.0),
            facts: facts(lang, binding, masking),
            from: terms.valid_from.map(When::full),
            to: terms.valid_to.map(When::full),
            made: When::full(binding.created_at),
            changed: (binding.changed_at != binding.created_at).then(|| When::full(binding.changed_at)),
            ended: binding.ended_at.map(When::full),
            calls,
            siblings: x.map(|x| link("/bindings", &[("x", x)])),
            trail: view.may(Role::Admin).then(|| link("/audit", &[("subject", format!("binding {}", binding.id.0))])),
            form,
            masked: masking == Masking::Masked,
            done: None,
            problem: None,
            view,
        }
    }
}

/// Fields with masked numbers have no box.
fn shown(field: Field, masking: Masking) -> bool {
    masking == Masking::Whole || !field.is_personal()
}

fn facts(lang: Lang, binding: &Binding, masking: Masking) -> Vec<(&'static str, String)> {
    let terms = &binding.terms;
    let minutes = terms.max_minutes.map_or_else(
        || lang.t("不限", "unlimited").to_owned(),
        |minutes| format!("{minutes} {}", lang.t("分钟", "minutes")),
    );
    let word = |field: Field| binding_words::label(field).get(lang);
    let mut facts = vec![
        (word(Field::Kind), terms.kind.word().get(lang).to_owned()),
        (word(Field::Direction), binding_words::direction(terms.direction).get(lang).to_owned()),
        (lang.t("最长通话", "Longest call"), minutes),
        (word(Field::Record), if terms.record { lang.t("录音", "yes") } else { lang.t("不录音", "no") }.to_owned()),
    ];
    let more = [
        (Field::Extension, &terms.extension),
        (Field::HintTone, &terms.hint_tone),
        (Field::WaitTone, &terms.wait_tone),
        (Field::LastMinuteTone, &terms.last_minute_tone),
        (Field::UserData, &terms.user_data),
        (Field::PlatformId, &terms.platform_id),
    ];
    facts.extend(more.into_iter().filter_map(|(field, said)| Some((word(field), masking.text(said.as_ref()?)))));
    facts
}

#[cfg(test)]
impl BindingPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/bindings/128".to_owned(), ..View::sample(lang, Section::Bindings) };
        Self::new(view, &samples::bindings()[0], "courier".to_owned(), samples::now())
    }

    pub(crate) fn sample_ended(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let mut view = View { here: "/bindings/101".to_owned(), ..View::sample(lang, Section::Bindings) };
        view.revealed = None;
        let bindings = samples::bindings();
        Self::new(view, &bindings[bindings.len() - 1], "courier".to_owned(), samples::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn while_numbers_are_masked_no_box_holds_one_and_the_links_hold_what_the_mask_shows() {
        let binding = &samples::bindings()[0];
        let mut view = View::sample(Lang::Zh, Section::Bindings);
        view.revealed = None;
        let html = BindingPage::new(view, binding, "courier".to_owned(), samples::now()).render().unwrap();
        for number in [&binding.terms.a, &binding.terms.x, binding.terms.b.as_ref().unwrap()] {
            assert!(!html.contains(number.national()), "{html}");
        }
        let dom = scraper::Html::parse_document(&html);
        let boxes: Vec<_> = dom.select(&selector("form[action='/bindings/128'] [name]")).collect();
        let names: Vec<_> = boxes.iter().filter_map(|field| field.attr("name")).collect();
        assert!(names.contains(&"valid_to") && !names.contains(&"a") && !names.contains(&"user_data"), "{names:?}");
        let calls = dom.select(&selector("a[href^='/calls?x=']")).next().unwrap().attr("href").unwrap();
        assert_eq!(calls, "/calls?x=0808&number=0021");
    }

    #[test]
    fn what_has_ended_cannot_be_changed() {
        let html = scraper::Html::parse_document(&BindingPage::sample_ended(Lang::En).render().unwrap());
        assert!(html.select(&selector("main form[action^='/bindings/']")).next().is_none());
    }
}
