//! Changes to rules and lists, as the pages and the API make them, each on record before it is
//! made; and how much of them somebody sees.
//!
//! Rules belong to an app and are managed by whoever manages its bindings. Lists belong to the
//! installation: several apps' rules look into them, so they take somebody who sees every app.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::audit::{Act, AuditAction};
use crate::control::{AsksWord, ControlError, NamedList, RuleSet, RulesVersion, Then, Trial, Verdict};
use crate::domain::{App, PhoneNumber, Question, QuestionKind, Secret, SessionId, Wording, mask_numbers};
use crate::service::{Actor, Context, ServiceError, keeping};

pub(crate) type NotDone = keeping::NotDone<ControlError>;

impl From<ControlError> for NotDone {
    fn from(error: ControlError) -> Self {
        Self::Refused(error)
    }
}

impl From<ControlError> for ServiceError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Rule(_) | ControlError::ListEntry(_) | ControlError::NoQuestions(_) => {
                Self::BadRequest(error.to_string().into())
            }
            ControlError::TooManyLists
            | ControlError::OtherKind
            | ControlError::ListUsed(_)
            | ControlError::Stale { .. } => Self::Conflict(error.to_string().into()),
            ControlError::NoList(_) => Self::NotFound,
            ControlError::State(error) => error.into(),
        }
    }
}

/// `based_on`: the version that the change was made from. The first rule that asks the decision webhook
/// also makes its secret: no question leaves unsigned.
pub(crate) async fn set(
    context: &Context,
    actor: Actor<'_>,
    app: &Arc<App>,
    set: RuleSet,
    based_on: Option<u64>,
) -> Result<RulesVersion, ServiceError> {
    actor.may(AuditAction::RulesChange)?;
    context.control.check_rules(app, &set)?;
    let asks = set.rules.iter().any(|rule| matches!(rule.then, Then::Ask { .. }));
    if asks && context.control.ask_secret(app.id).is_none() {
        // Whoever may set rules may have the secret made that they need.
        let by = context.audit.author(actor.by, secret_act(actor, app));
        context.control.new_ask_secret(&by, app.id).await?;
    }
    let act = actor.act(AuditAction::RulesChange, format!("app {}", app.id.0)).of(app.id);
    Ok(context.control.set_rules(&actor.author(context, act)?, app, set, based_on).await?)
}

pub(crate) async fn set_list(context: &Context, actor: Actor<'_>, list: NamedList) -> Result<(), NotDone> {
    let (name, entries) = (list.name.clone(), list.entries.len());
    let act = actor.act(AuditAction::ListChange, "list of rules").with("list", name).with("entries", entries);
    Ok(context.control.set_list(&actor.author(context, act)?, list).await?)
}

pub(crate) async fn remove_list(context: &Context, actor: Actor<'_>, name: &str) -> Result<(), NotDone> {
    let act = actor.act(AuditAction::ListRemove, "list of rules").with("list", name);
    Ok(context.control.remove_list(&actor.author(context, act)?, name).await?)
}

pub(crate) async fn new_secret(context: &Context, actor: Actor<'_>, app: &Arc<App>) -> Result<Secret, ServiceError> {
    let by = actor.author(context, secret_act(actor, app))?;
    Ok(context.control.new_ask_secret(&by, app.id).await?)
}

fn secret_act(actor: Actor<'_>, app: &App) -> Act {
    actor.act(AuditAction::RulesSecret, format!("app {}", app.id.0)).of(app.id)
}

/// A question to try the rules with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionToTry {
    /// `call` (when not said) or `sms`.
    #[serde(default)]
    pub(crate) asks: Option<AsksWord>,
    /// The privacy number.
    #[serde(default)]
    pub(crate) x: Option<String>,
    /// Who calls or writes.
    #[serde(default)]
    pub(crate) caller: Option<String>,
    /// When, RFC 3339; now when not said.
    #[serde(default)]
    pub(crate) at: Option<String>,
    /// Rules to try instead of those that are set.
    #[serde(default)]
    pub(crate) rules: Option<RuleSet>,
    /// Whether the company's own system is really asked.
    #[serde(default)]
    pub(crate) ask: bool,
}

/// The result of a rule, in a word, and why.
pub(crate) fn said(verdict: &Verdict) -> (&'static str, Option<&'static str>) {
    match verdict {
        Verdict::Off => ("off", None),
        Verdict::Unmet(field) => ("unmet", Some(field)),
        Verdict::NotFor(what) => ("not_for", Some(what)),
        Verdict::Asked(asking) => ("asked", Some(asking.name())),
        Verdict::Decided => ("decided", None),
    }
}

pub(crate) async fn trial(context: &Context, app: &App, wanted: QuestionToTry) -> Result<Trial, ServiceError> {
    let at = match wanted.at.as_deref() {
        None => context.clock.now(),
        Some(text) => text.parse().map_err(|_| not_a_time(text))?,
    };
    let number = |text: Option<&str>| text.and_then(PhoneNumber::parse);
    // Another one each time: the company's own system may know a question again by its id.
    let id = format!("trial-{}", context.clock.now().as_microsecond());
    let kind = match wanted.asks.unwrap_or(AsksWord::Call) {
        AsksWord::Call => QuestionKind::Call { session: SessionId::new(&id) },
        AsksWord::Sms => QuestionKind::Sms { content: None },
    };
    let (x, from) = (number(wanted.x.as_deref()), number(wanted.caller.as_deref()));
    let question = Question { id, x, from, kind };
    Ok(context.control.try_rules(app, &question, at, wanted.rules, wanted.ask).await?)
}

fn not_a_time(text: &str) -> ServiceError {
    let (shown, such) = (text.chars().take(80).collect::<String>(), "a time such as 2026-11-21T10:00:00Z");
    ServiceError::BadRequest(Wording::new(
        format!("at={shown} 不对，应为：{such}"),
        format!("at={shown} is not {such}"),
    ))
}

/// A prefix of so many digits is nobody's number yet: `+86755*`, `+861381234*`.
const BEGINNING_SHOWN: usize = 7;

/// Masked; short prefixes stay.
pub(crate) fn masked_number(text: &str) -> String {
    let tidy = PhoneNumber::tidy(text);
    match (tidy.strip_suffix('*'), PhoneNumber::typed(&tidy)) {
        (None, Some(number)) => number.masked(),
        (Some(beginning), _) if PhoneNumber::from_stored(beginning).national().len() > BEGINNING_SHOWN => {
            format!("{}*", PhoneNumber::from_stored(beginning).masked())
        }
        _ => mask_numbers(&tidy),
    }
}

/// Numbers masked, addresses cut to their host.
pub(crate) fn masked(mut set: RuleSet) -> RuleSet {
    let numbers = |list: &mut Vec<String>| list.iter_mut().for_each(|text| *text = masked_number(text));
    let text = |text: &mut Option<String>| {
        if let Some(text) = text {
            *text = mask_numbers(text);
        }
    };
    let number = |text: &mut Option<String>| {
        if let Some(text) = text {
            *text = masked_number(text);
        }
    };
    for rule in &mut set.rules {
        rule.name = mask_numbers(&rule.name);
        let when = &mut rule.when;
        for list in [&mut when.x, &mut when.caller, &mut when.not_caller] {
            numbers(list);
        }
        // Area codes and names of lists.
        for name in [&mut when.region, &mut when.not_region].into_iter().flatten() {
            *name = mask_numbers(name);
        }
        match &mut rule.then {
            Then::Connect(to) => {
                to.to = masked_number(&to.to);
                number(&mut to.display);
                text(&mut to.user_data);
            }
            Then::Close { user_data, .. } => text(user_data),
            Then::Forward { to, from } => {
                number(to);
                number(from);
            }
            Then::Ask { url, .. } => {
                let host = url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
                *url = host.unwrap_or_default();
            }
            Then::FollowBinding {} | Then::Discard {} => {}
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn masked_rules_hold_no_whole_number_and_no_secret_of_an_address() {
        let set: RuleSet = serde_json::from_value(json!({"rules": [
            {"name": "boss 13812340021", "when": {"caller": ["13812340021", "+86755*"], "x": ["17012345602"]},
             "then": {"do": "connect", "to": "13912345678", "display": "17012345602", "user_data": "for 13912345678"}},
            {"name": "sms", "then": {"do": "forward", "to": "13912345678", "from": "13812340021"}},
            {"name": "crm", "then": {"do": "ask", "url": "https://crm.example/ask?key=13812340021"}},
            {"name": "gone", "when": {"region": ["0755", "拒接 unwanted", "of 13912345678"]}, "then": {"do": "close"}},
        ]}))
        .unwrap();
        let said = serde_json::to_string(&masked(set)).unwrap();
        for number in ["13812340021", "17012345602", "13912345678"] {
            assert!(!said.contains(number), "{said}");
        }
        for shown in ["+86755*", "\"crm.example\"", "\"0755\"", "\"拒接 unwanted\""] {
            assert!(said.contains(shown), "{said}");
        }
    }
}
