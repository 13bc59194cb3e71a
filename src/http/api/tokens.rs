//! `/tokens`: API tokens. For administrators of all apps. A token is shown once.

use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{HttpError, List, Response, json, ok, users};
use crate::service::{Context, Instant, people, query::bad};
use crate::state::{ApiToken, NewToken};

/// A program's access. `token` stands only in the answer to whoever made it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TokenObject {
    /// The name, unique.
    name: String,
    /// `viewer`, `operator` or `admin`.
    role: &'static str,
    /// The apps it may see; null for all of them.
    apps: Option<Vec<String>>,
    /// When it was made.
    #[schemars(with = "String")]
    created_at: Instant,
    /// When it stops working; null for never.
    #[schemars(with = "Option<String>")]
    expires_at: Option<Instant>,
    /// When it was last used, to the hour or so.
    #[schemars(with = "Option<String>")]
    last_used_at: Option<Instant>,
    /// The token itself, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl TokenObject {
    fn new(context: &Context, token: &ApiToken) -> Self {
        Self {
            name: token.name.clone(),
            role: token.role.name(),
            apps: users::apps(context, &token.scope),
            created_at: Instant(token.created_at),
            expires_at: token.expires_at.map(Instant),
            last_used_at: token.last_used_at.map(Instant),
            token: None,
        }
    }
}

/// A token to make.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenToAdd {
    /// The name, unique.
    name: String,
    /// `viewer`, `operator` or `admin`.
    role: String,
    /// `all` or `some`, as `apps` says it; where the two contradict each other nothing is done.
    #[serde(default)]
    scope: Option<String>,
    /// The apps it may see, by name; absent or null for all.
    #[serde(default)]
    apps: Option<Vec<String>>,
    /// When it stops working, RFC 3339; absent or null for never.
    #[serde(default)]
    expires_at: Option<String>,
}

pub(super) async fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    ok(&List::whole(context.state.tokens().iter().map(|token| TokenObject::new(context, token)).collect()))
}

pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let new: TokenToAdd = ask.json()?;
    let instant =
        |text: &String| text.parse().map_err(|_| bad("expires_at", text, "an instant such as 2026-11-21T00:00:00Z"));
    let name = new.name.trim().to_owned();
    let new = NewToken {
        name: new.name,
        role: users::role(&new.role)?,
        scope: users::scope(context, new.scope.as_deref(), new.apps.as_deref())?,
        expires_at: new.expires_at.as_ref().map(instant).transpose()?,
    };
    let secret = people::add_token(context, ask.actor(), new).await?;
    let made = find(context, &name)?;
    let object = TokenObject { token: Some(secret.reveal().to_owned()), ..TokenObject::new(context, &made) };
    Ok(json(StatusCode::CREATED, &object))
}

pub(super) async fn revoke(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    let token = find(context, name)?;
    people::revoke_token(context, ask.actor(), name).await?;
    ok(&TokenObject::new(context, &token))
}

fn find(context: &Context, name: &str) -> Result<ApiToken, HttpError> {
    context.state.tokens().into_iter().find(|token| token.name == name).ok_or(HttpError::NotFound)
}
