//! `/rules`: how an app's questions are decided, with a trial before they are set; `/lists`, which rules
//! refer to. Rules come as JSON and as sentences in both languages.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ask::Ask;
use super::bindings::app_of;
use super::{HttpError, List, Response, ok, respond};
use crate::control::{ListKind, NamedList, RuleSet, RulesVersion, Trial, sentence};
use crate::domain::{App, Lang, Masking};
use crate::service::{
    Context,
    query::Query,
    rules,
    rules::masked,
    rules::{said, trial},
};

pub(super) const KNOWN: &[&str] = &["app"];

/// An app's rules.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RulesObject {
    app: String,
    #[serde(flatten)]
    rules: RulesVersion,
    /// The same rules, to be read; the default comes after them.
    sentences: Sentences,
}

/// Rules as sentences.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Sentences {
    zh: Vec<String>,
    en: Vec<String>,
}

/// Rules to set. What `GET` answers may be sent back: `version` is then the one that is changed,
/// and where another is present by now nothing is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct RulesToSet {
    /// The version that this is made from.
    #[serde(default)]
    version: Option<u64>,
    #[serde(flatten)]
    set: RuleSet,
}

/// What a question would be answered.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TrialObject {
    /// `connect`, `close`, `forward` or `discard`.
    action: &'static str,
    /// To whom.
    to: Option<String>,
    /// The rule that decides; null is the default.
    rule: Option<RuleNamed>,
    /// The binding that is followed.
    binding: Option<u64>,
    micros: u64,
    /// Every rule that was looked at.
    steps: Vec<StepObject>,
    /// The exact answer.
    answer: AnswerObject,
}

/// A rule by its place and name.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RuleNamed {
    pub(super) number: u32,
    pub(super) name: String,
}

/// One rule that was looked at.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StepObject {
    rule: u32,
    name: String,
    /// `off`, `unmet`, `not_for`, `asked` or `decided`.
    verdict: &'static str,
    /// Which condition, what is missing, or how asking went.
    why: Option<&'static str>,
    /// What is wrong with it, or with what the company's own system answered, in a sentence.
    problem: Option<String>,
}

/// What would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AnswerObject {
    status: u16,
    content_type: String,
    body: String,
}

/// A list that rules look into.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ListObject {
    name: String,
    kind: ListKind,
    /// How many entries it has.
    count: usize,
    /// Null for whoever does not see every app.
    entries: Option<Vec<String>>,
}

/// A list to keep under the name in the address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListToSet {
    kind: ListKind,
    entries: Vec<String>,
}

/// A secret, told this once.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SecretObject {
    /// What questions to the company's own system are signed with, as Standard Webhooks has it.
    secret: String,
}

impl RulesObject {
    fn new(masking: Masking, app: &App, version: RulesVersion) -> Self {
        let set = match masking {
            Masking::Whole => version.set,
            Masking::Masked => masked(version.set),
        };
        let said = |lang| set.rules.iter().map(|rule| sentence(rule, lang, &str::to_owned)).collect();
        let sentences = Sentences { zh: said(Lang::Zh), en: said(Lang::En) };
        Self { app: app.name.clone(), sentences, rules: RulesVersion { set, ..version } }
    }
}

impl TrialObject {
    pub(super) fn new(masking: Masking, trial: &Trial) -> Self {
        let (note, ack) = (&trial.decided.note, &trial.decided.ack);
        let steps = trial.steps.iter().map(|step| {
            let (verdict, why) = said(&step.verdict);
            let problem = step.problem.as_ref().map(|problem| masking.text(&problem.en));
            StepObject { rule: step.rule, name: masking.text(&step.name), verdict, why, problem }
        });
        Self {
            action: note.action.name(),
            to: masking.maybe(note.to.as_ref()),
            rule: note.rule.as_ref().map(|(number, name)| RuleNamed { number: *number, name: masking.text(name) }),
            binding: note.binding.map(|id| id.0),
            micros: note.micros,
            steps: steps.collect(),
            answer: AnswerObject {
                status: ack.status,
                content_type: ack.content_type.clone(),
                body: masking.text(&ack.body),
            },
        }
    }
}

fn app(context: &Context, ask: &Ask) -> Result<Arc<App>, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let name = query.one("app").ok_or_else(|| HttpError::BadRequest("app is needed: ?app=NAME".into()))?;
    app_of(context, &ask.principal.scope, name)
}

pub(super) async fn show(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    let app = app(context, ask)?;
    ok(&RulesObject::new(ask.masking(), &app, context.control.rules(app.id)))
}

pub(super) async fn versions(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    let app = app(context, ask)?;
    let versions = context.control.versions(app.id).into_iter();
    ok(&List::whole(versions.map(|version| RulesObject::new(ask.masking(), &app, version)).collect()))
}

pub(super) async fn set(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let app = app(context, ask)?;
    let mut body: Map<String, Value> = ask.json()?;
    // `GET` adds these to the rules.
    for told in ["app", "at", "by", "by_kind", "sentences"] {
        body.remove(told);
    }
    let wrong = |error: serde_json::Error| HttpError::BadRequest(format!("the body: {error}").into());
    let version = body.remove("version").map(serde_json::from_value).transpose().map_err(wrong)?.flatten();
    let wanted = RulesToSet { version, set: serde_json::from_value(Value::Object(body)).map_err(wrong)? };
    let made = rules::set(context, ask.actor(), &app, wanted.set, wanted.version).await?;
    ok(&RulesObject::new(ask.masking(), &app, made))
}

pub(super) async fn try_out(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let app = app(context, ask)?;
    let trial = trial(context, &app, ask.json()?).await?;
    // A trial changes nothing and leaves no audit entry.
    ok(&TrialObject::new(ask.masking(), &trial))
}

pub(super) async fn new_secret(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let app = app(context, ask)?;
    let secret = rules::new_secret(context, ask.actor(), &app).await?;
    ok(&SecretObject { secret: secret.reveal().to_owned() })
}

fn entry(masking: Masking, kind: ListKind, entry: &str) -> String {
    match (masking, kind) {
        (Masking::Masked, ListKind::Numbers) => rules::masked_number(entry),
        _ => masking.text(entry),
    }
}

pub(super) async fn lists(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let (masking, all) = (ask.masking(), ask.principal.scope.is_all());
    let object = |list: NamedList| ListObject {
        count: list.entries.len(),
        entries: all.then(|| list.entries.iter().map(|entry| self::entry(masking, list.kind, entry)).collect()),
        kind: list.kind,
        name: masking.text(&list.name),
    };
    ok(&List::whole(context.control.lists().into_iter().map(object).collect()))
}

pub(super) async fn set_list(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let ListToSet { kind, entries } = ask.json()?;
    let list = NamedList { name: name.to_owned(), kind, entries };
    let object = ListObject {
        name: list.name.clone(),
        kind,
        count: list.entries.len(),
        entries: Some(list.entries.iter().map(|entry| self::entry(ask.masking(), kind, entry)).collect()),
    };
    rules::set_list(context, ask.actor(), list).await?;
    ok(&object)
}

pub(super) async fn remove_list(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    rules::remove_list(context, ask.actor(), name).await?;
    Ok(respond(http::StatusCode::NO_CONTENT, "application/json", ""))
}
