//! 规则 Rules: how an app's questions are decided, as an ordered list of sentences.
//!
//! What its forms do is `rule_changes.rs`. While numbers are masked only rules that hold none can
//! be edited: a mask must never be saved for a number.

use std::sync::Arc;

use askama::Template;
use http::StatusCode;

use crate::control::{ListKind, NamedList, Rule, RulesVersion, Then, covered, sentence};
use crate::domain::{App, AppId, Lang, Masking, Role};
use crate::http::admin::parts::words;
use crate::http::admin::parts::{Badge, Tone, When};
use crate::http::admin::people::audit_words;
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
use crate::http::admin::rules::form::RuleForm;
use crate::http::admin::rules::trial as rule_trial;
use crate::http::admin::rules::trial::Tried;
use crate::http::admin::rules::words as rule_words;
use crate::http::admin::view::{Section, View};
use crate::http::{HttpError, Response};
use crate::limits::RULE_VERSIONS;
use crate::platforms;
use crate::service::rules::masked;

/// Versions that are shown at once; the others are behind a click.
const PAST_SHOWN: usize = 12;

#[derive(Debug, Template)]
#[template(path = "admin/rules/page.html")]
pub(crate) struct RulesPage {
    view: View,
    /// The apps whose platform asks: name, address, whether it is this one.
    apps: Vec<(String, String, bool)>,
    app: Option<Shown>,
    done: Option<&'static str>,
    problem: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Shown {
    id: u32,
    name: String,
    version: u64,
    /// Whether this is the version in force.
    present: bool,
    by: Option<String>,
    at: Option<When>,
    deadline_ms: u16,
    rows: Vec<Row>,
    versions: Vec<Past>,
    older: Vec<Past>,
    /// That a version was asked for which is not there.
    missing: Option<String>,
    may_manage: bool,
    form: Option<RuleForm>,
    /// A rule whose numbers must be shown before it is edited.
    veiled: bool,
    lists: Offered,
    decisions: String,
    here: String,
    add: String,
    pub(crate) tried: Tried,
    /// Whether a rule asks the company's own system, so that the secret for that matters.
    asks: bool,
    /// A secret that was made just now, to be seen this once.
    secret: Option<String>,
}

#[derive(Debug, Default)]
struct Offered {
    days: Vec<String>,
    numbers: Vec<String>,
}

#[derive(Debug)]
struct Row {
    number: usize,
    name: String,
    off: Option<Badge>,
    sentence: String,
    /// That rules before it leave it nothing, or less than it says.
    covered: Option<String>,
    edit: String,
    decisions: String,
}

#[derive(Debug)]
struct Past {
    version: u64,
    href: String,
    by: Option<String>,
    at: Option<When>,
    rules: usize,
    current: bool,
}

/// `GET /rules`
pub(crate) async fn show(request: &Request) -> Result<Response, HttpError> {
    let mut page = RulesPage::of(request, request.param("app"))?;
    page.done = match request.param("done") {
        Some("saved") => {
            Some(request.lang.t("已保存，下一个询问就按新规则回答。", "Saved; the next question is decided by it."))
        }
        _ => None,
    };
    let (status, page) = page.with_trial_of_address(request).await?;
    reply::page_with(status, &page)
}

/// `POST /rules/{app}/try`
pub(crate) async fn try_out(request: &Request) -> Result<Response, HttpError> {
    let app = request.app(1)?;
    let page = RulesPage::of(request, Some(&app.name))?;
    let tried = Tried::entered(|name| request.field(name));
    let asks = tried.ask;
    let (status, tried) = rule_trial::answered(request, page.view.masking(), &app, tried, asks).await?;
    reply::page_with(status, &page.tried(tried))
}

pub(crate) fn asking(request: &Request) -> Vec<Arc<App>> {
    let asks = |app: &Arc<App>| platforms::by_id(app.provider).is_some_and(platforms::Provider::asks);
    request.apps().into_iter().filter(asks).collect()
}

fn not_kept(lang: Lang, version: &str) -> String {
    match lang {
        Lang::Zh => {
            format!("版本 {version} 不存在或已不再保留（最多保留最近 {RULE_VERSIONS} 个）。下面是现在的规则。")
        }
        Lang::En => format!(
            "There is no version {version}, or it is no longer kept (the last {RULE_VERSIONS} are). These are the \
             present rules."
        ),
    }
}

impl RulesPage {
    pub(crate) fn of(request: &Request, wanted: Option<&str>) -> Result<Self, HttpError> {
        let view = View::of(request, Section::Rules);
        let apps = asking(request);
        let app = match wanted {
            Some(name) => Some(apps.iter().find(|app| app.name == name).ok_or(HttpError::NotFound)?),
            None => apps.first(),
        };
        let names: Vec<String> = apps.iter().map(|app| app.name.clone()).collect();
        let Some(app) = app else { return Ok(Self::new(view, &names, None)) };
        let control = &request.ctx().control;
        let versions = control.versions(app.id);
        let wanted = request.param("version");
        let version = wanted.and_then(|text| text.parse::<u64>().ok());
        let edit = request.param("edit").map(|text| text.parse::<usize>().unwrap_or_default());
        let mut shown = Shown::new(&view, (app.id, &app.name), &versions, version, edit);
        shown.lists = Offered::new(&view, control.lists());
        shown.missing = wanted.filter(|_| Some(shown.version) != version).map(|text| not_kept(view.lang, text));
        Ok(Self::new(view, &names, Some(shown)))
    }

    fn new(view: View, apps: &[String], app: Option<Shown>) -> Self {
        let tab = |name: &String| {
            let current = app.as_ref().is_some_and(|app| app.name == *name);
            (name.clone(), link("/rules", &[("app", name)]), current)
        };
        Self { apps: apps.iter().map(tab).collect(), app, done: None, problem: None, view }
    }

    pub(crate) fn refused(mut self, problem: String, form: Option<RuleForm>) -> Self {
        if let Some(app) = self.app.as_mut().filter(|_| form.is_some()) {
            (app.form, app.veiled) = (form, false);
        }
        Self { problem: Some(problem), ..self }
    }

    /// The same with the question in the address, which a reveal or a change of language leads back to.
    /// An address never asks the company's own system.
    async fn with_trial_of_address(self, request: &Request) -> Result<(StatusCode, Self), HttpError> {
        let app = self.app.as_ref().and_then(|app| request.ctx().state.app(AppId(app.id)));
        let Some(app) = app.filter(|_| request.param("asks").is_some() && self.view.may(Role::Operator)) else {
            return Ok((StatusCode::OK, self));
        };
        let tried = Tried::entered(|name| request.param(name));
        let (status, tried) = rule_trial::answered(request, self.view.masking(), &app, tried, false).await?;
        Ok((status, self.tried(tried)))
    }

    /// The same with a question and what it would be answered. The page has an address then.
    fn tried(mut self, tried: Tried) -> Self {
        let Some(app) = &mut self.app else { return self };
        self.view.here = tried.address(&app.name);
        self.view.once = false;
        app.tried = tried;
        self
    }

    pub(crate) fn with_secret(mut self, secret: String) -> Self {
        if let Some(app) = &mut self.app {
            app.secret = Some(secret);
        }
        self
    }
}

impl Shown {
    fn new(
        view: &View,
        (id, name): (AppId, &str),
        versions: &[RulesVersion],
        wanted: Option<u64>,
        edit: Option<usize>,
    ) -> Self {
        let (lang, masking) = (view.lang, view.masking());
        let present = &versions[0];
        let shown = versions.iter().find(|version| Some(version.version) == wanted).unwrap_or(present);
        let is_present = shown.version == present.version;
        let set = if masking == Masking::Whole { shown.set.clone() } else { masked(shown.set.clone()) };
        let covered = covered(&set.rules);
        let row = |(at, rule): (usize, &Rule)| Row {
            number: at + 1,
            name: rule.name.clone(),
            off: rule.off.then(|| Badge::new(Tone::Quiet, lang.t("已停用", "Off"))),
            sentence: sentence(rule, lang, &str::to_owned),
            covered: covered[at].map(|covered| rule_words::covered(lang, covered)),
            edit: link("/rules", &[("app", name), ("edit", &(at + 1).to_string())]),
            decisions: link("/decisions", &[("app", name), ("rule", &rule.name)]),
        };
        let may_manage = view.may(Role::Operator) && is_present;
        let edited = edit.filter(|_| may_manage);
        let rule = edited.and_then(|number| Some((present.set.rules.get(number.checked_sub(1)?)?, number)));
        // What the mask changes would be lost by saving it.
        let veiled = rule.is_some_and(|(_, number)| set.rules.get(number - 1) != present.set.rules.get(number - 1));
        let number = rule.map_or(0, |(_, number)| number);
        let form = edited.filter(|_| !veiled).map(|_| RuleForm::of(lang, number, rule.map(|(rule, _)| rule)));
        let mut past = versions.iter().map(|version| Past::new(lang, name, version, shown.version));
        let versions = past.by_ref().take(PAST_SHOWN).collect();
        Self {
            id: id.0,
            name: name.to_owned(),
            version: shown.version,
            present: is_present,
            by: audit_words::set_by(lang, shown.by.as_deref(), shown.by_kind.as_deref()),
            at: words::instant(shown.at.as_deref()),
            deadline_ms: shown.set.deadline_ms,
            rows: set.rules.iter().enumerate().map(row).collect(),
            versions,
            older: past.collect(),
            missing: None,
            may_manage,
            form,
            veiled,
            lists: Offered::default(),
            decisions: link("/decisions", &[("app", name)]),
            here: link("/rules", &[("app", name)]),
            add: link("/rules", &[("app", name), ("edit", "0")]),
            tried: Tried::default(),
            asks: present.set.rules.iter().any(|rule| matches!(rule.then, Then::Ask { .. })),
            secret: None,
        }
    }
}

impl Offered {
    fn new(view: &View, mut lists: Vec<NamedList>) -> Self {
        lists.retain(|list| view.masking().text(&list.name) == list.name);
        let (days, numbers): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.kind == ListKind::Days);
        let names = |lists: Vec<NamedList>| lists.into_iter().map(|list| list.name).collect();
        Self { days: names(days), numbers: names(numbers) }
    }
}

impl Past {
    fn new(lang: Lang, app: &str, version: &RulesVersion, shown: u64) -> Self {
        Self {
            version: version.version,
            href: link("/rules", &[("app", app), ("version", &version.version.to_string())]),
            by: audit_words::set_by(lang, version.by.as_deref(), version.by_kind.as_deref()),
            at: words::instant(version.at.as_deref()),
            rules: version.set.rules.len(),
            current: version.version == shown,
        }
    }
}

#[cfg(test)]
impl RulesPage {
    pub(crate) fn sample(lang: Lang) -> Self {
        Self::sample_with(View::sample(lang, Section::Rules), None).tried(Tried::sample(lang))
    }

    pub(crate) fn sample_edit(lang: Lang) -> Self {
        Self::sample_with(View::sample(lang, Section::Rules), Some(2))
    }

    pub(crate) fn sample_empty(lang: Lang) -> Self {
        Self::new(View::sample(lang, Section::Rules), &[], None)
    }

    fn sample_with(view: View, edit: Option<usize>) -> Self {
        use crate::http::admin::samples;
        let view = View { here: "/rules".to_owned(), ..view };
        let versions = samples::rules();
        let mut shown = Shown::new(&view, (AppId(2), "courier"), &versions, None, edit);
        shown.lists = Offered::new(&view, samples::lists());
        Self::new(view, &["courier".to_owned()], Some(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::admin::samples::selector;

    #[test]
    fn rules_read_as_sentences_in_their_order_and_end_with_the_default() {
        let html = scraper::Html::parse_document(&RulesPage::sample(Lang::En).render().unwrap());
        let rules: Vec<String> = html.select(&selector("ol.rules > li")).map(|li| li.text().collect()).collect();
        assert_eq!(rules.len(), 4);
        assert!(rules[0].contains("22:00–07:00: close the call with night.wav"), "{rules:?}");
        assert!(rules[3].contains("a binding is followed"), "{rules:?}");
        assert!(html.select(&selector("pre#answer")).next().is_some());
    }

    #[test]
    fn a_box_that_names_lists_offers_those_there_are() {
        let html = RulesPage::sample_edit(Lang::Zh).render().unwrap();
        let html = scraper::Html::parse_document(&html);
        for (name, list) in [("region", "regulars"), ("not_holiday", "golden-week")] {
            let of = html.select(&selector(&format!("input[name=when_{name}]"))).next().unwrap().attr("list").unwrap();
            let offered = html.select(&selector(&format!("datalist#{of} option"))).next().unwrap();
            assert_eq!(offered.attr("value"), Some(list));
        }
        assert!(html.select(&selector("form.rule a[href='/lists']")).next().is_some());
    }

    #[test]
    fn while_masked_a_rule_that_holds_a_number_has_no_form() {
        let mut view = View::sample(Lang::Zh, Section::Rules);
        view.revealed = None;
        for (edit, may) in [(1, true), (2, false)] {
            let html = RulesPage::sample_with(view.clone(), Some(edit)).render().unwrap();
            let dom = scraper::Html::parse_document(&html);
            assert_eq!(dom.select(&selector("form.rule")).next().is_some(), may, "{edit}");
            assert!(!html.contains("13912345678"), "{html}");
        }
    }
}
