//! The data directory: its rooms, its lock, and what is opened in it.
//!
//! Everything below is for the owner's eyes only: the directory is 0700. It is opened in the
//! order in which its parts need each other, the lock first, and closed in the reverse.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use super::RunError;
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::config::Config;
use crate::control::Answers;
use crate::erasure::Erasure;
use crate::http::Context;
use crate::journal::{DataLock, FileJournal, Journal, Options};
use crate::projector::{self, Projector};
use crate::retention::Retention;
use crate::state::State;
use crate::store::Store;

/// The directories in a data directory.
const ROOMS: [&str; 9] = ["journal", "state", "bindings", "store", "recordings", "certs", "keys", "torn", "tmp"];

/// What is open in a data directory.
#[derive(Debug)]
pub(super) struct Data {
    journal: Arc<FileJournal>,
    pub(super) state: State,
    pub(super) store: Store,
    pub(super) bindings: Bindings,
    projector: Projector,
    // Last, so that it is let go last.
    _lock: DataLock,
}

impl Data {
    /// Makes what is missing and opens everything; gives the answers of the last day beside it.
    pub(super) fn open(config: &Config, clock: &Clock) -> Result<(Self, Answers), RunError> {
        let dir = &config.data;
        make(dir)?;
        let lock = DataLock::take(dir)?;
        for room in ROOMS {
            make(&dir.join(room))?;
        }
        let options = Options {
            reserve: (config.reserve_bytes > 0).then(|| (dir.join("reserve"), config.reserve_bytes)),
            torn: dir.join("torn"),
            tmp: dir.join("tmp"),
            segment_bytes: config.segment_bytes,
            compress: true,
        };
        let journal = Arc::new(FileJournal::open(&dir.join("journal"), options)?);
        for damage in journal.damage() {
            tracing::error!(
                segment = %damage.segment,
                line = damage.line,
                callback.seq = damage.seq,
                reason = damage.reason,
                "a line of the journal is damaged",
            );
        }
        let state = State::open(&dir.join("state"), &dir.join("keys"), clock.clone())?;
        let fingerprint = |seq| journal.get(seq).ok().flatten().map(|record| projector::fingerprint(&record));
        let (store, writer, _) =
            Store::open(&dir.join("store"), &state.installation(), projector::catalog(), clock, &fingerprint)?;
        let bindings = Bindings::start(dir, &state.installation(), clock.clone())?;
        let answers = Answers::load(journal.as_ref(), &store, clock.now())?;
        let projector = Projector::start(writer, journal.clone())
            .map_err(|source| RunError::System { what: "a thread for the projector", source })?;
        Ok((Self { journal, state, store, bindings, projector, _lock: lock }, answers))
    }

    /// The journal, for everyone above.
    pub(super) fn journal(&self) -> Arc<dyn Journal> {
        self.journal.clone()
    }

    /// The services that keep and erase.
    pub(super) fn keepers(&self, clock: &Clock, dir: &Path) -> (Retention, Erasure) {
        Context::keepers(&self.journal, &self.store, &self.bindings, &self.state, clock, dir.to_owned())
    }

    /// Writes a last checkpoint and closes the files.
    pub(super) fn close(self) {
        self.projector.stop();
        self.bindings.close();
        self.journal.close();
    }
}

/// Makes a directory for its owner only; one that is there stays as it is.
fn make(dir: &Path) -> Result<(), RunError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|source| RunError::Data { path: dir.to_owned(), source })
}
