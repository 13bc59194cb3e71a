use std::path::PathBuf;

use crate::journal::{AppendError, ReadError, RewriteError};
use crate::state::{NotRecorded, StateError};
use crate::store::QueryError;

#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    #[error("a search or an erasure is under way")]
    Busy,
    #[error("the store is being rebuilt; try again when it is done")]
    Rebuilding,
    #[error("a person's number has seven digits or more, and nothing but digits")]
    NotAPerson,
    #[error("an erasure needs a reason")]
    NoReason,
    #[error("the hold {0} keeps something of this number; end it first")]
    Held(String),
    #[error("stopped before the end; it goes on at the next start")]
    Stopped,
    #[error("finishing the segment being written")]
    Roll(#[source] std::io::Error),
    #[error("looking at {}", path.display())]
    Torn {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    #[error("writing the certificate")]
    Append(#[from] AppendError),
    #[error("the bindings")]
    Bindings(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("reading the store")]
    Store(#[from] QueryError),
    #[error(transparent)]
    State(#[from] StateError),
}
