//! What is not as it should be: problems, the company's own systems that fail, and requests that came
//! to none of our addresses.

use schemars::JsonSchema;
use serde::Serialize;

use crate::control::Trouble;
use crate::domain::Wording;
use crate::service::{Context, Instant, Misdirected, MisdirectedRequest, problems::Fault};

/// One thing that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProblemObject {
    /// `journal_failing`, `rebuilding`, `journal_missing`, `journal_damaged`, `segment_given_up`,
    /// `state_damaged`, `bindings_damaged`, `changes_failing`, `disk_full` or `disk_low`.
    pub(crate) code: &'static str,
    /// `failing` when callbacks are not taken or the store is rebuilt, otherwise `warning`.
    pub(crate) severity: &'static str,
    /// What it is, and what to do.
    pub(crate) message: String,
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) text: Wording,
}

/// One of the company's own systems that does not answer as it should.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OwnSystem {
    /// The app whose rule asks it.
    pub(crate) app: String,
    /// The machine; the rest of the address may hold secrets.
    pub(crate) host: String,
    /// How many questions in a row it failed.
    pub(crate) failures: u32,
    /// The first of them.
    #[schemars(with = "String")]
    pub(crate) since: Instant,
    /// How the last one went, as in a decision's `asked`.
    pub(crate) asking: &'static str,
    /// Why, where there is more to say.
    pub(crate) problem: Option<String>,
}

/// Requests that came to none of this server's addresses: to another path, with a token that no app
/// has, or with a first line that cannot be read.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MisdirectedStatus {
    /// How many since the start.
    pub(crate) count: u64,
    /// The last of them, newest first.
    pub(crate) recent: Vec<MisdirectedItem>,
}

/// One of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MisdirectedItem {
    /// When it came.
    #[schemars(with = "String")]
    pub(crate) at: Instant,
    /// Who sent it.
    pub(crate) peer: String,
    /// Where to, without its query, and without what could be a token.
    pub(crate) path: String,
    /// What was wrong: `address`, `token`, `request_line`.
    pub(crate) missed: &'static str,
}

impl From<Fault> for ProblemObject {
    fn from(fault: Fault) -> Self {
        let Fault { code, weight, text } = fault;
        Self { code, severity: weight.name(), message: text.en.clone(), text }
    }
}

impl OwnSystem {
    pub(crate) fn of(context: &Context, trouble: &Trouble) -> Self {
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
    pub(crate) fn of(misdirected: &Misdirected) -> Self {
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
