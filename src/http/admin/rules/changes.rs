//! What the forms of the page Rules do: a rule written, moved, switched, removed; a version back.
//!
//! A change is made from the version that the person looked at and is refused where somebody was
//! faster. A rule that is edited is known by the name it had when its form was opened, never by
//! its place: at that place may stand another one by now.

use http::StatusCode;

use crate::control::{ControlError, Rule, RuleSet, RulesVersion};
use crate::domain::{App, Lang};
use crate::http::admin::reply;
use crate::http::admin::request::{Request, link};
use crate::http::admin::rules::form::RuleForm;
use crate::http::admin::rules::page::RulesPage;
use crate::http::admin::rules::{rule_input as rule_reading, words as rule_words};
use crate::http::{HttpError, Response};
use crate::service::{ServiceError, rules};

/// `POST /rules/{app}`
pub(crate) async fn change(request: &Request) -> Result<Response, HttpError> {
    let (by, app) = (request.principal()?, request.app(1)?);
    let present = request.ctx().control.rules(app.id);
    if request.field("version") != Some(present.version.to_string().as_str()) {
        return refused(request, &app, None);
    }
    let Changed { set, focus } = match changed(request, &app, present.set) {
        Ok(changed) => changed,
        Err(problem) => return refused(request, &app, Some(problem)),
    };
    if let Err(ControlError::Rule(error)) = request.ctx().control.check_rules(&app, &set) {
        return refused(request, &app, Some(rule_words::wrong(request.lang, &error)));
    }
    match rules::set(request.ctx(), request.actor(&by), &app, set, Some(present.version)).await {
        Ok(_) => {
            let page = link("/rules", &[("app", app.name.as_str()), ("done", "saved")]);
            Ok(reply::see_other(&format!("{page}{focus}")))
        }
        Err(ServiceError::Conflict(_)) => refused(request, &app, None),
        Err(ServiceError::BadRequest(problem)) => refused(request, &app, Some(problem.get(request.lang).to_owned())),
        Err(error) => Err(error.into()),
    }
}

struct Changed {
    set: RuleSet,
    /// Behind the address of the page: the button that was pressed, where it is now.
    focus: String,
}

fn changed(request: &Request, app: &App, mut set: RuleSet) -> Result<Changed, String> {
    // The version is the one that was looked at, so that the place is the rule's.
    let place = request.field("rule").and_then(|number| number.parse::<usize>().ok()).unwrap_or_default();
    let (at, count) = (place.wrapping_sub(1), set.rules.len());
    let gone = || request.lang.t("没有这条规则。", "There is no such rule.").to_owned();
    let mut focus = String::new();
    match request.field("do_what").unwrap_or_default() {
        "save" => {
            let rule = rule_reading::read(request.lang, &request.form)?;
            match (edited(request), place_of(&set, edited(request))) {
                (_, Some(at)) => set.rules[at] = Rule { off: set.rules[at].off, ..rule },
                (Some(was), None) => return Err(rule_words::gone(request.lang, was)),
                (None, None) => set.rules.push(rule),
            }
        }
        "up" if (1..count).contains(&at) => {
            set.rules.swap(at, at - 1);
            // The first has no button that moves it up.
            focus = if at == 1 { "#down-1".to_owned() } else { format!("#up-{at}") };
        }
        "down" if at < count.saturating_sub(1) => {
            set.rules.swap(at, at + 1);
            focus = if at + 2 == count { format!("#up-{count}") } else { format!("#down-{}", at + 2) };
        }
        "switch" => {
            let rule = set.rules.get_mut(at).ok_or_else(gone)?;
            rule.off = !rule.off;
            focus = format!("#switch-{place}");
        }
        "remove" if at < count => drop(set.rules.remove(at)),
        "deadline" => {
            let entered = request.field("deadline_ms").and_then(|text| text.parse().ok());
            set.deadline_ms =
                entered.ok_or_else(|| request.lang.t("请填写毫秒数。", "Enter milliseconds.").to_owned())?;
        }
        "restore" => {
            let wanted = request.field("restore").and_then(|version| version.parse::<u64>().ok());
            let mut kept = request.ctx().control.versions(app.id).into_iter();
            let old = kept.find(|kept| Some(kept.version) == wanted);
            let gone = || request.lang.t("这个版本已不再保留。", "This version is no longer kept.").to_owned();
            set = old.ok_or_else(gone)?.set;
        }
        _ => return Err(gone()),
    }
    Ok(Changed { set, focus })
}

/// The name of the rule that is edited, as it was when its form was opened; none for a new one.
fn edited(request: &Request) -> Option<&str> {
    request.field("was")
}

fn place_of(set: &RuleSet, name: Option<&str>) -> Option<usize> {
    set.rules.iter().position(|rule| Some(rule.name.trim()) == name)
}

/// The page with the present rules, why nothing was changed, and what was entered. Without a
/// problem it is that somebody was faster.
fn refused(request: &Request, app: &App, problem: Option<String>) -> Result<Response, HttpError> {
    let present = request.ctx().control.rules(app.id);
    let problem = problem.unwrap_or_else(|| stale(request, &present));
    let form = (request.field("do_what") == Some("save")).then(|| {
        let at = place_of(&present.set, edited(request));
        let was = at.map(|at| present.set.rules[at].name.as_str());
        RuleForm::entered(request.lang, (at.map_or(0, |at| at + 1), was.unwrap_or_default()), &request.form)
    });
    let page = RulesPage::of(request, Some(&app.name))?.refused(problem, form);
    reply::page_with(StatusCode::BAD_REQUEST, &page)
}

/// What somebody who was slower is told: what became of their change, and what another try does.
fn stale(request: &Request, present: &RulesVersion) -> String {
    let lang = request.lang;
    match (request.field("do_what"), edited(request)) {
        (Some("save"), Some(was)) if place_of(&present.set, Some(was)).is_none() => rule_words::gone(lang, was),
        (Some("save"), Some(was)) => match lang {
            Lang::Zh => {
                format!(
                    "规则刚被别人改过，还没有保存。下面列着现在的规则：请核对，再次保存会用表单里的内容替换“{was}”。"
                )
            }
            Lang::En => format!(
                "Somebody changed the rules meanwhile; nothing is saved yet. The present rules are listed: saving \
                 again puts the form in the place of “{was}”."
            ),
        },
        (Some("save"), None) => lang
            .t(
                "规则刚被别人改过，还没有保存。下面列着现在的规则：再次保存会把表单里的内容加在最后。",
                "Somebody changed the rules meanwhile; nothing is saved yet. The present rules are listed: saving \
                 again adds the form at their end.",
            )
            .to_owned(),
        _ => lang
            .t(
                "规则刚被别人改过，这一步没有做。下面是现在的规则，请看过后再操作。",
                "Somebody changed the rules meanwhile, so nothing was done. These are the present rules: look at \
                 them, then do it again.",
            )
            .to_owned(),
    }
}
