//! `/platform`: operations of an app's platform; `/apps/{app}/platform`: their settings.
//!
//! The operations are a table (`src/platforms/outbound/operation.rs`). A request names one in its path
//! and sends its fields. Secrets are never shown again.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ask::Ask;
use super::{HttpError, List, Response, apps, ok};
use crate::domain::{App, Lang, Masking, Secret, Text};
use crate::platforms::outbound::{self, Effect, Field, Mode, Operation, Place};
use crate::service::{Context, platform as service, platform::Change};

/// Something that a platform can be asked.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct OperationObject {
    /// Its name, as the path takes it: `axb.bind`.
    id: &'static str,
    /// The product of the platform: an application of one mode may use its mode's only.
    mode: &'static str,
    /// The providers whose apps may be asked.
    providers: Vec<&'static str>,
    /// What it is called, in Chinese and English.
    title: [&'static str; 2],
    /// What it does, in Chinese and English.
    about: [&'static str; 2],
    /// `reads`, `binds`, `changes`, `unbinds`, `ends_call`.
    effect: &'static str,
    /// What it takes.
    fields: Vec<FieldObject>,
    /// Where the platform documents it.
    source: &'static str,
}

/// A field of an operation.
#[derive(Debug, Serialize, JsonSchema)]
struct FieldObject {
    name: &'static str,
    /// The object of the platform's body that it stands in, if it stands in one.
    within: Option<&'static str>,
    required: bool,
    /// Type and length as documented: `String(1-64)`.
    kind: String,
    /// What it means, in Chinese and English.
    meaning: [&'static str; 2],
    /// The words there are to choose from; empty where anything of its kind may stand.
    choices: Vec<ChoiceObject>,
}

/// One word.
#[derive(Debug, Serialize, JsonSchema)]
struct ChoiceObject {
    value: &'static str,
    /// What it means, in Chinese and English.
    meaning: [&'static str; 2],
}

/// The fields of an operation, by their names; see `GET /platform/operations`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct PlatformFields {
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// What a platform answered.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PlatformAnswer {
    /// What was asked.
    operation: &'static str,
    /// The platform's code for success.
    code: String,
    /// The platform's words.
    description: String,
    /// Everything else that it sent.
    fields: Map<String, Value>,
    /// Our bindings that follow from it.
    bindings: Vec<u64>,
    /// Why none of ours follows, where one should.
    not_kept: Option<String>,
}

/// Where a comparison goes on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareFrom {
    /// `ax`, `axb`, `axe` or `axyb`.
    mode: String,
    /// The `next` of the answer before.
    #[serde(default)]
    cursor: Option<String>,
}

/// Our bindings and the platform's.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Comparison {
    items: Vec<Compared>,
    /// Where it goes on; null at the end.
    next: Option<String>,
}

/// One binding.
#[derive(Debug, Serialize, JsonSchema)]
struct Compared {
    /// `same`, `different`, `missing` (at the platform), `unknown` (here), `failed`.
    verdict: &'static str,
    /// Ours.
    binding: Option<u64>,
    /// The platform's own id.
    platform_id: String,
    x: Option<String>,
    /// The fields that differ, or why the platform did not say.
    what: Vec<String>,
}

/// What asking an app's platform takes.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PlatformSettings {
    /// Where the platform stands; empty: nothing is ever asked.
    base_url: String,
    /// How Huawei's requests are signed: `aksk` or `wsse`.
    scheme: &'static str,
    /// The account at 玖云.
    account_sid: Option<String>,
    /// Whether 玖云's authToken is set.
    has_auth_token: bool,
    /// Hosts that a base URL may have: set in the configuration file.
    hosts: Vec<String>,
}

/// Changes; what is absent stays, what is empty is forgotten.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlatformSettingsChange {
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    scheme: Option<String>,
    #[serde(default)]
    account_sid: Option<String>,
    /// 玖云's authToken; it is sealed and never told.
    #[serde(default)]
    auth_token: Option<String>,
}

pub(super) async fn operations(_: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    ok(&List::whole(outbound::operations().into_iter().map(OperationObject::new).collect()))
}

pub(super) async fn call(context: &Arc<Context>, ask: &Ask, app: &str, id: &str) -> Result<Response, HttpError> {
    let app = find(context, ask, app)?;
    let operation = service::operation(&app, id)?;
    let fields = if ask.body.is_empty() { Map::new() } else { ask.json::<PlatformFields>()?.fields };
    let fields = service::fields(fields)?;
    let done = service::call(context, ask.actor(), &app, operation, &fields).await?;
    ok(&PlatformAnswer {
        operation: operation.id,
        code: done.answer.code,
        description: ask.masking().text(&done.answer.description),
        fields: seen(ask.masking(), done.answer.fields),
        bindings: done.kept.iter().map(|id| id.0).collect(),
        not_kept: done.not_kept,
    })
}

pub(super) async fn compare(context: &Arc<Context>, ask: &Ask, app: &str) -> Result<Response, HttpError> {
    let app = find(context, ask, app)?;
    let from: CompareFrom = ask.json()?;
    let mode = Mode::parse(&from.mode).filter(|mode| matches!(mode, Mode::Ax | Mode::Axb | Mode::Axe | Mode::Axyb));
    let mode = mode
        .ok_or_else(|| HttpError::BadRequest(format!("mode: {:?} is none of ax, axb, axe, axyb", from.mode).into()))?;
    let page = service::reconcile(context, ask.actor(), &app, mode, from.cursor).await?;
    let masking = ask.masking();
    let row = |row: service::Row| Compared {
        verdict: row.verdict.name(),
        binding: row.binding.map(|id| id.0),
        platform_id: row.platform_id,
        x: masking.maybe(row.x.as_ref()),
        what: row.what,
    };
    ok(&Comparison { items: page.rows.into_iter().map(row).collect(), next: page.next })
}

pub(super) async fn settings(context: &Context, ask: &Ask, app: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let app = apps::find(context, ask, app)?;
    ok(&PlatformSettings::new(context, &app))
}

pub(super) async fn change(context: &Arc<Context>, ask: &Ask, app: &str) -> Result<Response, HttpError> {
    let app = apps::find(context, ask, app)?;
    let change: PlatformSettingsChange = ask.json()?;
    let change = Change {
        base_url: change.base_url,
        scheme: change.scheme,
        account_sid: change.account_sid,
        auth_token: change.auth_token.map(Secret::new),
    };
    service::set(context, ask.actor(), &app, change).await?;
    ok(&PlatformSettings::new(context, &app))
}

fn find(context: &Context, ask: &Ask, app: &str) -> Result<Arc<App>, HttpError> {
    ask.no_query()?;
    apps::find(context, ask, app)
}

/// Masks numbers in the texts of an answer.
fn seen(masking: Masking, fields: Map<String, Value>) -> Map<String, Value> {
    fn value(masking: Masking, name: &str, found: Value) -> Value {
        match found {
            // The platform's id is no phone number, and links use it.
            Value::String(text) if name != "subscriptionId" => masking.text(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| value(masking, name, item)).collect(),
            Value::Object(fields) => Value::Object(seen(masking, fields)),
            other => other,
        }
    }
    fields.into_iter().map(|(name, found)| (name.clone(), value(masking, &name, found))).collect()
}

fn both(text: Text) -> [&'static str; 2] {
    [text.get(Lang::Zh), text.get(Lang::En)]
}

impl OperationObject {
    fn new(operation: &Operation) -> Self {
        Self {
            id: operation.id,
            mode: operation.mode.name(),
            providers: outbound::providers_of(operation),
            title: both(operation.title),
            about: both(operation.about),
            effect: Effect::name(operation.effect),
            fields: operation.fields.iter().map(FieldObject::new).collect(),
            source: operation.source,
        }
    }
}

impl FieldObject {
    fn new(field: &Field) -> Self {
        let choice = |choice: &outbound::Choice| ChoiceObject { value: choice.value, meaning: both(choice.meaning) };
        Self {
            name: field.name,
            within: if let Place::Within(object) = field.place { Some(object) } else { None },
            required: field.required,
            kind: field.kind.documented(),
            meaning: both(field.meaning),
            choices: field.kind.choices().iter().map(choice).collect(),
        }
    }
}

impl PlatformSettings {
    fn new(context: &Context, app: &App) -> Self {
        let settings = service::of(context, app.id);
        Self {
            base_url: settings.base_url,
            scheme: settings.scheme.name(),
            account_sid: settings.account_sid,
            has_auth_token: service::has_token(context, app.id),
            hosts: context.platform.hosts().list().to_vec(),
        }
    }
}
