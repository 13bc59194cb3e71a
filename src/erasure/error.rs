//! Why a search or an erasure does not begin, or does not come to its end.

use std::path::PathBuf;

use crate::journal::{AppendError, ReadError, RewriteError};
use crate::state::{NotRecorded, StateError};
use crate::store::QueryError;

#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    #[error("a search or an erasure is under way")]
    Busy,
    /// The store does not know everything yet.
    #[error("the store is being rebuilt; try again when it is done")]
    Rebuilding,
    /// The number cannot be a person's.
    #[error("a person's number has seven digits or more, and nothing but digits")]
    NotAPerson,
    #[error("an erasure needs a reason")]
    NoReason,
    /// A hold keeps something of this person.
    #[error("the hold {0} keeps something of this number; end it first")]
    Held(String),
    #[error("stopped before the end; it goes on at the next start")]
    Stopped,
    /// A new segment could not be begun.
    #[error("finishing the segment being written")]
    Roll(#[source] std::io::Error),
    /// A torn tail could not be read or removed.
    #[error("looking at {}", path.display())]
    Torn {
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The audit trail did not take the entry: nothing was begun.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
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
