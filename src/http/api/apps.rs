//! `/apps`: connections to platforms. Secrets are never shown again; the callback address, which holds
//! the token, is shown when it is made or changed.

use std::sync::Arc;

use http::StatusCode;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::ask::Ask;
use super::{HttpError, List, Response, json, ok};
use crate::domain::{AllowFrom, AnswerForm, App, Secret, VerifyMode};
use crate::platforms;
use crate::service::{Context, Instant, apps};
use crate::state::{AppChange, NewApp};

/// An app. `callback_url` stands only in the answer to whoever made or rotated it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AppObject {
    id: u32,
    name: String,
    provider: &'static str,
    app_key: Option<String>,
    has_secret: bool,
    verify: &'static str,
    /// Whether there is anything to verify with; without it `enforce` lets everything through.
    can_verify: bool,
    allow_from: Vec<String>,
    answer_form: &'static str,
    close_tone: Option<String>,
    created_at: Instant,
    last_seen_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppToAdd {
    name: String,
    provider: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    app_key: Option<String>,
    #[serde(default)]
    app_secret: Option<String>,
    #[serde(default)]
    verify: Option<String>,
    #[serde(default)]
    allow_from: Vec<String>,
}

/// A field that is not there stays; one that is null is removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppToChange {
    #[serde(default)]
    name: Option<String>,
    #[serde(default, deserialize_with = "there")]
    app_key: Option<Option<String>>,
    #[serde(default, deserialize_with = "there")]
    app_secret: Option<Option<String>>,
    #[serde(default)]
    verify: Option<String>,
    #[serde(default)]
    allow_from: Option<Vec<String>>,
    #[serde(default)]
    answer_form: Option<String>,
    #[serde(default, deserialize_with = "there")]
    close_tone: Option<Option<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppToRotate {
    #[serde(default)]
    token: Option<String>,
}

fn there<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(field).map(Some)
}

pub(super) async fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let mut apps = context.state.apps();
    apps.retain(|app| ask.principal.scope.allows(app.id));
    ok(&List::whole(apps.iter().map(|app| AppObject::new(context, ask, app)).collect()))
}

pub(super) async fn one(context: &Context, ask: &Ask, app: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let app = find(context, ask, app)?;
    ok(&AppObject::new(context, ask, &app))
}

pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let new: AppToAdd = ask.json()?;
    let Some(provider) = platforms::by_name(&new.provider) else {
        let known: Vec<&str> = platforms::ALL.iter().map(|p| p.id().0).collect();
        return Err(wrong("provider", &new.provider, &format!("one of {}", known.join(", "))));
    };
    let new = NewApp {
        name: new.name,
        provider: provider.id(),
        token: new.token.map(Secret::new),
        app_key: new.app_key,
        app_secret: new.app_secret.map(Secret::new),
        verify: new.verify.as_deref().map(verify).transpose()?,
        allow_from: networks(&new.allow_from)?,
    };
    let app = apps::add(context, ask.actor(), new).await?;
    Ok(json(StatusCode::CREATED, &AppObject::new(context, ask, &app).with_url(context, &app)))
}

pub(super) async fn change(context: &Arc<Context>, ask: &Ask, app: &str) -> Result<Response, HttpError> {
    let app = find(context, ask, app)?;
    let change: AppToChange = ask.json()?;
    let form = |form: &str| AnswerForm::parse(form).ok_or_else(|| wrong("answer_form", form, "one of array, object"));
    let change = AppChange {
        name: change.name,
        app_key: change.app_key,
        app_secret: change.app_secret.map(|secret| secret.map(Secret::new)),
        verify: change.verify.as_deref().map(verify).transpose()?,
        allow_from: change.allow_from.as_deref().map(networks).transpose()?,
        answer_form: change.answer_form.as_deref().map(form).transpose()?,
        close_tone: change.close_tone,
    };
    let app = apps::change(context, ask.actor(), &app, change).await?;
    ok(&AppObject::new(context, ask, &app))
}

pub(super) async fn rotate(context: &Arc<Context>, ask: &Ask, app: &str) -> Result<Response, HttpError> {
    let app = find(context, ask, app)?;
    let rotate = if ask.body.is_empty() { AppToRotate::default() } else { ask.json()? };
    let app = apps::rotate(context, ask.actor(), &app, rotate.token.map(Secret::new)).await?;
    ok(&AppObject::new(context, ask, &app).with_url(context, &app))
}

pub(super) async fn remove(context: &Arc<Context>, ask: &Ask, app: &str) -> Result<Response, HttpError> {
    let app = find(context, ask, app)?;
    apps::remove(context, ask.actor(), &app).await?;
    ok(&AppObject::new(context, ask, &app))
}

impl AppObject {
    fn new(context: &Context, ask: &Ask, app: &App) -> Self {
        Self {
            id: app.id.0,
            name: app.name.clone(),
            provider: app.provider.0,
            app_key: ask.masking().maybe_text(app.app_key.as_deref()),
            has_secret: app.app_secret.is_some(),
            verify: app.verify.name(),
            can_verify: platforms::by_id(app.provider).is_some_and(|provider| provider.can_verify(app)),
            allow_from: app.allow_from.0.iter().map(ToString::to_string).collect(),
            answer_form: app.answer_form.name(),
            close_tone: app.close_tone.clone(),
            created_at: Instant(app.created_at),
            last_seen_at: context.store.last_seen(app.id).map(Instant),
            callback_url: None,
        }
    }

    fn with_url(self, context: &Context, app: &App) -> Self {
        Self { callback_url: Some(context.server.callback_url(app.token.reveal(), "")), ..self }
    }
}

pub(super) fn find(context: &Context, ask: &Ask, app: &str) -> Result<Arc<App>, HttpError> {
    Ok(apps::find(context, &ask.principal, app)?)
}

fn verify(mode: &str) -> Result<VerifyMode, HttpError> {
    VerifyMode::parse(mode).ok_or_else(|| wrong("verify", mode, "one of off, log, enforce"))
}

fn networks(networks: &[String]) -> Result<AllowFrom, HttpError> {
    let read = |text: &String| {
        let text = text.trim();
        let network = text
            .parse::<IpNet>()
            .or_else(|error| text.parse().map(|ip: std::net::IpAddr| IpNet::from(ip)).map_err(|_| error));
        network.map_err(|_| wrong("allow_from", text, "a network such as 10.0.0.0/8 or an address"))
    };
    networks.iter().map(read).collect::<Result<_, _>>().map(AllowFrom)
}

fn wrong(field: &str, value: &str, expected: &str) -> HttpError {
    crate::service::query::bad(field, value, expected).into()
}
