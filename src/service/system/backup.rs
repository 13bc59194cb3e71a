//! A copy of the data directory on the server's own disk, and the rebuild of what is derived.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::AuditAction;
use crate::error_chain::Chain;
use crate::journal::{self, CopyError};
use crate::service::{Actor, Context, ServiceError, blocking};

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
    actor: Actor<'_>,
    dest: PathBuf,
) -> Result<Result<BackupMade, CopyError>, ServiceError> {
    let by = actor.author(context, actor.change(AuditAction::SystemBackup, "system"))?;
    by.on_record().await?;
    let (data, to) = (context.server.data.clone(), dest.clone());
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

/// Rebuilds what is derived from the logs while the server runs: callbacks are taken, and the old index
/// of bindings answers until the new one is complete.
pub(crate) async fn rebuild(context: &Context, actor: Actor<'_>) -> Result<(), ServiceError> {
    let by = actor.author(context, actor.change(AuditAction::SystemReindex, "system"))?;
    by.on_record().await?;
    context.store.rebuild();
    let bindings = context.bindings.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = bindings.make_index_anew() {
            tracing::error!(error = %Chain(&error), "the index of bindings was not made anew");
        }
    });
    Ok(())
}
