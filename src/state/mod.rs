//! What people set: apps, users, tokens, logins, settings.
//!
//! Kept as records of a second log, `state/`, beside the journal: small, read whole before the
//! server says that it listens, never touched by retention. So a lost `store/` loses no secret.
//!
//! ```text
//! write: check against the book ─► on record ─► fact ─► log (durable) ─► new book ─► swapped in
//!          ▲                                             │ something came first
//!          └───────────── read on ◄──────────────────────┘
//! read:                                                                  the book of this moment, no lock
//! ```
//!
//! Others may write to the log as well. A fact is taken only right behind the book that it was
//! decided from ([`Journal::append_after`](crate::journal::Journal::append_after)); where something came first
//! that is applied, and the change is decided again. [`State::follow`] applies what others set.
//!
//! App tokens and app secrets are sealed with a key from `keys/`; passwords are argon2id;
//! cookies and API tokens are kept as SHA-256 only. Nothing here may be printed or logged that
//! lets anybody in. One folder up, `http` decides who may call what; here is seen to it that the
//! entry about a change is durable before the change is ([`Author`]).

mod apps;
mod author;
mod book;
mod error;
mod fact;
mod lines;
mod log;
mod logins;
mod logins_open;
mod model;
mod password;
pub(crate) mod random;
mod rules;
mod seal;
mod searches;
mod second_factor;
mod strength;
mod tickets;
mod tokens;
pub(crate) mod totp;
mod two_steps;
mod users;
mod values;
mod visit;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

pub use author::{Author, Behalf, NotRecorded, OnRecord, Witness, Writing};
pub use error::StateError;
pub use model::{
    ApiToken, AppChange, Demand, Login, NewApp, NewSearch, NewToken, NewUser, OpenLogin, OutsideId, Principal, Search,
    User, UserChange,
};
pub use second_factor::{Enrolment, SecondFactor};
pub use strength::Strength;
pub use two_steps::FirstStep;
pub use values::Values;
pub use visit::{Entering, Visit};

use self::book::Book;
use self::fact::Fact;
use self::log::Log;
use self::password::Passwords;
use self::tokens::Uses;
use crate::clock::Clock;
use crate::domain::{AppId, Secret};
use crate::error_chain::Chain;
use crate::journal::{APPS, AppendError, Compact, Damage, Health, highest_given, note_given};
use crate::limits::OVERTAKEN_TRIES;

/// What people set, in memory, with its log behind it. Clones share everything.
#[derive(Debug, Clone)]
pub struct State {
    shared: Arc<Shared>,
}

struct Shared {
    book: ArcSwap<Book>,
    /// Grows with every book that follows another.
    revision: AtomicU64,
    /// The highest id of an app that is known from elsewhere: a state that lost records must not give
    /// one out again, with the calls of the app that had it.
    apps_elsewhere: AtomicU32,
    /// Whether every id of an app that was ever given out is at most that, or in the book.
    knows_app_ids: bool,
    /// Where that is noted: `marks/` of the data directory.
    marks: PathBuf,
    log: Log,
    /// Held from the check of a change to its effect, so that no two changes cross.
    writing: Mutex<()>,
    passwords: Passwords,
    uses: Uses,
    seen: logins_open::Seen,
    spent: tickets::Spent,
    clock: Clock,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("log", &self.log).finish_non_exhaustive()
    }
}

impl Shared {
    /// Puts a book in the place of the present one.
    fn put(&self, book: Book) {
        self.book.store(Arc::new(book));
        self.revision.fetch_add(1, Ordering::Release);
    }
}

impl State {
    /// The state in `journal`, begun if it is empty, with the sealing key in `keys`. Blocks.
    pub fn open(journal: Arc<dyn Compact>, keys: &Path, clock: Clock) -> Result<Self, StateError> {
        let now = clock.now();
        let (log, book) = Log::open(journal, keys, now)?;
        let book = log.begin(book, now, missing)?;
        let marks = keys.with_file_name("marks");
        let noted = highest_given(&marks, APPS).unwrap_or_else(|error| {
            tracing::warn!(error = %Chain(&error), "which ids apps had cannot be read");
            None
        });
        let elsewhere = noted.and_then(|noted| u32::try_from(noted).ok());
        let given = book.next_app_id().0 - 1;
        let knows_app_ids = elsewhere.is_some() || (given > 0 && !log.is_damaged());
        if given > elsewhere.unwrap_or(0) {
            note_app_given(&marks, AppId(given));
        }
        let shared = Shared {
            knows_app_ids,
            marks,
            book: ArcSwap::from_pointee(book),
            revision: AtomicU64::new(0),
            apps_elsewhere: AtomicU32::new(elsewhere.unwrap_or(0)),
            log,
            writing: Mutex::new(()),
            passwords: Passwords::new(),
            uses: Uses::default(),
            seen: logins_open::Seen::default(),
            spent: tickets::Spent::default(),
            clock,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// This installation's id, made once: binds `store/` to its journal.
    #[must_use]
    pub fn installation(&self) -> String {
        self.book().installation.clone().expect("made when the state is opened")
    }

    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.log.health()
    }

    /// Records of it that cannot be read.
    #[must_use]
    pub fn damage(&self) -> Vec<Damage> {
        self.shared.log.damage()
    }

    /// Whether something that was set cannot be read: an app that is not known may be one of ours.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.shared.log.is_damaged()
    }

    /// Goes on without what cannot be read. Blocks, and must be called before anything is changed.
    pub fn accept_loss(&self) -> Result<(), StateError> {
        let anew = self.shared.log.accept_loss(&self.shared.book.load(), self.shared.clock.now())?;
        anew.into_iter().for_each(|book| self.shared.put(book));
        Ok(())
    }

    /// The address by which the platforms last knew the server: what `app add` prints while no
    /// server runs.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.book().address.clone()
    }

    /// Remembers that address; a server does so when it starts.
    pub async fn remember_address(&self, address: &str) -> Result<(), StateError> {
        if self.book().address.as_deref() == Some(address) {
            return Ok(());
        }
        let address = address.to_owned();
        self.change(Behalf::House, move |_| Ok((Fact::Address(address.clone()), ()))).await
    }

    /// The state of the data directory `data`.
    #[cfg(test)]
    pub(crate) fn within(data: &Path, clock: &Clock) -> Result<Self, StateError> {
        let log = crate::journal::CompactJournal::open(data).unwrap();
        Self::open(Arc::new(log), &data.join("keys"), clock.clone())
    }

    #[cfg(test)]
    pub(crate) fn refuse_changes(&self) {
        self.shared.log.refuse();
    }

    /// Gives no new app an id up to this one, which callbacks were kept for.
    pub fn note_app_id(&self, known: AppId) {
        self.shared.apps_elsewhere.fetch_max(known.0, Ordering::Relaxed);
    }

    /// Whether the ids that apps had are known without looking at what was kept of them.
    #[must_use]
    pub fn knows_app_ids(&self) -> bool {
        self.shared.knows_app_ids
    }

    fn book(&self) -> arc_swap::Guard<Arc<Book>> {
        self.shared.book.load()
    }

    /// Applies what others set, as it comes, for as long as there are others.
    pub async fn follow(&self) {
        let mut others = self.shared.log.others();
        loop {
            others.mark_unchanged();
            let alone = self.shared.writing.lock().await;
            if let Err(error) = self.catch_up().await {
                tracing::error!(error = %Chain(&error), "what others set is not known here yet");
            }
            drop(alone);
            if others.changed().await.is_err() {
                return;
            }
        }
    }

    async fn catch_up(&self) -> Result<(), StateError> {
        let others = *self.shared.log.others().borrow();
        if self.book().through < others { self.read_on().await } else { Ok(()) }
    }

    /// Applies what came behind the book. Whoever calls it is the only one who writes here.
    async fn read_on(&self) -> Result<(), StateError> {
        let shared = self.shared.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut book = Book::clone(&shared.book.load());
            shared.log.read_on(&mut book)?;
            shared.put(book);
            Ok(())
        });
        reading.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    /// Makes one change: `decide` checks it against the present book and says what is so from
    /// now on; then the entry about it is written, and then the change. Where another writer's came
    /// first it is decided again. Runs as a task of its own, because a client that hangs up must not
    /// leave the log and the book in disagreement, nor an entry without the outcome of what it tells.
    async fn change<T: Send + 'static>(
        &self,
        by: impl Into<Behalf>,
        decide: impl Fn(&Book) -> Result<(Fact, T), StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let (state, by) = (self.clone(), by.into());
        let done = tokio::spawn(async move {
            let shared = &state.shared;
            let _alone = shared.writing.lock().await;
            state.catch_up().await?;
            let mut tries = 0;
            loop {
                tries += 1;
                let book = shared.book.load_full();
                let (fact, value) = match decide(&book) {
                    Err(error) if tries > 1 => {
                        by.failed(OVERTAKEN).await;
                        return Err(error);
                    }
                    decided => decided?,
                };
                let recorded = by.on_record().await?;
                let now = shared.clock.now();
                match shared.log.append(book.through, now, &recorded, &fact).await {
                    Ok(through) => {
                        let mut book = Book::clone(&book);
                        book.through = through;
                        book.prune(now);
                        book.apply(fact);
                        shared.put(book);
                        return Ok(value);
                    }
                    Err(AppendError::Overtaken) if tries < OVERTAKEN_TRIES => {
                        if let Err(error) = state.read_on().await {
                            by.failed(NOT_WRITTEN).await;
                            return Err(error);
                        }
                    }
                    Err(error) => {
                        by.failed(NOT_WRITTEN).await;
                        return Err(StateError::Write(Box::new(error)));
                    }
                }
            }
        });
        match done.await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

/// Notes apart from the state that this id is taken. Not being able to is no reason to refuse an app:
/// the state has it as well.
fn note_app_given(marks: &Path, id: AppId) {
    if let Err(error) = note_given(marks, APPS, id.0.into()) {
        tracing::warn!(error = %Chain(&error), "the id of an app cannot be noted");
    }
}

/// Why a change that is on record did not come about.
const NOT_WRITTEN: &str = "state_not_written";
/// The same: somebody else's change, which came first, does not let it.
const OVERTAKEN: &str = "changed_meanwhile";

/// What a new installation begins with, as far as it is not there yet.
fn missing(book: &Book) -> Vec<Fact> {
    let mut facts = Vec::new();
    if book.installation.is_none() {
        facts.push(Fact::Installation(random::hex(&random::bytes::<16>())));
    }
    if book.users.is_empty() && book.setup_code.is_none() {
        facts.push(Fact::SetupCode(Secret::new(random::text::<24>())));
    }
    facts
}
