//! `/erasures`: erases one person. For administrators of all apps. The audit entry is written first and
//! does not hold the number.

use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{HttpError, Response, blocking, json, ok};
use crate::erasure::{Certificate, Counts, Job, Wanted};
use crate::service::{Context, Instant, keeping};

/// Certificates, newest first, and where a search or an erasure stands.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Erasures {
    /// Every certificate.
    items: Vec<Certificate>,
    /// There is one page only.
    next: Option<String>,
    /// The search or erasure under way.
    running: Option<ErasureJob>,
    /// The last one since the start.
    last: Option<ErasureJob>,
}

/// A search or an erasure.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ErasureJob {
    /// The certificate will have the same id.
    id: String,
    /// Whether it only searches.
    dry_run: bool,
    /// Whether a made-up name takes the number's place.
    pseudonymise: bool,
    /// The number, masked.
    number: String,
    /// When it began.
    #[schemars(with = "String")]
    started_at: Instant,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    finished_at: Option<Instant>,
    /// How far it is, from 0 to 1.
    progress: f64,
    /// What was found.
    counts: Option<Counts>,
    /// Why it did not come to its end.
    error: Option<String>,
}

/// An erasure to begin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasureWanted {
    /// Whose number.
    number: String,
    /// Put a made-up name in its place, the same everywhere.
    #[serde(default)]
    pseudonymise: bool,
    /// Only search.
    #[serde(default)]
    dry_run: bool,
    /// Why; required unless it only searches.
    #[serde(default)]
    reason: String,
}

impl From<&Job> for ErasureJob {
    fn from(job: &Job) -> Self {
        Self {
            id: job.asked.id.clone(),
            dry_run: job.asked.dry_run,
            pseudonymise: job.asked.pseudonymise,
            number: job.asked.number.masked(),
            started_at: Instant(job.started_at),
            finished_at: job.finished_at.map(Instant),
            progress: job.progress,
            counts: job.result.clone(),
            error: job.error.clone(),
        }
    }
}

pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let erasure = context.erasure.clone();
    let standing = erasure.standing();
    let items = blocking(move || erasure.certificates()).await?;
    ok(&Erasures {
        items,
        next: None,
        running: standing.running.as_ref().map(ErasureJob::from),
        last: standing.last.as_ref().map(ErasureJob::from),
    })
}

/// `GET /erasures/{id}`: a certificate.
pub(super) async fn one(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let (erasure, id) = (context.erasure.clone(), id.to_owned());
    ok(&blocking(move || erasure.certificate(&id)).await?.ok_or(HttpError::NotFound)?)
}

/// `POST /erasures`: begins one; `GET /erasures` says how it goes.
pub(super) async fn begin(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let wanted: ErasureWanted = ask.json()?;
    let ErasureWanted { number, pseudonymise, dry_run, reason } = wanted;
    let wanted = Wanted { number, pseudonymise, dry_run, reason };
    let job = keeping::erase(context, ask.actor(), wanted).await?;
    Ok(json(StatusCode::ACCEPTED, &ErasureJob::from(&job)))
}
