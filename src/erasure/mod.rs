//! Erasing a person: everything of one number leaves journal, store and state; counts stay.
//!
//! One service behind the page, the API and the command line. [`Erasure::start`] first notes
//! the intent, sealed, so that a crash in the middle is followed by another run at the next
//! start. What is left of each callback is said in `scrub`, the steps are in `run`, and how a
//! number is found in `needle`. Nothing here logs the number, and nothing of it stays but a
//! salted hash in the certificate.

mod bindings;
mod holds;
mod needle;
mod notes;
mod run;
mod scrub;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::needle::Needle;
use self::run::{Intent, KIND, Run};
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::domain::{PhoneNumber, Secret, Seq};
use crate::error_chain::Chain;
use crate::journal::{AppendError, Body, FileJournal, Journal, ReadError, RewriteError};
use crate::retention::Retention;
use crate::state::{Principal, State, StateError, random};
use crate::store::{QueryError, Store};

/// The sealed intent's name in the state.
const INTENT: &str = "erasure/intent";
/// What the names of certificates begin with; the value is the number of the record.
const CERTIFICATE: &str = "erasure/certificate/";

/// The service. Clones share everything.
#[derive(Debug, Clone)]
pub struct Erasure(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<FileJournal>,
    store: Store,
    bindings: Bindings,
    state: State,
    retention: Retention,
    clock: Clock,
    data: PathBuf,
    stop: AtomicBool,
    jobs: Mutex<Standing>,
}

/// What was found of a person, and changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
#[schemars(rename = "ErasureCounts")]
pub struct Counts {
    /// Calls the person was a party of.
    pub calls: u64,
    /// Messages from or to the person.
    pub sms: u64,
    /// Bindings that name the person; they end.
    pub bindings: u64,
    /// Recordings of these calls.
    pub recordings: u64,
    /// Callbacks as received that hold the number, or belong to these calls.
    pub callbacks: u64,
    /// Callbacks whose bytes were gone already.
    pub summaries: u64,
    /// Entries of the audit trail that lose their personal part.
    pub audit: u64,
    /// Other records that hold the number.
    pub others: u64,
    /// Tails of interrupted writes that hold it.
    pub torn: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.callbacks += other.callbacks;
        self.summaries += other.summaries;
        self.audit += other.audit;
        self.others += other.others;
    }
}

/// A segment of the journal before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RewrittenSegment {
    /// Its name, which it keeps.
    pub segment: String,
    /// The SHA-256 of the file before.
    pub before: Option<String>,
    /// The SHA-256 of the file after; absent when nothing was left of it.
    pub after: Option<String>,
}

/// What was done, without saying to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ErasureCertificate")]
pub struct Certificate {
    /// Its id.
    pub id: String,
    /// `erased` or `pseudonymised`.
    pub mode: String,
    /// Who asked for it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it was done, RFC 3339.
    pub finished_at: String,
    /// SHA-256 of the salt followed by the number in E.164: whoever knows the number can check.
    pub number_sha256: String,
    /// The salt.
    pub salt: String,
    /// The last record it covers.
    pub through: Seq,
    /// What was found and changed.
    pub counts: Counts,
    /// The segments that were written anew.
    pub segments: Vec<RewrittenSegment>,
    /// What it does not cover.
    pub statement: String,
}

impl Certificate {
    /// What every certificate says about its limits.
    pub const STATEMENT: &str = "This covers the journal, the state and the store of this installation up to the record named. Backups made earlier, copies forwarded to other systems, exports, and what the platforms keep themselves are not covered.";
}

/// A search or an erasure, under way or over.
#[derive(Debug, Clone)]
pub struct Job {
    /// The erasure's id; the certificate has the same.
    pub id: String,
    /// Whether it only searches.
    pub dry_run: bool,
    /// Whether a made-up name takes the number's place.
    pub pseudonymise: bool,
    /// Whose number: shown only masked.
    pub number: PhoneNumber,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How far it is, from 0 to 1.
    pub progress: f64,
    /// What was found.
    pub counts: Option<Counts>,
    /// Why it failed.
    pub error: Option<String>,
}

/// Where searches and erasures stand.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The one under way.
    pub running: Option<Job>,
    /// The last one since the start.
    pub last: Option<Job>,
}

/// What a person asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whose number.
    pub number: String,
    /// Whether a made-up name takes its place, instead of nothing.
    pub pseudonymise: bool,
    /// Whether only to search.
    pub dry_run: bool,
    /// Why.
    pub reason: String,
}

/// What a person asks for, looked at: it may be done. Only [`Erasure::examine`] makes one.
#[derive(Debug)]
pub struct Examined {
    wanted: Wanted,
    number: PhoneNumber,
}

impl Examined {
    /// Whether it only searches.
    #[must_use]
    pub fn dry_run(&self) -> bool {
        self.wanted.dry_run
    }
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// One is under way.
    #[error("a search or an erasure is under way")]
    Busy,
    /// The store does not know everything yet.
    #[error("the store is being rebuilt; try again when it is done")]
    Rebuilding,
    /// The number cannot be a person's.
    #[error("a person's number has seven digits or more, and nothing but digits")]
    NotAPerson,
    /// No reason was given.
    #[error("an erasure needs a reason")]
    NoReason,
    /// A hold keeps something of this person.
    #[error("the hold {0} keeps something of this number; end it first")]
    Held(String),
    /// The server stops.
    #[error("stopped before the end; it goes on at the next start")]
    Stopped,
    /// A new segment could not be begun.
    #[error("finishing the segment being written")]
    Roll(#[source] std::io::Error),
    /// A torn tail could not be read or removed.
    #[error("looking at {}", path.display())]
    Torn {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The journal could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The journal could not be rewritten.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// The certificate could not be written.
    #[error("writing the certificate")]
    Append(#[from] AppendError),
    /// The bindings could not be ended or rewritten.
    #[error("the bindings")]
    Bindings(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store could not be read.
    #[error("reading the store")]
    Store(#[from] QueryError),
    /// The state could not be written.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Erasure {
    /// The service over the installation in `data`.
    #[must_use]
    pub fn new(
        journal: Arc<FileJournal>,
        store: Store,
        bindings: Bindings,
        state: State,
        retention: Retention,
        clock: Clock,
        data: PathBuf,
    ) -> Self {
        let (stop, jobs) = (AtomicBool::new(false), Mutex::default());
        Self(Arc::new(Inner { journal, store, bindings, state, retention, clock, data, stop, jobs }))
    }

    /// Looks at what is asked for: only what may be done can be begun.
    ///
    /// # Errors
    /// A number that is no person's, a missing reason, a hold in the way, another one under way.
    pub async fn examine(&self, wanted: Wanted) -> Result<Examined, ErasureError> {
        let number = PhoneNumber::parse(&wanted.number).ok_or(ErasureError::NotAPerson)?;
        let needle = Needle::new(&number).ok_or(ErasureError::NotAPerson)?;
        if !wanted.dry_run && wanted.reason.trim().is_empty() {
            return Err(ErasureError::NoReason);
        }
        if self.0.store.status().rebuilding.is_some() {
            return Err(ErasureError::Rebuilding);
        }
        if self.jobs().running.is_some() {
            return Err(ErasureError::Busy);
        }
        if !wanted.dry_run {
            let erasure = self.clone();
            let held = tokio::task::spawn_blocking(move || holds::held(&erasure, &needle)).await;
            if let Some(name) = held.unwrap_or(Ok(None))? {
                return Err(ErasureError::Held(name));
            }
        }
        Ok(Examined { wanted, number })
    }

    /// Begins a search or an erasure; [`Erasure::standing`] says how it goes.
    ///
    /// # Errors
    /// Another one has begun meanwhile, or the intent cannot be kept.
    pub async fn start(&self, by: &Principal, examined: Examined) -> Result<Job, ErasureError> {
        let Examined { wanted, number } = examined;
        let now = self.0.clock.now();
        let intent = Intent {
            id: random::hex(&random::bytes::<6>()),
            number: number.reveal().to_owned(),
            pseudonymise: wanted.pseudonymise,
            reason: wanted.reason.trim().to_owned(),
            by: by.name.clone(),
            salt: random::hex(&random::bytes::<16>()),
            started_at: now.to_string(),
        };
        let job = self.begin(&intent, wanted.dry_run)?;
        if !wanted.dry_run {
            let sealed = Secret::new(serde_json::to_string(&intent).unwrap_or_default());
            if let Err(error) = self.0.state.seal_value(Some(by), INTENT, sealed).await {
                self.jobs().running = None;
                return Err(error.into());
            }
        }
        self.spawn(intent, wanted.dry_run);
        Ok(job)
    }

    /// Goes on with what a crash interrupted.
    pub fn resume(&self) {
        let Some(sealed) = self.0.state.sealed_value(INTENT) else { return };
        let Ok(intent) = serde_json::from_str::<Intent>(sealed.reveal()) else { return };
        if self.begin(&intent, false).is_ok() {
            tracing::info!(erasure.id = %intent.id, "going on with an erasure");
            self.spawn(intent, false);
        }
    }

    /// Where searches and erasures stand.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.jobs().clone()
    }

    /// Every certificate, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn certificates(&self) -> Result<Vec<Certificate>, ErasureError> {
        let mut numbers: Vec<Seq> = self.0.state.values(CERTIFICATE);
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let mut certificates = Vec::new();
        for seq in numbers {
            certificates.extend(self.read(seq)?);
        }
        Ok(certificates)
    }

    /// One certificate.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn certificate(&self, id: &str) -> Result<Option<Certificate>, ErasureError> {
        match self.0.state.value::<Seq>(&format!("{CERTIFICATE}{id}")) {
            Some(seq) => self.read(seq),
            None => Ok(None),
        }
    }

    /// Lets a run under way come to an early end; it goes on at the next start.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }

    fn read(&self, seq: Seq) -> Result<Option<Certificate>, ErasureError> {
        let Some(record) = self.0.journal.get(seq)? else { return Ok(None) };
        let Body::Entry(entry) = record.body else { return Ok(None) };
        Ok((entry.kind == KIND).then(|| serde_json::from_value(Value::Object(entry.fields)).ok()).flatten())
    }

    fn begin(&self, intent: &Intent, dry_run: bool) -> Result<Job, ErasureError> {
        let mut jobs = self.jobs();
        if jobs.running.is_some() {
            return Err(ErasureError::Busy);
        }
        let job = Job {
            id: intent.id.clone(),
            dry_run,
            pseudonymise: intent.pseudonymise,
            number: PhoneNumber::from_stored(intent.number.clone()),
            started_at: self.0.clock.now(),
            finished_at: None,
            progress: 0.0,
            counts: None,
            error: None,
        };
        jobs.running = Some(job.clone());
        Ok(job)
    }

    fn spawn(&self, intent: Intent, dry: bool) {
        let erasure = self.clone();
        tokio::task::spawn_blocking(move || erasure.run(intent, dry));
    }

    fn run(&self, intent: Intent, dry: bool) {
        let progress = |progress: f64| {
            if let Some(job) = &mut self.jobs().running {
                job.progress = progress;
            }
        };
        let run = Run { erasure: self, intent, dry, progress: &progress };
        let ended = run.run();
        let mut jobs = self.jobs();
        let Some(mut job) = jobs.running.take() else { return };
        job.finished_at = Some(self.0.clock.now());
        job.progress = 1.0;
        match ended {
            Ok((counts, certificate)) => {
                if let Some(certificate) = certificate {
                    tracing::info!(erasure.id = %certificate.id, "a person was erased");
                }
                job.counts = Some(counts);
            }
            Err(error) => {
                tracing::error!(erasure.id = %job.id, error = %Chain(&error), "an erasure did not come to its end");
                job.error = Some(Chain(&error).to_string());
            }
        }
        jobs.last = Some(job);
    }

    fn jobs(&self) -> MutexGuard<'_, Standing> {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
