//! The data directory: its lock, and what is opened in it.
//!
//! The directory is 0700. Its parts are opened in the order in which they need each other, the lock
//! first, and closed in reverse.
//!
//! If a whole log is gone the start is refused, as without keys: its disk may not be mounted. Without
//! the state every callback would be rejected, and over another journal the store, perhaps the last
//! record of the old one, would be emptied. If only a part is missing the server starts and reports it:
//! a callback that nobody accepts is lost as well.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::RunError;
use crate::audit::Audit;
use crate::bindings::{self, Bindings};
use crate::clock::Clock;
use crate::control::{Answers, Control};
use crate::ingest::Ingest;
use crate::journal::{
    CompactJournal, DataLock, FileJournal, Journal, Missing, Options, Rewrite, had_records, is_empty,
};
use crate::limits::SEGMENT_BYTES;
use crate::oidc::Oidc;
use crate::platforms::outbound::Platform;
use crate::projector::{self, Projector};
use crate::service::{Context, ServerInfo};
use crate::state::{State, StateError};
use crate::store::Store;

const ROOMS: [&str; 10] =
    ["journal", "state", "bindings", "marks", "store", "recordings", "certs", "keys", "torn", "tmp"];

#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// 0 for none.
    pub(crate) reserve_bytes: u64,
    pub(crate) segment_bytes: u64,
    /// A long-running server: compresses segments, and reads a long bindings log while it serves.
    pub(crate) serves: bool,
    /// Accept missing records as lost.
    pub(crate) accept_loss: bool,
}

impl Opening {
    pub(crate) const COMMAND: Self =
        Self { reserve_bytes: 0, segment_bytes: SEGMENT_BYTES, serves: false, accept_loss: false };
}

#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) answers: Answers,
    pub(crate) control: Control,
    pub(crate) platform: Platform,
    pub(crate) oidc: Option<Oidc>,
    pub(crate) server: ServerInfo,
}

#[derive(Debug)]
pub(crate) struct Data {
    journal: Arc<dyn Rewrite>,
    pub(crate) state: State,
    pub(crate) store: Store,
    pub(crate) bindings: Bindings,
    projector: Projector,
    // Last, to be dropped last.
    _lock: DataLock,
}

impl Data {
    pub(crate) fn open(dir: &Path, opening: Opening, clock: &Clock) -> Result<Self, RunError> {
        make(dir)?;
        let lock = DataLock::take(dir)?;
        if !opening.accept_loss {
            refuse_if_gone(dir)?;
        }
        for room in ROOMS {
            make(&dir.join(room))?;
        }
        let options = Options {
            reserve: (opening.reserve_bytes > 0).then(|| (dir.join("reserve"), opening.reserve_bytes)),
            segment_bytes: opening.segment_bytes,
            compress: opening.serves,
            ..Options::within(dir)
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
        let log = CompactJournal::open(dir).map_err(|error| StateError::Read(Box::new(error)))?;
        let state = State::open(Arc::new(log), &dir.join("keys"), clock.clone())?;
        if opening.accept_loss {
            state.accept_loss()?;
            accept("journal", &journal);
        }
        let fingerprint = |seq| journal.get(seq).ok().flatten().map(|record| projector::fingerprint(&record));
        let (store, writer, _) =
            Store::open(&dir.join("store"), &state.installation(), projector::catalog(), clock, &fingerprint)?;
        let open_bindings = if opening.serves { Bindings::start } else { Bindings::open };
        let log = Arc::new(FileJournal::open_bindings(dir).map_err(bindings::OpenError::Log)?);
        let bindings = open_bindings(log.clone(), dir.join("store"), &state.installation(), clock.clone())?;
        if opening.accept_loss {
            accept("bindings", &log);
        }
        let projector = Projector::start(writer, journal.clone())
            .map_err(|source| RunError::System { what: "a thread for the projector", source })?;
        Ok(Self { journal, state, store, bindings, projector, _lock: lock })
    }

    pub(crate) fn answers(&self, now: Timestamp) -> Result<Answers, RunError> {
        Ok(Answers::load(self.journal.as_ref(), &self.store, now)?)
    }

    pub(crate) fn context(&self, clock: &Clock, around: Surroundings) -> Arc<Context> {
        let Surroundings { answers, control, platform, oidc, server } = around;
        let journal: Arc<dyn Journal> = self.journal.clone();
        let (store, state, bindings) = (self.store.clone(), self.state.clone(), self.bindings.clone());
        let (retention, erasure) =
            Context::keepers(&self.journal, &store, &bindings, &state, clock, server.data.clone());
        let url = server.public_url.clone();
        Arc::new(Context {
            ingest: Ingest::new(journal.clone(), answers, control.clone(), clock.clone(), url),
            audit: Audit::beside(journal.clone(), clock.clone(), store.clone()),
            retention,
            erasure,
            store,
            state,
            bindings,
            control,
            journal,
            platform,
            oidc,
            clock: clock.clone(),
            server,
        })
    }

    /// Makes the journal fail like a broken disk.
    #[cfg(test)]
    pub(crate) fn refuse_records(&self) {
        self.journal.close();
    }

    pub(crate) fn close(self) {
        self.projector.stop();
        self.bindings.close();
        self.journal.close();
    }
}

fn refuse_if_gone(dir: &Path) -> Result<(), RunError> {
    let read = |path: std::path::PathBuf| move |source| RunError::Data { path, source };
    let is_empty = |log: &str| is_empty(&dir.join(log)).map_err(read(dir.join(log)));
    for log in ["journal", "state", "bindings"] {
        let records = had_records(dir, log).map_err(read(dir.join("marks")))?;
        if records > 0 && is_empty(log)? {
            return Err(RunError::Gone { dir: dir.to_owned(), log, beside: "marks" });
        }
    }
    if is_empty("state")? && !is_empty("journal")? {
        return Err(RunError::Gone { dir: dir.to_owned(), log: "state", beside: "journal" });
    }
    Ok(())
}

fn accept(log: &str, journal: &FileJournal) {
    for Missing { from, to } in journal.accept_missing() {
        tracing::warn!(log, from, to, "starting without the missing records");
    }
}

/// Mode 0700; leaves an existing directory alone.
fn make(dir: &Path) -> Result<(), RunError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|source| RunError::Data { path: dir.to_owned(), source })
}
