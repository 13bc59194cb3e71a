//! Logins of browsers on record, and tries that failed.
//!
//! A login is put on record before it is opened ([`visit`]), whichever way it is opened: the form,
//! a second factor, another company's login page. A try that failed changes nothing: it is seen
//! here by the answer, in one place for all ways in. One that was refused because there were too
//! many is put on record where it is counted, once a window.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

use crate::audit::{Act, AuditAction};
use crate::http::admin::request::{Request, Site};
use crate::http::admin::throttle::Try;
use crate::http::{HttpError, Response};
use crate::limits::{AGENT_CHARS_MAX, NAME_CHARS_MAX};
use crate::state::{Entering, Visit};

pub(crate) fn visit(request: &Request) -> Visit {
    let (audit, peer) = (request.ctx().audit.clone(), Some(request.peer));
    let agent = request.agent().map(|agent| agent.chars().take(AGENT_CHARS_MAX).collect::<String>());
    Visit::new(peer, request.agent(), move |who, step| {
        let act = |action: AuditAction| Act::new(who, action, format!("user {}", who.name)).from(peer);
        let act = match step {
            Entering::SetUp => act(AuditAction::Setup),
            Entering::Admitted(issuer) => act(AuditAction::UserAdd).with("issuer", issuer),
            Entering::Ranked(issuer) => {
                act(AuditAction::UserChange).with("issuer", issuer).with("fields", vec!["role"])
            }
            Entering::LogIn(login) => {
                let act = act(AuditAction::Login).with("login", login);
                match &agent {
                    Some(agent) => act.with("agent", agent.as_str()),
                    None => act,
                }
            }
        };
        audit.author(who, act)
    })
}

pub(crate) struct Tried {
    site: Arc<Site>,
    peer: IpAddr,
    /// With which name, where one was typed. `None` is no try.
    name: Option<Option<String>>,
}

impl Tried {
    pub(crate) fn of(request: &Request, method: &Method) -> Self {
        let name = match (method == Method::POST, request.segments().as_slice()) {
            (true, ["login", ..]) => Some(request.field("name").map(str::to_owned)),
            _ => None,
        };
        Self { site: request.site.clone(), peer: request.peer, name }
    }

    /// Puts it on record where it failed; gives the answer on if that is done.
    pub(crate) async fn record(self, answered: Response) -> Result<Response, HttpError> {
        if let Some(name) = self.name
            && answered.status() == StatusCode::UNAUTHORIZED
        {
            let mut act = Act::unknown(AuditAction::LoginFailed, "login").from(Some(self.peer));
            if let Some(name) = name {
                act = act.with("name", cut(&name));
            }
            self.site.ctx.audit.record(act).await?;
        }
        Ok(answered)
    }
}

/// Counts a try; gives how long to wait when there were too many. `name` is what was tried.
pub(crate) async fn count_try(request: &Request, tried: &Try, name: &str) -> Result<Option<Duration>, HttpError> {
    let Err(held) = request.site.throttle.count(tried, request.now()) else { return Ok(None) };
    if held.is_first {
        let action = AuditAction::LoginThrottled;
        let act = match request.principal() {
            Ok(by) => Act::new(&by, action, format!("user {}", by.name)),
            Err(_) => Act::unknown(action, "login").with("name", cut(name)),
        };
        request.ctx().audit.record(act.from(Some(request.peer))).await?;
    }
    Ok(Some(held.wait))
}

/// What was typed as a name, no longer than one.
fn cut(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).collect()
}
