//! `/system`: the state of this installation, backup and rebuild.

use std::path::PathBuf;
use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ask::Ask;
use super::{HttpError, Response, blocking, json, ok};
use crate::journal::CopyError;
use crate::service::{
    Context,
    system::{System, copy, rebuild},
};

/// Where a copy goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupWanted {
    /// An absolute path on the server; nothing is there yet, or an empty directory.
    dest: PathBuf,
}

pub(super) async fn status(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let context = context.clone();
    let status = blocking(move || System::of(&context)).await;
    ok(&status)
}

/// `POST /system/reindex`: the store is emptied and built anew; the answer does not wait for it.
pub(super) async fn reindex(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    rebuild(context, ask.actor()).await?;
    let context = context.clone();
    Ok(json(StatusCode::ACCEPTED, &blocking(move || System::of(&context)).await))
}

/// `POST /system/backup`: a copy on the server's own disk.
pub(super) async fn backup(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let wanted: BackupWanted = ask.json()?;
    if !wanted.dest.is_absolute() {
        return Err(HttpError::BadRequest("dest must be an absolute path on the server".into()));
    }
    match copy(context, ask.actor(), wanted.dest).await? {
        Ok(made) => ok(&made),
        Err(error @ (CopyError::NotEmpty(_) | CopyError::Inside(_) | CopyError::NoJournal(_))) => {
            Err(HttpError::BadRequest(error.to_string().into()))
        }
        Err(error @ CopyError::Io { .. }) => Err(HttpError::Internal(Box::new(error))),
    }
}
