//! `/users`: users with a role, their apps and a password; `/second-factor`: who must have one. For
//! administrators of all apps.

use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::ask::Ask;
use super::{HttpError, List, Response, json, ok};
use crate::domain::{AppId, Role, Scope, Secret};
use crate::service::{Context, Instant, filters, people, query::bad, rights};
use crate::state::{Demand, NewUser, User, UserChange};

/// A person.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct UserObject {
    /// The name, unique.
    name: String,
    /// `viewer`, `operator` or `admin`.
    role: &'static str,
    /// The apps the person may see; null for all of them.
    apps: Option<Vec<String>>,
    /// Whether logging in takes a code as well.
    totp: bool,
    /// The provider the person logs in with; null for a password of ours.
    issuer: Option<String>,
    /// Browsers that are logged in.
    logins: usize,
    /// When it was made.
    #[schemars(with = "String")]
    created_at: Instant,
    /// The last login.
    #[schemars(with = "Option<String>")]
    last_login_at: Option<Instant>,
}

impl UserObject {
    fn new(context: &Context, user: &User) -> Self {
        Self {
            name: user.name.clone(),
            role: user.role.name(),
            apps: apps(context, &user.scope),
            totp: user.second_factor,
            issuer: user.outside.as_ref().map(|outside| outside.issuer.clone()),
            logins: context.state.logins(Some(&user.name)).len(),
            created_at: Instant(user.created_at),
            last_login_at: user.last_login_at.map(Instant),
        }
    }
}

/// A person to add.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserToAdd {
    /// The name, unique.
    name: String,
    /// `viewer`, `operator` or `admin`.
    role: String,
    /// `all` or `some`, as `apps` says it; where the two contradict each other nothing is done.
    #[serde(default)]
    scope: Option<String>,
    /// The apps the person may see, by name; absent or null for all.
    #[serde(default)]
    apps: Option<Vec<String>>,
    /// Ten characters or more.
    password: String,
}

/// Changes to a person. What is not there stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserToChange {
    /// Another role.
    #[serde(default)]
    role: Option<String>,
    /// `all` or `some`, as `apps` says it; `all` alone is all of them from now on.
    #[serde(default)]
    scope: Option<String>,
    /// Other apps; null for all.
    #[serde(default, deserialize_with = "there")]
    apps: Option<Option<Vec<String>>>,
    /// Another password.
    #[serde(default)]
    password: Option<String>,
}

/// Who must have a second factor.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondFactorObject {
    /// `none`, `admin`, `operator` (and administrators) or `all`.
    required: String,
}

fn there<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<Vec<String>>>, D::Error> {
    Option::<Vec<String>>::deserialize(field).map(Some)
}

pub(super) async fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    ok(&List::whole(context.state.users().iter().map(|user| UserObject::new(context, user)).collect()))
}

pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let new: UserToAdd = ask.json()?;
    let new = NewUser {
        name: new.name,
        role: role(&new.role)?,
        scope: scope(context, new.scope.as_deref(), new.apps.as_deref())?,
        password: Secret::new(new.password),
    };
    let user = people::add_user(context, ask.actor(), new).await?;
    Ok(json(StatusCode::CREATED, &UserObject::new(context, &user)))
}

/// `PATCH /users/{name}`: rights or a password.
pub(super) async fn change(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    find(context, name)?;
    let change: UserToChange = ask.json()?;
    let change = UserChange {
        role: change.role.as_deref().map(role).transpose()?,
        scope: match (change.scope, change.apps) {
            (None, None) => None,
            (reach, apps) => Some(scope(context, reach.as_deref(), apps.flatten().as_deref())?),
        },
        password: change.password.map(Secret::new),
    };
    let user = people::change_user(context, ask.actor(), name, change).await?;
    ok(&UserObject::new(context, &user))
}

pub(super) async fn remove(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    let user = UserObject::new(context, &find(context, name)?);
    people::remove_user(context, ask.actor(), name).await?;
    ok(&user)
}

/// `DELETE /users/{name}/second-factor`: for someone who lost it.
pub(super) async fn reset(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    find(context, name)?;
    people::reset_second_factor(context, ask.actor(), name).await?;
    ok(&UserObject::new(context, &find(context, name)?))
}

pub(super) async fn required(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    ok(&SecondFactorObject { required: context.state.required_second_factor().name().to_owned() })
}

pub(super) async fn require(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let wanted: SecondFactorObject = ask.json()?;
    let demand = Demand::parse(&wanted.required);
    let demand = demand.ok_or_else(|| bad("required", &wanted.required, "one of none, admin, operator, all"))?;
    people::require_second_factor(context, ask.actor(), demand).await?;
    ok(&wanted)
}

fn find(context: &Context, name: &str) -> Result<User, HttpError> {
    context.state.user(name).ok_or(HttpError::NotFound)
}

pub(super) fn role(role: &str) -> Result<Role, HttpError> {
    Role::parse(role).ok_or_else(|| bad("role", role, "one of viewer, operator, admin").into())
}

/// Reads apps by name, or by number as `#3`.
pub(super) fn scope(context: &Context, reach: Option<&str>, apps: Option<&[String]>) -> Result<Scope, HttpError> {
    let read = |text: &String| {
        let by_id = || context.state.app(AppId(text.strip_prefix('#')?.parse().ok()?));
        let app = context.state.app_named(text).or_else(by_id);
        app.map(|app| app.id).ok_or_else(|| bad("apps", text, "an app"))
    };
    let apps = apps.map(|apps| apps.iter().map(read).collect::<Result<Vec<_>, _>>()).transpose()?;
    rights::scope(reach, apps).map_err(|problem| HttpError::BadRequest(problem.into()))
}

pub(super) fn apps(context: &Context, scope: &Scope) -> Option<Vec<String>> {
    match scope {
        Scope::All => None,
        Scope::Apps(apps) => Some(apps.iter().map(|app| filters::app_name(context, *app)).collect()),
    }
}
