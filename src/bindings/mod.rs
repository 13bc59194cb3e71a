//! Bindings: who reaches whom through which privacy number.
//!
//! They have a log of their own beside the journal: there may be millions, and retention of callbacks
//! must not remove any. An index derived from the log answers while the phone rings.
//!
//! ```text
//! write: check ─► log (durable) ─► index ─► answered
//!          ▲       │ something came first
//!          └ index ◄┘
//! read:                            index, one snapshot
//! ```
//!
//! Other processes may write to the log: a binding is accepted only directly after the record it was
//! checked against ([`crate::journal::Journal::append_after`]), so that of two conflicting ones only the
//! first is made. [`Bindings::follow`] applies the records of others.
//!
//! A lost or copied index is made again from the log while the server runs ([`reading`]): until it is
//! complete, nothing is looked up or changed.
//!
//! A binding ends and is never removed.
//!
//! The index is a B-tree ([`index`]) and no collection of [`crate::store`], since every look-up and every
//! new binding would ask the filters of all segments. Measured with ten million bindings on a busy
//! machine: 54 µs a look-up in the median instead of 15, the last two million imported at 11,000 a second
//! instead of 17,000, and 300 MB of memory instead of 106; segments took 0.9 GiB of disk instead of 3.4.

mod change;
mod error;
mod filters;
mod import;
mod index;
mod keys;
mod pending;
mod query;
mod reading;
mod row;
mod rules;
#[cfg(test)]
mod tests;
mod wire;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::spawn_blocking;
use xxhash_rust::xxh3::Xxh3;

pub use self::error::{BindingError, OpenError};
pub use self::filters::BindingQuery;
pub use self::import::{Import, Imported, Refused};

use self::index::{Applied, Index, Look};
use self::pending::Pending;
use self::reading::Reading;
use crate::clock::Clock;
use crate::domain::{AppId, Binding, BindingId, BindingState, BindingTerms, PhoneNumber, Seq};
use crate::error_chain::Chain;
use crate::journal::{Body, Record, Rewrite};
use crate::limits::{BINDINGS_ASKED_MAX, BINDINGS_FOLLOW_AGAIN, BINDINGS_READ_FIRST};
use crate::store::{Count, Listing, Page, QueryError};

/// The index's directory in the store, and that of one being made.
const INDEX: &str = "bindings";
const UNFINISHED: &str = "bindings.new";

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct Bindings(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    log: Arc<dyn Rewrite>,
    /// Replaced when it is made anew; read through [`Inner::index`].
    index: ArcSwap<Index>,
    reading: Arc<Reading>,
    place: Place,
    /// Held from the check of a change to its effect.
    writing: Arc<Mutex<Pending>>,
    clock: Clock,
}

#[derive(Debug)]
struct Place {
    store: PathBuf,
    installation: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    pub binding: Binding,
    pub callee: PhoneNumber,
}

impl Bindings {
    /// The bindings in `log`, with their index in the directory `store`. When this returns, every one
    /// that was ever acknowledged is looked up.
    pub fn open(log: Arc<dyn Rewrite>, store: PathBuf, installation: &str, clock: Clock) -> Result<Self, OpenError> {
        let bindings = Self::start(log, store, installation, clock)?;
        bindings.0.reading.wait()?;
        Ok(bindings)
    }

    /// As [`Bindings::open`], but a long log is read in a thread.
    pub fn start(log: Arc<dyn Rewrite>, store: PathBuf, installation: &str, clock: Clock) -> Result<Self, OpenError> {
        for damage in log.damage() {
            tracing::error!(
                segment = %damage.segment, line = damage.line, record.seq = damage.seq, reason = damage.reason,
                "a record of the bindings is damaged and was passed over"
            );
        }
        let place = Place { store, installation: installation.to_owned() };
        let (index, applied) = place.index(&*log, INDEX)?;
        let index = Arc::new(index);
        let reading = Reading::start(log.clone(), index.clone(), applied, BINDINGS_READ_FIRST)?;
        let index = ArcSwap::new(index);
        Ok(Self(Arc::new(Inner { log, index, reading, place, writing: Arc::default(), clock })))
    }

    /// Progress of reading the log, 0 to 1; `None` once it is read.
    #[must_use]
    pub fn reading(&self) -> Option<f64> {
        self.0.reading.progress()
    }

    /// Makes the index again from the log in new files while the present one answers; removed records are
    /// in neither. Blocks; needs a runtime.
    ///
    /// # Errors
    /// A file cannot be read or written; the present index stays in use.
    pub fn make_index_anew(&self) -> Result<(), OpenError> {
        let inner = &self.0;
        let mut pending = tokio::runtime::Handle::current().block_on(inner.writing.lock());
        let io = |error: std::io::Error| OpenError::Index(Box::new(error));
        let (unfinished, present) = (inner.place.store.join(UNFINISHED), inner.place.store.join(INDEX));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(io)?;
        }
        inner.reading.stop();
        let (fresh, applied) = inner.place.index(&*inner.log, UNFINISHED)?;
        reading::catch_up(&*inner.log, &fresh, applied, |_| true)?;
        fresh.flush().map_err(|error| OpenError::Index(Box::new(error)))?;
        // The open file stays valid; the next start finds the new one.
        fs::remove_dir_all(&present).map_err(io)?;
        fs::rename(&unfinished, &present).map_err(io)?;
        inner.index.store(Arc::new(fresh));
        inner.reading.is_whole();
        pending.forget();
        Ok(())
    }

    /// Applies the records of other writers as they come.
    pub async fn follow(&self) {
        let mut others = self.0.log.others();
        loop {
            others.mark_unchanged();
            match self.0.alone().await.map(drop) {
                Ok(()) => {}
                // A record may come before the log was read up to it.
                Err(BindingError::Reading) => {
                    tokio::time::sleep(BINDINGS_FOLLOW_AGAIN).await;
                    continue;
                }
                Err(error) => {
                    tracing::error!(error = %Chain(&error), "bindings that others made are not looked up here yet");
                }
            }
            if others.changed().await.is_err() {
                return;
            }
        }
    }

    /// The newest binding of `caller` at `dialled` now; one that names the caller comes before one for
    /// everybody.
    pub fn find(
        &self,
        app: AppId,
        dialled: &PhoneNumber,
        caller: Option<&PhoneNumber>,
        now: Timestamp,
    ) -> Result<Option<Bound>, BindingError> {
        let look = self.0.index()?.look()?;
        let mut found = None;
        for asked in [caller, None] {
            let mut looked = 0;
            look.asked(app, dialled, asked, |binding| {
                looked += 1;
                if binding.state(now) == BindingState::Active
                    && let Some(callee) = binding.terms.other_party(dialled, caller)
                {
                    let callee = callee.clone();
                    found = Some(Bound { binding, callee });
                }
                found.is_none() && looked < BINDINGS_ASKED_MAX
            })?;
            if found.is_some() || asked.is_none() {
                break;
            }
        }
        Ok(found)
    }

    pub fn get(&self, id: BindingId) -> Result<Option<Binding>, BindingError> {
        Ok(self.0.index()?.look()?.get(id.0)?)
    }

    /// Bindings, newest first.
    pub fn list(&self, query: &BindingQuery, page: &Page) -> Result<Listing<Binding>, QueryError> {
        let look = self.0.look()?;
        look.list(query, page, self.0.clock.now())
    }

    /// Counts matches, up to a limit.
    pub fn count_of(&self, query: &BindingQuery) -> Result<Count, QueryError> {
        let look = self.0.look()?;
        look.count_of(query, self.0.clock.now())
    }

    pub fn count(&self) -> Result<u64, BindingError> {
        Ok(self.0.index()?.look()?.count()?)
    }

    #[must_use]
    pub fn log(&self) -> Arc<dyn Rewrite> {
        self.0.log.clone()
    }

    /// Syncs the index and closes the log. Blocks.
    pub fn close(&self) {
        self.0.reading.stop();
        if let Err(error) = self.0.index.load().flush() {
            tracing::warn!(error = %Chain(&error), "the index of bindings is read anew at the next start");
        }
        self.0.log.close();
    }
}

impl Place {
    fn index(&self, log: &dyn Rewrite, name: &str) -> Result<(Index, Applied), OpenError> {
        let print = |seq| log.get(seq).ok().flatten().map(|record| fingerprint(&record));
        let opened = Index::open(&self.store.join(name), &self.installation, &print);
        opened.map_err(|error| OpenError::Index(Box::new(error)))
    }
}

impl Inner {
    /// Fails until it is complete.
    fn index(&self) -> Result<Arc<Index>, BindingError> {
        if self.reading.progress().is_some() {
            return Err(BindingError::Reading);
        }
        Ok(self.index.load_full())
    }

    /// The number up to which the log is in the index or pending.
    fn through(&self, pending: &Pending) -> Result<Seq, BindingError> {
        Ok(pending.through(self.index()?.applied()?.seq))
    }

    /// Applies later records. `pending` is the only writer's lock.
    async fn read_on(
        self: &Arc<Self>,
        mut pending: OwnedMutexGuard<Pending>,
    ) -> Result<OwnedMutexGuard<Pending>, BindingError> {
        let inner = self.clone();
        let reading = spawn_blocking(move || {
            let index = inner.index()?;
            // A damaged record at the end has a number too.
            let last = *inner.log.durable().borrow();
            // Pending records come first: the later version of a binding counts.
            pending.apply(&index)?;
            let applied = index.applied()?;
            reading::catch_up(&*inner.log, &index, applied, |_| true)
                .map_err(|error| BindingError::Index(Box::new(error)))?;
            pending.read(last.max(index.applied()?.seq));
            Ok(pending)
        });
        joined(reading.await)
    }

    async fn alone(self: &Arc<Self>) -> Result<OwnedMutexGuard<Pending>, BindingError> {
        let pending = self.writing.clone().lock_owned().await;
        let others = *self.log.others().borrow();
        if self.through(&pending)? < others { self.read_on(pending).await } else { Ok(pending) }
    }

    fn look(&self) -> Result<Look, QueryError> {
        let index = self.index().map_err(|_| QueryError::Rebuilding)?;
        index.look().map_err(|error| QueryError::Damaged(Box::new(error)))
    }
}

fn joined<T>(result: Result<T, tokio::task::JoinError>) -> T {
    result.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// Whether both are active at some instant.
fn overlap(one: &BindingTerms, other: &BindingTerms) -> bool {
    let before =
        |to: Option<Timestamp>, from: Option<Timestamp>| matches!((to, from), (Some(to), Some(from)) if to <= from);
    !before(one.valid_to, other.valid_from) && !before(other.valid_to, one.valid_from)
}

fn fingerprint(record: &Record) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&record.seq.to_be_bytes());
    hash.update(&record.at.as_microsecond().to_be_bytes());
    if let Body::Entry(entry) = &record.body {
        hash.update(entry.kind.as_bytes());
        hash.update(&entry.fields.len().to_be_bytes());
    }
    hash.digest()
}
