//! THE write path: a callback goes from the socket to the journal, and its answer back.

use std::sync::Arc;

use crate::domain::{Ack, App, Callback};

/// The write path. Clones share everything.
#[derive(Debug, Clone)]
pub struct Ingest {}

/// Why a callback was not kept: answered 503 with `Retry-After`, and counted.
#[derive(Debug, thiserror::Error)]
#[error("the callback could not be kept")]
pub struct NotKept(#[source] pub crate::journal::AppendError);

#[expect(clippy::todo, clippy::unused_async, reason = "the skeleton that the rooms above are built against")]
impl Ingest {
    /// Verifies, decodes, keeps and answers one callback. Resolves when it is durable.
    ///
    /// # Errors
    /// When the journal did not take it; nothing is acknowledged then.
    pub async fn receive(&self, _app: Arc<App>, _callback: Callback) -> Result<Ack, NotKept> {
        todo!()
    }
}
