//! What is not as it should be: problems, the company's own systems that fail, and requests that came
//! to none of our addresses.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::Instant;
use crate::control::Trouble;
use crate::domain::Wording;
use crate::service::Context;
use crate::service::problems::Fault;
use crate::service::{Misdirected, MisdirectedRequest};

/// One thing that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct ProblemObject {
    /// `journal_failing`, `rebuilding`, `journal_missing`, `journal_damaged`, `segment_given_up`,
    /// `state_damaged`, `bindings_damaged`, `changes_failing`, `disk_full` or `disk_low`.
    pub(in crate::http) code: &'static str,
    /// `failing` when callbacks are not taken or the store is rebuilt, otherwise `warning`.
    pub(in crate::http) severity: &'static str,
    /// What it is, and what to do.
    pub(in crate::http) message: String,
    #[serde(skip)]
    #[schemars(skip)]
    pub(in crate::http) text: Wording,
}

/// One of the company's own systems that does not answer as it should.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct OwnSystem {
    /// The app whose rule asks it.
    pub(in crate::http) app: String,
    /// The machine; the rest of the address may hold secrets.
    pub(in crate::http) host: String,
    /// How many questions in a row it failed.
    pub(in crate::http) failures: u32,
    /// The first of them.
    #[schemars(with = "String")]
    pub(in crate::http) since: Instant,
    /// How the last one went, as in a decision's `asked`.
    pub(in crate::http) asking: &'static str,
    /// Why, where there is more to say.
    pub(in crate::http) problem: Option<String>,
}

/// Requests that came to none of this server's addresses: to another path, with a token that no app
/// has, or with a first line that cannot be read.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct MisdirectedStatus {
    /// How many since the start.
    pub(in crate::http) count: u64,
    /// The last of them, newest first.
    pub(in crate::http) recent: Vec<MisdirectedItem>,
}

/// One of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct MisdirectedItem {
    /// When it came.
    #[schemars(with = "String")]
    pub(in crate::http) at: Instant,
    /// Who sent it.
    pub(in crate::http) peer: String,
    /// Where to, without its query, and without what could be a token.
    pub(in crate::http) path: String,
    /// What was wrong: `address`, `token`, `request_line`.
    pub(in crate::http) missed: &'static str,
}

impl From<Fault> for ProblemObject {
    fn from(fault: Fault) -> Self {
        let Fault { code, weight, text } = fault;
        Self { code, severity: weight.name(), message: text.en.clone(), text }
    }
}

impl OwnSystem {
    pub(super) fn of(context: &Context, trouble: &Trouble) -> Self {
        Self {
            app: context.state.app(trouble.app).map_or_else(|| trouble.app.0.to_string(), |app| app.name.clone()),
            host: crate::control::host(&trouble.url).to_owned(),
            failures: trouble.failures,
            since: Instant(trouble.since),
            asking: trouble.asking.name(),
            problem: trouble.problem.as_ref().map(|problem| problem.en.clone()),
        }
    }
}

impl MisdirectedStatus {
    pub(super) fn of(misdirected: &Misdirected) -> Self {
        let (count, recent) = misdirected.seen();
        let item = |request: MisdirectedRequest| MisdirectedItem {
            at: Instant(request.at),
            peer: request.peer.to_string(),
            path: request.path,
            missed: request.missed.name(),
        };
        Self { count, recent: recent.into_iter().map(item).collect() }
    }
}
