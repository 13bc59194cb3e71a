//! What browsers did, for the audit trail: changes, logins, logins that failed.
//!
//! It looks at what was asked and at what was answered, in one place for all pages, so that a
//! new page cannot forget it. A login is known by the cookie that the answer sets, whichever
//! way it was opened: the form, a second factor, another company's login page. A try that was
//! refused because there were too many is put on record where it is counted, once a window.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode, header};

use super::request::{LOGIN_COOKIE, Request, Site, decoded};
use super::throttle::Try;
use crate::audit::Act;
use crate::http::acts::Deed;
use crate::http::{HttpError, Response};
use crate::state::Principal;

/// What was asked, kept while the request is answered.
pub(super) struct Asked {
    site: Arc<Site>,
    peer: IpAddr,
    agent: Option<String>,
    by: Option<Principal>,
    what: What,
}

enum What {
    /// A page was looked at.
    Look,
    /// A login was tried, with this name.
    Login(Option<String>),
    Logout,
    Setup,
    /// Something was changed.
    Change(Deed),
    /// What records itself, or is no act: a language, a reveal.
    Other,
}

impl Asked {
    pub(super) fn of(request: &Request, method: &Method) -> Self {
        let what = match (method == Method::POST, request.segments().as_slice()) {
            (false, _) => What::Look,
            (_, ["login", ..]) => What::Login(request.field("name").map(str::to_owned)),
            (_, ["logout"]) => What::Logout,
            (_, ["setup", ..]) => What::Setup,
            (_, ["preferences" | "reveal", ..]) => What::Other,
            (_, path) => {
                let path: Vec<String> = path.iter().map(|part| decoded(part)).collect();
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                What::Change(Deed::of(request.ctx(), method, &path, &request.form))
            }
        };
        Self {
            site: request.site.clone(),
            peer: request.peer,
            agent: request.agent().map(str::to_owned),
            by: request.principal().ok(),
            what,
        }
    }

    /// Puts it on record; gives the answer on if that is done.
    pub(super) async fn record(self, answered: Response) -> Result<Response, HttpError> {
        let (ctx, peer) = (&self.site.ctx, Some(self.peer));
        if let Some(cookie) = new_login(&answered) {
            if let Some(login) = ctx.state.login(&cookie) {
                let by = login.user.principal();
                ctx.state.note_login(&cookie, peer, self.agent.as_deref()).await?;
                let mut act = Act::new(&by, "login", format!("user {}", by.name)).from(peer).with("login", login.id);
                if let Some(agent) = self.agent {
                    act = act.with("agent", agent.chars().take(crate::limits::AGENT_CHARS_MAX).collect::<String>());
                }
                if matches!(self.what, What::Setup) {
                    ctx.audit.record(Act::new(&by, "setup", format!("user {}", by.name)).from(peer)).await?;
                }
                ctx.audit.record(act).await?;
            }
            return Ok(answered);
        }
        match (self.what, self.by) {
            (What::Login(name), _) if answered.status() == StatusCode::UNAUTHORIZED => {
                let mut act = Act::unknown("login.failed", "login").from(peer);
                if let Some(name) = name {
                    act = act.with("name", cut(&name));
                }
                ctx.audit.record(act).await?;
            }
            (What::Logout, Some(by)) => {
                ctx.audit.record(Act::new(&by, "logout", format!("user {}", by.name)).from(peer)).await?;
            }
            (What::Change(deed), Some(by)) => return deed.record(ctx, &by, peer, answered).await,
            _ => {}
        }
        Ok(answered)
    }
}

/// Counts a try; gives how long to wait when there were too many. `name` is what was tried.
///
/// # Errors
/// When the first one too many of a window cannot be put on record.
pub(super) async fn count_try(request: &Request, tried: &Try, name: &str) -> Result<Option<Duration>, HttpError> {
    let Err(held) = request.site.throttle.count(tried, request.now()) else { return Ok(None) };
    if held.is_first {
        const ACTION: &str = "login.throttled";
        let act = match request.principal() {
            Ok(by) => Act::new(&by, ACTION, format!("user {}", by.name)),
            Err(_) => Act::unknown(ACTION, "login").with("name", cut(name)),
        };
        request.ctx().audit.record(act.from(Some(request.peer))).await?;
    }
    Ok(Some(held.wait))
}

/// What was typed as a name, no longer than one.
fn cut(name: &str) -> String {
    name.chars().take(crate::limits::NAME_CHARS_MAX).collect()
}

/// The value of the login cookie that an answer sets.
fn new_login(answered: &Response) -> Option<String> {
    let cookies = answered.headers().get_all(header::SET_COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies.into_iter().find_map(|cookie| {
        let (name, value) = cookie.split(';').next()?.split_once('=')?;
        (name == LOGIN_COOKIE && !value.is_empty()).then(|| value.to_owned())
    })
}
