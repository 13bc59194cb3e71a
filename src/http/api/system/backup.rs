//! `POST /system/backup`: a copy of the data directory on the server's own disk.

use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ask::Ask;
use super::super::{HttpError, Response, blocking, ok};
use crate::journal::{self, CopyError};
use crate::service::Context;
use crate::state::{Author, NotRecorded};

/// Where a copy goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct BackupWanted {
    /// An absolute path on the server; nothing is there yet, or an empty directory.
    dest: PathBuf,
}

/// A copy that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::http) struct BackupMade {
    /// Where it is.
    pub(in crate::http) dest: String,
    /// Segments of both logs.
    pub(in crate::http) segments: u64,
    /// Other files: recordings, keys, certificates.
    pub(in crate::http) files: u64,
    /// Bytes of all of them.
    pub(in crate::http) bytes: u64,
}

/// `POST /system/backup`: a copy on the server's own disk.
pub(in crate::http::api) async fn backup(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.admin()?;
    let wanted: BackupWanted = ask.json()?;
    if !wanted.dest.is_absolute() {
        return Err(HttpError::BadRequest("dest must be an absolute path on the server".into()));
    }
    match copy(context, &ask.author(context), wanted.dest).await? {
        Ok(made) => ok(&made),
        Err(error @ (CopyError::NotEmpty(_) | CopyError::Inside(_) | CopyError::NoJournal(_))) => {
            Err(HttpError::BadRequest(error.to_string().into()))
        }
        Err(error @ CopyError::Io { .. }) => Err(HttpError::Internal(Box::new(error))),
    }
}

/// Copies the data directory to `dest`, an absolute path on the server's own disk.
///
/// # Errors
/// When `dest` is not fit for it, or a file cannot be read or written.
pub(in crate::http) async fn copy(
    context: &Context,
    by: &Author,
    dest: PathBuf,
) -> Result<Result<BackupMade, CopyError>, NotRecorded> {
    by.on_record().await?;
    let (by, data, to) = (by.clone(), context.server.data.clone(), dest.clone());
    // A task of its own: it goes on when whoever asked hangs up, and says how it ended.
    let copying = tokio::spawn(async move {
        let copied = blocking(move || journal::copy(&data, &to)).await;
        if copied.is_err() {
            by.failed("not_copied").await;
        }
        copied
    });
    let copied = copying.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let dest = dest.display().to_string();
    Ok(copied.map(|copied| BackupMade { dest, segments: copied.segments, files: copied.files, bytes: copied.bytes }))
}
