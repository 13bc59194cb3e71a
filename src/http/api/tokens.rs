//! `/tokens`: the access of programs. For administrators only; a token is told once.

use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{Context, HttpError, Instant, List, Response, json, ok, users};
use crate::state::ApiToken;

/// `token` stands only in the answer to whoever made it.
#[derive(Debug, Serialize)]
struct TokenObject {
    name: String,
    role: &'static str,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<&ApiToken> for TokenObject {
    fn from(token: &ApiToken) -> Self {
        Self { name: token.name.clone(), role: token.role.name(), created_at: Instant(token.created_at), token: None }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenToAdd {
    name: String,
    role: String,
}

/// `GET /tokens`
pub(super) fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    ask.no_query()?;
    ok(&List::whole(context.state.tokens().iter().map(TokenObject::from).collect()))
}

/// `POST /tokens`
pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    let new: TokenToAdd = ask.json()?;
    let secret = context.state.add_token(&ask.principal, &new.name, users::role(&new.role)?).await?;
    let made = find(context, new.name.trim())?;
    let object = TokenObject { token: Some(secret.reveal().to_owned()), ..TokenObject::from(&made) };
    Ok(json(StatusCode::CREATED, &object))
}

/// `DELETE /tokens/{name}`
pub(super) async fn revoke(context: &Arc<Context>, ask: &Ask, name: &str) -> Result<Response, HttpError> {
    ask.admin()?;
    let token = find(context, name)?;
    context.state.revoke_token(&ask.principal, name).await?;
    ok(&TokenObject::from(&token))
}

fn find(context: &Context, name: &str) -> Result<ApiToken, HttpError> {
    context.state.tokens().into_iter().find(|token| token.name == name).ok_or(HttpError::NotFound)
}
