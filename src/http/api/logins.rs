//! `/logins`: browsers that are logged in. Everybody with a login sees their own; administrators of all
//! apps see all.
//!
//! A login has a public id, which ends it and opens nothing.

use std::net::IpAddr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::{HttpError, List, Response, ok};
use crate::domain::Text;
use crate::service::{Context, Instant, people, query::Query};
use crate::state::OpenLogin;

/// A login.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LoginObject {
    /// Its public id.
    id: String,
    /// Whose.
    user: String,
    /// When it was opened.
    #[schemars(with = "String")]
    created_at: Instant,
    /// When it was last used; null while it was not since the server started.
    #[schemars(with = "Option<String>")]
    seen_at: Option<Instant>,
    /// When it ends by itself.
    #[schemars(with = "String")]
    expires_at: Instant,
    /// From which address it was opened.
    peer: Option<String>,
    /// What the browser said it is.
    agent: Option<String>,
}

impl From<OpenLogin> for LoginObject {
    fn from(login: OpenLogin) -> Self {
        Self {
            id: login.id,
            user: login.user,
            created_at: Instant(login.created_at),
            seen_at: login.seen_at.map(Instant),
            expires_at: Instant(login.expires_at),
            peer: login.peer.as_ref().map(IpAddr::to_string),
            agent: login.agent,
        }
    }
}

pub(super) const KNOWN: &[&str] = &["user"];

/// `GET /logins`, `?user=` for one person's.
pub(super) async fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let user = query.one("user").map(str::to_owned);
    let user = match (ask.principal.is_full_admin(), &ask.login) {
        (true, _) => user,
        // A token may have the name of a user; it is not that user.
        (false, Some(_)) => Some(ask.principal.name.clone()),
        (false, None) => {
            return Err(HttpError::Forbidden(Text::new(
                "需要能管理全部应用的管理员",
                "this takes an administrator of all apps",
            )));
        }
    };
    ok(&List::whole(context.state.logins(user.as_deref()).into_iter().map(LoginObject::from).collect()))
}

pub(super) async fn end(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    let login = people::login(context, ask.actor(), ask.login.is_some(), id)?;
    people::end_login(context, ask.actor(), &login).await?;
    ok(&LoginObject::from(login))
}
