//! `/system`: how this installation is doing; its copy and its rebuild.

use std::path::PathBuf;
use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{Context, HttpError, Instant, Response, blocking, json, ok};
use crate::journal::{self, CopyError};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct System {
    version: &'static str,
    started_at: Instant,
    uptime_seconds: i64,
    data: String,
    public_url: Option<String>,
    listen: String,
    plain_listen: Option<String>,
    certificate: Certificate,
    journal: JournalStatus,
    store: StoreStatus,
    apps: usize,
    set_up: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Certificate {
    names: Vec<String>,
    issuer: String,
    not_after: Option<Instant>,
    self_signed: bool,
    source: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct JournalStatus {
    durable: u64,
    segments: u64,
    bytes: u64,
    failing: Option<String>,
    reserve_used: bool,
    torn: u64,
    damaged: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StoreStatus {
    applied: u64,
    waiting: u64,
    rebuilding: Option<f64>,
    calls: u64,
    callbacks: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupWanted {
    dest: PathBuf,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BackupMade {
    dest: String,
    segments: u64,
    files: u64,
    bytes: u64,
}

/// `GET /system`
pub(super) async fn status(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    ask.no_query()?;
    let context = context.clone();
    let status = blocking(move || System::new(&context)).await;
    ok(&status)
}

/// `POST /system/backup`: a copy on the server's own disk.
pub(super) async fn backup(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    let wanted: BackupWanted = ask.json()?;
    if !wanted.dest.is_absolute() {
        return Err(HttpError::BadRequest("dest must be an absolute path on the server".to_owned()));
    }
    let (data, dest) = (context.server.data.clone(), wanted.dest.clone());
    match blocking(move || journal::copy(&data, &dest)).await {
        Ok(copied) => {
            let dest = wanted.dest.display().to_string();
            ok(&BackupMade { dest, segments: copied.segments, files: copied.files, bytes: copied.bytes })
        }
        Err(error @ (CopyError::NotEmpty(_) | CopyError::Inside(_) | CopyError::NoJournal(_))) => {
            Err(HttpError::BadRequest(error.to_string()))
        }
        Err(error @ CopyError::Io { .. }) => Err(HttpError::Internal(Box::new(error))),
    }
}

/// `POST /system/reindex`: the store is emptied and built anew; the answer does not wait for it.
pub(super) async fn reindex(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    context.store.rebuild();
    let context = context.clone();
    Ok(json(StatusCode::ACCEPTED, &blocking(move || System::new(&context)).await))
}

impl System {
    fn new(context: &Context) -> Self {
        let (server, health, store) = (&context.server, context.journal.health(), context.store.status());
        let certificate = server.certificate.load();
        let durable = *context.journal.durable().borrow();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            started_at: Instant(server.started_at),
            uptime_seconds: context.clock.now().as_second() - server.started_at.as_second(),
            data: server.data.display().to_string(),
            public_url: server.public_url.clone(),
            listen: server.listen.to_string(),
            plain_listen: server.plain_listen.map(|address| address.to_string()),
            certificate: Certificate {
                names: certificate.names.clone(),
                issuer: certificate.issuer.clone(),
                not_after: certificate.not_after.map(Instant),
                self_signed: certificate.self_signed,
                source: certificate.source.clone(),
            },
            journal: JournalStatus {
                durable,
                segments: health.segments,
                bytes: health.bytes,
                failing: health.failing,
                reserve_used: health.reserve_used,
                torn: health.torn,
                damaged: context.journal.damage().len(),
            },
            store: StoreStatus {
                applied: store.applied,
                waiting: durable.saturating_sub(store.applied),
                rebuilding: store.rebuilding,
                calls: store.calls,
                callbacks: store.callbacks,
                bytes: store.bytes,
            },
            apps: context.state.apps().len(),
            set_up: context.state.setup_code().is_none(),
        }
    }
}
