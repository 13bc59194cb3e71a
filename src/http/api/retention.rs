//! `/retention`: the policy, holds and runs. For administrators of all apps. Each change and run leaves
//! an audit entry first.

use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::Ask;
use super::{HttpError, Response, json, ok};
use crate::domain::{ActorKind, PhoneNumber};
use crate::retention::{Freed, Hold, Job, Policy};
use crate::service::{Context, Instant, keeping};

/// What is kept, what is held, and where runs stand.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RetentionObject {
    /// What is kept for how long.
    policy: Policy,
    /// What is kept beyond that.
    holds: Vec<Hold>,
    /// The run under way.
    running: Option<RunObject>,
    /// The last run since the start.
    last: Option<RunObject>,
    /// The last dry run since the start.
    last_dry_run: Option<RunObject>,
    /// When a run last came to its end.
    #[schemars(with = "Option<String>")]
    last_at: Option<Instant>,
}

/// A run, or a dry one.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RunObject {
    /// Whether it only says what it would free.
    dry_run: bool,
    /// Who asked for it; null for the nightly one.
    by: Option<String>,
    /// What kind of one that is: `user`, `token`, `command_line`.
    by_kind: Option<&'static str>,
    /// When it began.
    #[schemars(with = "String")]
    started_at: Instant,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    finished_at: Option<Instant>,
    /// How far it is, from 0 to 1.
    progress: f64,
    /// What it freed, or would free.
    freed: Option<Freed>,
    /// Why it did not come to its end.
    error: Option<String>,
}

/// A run to begin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunWanted {
    /// Only say what it would free.
    #[serde(default)]
    dry_run: bool,
}

/// A hold to set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldWanted {
    /// Its name.
    name: String,
    /// Why.
    reason: String,
    /// Only this app, by its name.
    #[serde(default)]
    app: Option<String>,
    /// Only calls and messages of this number, by its end.
    #[serde(default)]
    number: Option<String>,
    /// Only this session.
    #[serde(default)]
    session: Option<String>,
    /// Only what happened from here on.
    #[serde(default)]
    from: Option<String>,
    /// Only what happened before.
    #[serde(default)]
    to: Option<String>,
}

impl From<&Job> for RunObject {
    fn from(job: &Job) -> Self {
        Self {
            dry_run: job.asked.dry_run,
            by: job.asked.by.as_ref().map(|by| by.name.clone()),
            by_kind: job.asked.by.as_ref().and_then(|by| by.kind).map(ActorKind::name),
            started_at: Instant(job.started_at),
            finished_at: job.finished_at.map(Instant),
            progress: job.progress,
            freed: job.result.clone(),
            error: job.error.clone(),
        }
    }
}

pub(super) async fn show(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let standing = context.retention.standing();
    let masking = ask.masking();
    let mut holds = context.retention.holds();
    for hold in &mut holds {
        hold.number = hold.number.as_deref().map(|number| masking.number(&PhoneNumber::from_stored(number)));
        hold.session = hold.session.as_deref().map(|session| masking.text(session));
    }
    ok(&RetentionObject {
        policy: context.retention.policy(),
        holds,
        running: standing.running.as_ref().map(RunObject::from),
        last: standing.last.as_ref().map(RunObject::from),
        last_dry_run: standing.last_dry.as_ref().map(RunObject::from),
        last_at: standing.last_at.map(Instant),
    })
}

/// `PATCH /retention`: fields that are absent stay, null is for ever.
pub(super) async fn change(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let changes: serde_json::Map<String, Value> = ask.json()?;
    set(context, ask, changes).await?;
    show(context, ask).await
}

pub(super) async fn set(
    context: &Arc<Context>,
    ask: &Ask,
    changes: serde_json::Map<String, Value>,
) -> Result<(), HttpError> {
    let Ok(Value::Object(mut policy)) = serde_json::to_value(context.retention.policy()) else {
        return Err(HttpError::NotFound);
    };
    policy.extend(changes);
    let policy: Policy = serde_json::from_value(Value::Object(policy))
        .map_err(|error| HttpError::BadRequest(format!("the body: {error}").into()))?;
    Ok(keeping::set_policy(context, ask.actor(), &policy).await?)
}

/// `POST /retention/runs`: begins one; `GET /retention` says how it goes.
pub(super) async fn run(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let wanted: RunWanted = ask.json()?;
    let job = keeping::start_run(context, ask.actor(), wanted.dry_run).await?;
    Ok(json(StatusCode::ACCEPTED, &RunObject::from(&job)))
}

pub(super) async fn hold(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let wanted: HoldWanted = ask.json()?;
    let app = match &wanted.app {
        Some(name) => {
            let apps = context.state.apps();
            let app = apps.iter().find(|app| app.name == *name);
            Some(app.ok_or_else(|| HttpError::BadRequest(format!("there is no app named {name}").into()))?.id.0)
        }
        None => None,
    };
    let hold = Hold {
        id: String::new(),
        name: wanted.name,
        reason: wanted.reason,
        app,
        number: wanted.number,
        session: wanted.session,
        from: wanted.from,
        to: wanted.to,
        by: String::new(),
        by_kind: None,
        created_at: String::new(),
    };
    let hold = keeping::add_hold(context, ask.actor(), hold).await?;
    Ok(json(StatusCode::CREATED, &hold))
}

pub(super) async fn release(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ok(&keeping::end_hold(context, ask.actor(), id).await?)
}
