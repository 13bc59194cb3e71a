//! The credentials of a request, checked again while its answer goes on for longer than a request.
//!
//! A login may end or lose rights, or a token be revoked, while its owner follows events or fetches a
//! long file. The transfer then ends. The command line is always admitted.

use std::sync::Arc;

use http::{HeaderMap, Method, header};
use jiff::Timestamp;

use super::HttpError;
use crate::domain::Text;
use crate::limits::ADMISSION_CHECK;
use crate::service::{Context, ServiceError};
use crate::state::Principal;

/// The cookie of the dashboard's login. It is accepted for reading only: a page of another site could
/// make a browser send it. The prefix limits it to this host and to TLS.
pub(super) const LOGIN_COOKIE: &str = "__Host-ringback_login";

#[derive(Debug, Clone)]
pub(crate) struct Admission {
    context: Arc<Context>,
    principal: Principal,
    login: Option<String>,
    /// The headers with the cookie or token; `None` for the command line.
    shown: Option<HeaderMap>,
    /// The state's revision when the credentials were last checked, and when that was.
    held: (u64, Timestamp),
}

impl Admission {
    pub(super) fn new(
        context: &Arc<Context>,
        principal: Principal,
        login: Option<String>,
        shown: Option<HeaderMap>,
    ) -> Self {
        let held = (context.state.revision(), context.clock.now());
        Self { context: context.clone(), principal, login, shown, held }
    }

    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Whether the same credentials give the same rights now.
    pub(crate) fn holds(&mut self) -> bool {
        let Some(headers) = &self.shown else { return true };
        let (revision, now) = (self.context.state.revision(), self.context.clock.now());
        // Called for every event: without a change of the state, the last result holds for a while.
        let age = now.duration_since(self.held.1);
        if self.held.0 == revision && !age.is_negative() && age.unsigned_abs() < ADMISSION_CHECK {
            return true;
        }
        let same = authenticate(&self.context, &Method::GET, headers)
            .is_ok_and(|(principal, login)| principal == self.principal && login == self.login);
        if same {
            self.held = (revision, now);
        }
        same
    }

    /// Fails when it does not hold any more.
    pub(crate) fn check(&mut self) -> Result<(), ServiceError> {
        if self.holds() { Ok(()) } else { Err(ServiceError::Unauthorised) }
    }

    /// Waits until it does not hold any more.
    pub(crate) async fn gone(mut self) {
        let mut look = tokio::time::interval(ADMISSION_CHECK);
        while self.holds() {
            look.tick().await;
        }
    }
}

/// Who sent the request, and by which login if a browser did.
pub(super) fn authenticate(
    context: &Context,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(Principal, Option<String>), HttpError> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(bearer);
        let principal = token.and_then(|token| context.state.bearer(token)).ok_or(HttpError::Unauthorised)?;
        return Ok((principal, None));
    }
    if *method != Method::GET {
        return Err(HttpError::Unauthorised);
    }
    let login = login_cookie(headers).and_then(|cookie| context.state.login(cookie));
    let login = login.ok_or(HttpError::Unauthorised)?;
    if context.state.owes_second_factor(&login.user) {
        return Err(HttpError::Forbidden(Text::new(
            "请先在 /account/second-factor 设置两步验证",
            "set up your second factor first, on the page /account/second-factor",
        )));
    }
    Ok((login.user.principal(), Some(login.id)))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn login_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == LOGIN_COOKIE).then_some(value)
    })
}
