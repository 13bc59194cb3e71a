//! 一个名单 One list: its entries in a box, one a line, and who uses it.
//!
//! A list of numbers that the reader's masking change is shown masked and without a form: a mask
//! must never be saved for a number. A change is made from what the person looked at and is
//! refused once where somebody was faster. All lists are `rule_lists.rs`.

use crate::domain::Masking;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use askama::Template;
use http::StatusCode;

use crate::control::{ListKind, NamedList, RuleSet};
use crate::domain::Role;
use crate::http::admin::parts::count;
use crate::http::admin::reply;
use crate::http::admin::request::{Request, decoded, link};
use crate::http::admin::rules::lists::{Use, entered, kind, page_of, rule_sets, said, uses};
#[cfg(test)]
use crate::http::admin::samples;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::PAGE_MAX;
use crate::service::{rules, rules::masked_number};

#[derive(Debug, Template)]
#[template(path = "admin/rules/list.html")]
pub(crate) struct ListPage {
    view: View,
    name: String,
    href: String,
    kind: &'static str,
    days: bool,
    entries: String,
    used: Vec<Use>,
    closed: bool,
    form: Option<ListBox>,
    /// Its entries where there is no form.
    shown: Vec<String>,
    more: usize,
    /// Whether its numbers must be shown before it is edited.
    veiled: bool,
    done: Option<&'static str>,
    problem: Option<String>,
}

#[derive(Debug)]
struct ListBox {
    text: String,
    lines: usize,
    seen: String,
}

/// `GET /lists/{name}`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let mut page = ListPage::of(request, &find(request)?);
    page.done = match request.param("done") {
        Some("saved") => {
            Some(request.lang.t("已保存，下一个询问就用它。", "Saved; the next question is decided by it."))
        }
        _ => None,
    };
    reply::page(&page)
}

/// `POST /lists/{name}`
pub(crate) async fn change(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let present = find(request)?;
    if request.field("seen") != Some(mark(&present).as_str()) {
        let stale = "名单刚被别人改过。请核对下面的内容；再次保存会替换对方的修改。";
        let problem =
            request.lang.t(stale, "Somebody changed the list meanwhile. Saving again replaces what they wrote.");
        return refused(request, &present, problem.to_owned());
    }
    let (entries, lines) = entered(request.raw_field("entries"), present.kind);
    let list = NamedList { entries, ..present.clone() };
    match rules::set_list(request.ctx(), request.actor(&by), list).await {
        Ok(()) => Ok(reply::see_other(&link(&page_of(&present.name), &[("done", "saved")]))),
        Err(error) => refused(request, &present, said(request.lang, error, &lines)?),
    }
}

/// `POST /lists/{name}/remove`
pub(crate) async fn remove(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let present = find(request)?;
    match rules::remove_list(request.ctx(), request.actor(&by), &present.name).await {
        Ok(()) => Ok(reply::see_other("/lists?done=removed")),
        Err(error) => {
            let mut page = ListPage::of(request, &present);
            page.problem = Some(said(request.lang, error, &[])?);
            reply::page_with(StatusCode::CONFLICT, &page)
        }
    }
}

fn find(request: &Request) -> Result<NamedList, HttpError> {
    let name = decoded(request.segment(1));
    request.ctx().control.lists().into_iter().find(|list| list.name == name).ok_or(HttpError::NotFound)
}

fn refused(request: &Request, present: &NamedList, problem: String) -> Result<Response, HttpError> {
    let mut page = ListPage::of(request, present).entered(request.raw_field("entries"), present);
    page.problem = Some(problem);
    reply::page_with(StatusCode::BAD_REQUEST, &page)
}

/// By what a form knows whether the list is still the one it was made from.
fn mark(list: &NamedList) -> String {
    let mut hasher = DefaultHasher::new();
    list.entries.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

impl ListPage {
    fn of(request: &Request, list: &NamedList) -> Self {
        Self::new(View::of(request, Section::Lists), list, &rule_sets(request))
    }

    fn new(view: View, list: &NamedList, sets: &[(String, RuleSet)]) -> Self {
        let closed = !view.sees_all();
        let seen: Vec<String> = match (view.masking(), list.kind) {
            (Masking::Masked, ListKind::Numbers) => list.entries.iter().map(|entry| masked_number(entry)).collect(),
            _ => list.entries.clone(),
        };
        let may_manage = !closed && view.may(Role::Operator);
        let veiled = may_manage && seen != list.entries;
        let page = Self {
            name: view.masking().text(&list.name),
            href: page_of(&list.name),
            kind: kind(list.kind).get(view.lang),
            days: list.kind == ListKind::Days,
            entries: count(list.entries.len() as u64),
            used: uses(&view, sets, &list.name),
            closed,
            form: None,
            shown: Vec::new(),
            more: 0,
            veiled,
            done: None,
            problem: None,
            view,
        };
        if may_manage && !veiled {
            return page.entered(&seen.join("\n"), list);
        }
        let shown = seen.into_iter().take(if closed { 0 } else { PAGE_MAX });
        let shown: Vec<String> = shown.collect();
        Self { more: list.entries.len() - shown.len(), shown, ..page }
    }

    fn entered(self, text: &str, present: &NamedList) -> Self {
        let lines = text.lines().count().clamp(6, 24);
        let form = Some(ListBox { text: text.to_owned(), lines, seen: mark(present) });
        Self { form, shown: Vec::new(), more: 0, veiled: false, ..self }
    }
}

#[cfg(test)]
impl ListPage {
    pub(crate) fn sample(lang: crate::domain::Lang) -> Self {
        let view = View { here: "/lists/golden-week".to_owned(), ..View::sample(lang, Section::Lists) };
        Self::new(view, &samples::lists()[0], &samples::rule_sets())
    }

    pub(crate) fn sample_masked(lang: crate::domain::Lang) -> Self {
        let view = View { here: "/lists/regulars".to_owned(), revealed: None, ..View::sample(lang, Section::Lists) };
        Self::new(view, &samples::lists()[1], &[])
    }

    pub(crate) fn sample_wrong(lang: crate::domain::Lang) -> Self {
        let list = &samples::lists()[1];
        let view = View { here: "/lists/regulars".to_owned(), ..View::sample(lang, Section::Lists) };
        let mut page = Self::new(view, list, &[]).entered("13812340021\nsoon\n", list);
        let error = crate::control::ControlError::from(crate::control::ListError::NoNumber(2));
        page.problem = Some(said(lang, error.into(), &[1, 2]).unwrap());
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Lang;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn while_masked_a_list_with_numbers_has_no_form_and_one_of_days_has() {
        let html = ListPage::sample_masked(Lang::Zh).render().unwrap();
        assert!(!html.contains("13812340021") && html.contains("+86755*"), "{html}");
        assert!(scraper::Html::parse_document(&html).select(&selector("textarea")).next().is_none());
        let view = View { revealed: None, ..View::sample(Lang::Zh, Section::Lists) };
        let days = ListPage::new(view, &samples::lists()[0], &[]).render().unwrap();
        assert!(scraper::Html::parse_document(&days).select(&selector("textarea")).next().is_some());
    }

    #[test]
    fn a_list_that_a_rule_uses_offers_no_removal() {
        let removal = |page: &ListPage| page.render().unwrap().contains("/remove\"");
        assert!(!removal(&ListPage::sample(Lang::En)) && removal(&ListPage::sample_wrong(Lang::En)));
    }

    #[test]
    fn whoever_sees_only_some_apps_is_told_how_long_a_list_is_and_no_entry() {
        let mut view = View::sample(Lang::En, Section::Lists);
        view.who.as_mut().unwrap().sees_all = false;
        let html = ListPage::new(view, &samples::lists()[1], &[]).render().unwrap();
        assert!(!html.contains("+86755*") && !html.contains("textarea"), "{html}");
    }
}
