//! What people set: apps, users, tokens, logins, settings.
//!
//! Kept as records of a second log, `state/`, beside the journal: small, read whole before the
//! server says that it listens, never touched by retention. So a lost `store/` loses no secret.
//!
//! ```text
//! write: check against the book ─► on record ─► fact ─► log (durable) ─► new book ─► swapped in
//! read:                                                                  the book of this moment, no lock
//! ```
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
pub use visit::{Entering, Visit};

use self::book::Book;
use self::fact::Fact;
use self::log::Log;
use self::password::Passwords;
use self::tokens::Uses;
use crate::clock::Clock;
use crate::domain::{AppId, Secret};
use crate::error_chain::Chain;
use crate::journal::{APPS, Damage, Health, highest_given, note_given};

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
    /// When each login was last used.
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
    /// Opens or makes the state log in `dir`, with the sealing key in `keys`. `tmp/` and
    /// `torn/` of the data directory are looked for beside `dir`.
    ///
    /// # Errors
    /// When a file cannot be read or written, or the key does not fit what was sealed.
    pub fn open(dir: &Path, keys: &Path, clock: Clock) -> Result<Self, StateError> {
        let now = clock.now();
        let (log, mut book) = Log::open(dir, keys, now)?;
        let first: Vec<Fact> = missing(&book);
        if !first.is_empty() {
            log.append_now(now, first.iter().map(|fact| log.entry(fact)).collect())?;
        }
        for fact in first {
            book.apply(fact);
        }
        let marks = dir.with_file_name("marks");
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

    /// How the log of the state is doing.
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
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn accept_loss(&self) -> Result<(), StateError> {
        self.shared.log.accept_loss(&self.shared.book.load(), self.shared.clock.now())
    }

    /// The address by which the platforms last knew the server: what `app add` prints while no
    /// server runs.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.book().address.clone()
    }

    /// Remembers that address; a server does so when it starts.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn remember_address(&self, address: &str) -> Result<(), StateError> {
        if self.book().address.as_deref() == Some(address) {
            return Ok(());
        }
        let address = address.to_owned();
        self.change(Behalf::House, move |_| Ok((Fact::Address(address), ()))).await
    }

    /// From now on nothing can be set, as on a disk that failed.
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

    /// Makes one change: `decide` checks it against the present book and says what is so from
    /// now on; then the entry about it is written, and then the change. Runs as a task of its
    /// own, because a client that hangs up must not leave the log and the book in disagreement,
    /// nor an entry without the outcome of what it tells.
    async fn change<T: Send + 'static>(
        &self,
        by: impl Into<Behalf>,
        decide: impl FnOnce(&Book) -> Result<(Fact, T), StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let (state, by) = (self.clone(), by.into());
        let done = tokio::spawn(async move {
            let shared = &state.shared;
            let _alone = shared.writing.lock().await;
            let (fact, value) = decide(&shared.book.load())?;
            let recorded = by.on_record().await?;
            let now = shared.clock.now();
            if let Err(error) = shared.log.append(now, &recorded, &fact).await {
                by.failed(NOT_WRITTEN).await;
                return Err(error);
            }
            let mut book = Book::clone(&shared.book.load());
            book.prune(now);
            book.apply(fact);
            shared.put(book);
            Ok(value)
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
