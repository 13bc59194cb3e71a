//! The audit trail: who did what, and who looked at what.
//!
//! Entries of kind `audit` in the journal, each durable before the act is answered. An entry
//! has a public part (who, what, which object of ours) and a personal part (what was typed, a
//! reason, a number). Each entry chains over the one before ([`chain`]), by its public part and
//! a salted hash of its personal part, so that a person's data can be erased and the trail
//! stays whole, and nothing can be changed or taken out of the middle unseen.
//!
//! Nothing else appends such entries; nothing here decides who may do what.

mod chain;
mod entry;
mod head;
mod reveals;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

pub use chain::{Break, Chain, ChainReport};
pub use entry::{Anchor, AuditEntry, KIND, without_personal};

use self::head::Head;
use self::reveals::Reveals;
use crate::clock::Clock;
use crate::domain::{AppId, Seq};
use crate::journal::{AppendError, Body, Journal, NewRecord};
use crate::state::Principal;
use crate::store::Store;

/// The audit trail. Clones share everything.
#[derive(Debug, Clone)]
pub struct Audit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<dyn Journal>,
    clock: Clock,
    /// Where the head of the chain is found without reading far, where there is one.
    store: Option<Store>,
    /// The last entry; `None` until it was looked for. Held while an entry is written: the next
    /// one is made from its hash.
    head: Mutex<Option<Head>>,
    reveals: Reveals,
}

/// Something that someone did or looked at.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who: a user's or token's name, or `command line`.
    pub by: String,
    /// From where, if over a network.
    pub peer: Option<IpAddr>,
    /// What, in one word or two: `reveal`, `export`, `app.add`, `login.failed`.
    pub action: &'static str,
    /// Which object, without anything personal: `call 8f0c…`, `app 3`, `user lin`.
    pub subject: String,
    /// The app it belongs to: whoever sees only some apps sees only their entries.
    pub app: Option<AppId>,
    /// What may hold personal data: the query, a reason, a number.
    pub personal: Map<String, Value>,
}

impl Act {
    /// An act with nothing personal in it.
    #[must_use]
    pub fn new(by: &Principal, action: &'static str, subject: impl Into<String>) -> Self {
        Self { by: by.name.clone(), ..Self::unknown(action, subject) }
    }

    /// An act of someone who has not said who it is.
    #[must_use]
    pub fn unknown(action: &'static str, subject: impl Into<String>) -> Self {
        let (by, subject) = ("?".to_owned(), subject.into());
        Self { by, peer: None, action, subject, app: None, personal: Map::new() }
    }

    /// The same, with something that may hold personal data.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.personal.insert(name.to_owned(), value.into());
        self
    }

    /// The same, from this address.
    #[must_use]
    pub fn from(mut self, peer: Option<IpAddr>) -> Self {
        self.peer = peer;
        self
    }

    /// The same, belonging to this app.
    #[must_use]
    pub fn of(mut self, app: AppId) -> Self {
        self.app = Some(app);
        self
    }
}

impl Audit {
    /// A trail in `journal`.
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, clock: Clock) -> Self {
        Self::build(journal, clock, None)
    }

    /// A trail in `journal` whose last entry `store` knows, unless it is being rebuilt.
    #[must_use]
    pub fn beside(journal: Arc<dyn Journal>, clock: Clock, store: Store) -> Self {
        Self::build(journal, clock, Some(store))
    }

    fn build(journal: Arc<dyn Journal>, clock: Clock, store: Option<Store>) -> Self {
        let (head, reveals) = (Mutex::new(None), Reveals::default());
        Self(Arc::new(Inner { journal, clock, store, head, reveals }))
    }

    /// Writes an entry; resolves when it is durable. What it is about must not happen, or must
    /// not be shown, before.
    ///
    /// # Errors
    /// When the journal does not take it.
    pub async fn record(&self, act: Act) -> Result<Seq, AppendError> {
        self.append(act, None).await
    }

    /// Writes that the entries up to `anchor` are about to be removed. The chain then begins
    /// behind it; whoever removes them does so only after this is durable.
    ///
    /// # Errors
    /// When the journal does not take it.
    pub async fn record_anchor(&self, act: Act, anchor: Anchor) -> Result<Seq, AppendError> {
        self.append(act, Some(anchor)).await
    }

    /// Shows `page` whole to one login from now on, for a while; gives until when. That is an
    /// act like any other, and on record before anything is shown.
    ///
    /// # Errors
    /// When the journal does not take it: then the page stays as it is.
    pub async fn reveal(&self, login: &str, page: &str, act: Act) -> Result<Timestamp, AppendError> {
        self.record(act).await?;
        Ok(self.0.reveals.open(login, page, self.0.clock.now()))
    }

    /// Until when `page` is shown whole to this login, if it is.
    #[must_use]
    pub fn revealed(&self, login: &str, page: &str) -> Option<Timestamp> {
        self.0.reveals.until(login, page, self.0.clock.now())
    }

    /// Shows nothing whole to this login any more.
    pub fn hide(&self, login: &str) {
        self.0.reveals.close(login);
    }

    /// One entry after the other, as a task of its own: a client that hangs up must not leave
    /// the head behind what is on disk.
    async fn append(&self, act: Act, anchor: Option<Anchor>) -> Result<Seq, AppendError> {
        let inner = self.0.clone();
        let done = tokio::spawn(async move {
            let mut held = inner.head.lock().await;
            let head = match held.take() {
                Some(head) => head,
                None => find_head(&inner).await?,
            };
            let at = inner.clock.now();
            let (entry, next) = entry::write(act, anchor, at, &head);
            match inner.journal.append(NewRecord { at, body: Body::Entry(entry) }).await {
                Ok(appended) => {
                    *held = Some(next);
                    Ok(appended.seq)
                }
                Err(error) => {
                    *held = Some(head);
                    Err(error)
                }
            }
        });
        match done.await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

async fn find_head(inner: &Arc<Inner>) -> Result<Head, AppendError> {
    let inner = inner.clone();
    let found = tokio::task::spawn_blocking(move || head::find(&*inner.journal, inner.store.as_ref()));
    let found = found.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    found.map_err(|error| AppendError::Write(Arc::new(std::io::Error::other(error))))
}
