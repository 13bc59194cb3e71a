//! Asking the company's own system what should happen, while the phone rings.
//!
//! One HTTP request, signed as Standard Webhooks 1.0 says, over a connection that stays open. It
//! has its time and not a moment more; what hangs, refuses, breaks off or says something that is
//! no decision leaves the question to the next rule, and after a few failures in a row is left
//! alone for a while ([`breaker`]).
//!
//! ```text
//! POST url   webhook-id: q_…   webhook-timestamp: 1763690001   webhook-signature: v1,…
//! {"type":"call.question","timestamp":"…","data":{"app":"…","x":"+86…","from":"+86…","session_id":"…","binding":{…}}}
//! 200        {"do":"connect","to":"+86…","max_minutes":30}      or close, forward, discard,
//!                                                               follow_binding, next
//! ```

mod answer;
mod breaker;
mod question;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use tokio::sync::Semaphore;

use self::breaker::Breaker;
pub(super) use self::question::Asked;
use super::rules::Then;
use crate::domain::{AppId, Asking, Secret, Wording};
use crate::error_chain::Chain;
use crate::limits::{ASK_ANSWER_MAX, ASK_AT_ONCE, ASK_SYSTEMS_MAX};
use crate::outgoing::{Client, Limits, Options, OutgoingError, PrepareError};

/// How asking went: what was decided, or why nothing was, where there is more to say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) asking: Asking,
    pub(super) then: Option<Then>,
    pub(super) problem: Option<Wording>,
}

impl Heard {
    fn only(asking: Asking) -> Self {
        Self { asking, then: None, problem: None }
    }

    fn nothing(asking: Asking, problem: Wording) -> Self {
        Self { problem: Some(problem), ..Self::only(asking) }
    }
}

/// Who asks.
#[derive(Debug)]
pub(super) struct Asker {
    client: Client,
    systems: Mutex<HashMap<(AppId, String), Arc<System>>>,
}

/// One address that is asked by one app.
#[derive(Debug)]
struct System {
    breaker: Breaker,
    /// What hangs holds few of our tasks.
    at_once: Semaphore,
}

impl Asker {
    /// Makes the client; nobody is asked yet.
    pub(super) fn new(extra_roots: Option<PathBuf>) -> Result<Self, PrepareError> {
        let client = Client::new(&Options { extra_roots, keep_alive: true })?;
        Ok(Self { client, systems: Mutex::default() })
    }

    /// Asks one system; an action is what it decided.
    pub(super) async fn ask(
        &self,
        app: AppId,
        url: &str,
        secret: Option<&Secret>,
        question: &Asked<'_>,
        time: Duration,
    ) -> Heard {
        let system = self.system(app, url);
        let Ok(_place) = system.at_once.try_acquire() else { return Heard::only(Asking::Busy) };
        if !system.breaker.lets_through(Instant::now()) {
            return Heard::only(Asking::Resting);
        }
        let heard = self.exchange(url, secret, question, time).await;
        // A decision that makes no sense is a fault of that system as much as silence is.
        let well = matches!(heard.asking, Asking::Decided | Asking::Passed);
        system.breaker.note(well, Instant::now());
        if !well {
            let problem = heard.problem.as_ref().map(|problem| problem.en.as_str());
            tracing::debug!(
                app = app.0,
                asking = heard.asking.name(),
                problem,
                "the company's own system did not decide"
            );
        }
        heard
    }

    async fn exchange(&self, url: &str, secret: Option<&Secret>, question: &Asked<'_>, time: Duration) -> Heard {
        let body = question.body();
        let id = question.id();
        let seconds = question.at.as_second();
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", seconds);
        if let Some(signature) = secret.and_then(|secret| question::sign(secret, &id, seconds, &body)) {
            request = request.header("webhook-signature", signature);
        }
        let Ok(request) = request.body(Bytes::from(body)) else { return Heard::only(Asking::Unreachable) };
        let limits = Limits { time, answer_max: ASK_ANSWER_MAX };
        match self.client.send(request, limits).await {
            Ok(answer) if answer.status() == StatusCode::OK => answer::read(answer.body()),
            Ok(answer) if answer.status() == StatusCode::NO_CONTENT => Heard::only(Asking::Passed),
            Ok(answer) => {
                let status = answer.status().as_u16();
                Heard::nothing(
                    Asking::Refused,
                    Wording::new(
                        format!("状态码 {status}，应为 200 或 204"),
                        format!("status {status}; 200 or 204 is an answer"),
                    ),
                )
            }
            Err(OutgoingError::Late { .. }) => Heard::only(Asking::Late),
            Err(OutgoingError::TooLong { .. }) => Heard::nothing(
                Asking::Invalid,
                Wording::new(
                    format!("答复超过 {ASK_ANSWER_MAX} 字节"),
                    format!("the answer is longer than {ASK_ANSWER_MAX} bytes"),
                ),
            ),
            Err(error) => {
                let said = Chain(&error).to_string();
                Heard::nothing(Asking::Unreachable, Wording::new(said.clone(), said))
            }
        }
    }

    fn system(&self, app: AppId, url: &str) -> Arc<System> {
        // Every change below is complete before anything can panic.
        let mut systems = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(system) = systems.get(&(app, url.to_owned())) {
            return system.clone();
        }
        if systems.len() >= ASK_SYSTEMS_MAX {
            // Addresses come and go with the rules; who is forgotten is asked as if for the first time.
            systems.clear();
        }
        let system = Arc::new(System { breaker: Breaker::default(), at_once: Semaphore::new(ASK_AT_ONCE) });
        systems.insert((app, url.to_owned()), system.clone());
        system
    }
}
