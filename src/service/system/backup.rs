//! A copy of the data directory on the server's own disk.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::journal::{self, CopyError};
use crate::service::{Context, blocking};
use crate::state::{Author, NotRecorded};

/// A copy that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BackupMade {
    /// Where it is.
    pub(crate) dest: String,
    /// Segments of both logs.
    pub(crate) segments: u64,
    /// Other files: recordings, keys, certificates.
    pub(crate) files: u64,
    /// Bytes of all of them.
    pub(crate) bytes: u64,
}

/// `dest`: an absolute path on the server's disk.
pub(crate) async fn copy(
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
