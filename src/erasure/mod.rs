//! Erases a person: one number is removed from journal, store and state; counts stay.
//!
//! One service for the page, the API and the command line. [`Erasure::start`] first stores the sealed
//! intent, so that the next start resumes after a crash. The steps are in `run`, the search for a number
//! in `needle`, and what stays of a callback in `scrub`. The number is never logged; only a salted hash
//! stays, in the certificate.

mod bindings;
mod certificate;
mod error;
mod holds;
mod needle;
mod notes;
mod run;
mod scrub;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

pub use self::certificate::{Certificate, Counts, RewrittenSegment};
pub use self::error::ErasureError;
use self::needle::Needle;
use self::run::{ErasureRun, Intent, KIND};
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::domain::{PhoneNumber, Secret, Seq};
use crate::error_chain::Chain;
use crate::journal::{Body, Rewrite};
use crate::limits::PAGE_MAX;
use crate::retention::{self, Jobs, Retention};
use crate::state::{Author, State, random};
use crate::store::{Listing, Page, Store};

const INTENT: &str = "erasure/intent";
/// Prefix of certificates in the state; the value is the record's number.
const CERTIFICATE: &str = "erasure/certificate/";

#[derive(Debug, Clone)]
pub struct Erasure(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<dyn Rewrite>,
    store: Store,
    bindings: Bindings,
    state: State,
    retention: Retention,
    clock: Clock,
    data: PathBuf,
    jobs: Jobs<Asked, Counts>,
}

pub type Job = retention::Task<Asked, Counts>;

#[derive(Debug, Clone)]
pub struct Asked {
    /// Also the certificate's.
    pub id: String,
    pub dry_run: bool,
    /// Whether a made-up name replaces the number.
    pub pseudonymise: bool,
    pub number: PhoneNumber,
}

#[derive(Debug, Clone, Default)]
pub struct ErasureStatus {
    pub running: Option<Job>,
    pub last: Option<Job>,
}

#[derive(Debug, Clone)]
pub struct Wanted {
    pub number: String,
    /// Whether a made-up name replaces the number.
    pub pseudonymise: bool,
    pub dry_run: bool,
    pub reason: String,
}

/// A checked request. Only [`Erasure::examine`] makes one.
#[derive(Debug)]
pub struct Examined {
    wanted: Wanted,
    number: PhoneNumber,
}

impl Examined {
    #[must_use]
    pub fn dry_run(&self) -> bool {
        self.wanted.dry_run
    }
}

impl Erasure {
    #[must_use]
    pub fn new(
        journal: Arc<dyn Rewrite>,
        store: Store,
        bindings: Bindings,
        state: State,
        retention: Retention,
        clock: Clock,
        data: PathBuf,
    ) -> Self {
        Self(Arc::new(Inner { journal, store, bindings, state, retention, clock, data, jobs: Jobs::default() }))
    }

    /// Checks a request: the number, the reason, holds, and whether another job is running.
    pub async fn examine(&self, wanted: Wanted) -> Result<Examined, ErasureError> {
        let number = PhoneNumber::parse(&wanted.number).ok_or(ErasureError::NotAPerson)?;
        let needle = Needle::new(&number).ok_or(ErasureError::NotAPerson)?;
        if !wanted.dry_run && wanted.reason.trim().is_empty() {
            return Err(ErasureError::NoReason);
        }
        if self.0.store.status().rebuilding.is_some() || self.0.bindings.reading().is_some() {
            return Err(ErasureError::Rebuilding);
        }
        if self.0.jobs.running().is_some() {
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

    pub async fn start(&self, by: &Author, examined: Examined) -> Result<Job, ErasureError> {
        let Examined { wanted, number } = examined;
        let now = self.0.clock.now();
        let intent = Intent {
            id: random::hex(&random::bytes::<6>()),
            number: number.reveal().to_owned(),
            pseudonymise: wanted.pseudonymise,
            reason: wanted.reason.trim().to_owned(),
            by: by.who().name.clone(),
            by_kind: Some(by.who().kind.name().to_owned()),
            salt: random::hex(&random::bytes::<16>()),
            started_at: now.to_string(),
        };
        let job = self.begin(&intent, wanted.dry_run)?;
        let begun = match wanted.dry_run {
            // A search shows a person's data, so it is audited too.
            true => by.on_record().await.map(drop).map_err(ErasureError::from),
            false => {
                let sealed = Secret::new(serde_json::to_string(&intent).unwrap_or_default());
                self.0.state.seal_value(by, INTENT, sealed).await.map_err(ErasureError::from)
            }
        };
        if let Err(error) = begun {
            self.0.jobs.withdraw();
            return Err(error);
        }
        self.spawn(intent, wanted.dry_run);
        Ok(job)
    }

    /// Resumes an erasure that a crash interrupted.
    pub fn resume(&self) {
        let Some(sealed) = self.0.state.sealed_value(INTENT) else { return };
        let Ok(intent) = serde_json::from_str::<Intent>(sealed.reveal()) else { return };
        if self.begin(&intent, false).is_ok() {
            tracing::info!(erasure.id = %intent.id, "resuming an interrupted erasure");
            self.spawn(intent, false);
        }
    }

    #[must_use]
    pub fn standing(&self) -> ErasureStatus {
        let jobs = &self.0.jobs;
        let last = [jobs.last(), jobs.last_dry()].into_iter().flatten().max_by_key(|job| job.finished_at);
        ErasureStatus { running: jobs.running(), last }
    }

    /// Every certificate, newest first.
    pub fn certificates(&self) -> Result<Vec<Certificate>, ErasureError> {
        let mut numbers: Vec<Seq> = self.0.state.values(CERTIFICATE);
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let mut certificates = Vec::new();
        for seq in numbers {
            certificates.extend(self.read(seq)?);
        }
        Ok(certificates)
    }

    pub fn certificate(&self, id: &str) -> Result<Option<Certificate>, ErasureError> {
        match self.0.state.value::<Seq>(&format!("{CERTIFICATE}{id}")) {
            Some(seq) => self.read(seq),
            None => Ok(None),
        }
    }

    /// Stops the running job; it resumes at the next start.
    pub fn stop(&self) {
        self.0.jobs.stop();
    }

    fn read(&self, seq: Seq) -> Result<Option<Certificate>, ErasureError> {
        let Some(record) = self.0.journal.get(seq)? else { return Ok(None) };
        let Body::Entry(entry) = record.body else { return Ok(None) };
        Ok((entry.kind == KIND).then(|| serde_json::from_value(Value::Object(entry.fields)).ok()).flatten())
    }

    fn begin(&self, intent: &Intent, dry_run: bool) -> Result<Job, ErasureError> {
        let number = PhoneNumber::from_stored(intent.number.clone());
        let asked = Asked { id: intent.id.clone(), dry_run, pseudonymise: intent.pseudonymise, number };
        self.0.jobs.begin(asked, self.0.clock.now()).ok_or(ErasureError::Busy)
    }

    fn spawn(&self, intent: Intent, dry: bool) {
        let erasure = self.clone();
        tokio::task::spawn_blocking(move || erasure.run(intent, dry));
    }

    fn run(&self, intent: Intent, dry: bool) {
        let (id, progress) = (intent.id.clone(), |progress: f64| self.0.jobs.progress(progress));
        let ended = ErasureRun { erasure: self, intent, dry, progress: &progress }.run();
        match &ended {
            Ok((_, Some(_))) => tracing::info!(erasure.id = %id, "a person was erased"),
            Ok((_, None)) => {}
            Err(error) => {
                tracing::error!(erasure.id = %id, error = %Chain(error), "an erasure failed");
            }
        }
        self.0.jobs.end(self.0.clock.now(), dry, ended.map(|(counts, _)| counts));
    }
}

/// Every row of a listing, read page by page.
fn rows<T, E>(read: impl Fn(&Page) -> Result<Listing<T>, E>) -> impl Iterator<Item = Result<T, E>> {
    let mut next = Some(Page { limit: PAGE_MAX, cursor: None });
    let pages = std::iter::from_fn(move || {
        Some(match read(&next.take()?) {
            Ok(listing) => {
                next = listing.next.map(|cursor| Page { limit: PAGE_MAX, cursor: Some(cursor) });
                listing.items.into_iter().map(Ok).collect()
            }
            Err(error) => vec![Err(error)],
        })
    });
    pages.flatten()
}
