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
pub mod contract;
mod question;
mod trouble;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use jiff::Timestamp;
use tokio::sync::Semaphore;

pub use self::answer::SystemAnswer;
use self::breaker::Breaker;
pub(super) use self::question::Asked;
pub use self::question::SystemQuestion;
pub use self::trouble::{Trouble, host};
use super::rules::Then;
use crate::domain::{AppId, Asking, Secret, Text, Wording};
use crate::error_chain::Chain;
use crate::limits::{ASK_ANSWER_MAX, ASK_AT_ONCE, ASK_SYSTEMS_MAX};
use crate::outgoing::{Client, Limits, Options, OutgoingError, PrepareError};

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

    /// Passing a question to the next rule is no failure.
    fn is_well(&self) -> bool {
        matches!(self.asking, Asking::Decided | Asking::Passed)
    }

    fn nothing(asking: Asking, problem: Wording) -> Self {
        Self { problem: Some(problem), ..Self::only(asking) }
    }
}

#[derive(Debug)]
pub(super) struct Actor {
    client: Client,
    systems: Mutex<HashMap<(AppId, String), Arc<System>>>,
}

#[derive(Debug)]
struct System {
    breaker: Breaker,
    /// Bounds the tasks that a hanging webhook holds.
    at_once: Semaphore,
    trouble: Mutex<Option<Trouble>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Decision,
    /// Neither changes nor obeys the circuit.
    Trial,
}

impl Actor {
    pub(super) fn new(extra_roots: Option<PathBuf>) -> Result<Self, PrepareError> {
        let client = Client::new(&Options { extra_roots, keep_alive: true })?;
        Ok(Self { client, systems: Mutex::default() })
    }

    pub(super) async fn ask(
        &self,
        app: AppId,
        url: &str,
        secret: Option<&Secret>,
        question: &Asked<'_>,
        (time, purpose): (Duration, Purpose),
    ) -> Heard {
        let system = self.system(app, url);
        let Ok(_place) = system.at_once.try_acquire() else { return Heard::only(Asking::Busy) };
        if purpose == Purpose::Trial {
            return self.exchange(url, secret, question, time).await;
        }
        if !system.breaker.lets_through(Instant::now()) {
            return Heard::only(Asking::Resting);
        }
        let heard = self.exchange(url, secret, question, time).await;
        system.breaker.note(heard.is_well(), Instant::now());
        system.note(app, url, &heard, question.at);
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
                let what = unreachable(&error);
                let problem = Wording::new(format!("{}（{said}）", what.zh), format!("{} ({said})", what.en));
                Heard::nothing(Asking::Unreachable, problem)
            }
        }
    }

    pub(super) fn troubles(&self) -> Vec<Trouble> {
        let systems = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        let mut troubles: Vec<Trouble> = systems.values().filter_map(|system| system.trouble()).collect();
        troubles.sort_by(|one, other| (one.since, &one.url).cmp(&(other.since, &other.url)));
        troubles
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
        let system = Arc::new(System {
            breaker: Breaker::default(),
            at_once: Semaphore::new(ASK_AT_ONCE),
            trouble: Mutex::default(),
        });
        systems.insert((app, url.to_owned()), system.clone());
        system
    }
}

impl System {
    fn note(&self, app: AppId, url: &str, heard: &Heard, at: Timestamp) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        *trouble = trouble::after(trouble.take(), app, url, heard, at);
    }

    fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn unreachable(error: &OutgoingError) -> Text {
    match error {
        OutgoingError::Tls { .. } => Text::new(
            "对方的证书不被信任：请检查主机名和证书有效期；若由公司自己的机构签发，请把该机构的根证书写进配置 \
             [control] extra_roots 后重启（自签名的服务器证书不能当作根证书）",
            "its certificate is not trusted: check the host and the certificate's dates; for one of a company's own \
             authority put the root of that authority into [control] extra_roots of the configuration and restart (a \
             server's own certificate is no root)",
        ),
        OutgoingError::Connect { .. } => Text::new(
            "连不上：请检查主机名和端口、DNS，以及防火墙是否允许从这台服务器连出去",
            "no connection: check host and port, DNS, and whether a firewall lets this server connect outwards",
        ),
        OutgoingError::Address(_) => Text::new(
            "地址不能询问：应以 https:// 开头；只有本机可以用 http://",
            "the address cannot be asked: it begins with https://; http:// is for this machine only",
        ),
        OutgoingError::Late { .. } | OutgoingError::TooLong { .. } | OutgoingError::Broken { .. } => Text::new(
            "连接中断，或对方说的不是 HTTP：请检查地址和端口",
            "the connection broke, or it does not speak HTTP: check address and port",
        ),
    }
}
