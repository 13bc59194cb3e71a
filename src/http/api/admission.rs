//! With what somebody was let in, asked again while an answer goes on for longer than a request.
//!
//! A login may be ended, run out, or lose rights, a token may be taken back, while its owner
//! follows events or fetches a long file. Whoever is not let in any more gets nothing more; they
//! may come back with what they hold then. The command line is always let in.

use std::sync::Arc;

use http::{HeaderMap, Method};
use jiff::Timestamp;

use super::ask::Ask;
use super::authenticate;
use crate::limits::ADMISSION_CHECK;
use crate::service::Context;
use crate::service::ServiceError;
use crate::state::Principal;

/// With what, and as whom.
#[derive(Debug, Clone)]
pub(in crate::http) struct Admission {
    context: Arc<Context>,
    principal: Principal,
    login: Option<String>,
    /// What was shown: a cookie or a token. None by whoever is known without.
    shown: Option<HeaderMap>,
    /// The change of the state up to which it is known to hold, and since when.
    held: (u64, Timestamp),
}

impl Admission {
    /// That of a request.
    pub(super) fn of(context: &Arc<Context>, ask: &Ask) -> Self {
        Self {
            context: context.clone(),
            principal: ask.principal.clone(),
            login: ask.login.clone(),
            shown: (!ask.known).then(|| ask.headers.clone()),
            held: (context.state.revision(), context.clock.now()),
        }
    }

    /// That of a page's request.
    pub(in crate::http) fn of_login(
        context: &Arc<Context>,
        principal: Principal,
        login: String,
        headers: HeaderMap,
    ) -> Self {
        Self {
            context: context.clone(),
            principal,
            login: Some(login),
            shown: Some(headers),
            held: (context.state.revision(), context.clock.now()),
        }
    }

    /// The services that were asked.
    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Whether the same would be let in now, with the same rights.
    pub(super) fn holds(&mut self) -> bool {
        let Some(headers) = &self.shown else { return true };
        let (revision, now) = (self.context.state.revision(), self.context.clock.now());
        // Asked for every event: what nothing has changed about since a moment ago still holds.
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

    /// Refuses where it does not.
    ///
    /// # Errors
    /// That nobody is let in with this any more.
    pub(super) fn check(&mut self) -> Result<(), ServiceError> {
        if self.holds() { Ok(()) } else { Err(ServiceError::Unauthorised) }
    }

    /// Waits until it does not.
    pub(super) async fn gone(mut self) {
        let mut look = tokio::time::interval(ADMISSION_CHECK);
        while self.holds() {
            look.tick().await;
        }
    }
}
