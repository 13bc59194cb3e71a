//! `/users`: people with a password and a role. For administrators only.

use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::query::bad;
use super::{Context, HttpError, Instant, List, Response, json, ok};
use crate::domain::{Role, Secret};
use crate::state::User;

#[derive(Debug, Serialize)]
struct UserObject {
    name: String,
    role: &'static str,
    created_at: Instant,
    last_login_at: Option<Instant>,
}

impl From<&User> for UserObject {
    fn from(user: &User) -> Self {
        Self {
            name: user.name.clone(),
            role: user.role.name(),
            created_at: Instant(user.created_at),
            last_login_at: user.last_login_at.map(Instant),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserToAdd {
    name: String,
    role: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserToChange {
    password: String,
}

/// `GET /users`
pub(super) fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    ask.no_query()?;
    ok(&List::whole(context.state.users().iter().map(UserObject::from).collect()))
}

/// `POST /users`
pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    let new: UserToAdd = ask.json()?;
    let password = Secret::new(new.password);
    let user = context.state.add_user(&ask.principal, &new.name, role(&new.role)?, &password).await?;
    Ok(json(StatusCode::CREATED, &UserObject::from(&user)))
}

/// `PATCH /users/{name}`: a new password.
pub(super) async fn change(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    ask.admin()?;
    let user = find(context, name)?;
    let change: UserToChange = ask.json()?;
    context.state.set_password(&ask.principal, name, &Secret::new(change.password)).await?;
    ok(&UserObject::from(&user))
}

/// `DELETE /users/{name}`
pub(super) async fn remove(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    ask.admin()?;
    let user = find(context, name)?;
    context.state.remove_user(&ask.principal, name).await?;
    ok(&UserObject::from(&user))
}

fn find(context: &Context, name: &str) -> Result<User, HttpError> {
    context.state.users().into_iter().find(|user| user.name == name).ok_or(HttpError::NotFound)
}

/// Reads a role.
pub(super) fn role(role: &str) -> Result<Role, HttpError> {
    Role::parse(role).ok_or_else(|| bad("role", role, "one of viewer, operator, admin"))
}
