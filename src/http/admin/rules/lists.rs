//! 名单 Lists: the days and numbers that rules look into, who uses each, and a form for another.
//!
//! Lists belong to the installation: whoever sees only some apps is told their names and lengths
//! and nothing more. One of them is `rule_list.rs`; what both say and read stands here.

use askama::Template;
use http::StatusCode;

use crate::control::{ControlError, ListError, ListKind, NamedList, RuleSet};
use crate::domain::{Lang, Role, Text};
use crate::http::admin::parts::count;
use crate::http::admin::request::{Request, encoded, link};
use crate::http::admin::rules::typed;
use crate::http::admin::view::{Section, View};
use crate::http::admin::{contradictions, reply};
use crate::http::{HttpError, Response};
use crate::limits::{LIST_ENTRIES_MAX, LISTS_MAX, NAME_CHARS_MAX};
use crate::service::{rules, rules::NotDone};

#[derive(Debug, Template)]
#[template(path = "admin/rules/lists.html")]
pub(crate) struct ListsPage {
    view: View,
    rows: Vec<Row>,
    /// The form for another, for whoever may make one.
    form: Option<NewList>,
    done: Option<&'static str>,
    problem: Option<String>,
}

#[derive(Debug)]
struct Row {
    name: String,
    /// Its page; none for whoever may not see what it holds.
    href: Option<String>,
    kind: &'static str,
    entries: String,
    used: Vec<Use>,
}

#[derive(Debug, Default)]
struct NewList {
    name: String,
    days: bool,
    entries: String,
}

#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) app: String,
    pub(crate) href: String,
    pub(crate) rules: String,
}

/// `GET /lists`
pub(crate) fn show(request: &Request) -> Result<Response, HttpError> {
    let mut page = ListsPage::of(request);
    page.done = match request.param("done") {
        Some("removed") => Some(request.lang.t("名单已删除。", "The list is removed.")),
        _ => None,
    };
    reply::page(&page)
}

/// `POST /lists`
pub(crate) async fn add(request: &Request) -> Result<Response, HttpError> {
    let by = request.principal()?;
    let kind = contradictions::choice(request, "kind", |kind| match kind {
        "days" => Some(ListKind::Days),
        "numbers" => Some(ListKind::Numbers),
        _ => None,
    });
    let kind = kind
        .and_then(|kind| kind.ok_or(Text::new("请选择类型：日期，或号码", "choose what it holds: days, or numbers")));
    let kind = kind.map_err(|problem| HttpError::BadRequest(problem.into()))?;
    let (entries, lines) = entered(request.raw_field("entries"), kind);
    let list = NamedList { name: request.field("name").unwrap_or_default().to_owned(), kind, entries };
    let there = request.ctx().control.lists().iter().any(|other| other.name == list.name);
    let problem = if there {
        let there =
            Text::new("已经有这个名称的名单，请打开它修改。", "There is a list of this name; open and change that.");
        there.get(request.lang).to_owned()
    } else {
        let page = page_of(&list.name);
        match rules::set_list(request.ctx(), request.actor(&by), list).await {
            Ok(()) => return Ok(reply::see_other(&link(&page, &[("done", "saved")]))),
            Err(error) => said(request.lang, error, &lines)?,
        }
    };
    let mut page = ListsPage::of(request);
    page.form = Some(NewList {
        name: request.field("name").unwrap_or_default().to_owned(),
        days: kind == ListKind::Days,
        entries: request.raw_field("entries").to_owned(),
    });
    page.problem = Some(problem);
    reply::page_with(StatusCode::BAD_REQUEST, &page)
}

impl ListsPage {
    fn of(request: &Request) -> Self {
        let view = View::of(request, Section::Lists);
        Self::new(view, &request.ctx().control.lists(), &rule_sets(request))
    }

    fn new(view: View, lists: &[NamedList], sets: &[(String, RuleSet)]) -> Self {
        let may_manage = view.may(Role::Operator) && view.sees_all();
        let row = |list: &NamedList| {
            let name = view.masking().text(&list.name);
            // The address of a list is its name: while that is masked there is none to give.
            let href = (view.sees_all() && name == list.name).then(|| page_of(&list.name));
            let entries = count(list.entries.len() as u64);
            Row { name, href, kind: kind(list.kind).get(view.lang), entries, used: uses(&view, sets, &list.name) }
        };
        let rows = lists.iter().map(row).collect();
        let form = may_manage.then(|| NewList { days: true, ..NewList::default() });
        Self { rows, form, done: None, problem: None, view }
    }
}

pub(crate) fn page_of(name: &str) -> String {
    format!("/lists/{}", encoded(name))
}

pub(crate) fn kind(kind: ListKind) -> Text {
    match kind {
        ListKind::Days => Text::new("日期", "Days"),
        ListKind::Numbers => Text::new("号码", "Numbers"),
    }
}

pub(crate) fn rule_sets(request: &Request) -> Vec<(String, RuleSet)> {
    let control = &request.ctx().control;
    request.apps().iter().map(|app| (app.name.clone(), control.rules(app.id).set)).collect()
}

pub(crate) fn uses(view: &View, sets: &[(String, RuleSet)], list: &str) -> Vec<Use> {
    let used = |(app, set): &(String, RuleSet)| {
        let rules = set.rules.iter().filter(|rule| rule.when.looks_into(list));
        let names: Vec<String> = rules.map(|rule| view.masking().text(&rule.name)).collect();
        let href = link("/rules", &[("app", app)]);
        (!names.is_empty()).then(|| Use { app: app.clone(), href, rules: names.join(view.lang.t("、", ", ")) })
    };
    sets.iter().filter_map(used).collect()
}

/// What was entered, one entry a line, as people write days and numbers; and on which line each
/// stood.
pub(crate) fn entered(text: &str, kind: ListKind) -> (Vec<String>, Vec<usize>) {
    let read = |line: &str| match kind {
        ListKind::Days => typed::days(line),
        ListKind::Numbers => typed::number(line),
    };
    let lines = text.lines().enumerate().map(|(at, line)| (read(line), at + 1));
    lines.filter(|(line, _)| !line.is_empty()).unzip()
}

/// Why a list was not kept or removed, where that is for whoever asked to mend. `lines` is where
/// each entry stood.
pub(crate) fn said(lang: Lang, error: NotDone, lines: &[usize]) -> Result<String, HttpError> {
    match &error {
        NotDone::Refused(refused) => words(lang, refused, lines).ok_or_else(|| error.into()),
        NotDone::Failed(_) => Err(error.into()),
    }
}

fn words(lang: Lang, error: &ControlError, lines: &[usize]) -> Option<String> {
    let line = |entry: &usize| lines.get(entry.wrapping_sub(1)).unwrap_or(entry).to_string();
    let (zh, en) = match error {
        ControlError::ListEntry(ListError::Name) => (
            format!("名称为 1 到 {NAME_CHARS_MAX} 个字符，不能只有数字，不能有斜杠。"),
            format!("The name has 1 to {NAME_CHARS_MAX} characters, not only digits and no slash."),
        ),
        ControlError::ListEntry(ListError::TooLong) => {
            (format!("一个名单最多 {LIST_ENTRIES_MAX} 条。"), format!("A list has at most {LIST_ENTRIES_MAX} entries."))
        }
        ControlError::ListEntry(ListError::NoDay(entry)) => (
            format!("第 {} 行不是日期：请写 2026-10-01，或一段 2026-10-01/2026-10-08。", line(entry)),
            format!("Line {} is no day: write 2026-10-01, or 2026-10-01/2026-10-08.", line(entry)),
        ),
        ControlError::ListEntry(ListError::Reversed(entry)) => (
            format!("第 {} 行的最后一天早于第一天：请对调。", line(entry)),
            format!("Line {} ends before it begins: change its days over.", line(entry)),
        ),
        ControlError::ListEntry(ListError::LongSpan(entry)) => (
            format!("第 {} 行超过一年：请分成几行，每段最长一年。", line(entry)),
            format!("Line {} is longer than a year: write several lines of a year at most.", line(entry)),
        ),
        ControlError::ListEntry(ListError::NoNumber(entry)) => (
            format!("第 {} 行不是号码：请写完整号码，或开头加一个星号，如 1380755*。", line(entry)),
            format!(
                "Line {} is no number: write it whole, or its beginning and a star, such as 1380755*.",
                line(entry)
            ),
        ),
        ControlError::TooManyLists => {
            (format!("名单最多 {LISTS_MAX} 个。"), format!("There are {LISTS_MAX} lists already, which is the most."))
        }
        ControlError::OtherKind => (
            "规则正在使用这个名单，不能改变它的类型。".to_owned(),
            "A rule looks into this list; it cannot hold something else.".to_owned(),
        ),
        ControlError::ListUsed(_) => (
            "规则正在使用这个名单，请先修改规则。".to_owned(),
            "A rule looks into this list; change the rule first.".to_owned(),
        ),
        _ => return None,
    };
    Some(match lang {
        Lang::Zh => zh,
        Lang::En => en,
    })
}

#[cfg(test)]
impl ListsPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/lists".to_owned(), ..View::sample(lang, Section::Lists) };
        Self::new(view, &samples::lists(), &samples::rule_sets())
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        Self::new(View::sample(lang, Section::Lists), &[], &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples;
    use crate::http::admin::samples::selector;

    #[test]
    fn every_list_says_what_it_holds_how_much_of_it_and_whose_rules_use_it() {
        let html = scraper::Html::parse_document(&ListsPage::sample(Lang::En).render().unwrap());
        let rows: Vec<String> = html.select(&selector("tbody tr")).map(|row| row.text().collect()).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].contains("golden-week") && rows[0].contains("Days") && rows[0].contains("courier"), "{rows:?}");
        assert!(rows[1].contains("nobody") && rows[1].contains('3'), "{rows:?}");
        assert!(html.select(&selector("tbody a[href='/rules?app=courier']")).next().is_some());
        assert!(html.select(&selector("tbody a[href='/lists/regulars']")).next().is_some());
    }

    #[test]
    fn whoever_sees_only_some_apps_neither_opens_a_list_nor_makes_one() {
        let mut view = View::sample(Lang::Zh, Section::Lists);
        view.who.as_mut().unwrap().sees_all = false;
        let html = ListsPage::new(view, &samples::lists(), &[]).render().unwrap();
        let html = scraper::Html::parse_document(&html);
        assert_eq!(html.select(&selector("tbody tr")).count(), 2);
        assert!(html.select(&selector("a[href^='/lists/'], form[action='/lists']")).next().is_none());
    }

    #[test]
    fn a_wrong_entry_is_named_by_the_line_on_which_it_stands() {
        let (entries, lines) = entered("2026年10月1日\r\n\r\n  soon \n", ListKind::Days);
        assert_eq!(entries, ["2026-10-01", "soon"]);
        let list = NamedList { name: "days".to_owned(), kind: ListKind::Days, entries };
        let error = list.check().unwrap_err();
        let said = words(Lang::Zh, &error.into(), &lines).unwrap();
        assert!(said.starts_with("第 3 行"), "{said}");
    }

    #[test]
    fn a_span_of_days_is_refused_for_what_is_wrong_with_it() {
        for (typed, expected) in [
            ("2026/10/8-2026/10/1", "第 1 行的最后一天早于第一天"),
            ("2026-10-01/2028-10-08", "第 1 行超过一年"),
            ("2026-13-01", "第 1 行不是日期"),
        ] {
            let (entries, lines) = entered(typed, ListKind::Days);
            let list = NamedList { name: "days".to_owned(), kind: ListKind::Days, entries };
            let said = words(Lang::Zh, &list.check().unwrap_err().into(), &lines).unwrap();
            assert!(said.starts_with(expected), "{typed}: {said}");
        }
        let (entries, _) = entered("138-0000-0021\n1380755*", ListKind::Numbers);
        assert_eq!(entries, ["13800000021", "1380755*"]);
    }

    #[test]
    fn the_mask_of_a_number_is_no_number() {
        for (entry, fits) in [("+86138****0021", false), ("138****", false), ("*", false), ("1380755*", true)] {
            let entries = vec!["13812340021".to_owned(), entry.to_owned()];
            let list = NamedList { name: "regulars".to_owned(), kind: ListKind::Numbers, entries };
            assert_eq!(list.check().is_ok(), fits, "{entry}");
        }
    }
}
