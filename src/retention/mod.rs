//! Retention: what is kept for how long, and the runs that remove the rest.
//!
//! One service for the page, the API, the command line and the nightly task. One run at a time, never
//! during a rebuild of the store. [`Policy`] says what is kept, by default everything; [`crate::store::Cut`]
//! removes rows and keeps counts.

mod jobs;
mod keeper;
mod policy;
mod run;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

pub(crate) use self::jobs::Jobs;
pub use self::jobs::Task;
use self::policy::{HOLD, POLICY};
pub use self::policy::{Hold, Policy};
pub use self::run::Freed;
use self::run::{RetentionRun, RunProgress};
use crate::clock::Clock;
use crate::domain::{ActorId, Wording};
use crate::error_chain::Chain;
use crate::journal::{AppendError, ReadError, Rewrite, RewriteError};
use crate::limits::HOLDS_MAX;
use crate::state::{Author, Behalf, NotRecorded, State, StateError, random};
use crate::store::{QueryError, Store};

const DONE: &str = "retention/done";
/// The dashboard's hour, UTC+8, in minutes.
const BEIJING_MINUTES: i64 = 8 * 60;

#[derive(Debug, Clone)]
pub struct Retention(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<dyn Rewrite>,
    store: Store,
    state: State,
    clock: Clock,
    jobs: Jobs<Wanted, Freed>,
}

pub type Job = Task<Wanted, Freed>;

#[derive(Debug, Clone)]
pub struct Wanted {
    pub dry_run: bool,
    /// `None` for the nightly run.
    pub by: Option<ActorId>,
}

#[derive(Debug, Clone, Default)]
pub struct RetentionStatus {
    pub running: Option<Job>,
    pub last: Option<Job>,
    pub last_dry: Option<Job>,
    /// When a run last completed, also before this start.
    pub last_at: Option<Timestamp>,
}

#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    #[error("a run is under way")]
    Busy,
    #[error("the store is being rebuilt; try again when it is done")]
    Rebuilding,
    #[error("the store did not apply what was written")]
    Behind,
    #[error("stopped before the end; the next run goes on")]
    Stopped,
    #[error("{}", .0.en)]
    Invalid(Wording),
    #[error("there is no hold {0}")]
    NoHold(String),
    #[error("finishing the segment being written")]
    Roll(#[source] std::io::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    #[error("writing a cut")]
    Append(#[from] AppendError),
    #[error("reading the store")]
    Store(#[from] QueryError),
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
    #[error(transparent)]
    State(#[from] StateError),
}

impl Retention {
    #[must_use]
    pub fn new(journal: Arc<dyn Rewrite>, store: Store, state: State, clock: Clock) -> Self {
        Self(Arc::new(Inner { journal, store, state, clock, jobs: Jobs::default() }))
    }

    #[must_use]
    pub fn policy(&self) -> Policy {
        self.0.state.value(POLICY).unwrap_or_default()
    }

    pub async fn set_policy(&self, by: &Author, policy: &Policy) -> Result<(), RetentionError> {
        policy.check()?;
        Ok(self.0.state.set_value(by, POLICY, policy).await?)
    }

    #[must_use]
    pub fn holds(&self) -> Vec<Hold> {
        self.0.state.values(HOLD)
    }

    /// Fills in the hold's id, who and when.
    pub async fn add_hold(&self, by: &Author, mut hold: Hold) -> Result<Hold, RetentionError> {
        hold.id = random::hex(&random::bytes::<4>());
        by.who().name.clone_into(&mut hold.by);
        hold.by_kind = Some(by.who().kind.name().to_owned());
        hold.created_at = self.0.clock.now().to_string();
        hold.check()?;
        if self.holds().len() >= HOLDS_MAX {
            return Err(RetentionError::Invalid(Wording::new(
                format!("已有 {HOLDS_MAX} 个冻结，不能再多"),
                format!("there are {HOLDS_MAX} holds already, which is the most"),
            )));
        }
        self.0.state.set_value(by, &format!("{HOLD}{}", hold.id), &hold).await?;
        Ok(hold)
    }

    pub async fn end_hold(&self, by: &Author, id: &str) -> Result<Hold, RetentionError> {
        let hold = self.holds().into_iter().find(|hold| hold.id == id);
        let hold = hold.ok_or_else(|| RetentionError::NoHold(id.to_owned()))?;
        self.0.state.forget_value(by, &format!("{HOLD}{id}")).await?;
        Ok(hold)
    }

    #[must_use]
    pub fn standing(&self) -> RetentionStatus {
        let jobs = &self.0.jobs;
        RetentionStatus {
            running: jobs.running(),
            last: jobs.last(),
            last_dry: jobs.last_dry(),
            last_at: self.done().and_then(|done| done.at.parse().ok()),
        }
    }

    pub async fn start(&self, by: &Author, dry_run: bool) -> Result<Job, RetentionError> {
        self.begin(by, Wanted { dry_run, by: Some(by.who().id()) }, true).await
    }

    async fn begin(&self, by: &Author, wanted: Wanted, full: bool) -> Result<Job, RetentionError> {
        if self.0.store.status().rebuilding.is_some() {
            return Err(RetentionError::Rebuilding);
        }
        let dry_run = wanted.dry_run;
        let job = self.0.jobs.begin(wanted, self.0.clock.now()).ok_or(RetentionError::Busy)?;
        // A dry run changes nothing.
        if !dry_run && let Err(error) = by.on_record().await {
            self.0.jobs.withdraw();
            return Err(error.into());
        }
        let retention = self.clone();
        tokio::task::spawn_blocking(move || retention.run(dry_run, full));
        Ok(job)
    }

    fn run(&self, dry: bool, full: bool) {
        let progress = |progress: f64| self.0.jobs.progress(progress);
        let run = RetentionRun {
            retention: self,
            policy: self.policy(),
            holds: self.holds(),
            dry,
            full,
            progress: &progress,
        };
        let ended = run.run().and_then(|(freed, done)| {
            if !dry {
                let noted = self.0.state.set_value(Behalf::House, DONE, &done);
                tokio::runtime::Handle::current().block_on(noted)?;
            }
            Ok(freed)
        });
        match &ended {
            Ok(freed) => {
                tracing::info!(dry_run = dry, raw = freed.raw, calls = freed.calls, sms = freed.sms, "retention ran");
            }
            Err(error) => {
                tracing::warn!(dry_run = dry, error = %Chain(error), "a retention run failed");
            }
        }
        self.0.jobs.end(self.0.clock.now(), dry, ended);
    }

    /// Starts the nightly run if the policy removes something and no run completed since its hour last
    /// last_occurrence. Without its audit entry it does not start.
    pub async fn run_if_due(&self, by: &Author) {
        if !self.policy().removes_something() || !self.is_due() {
            return;
        }
        match self.begin(by, Wanted { dry_run: false, by: None }, false).await {
            // Tried again in a minute.
            Ok(_) | Err(RetentionError::Busy | RetentionError::Rebuilding) => {}
            Err(error) => tracing::warn!(error = %Chain(&error), "the nightly run was not begun"),
        }
    }

    fn is_due(&self) -> bool {
        let now = self.0.clock.now();
        let last = self.done().and_then(|done| done.at.parse::<Timestamp>().ok());
        let failed_lately = self.0.jobs.last().is_some_and(|job| {
            job.error.is_some() && now.duration_since(job.started_at) < SignedDuration::from_hours(1)
        });
        !failed_lately && last.is_none_or(|last| last < last_occurrence(now, self.policy().at_minute))
    }

    pub fn stop(&self) {
        self.0.jobs.stop();
    }

    fn done(&self) -> Option<RunProgress> {
        self.0.state.value(DONE)
    }
}

/// When this minute of the day (Beijing time) last was.
fn last_occurrence(now: Timestamp, at_minute: u16) -> Timestamp {
    let minutes = now.as_second().div_euclid(60) + BEIJING_MINUTES - i64::from(at_minute);
    let last = minutes.div_euclid(24 * 60) * 24 * 60 - BEIJING_MINUTES + i64::from(at_minute);
    Timestamp::from_second(last * 60).unwrap_or(Timestamp::UNIX_EPOCH)
}
