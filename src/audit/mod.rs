//! The audit trail: who did what, and who looked at what.
//!
//! An entry of kind `audit` is durable before its act: an author carries it ([`Audit::author`]), and the
//! service writes it after checking the change and before making it. If the change fails, an entry of
//! the action `outcome` follows.
//!
//! An entry has a public part (who, what, which object) and a personal part (query, reason, number), and
//! contains the hash of the entry before ([`chain`]) and a salted hash of its personal part. So personal
//! data can be erased, and nothing else can be changed or removed unseen. There is one chain for all
//! writers: an entry is accepted only directly after its predecessor.

mod action;
mod chain;
mod draft;
mod entry;
mod head;
mod reveals;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

pub use action::AuditAction;
pub use chain::{Break, Chain, ChainReport};
pub use entry::{Anchor, AuditEntry, Ending, EndingOf, KIND, without_personal};

use self::draft::DraftEntry;
use self::head::Known;
use self::reveals::Reveals;
use crate::clock::Clock;
use crate::domain::{ActorId, ActorKind, AppId, Seq};
use crate::error_chain;
use crate::journal::{AppendError, Body, Journal, NewRecord, Seen};
use crate::limits::{AUDIT_OUTCOMES_WAITING, OVERTAKEN_TRIES};
use crate::state::{Author, Principal};
use crate::store::Store;

#[derive(Debug, Clone)]
pub struct Audit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<dyn Journal>,
    clock: Clock,
    /// Finds the head without reading far.
    store: Option<Store>,
    /// `None` until the first search. Locked during a write: the next entry needs its hash.
    head: Mutex<Option<Known>>,
    /// Written before the next entry.
    pending_outcomes: std::sync::Mutex<VecDeque<Act>>,
    reveals: Reveals,
}

#[derive(Debug, Clone)]
pub struct Act {
    pub by: ActorId,
    /// `None` for local commands.
    pub peer: Option<IpAddr>,
    pub action: AuditAction,
    /// Nothing personal: `call 8f0c…`, `app 3`, `user lin`.
    pub subject: String,
    /// Somebody limited to some apps sees only their entries.
    pub app: Option<AppId>,
    /// Set on entries that report another entry's outcome.
    pub outcome: Option<EndingOf>,
    /// May hold personal data: the query, a reason, a number.
    pub personal: Map<String, Value>,
}

impl Act {
    #[must_use]
    pub fn new(by: &Principal, action: AuditAction, subject: impl Into<String>) -> Self {
        Self { by: by.id(), ..Self::unknown(action, subject) }
    }

    #[must_use]
    pub fn unknown(action: AuditAction, subject: impl Into<String>) -> Self {
        let (by, subject) = (ActorId::new(ActorKind::Unknown, "?"), subject.into());
        Self { by, peer: None, action, subject, app: None, outcome: None, personal: Map::new() }
    }

    fn outcome(&self, of: Seq, ending: Ending) -> Self {
        let outcome = Some(EndingOf { of, ending });
        Self { action: AuditAction::Outcome, outcome, personal: Map::new(), ..self.clone() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.personal.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn from(mut self, peer: Option<IpAddr>) -> Self {
        self.peer = peer;
        self
    }

    #[must_use]
    pub fn of(mut self, app: AppId) -> Self {
        self.app = Some(app);
        self
    }
}

impl Audit {
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, clock: Clock) -> Self {
        Self::build(journal, clock, None)
    }

    #[must_use]
    pub fn beside(journal: Arc<dyn Journal>, clock: Clock, store: Store) -> Self {
        Self::build(journal, clock, Some(store))
    }

    fn build(journal: Arc<dyn Journal>, clock: Clock, store: Option<Store>) -> Self {
        let (head, pending_outcomes, reveals) = (Mutex::new(None), Default::default(), Reveals::default());
        Self(Arc::new(Inner { journal, clock, store, head, pending_outcomes, reveals }))
    }

    /// The service writes the entry before it does the act.
    #[must_use]
    pub fn author(&self, by: &Principal, act: Act) -> Author {
        Author::new(by.clone(), Arc::new(DraftEntry::new(self.clone(), act)))
    }

    /// Resolves when durable. Do or show nothing before.
    pub async fn record(&self, act: Act) -> Result<Seq, AppendError> {
        self.append(act, None).await
    }

    /// Records that the chain begins after `anchor`; earlier entries may be removed only after this.
    pub async fn record_anchor(&self, act: Act, anchor: Anchor) -> Result<Seq, AppendError> {
        self.append(act, Some(anchor)).await
    }

    /// Shows `page` unmasked to one login for a while, and returns until when. Audited first: if the
    /// journal refuses the entry, the page stays masked.
    pub async fn reveal(&self, login: &str, page: &str, act: Act) -> Result<Timestamp, AppendError> {
        self.record(act).await?;
        Ok(self.0.reveals.open(login, page, self.0.clock.now()))
    }

    /// Until when `page` is shown whole to this login, if it is.
    #[must_use]
    pub fn revealed(&self, login: &str, page: &str) -> Option<Timestamp> {
        self.0.reveals.until(login, page, self.0.clock.now())
    }

    pub fn hide(&self, login: &str) {
        self.0.reveals.close(login);
    }

    /// A task of its own: a client that hangs up must not leave the head behind the journal.
    async fn append(&self, act: Act, anchor: Option<Anchor>) -> Result<Seq, AppendError> {
        let inner = self.0.clone();
        let done = tokio::spawn(async move {
            let mut held = inner.head.lock().await;
            while let Some(act) = inner.first_pending() {
                inner.write(&mut held, act, None).await?;
                inner.pending_outcomes().pop_front();
            }
            inner.write(&mut held, act, anchor).await
        });
        match done.await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Writes an outcome. If the journal refuses it, it is written before the next entry.
    async fn write_outcome(&self, act: Act) {
        if let Err(error) = self.record(act.clone()).await {
            tracing::error!(error = %error_chain::Chain(&error), action = act.action.name(), "how an act ended is not on record yet");
            let mut pending = self.0.pending_outcomes();
            if pending.len() < AUDIT_OUTCOMES_WAITING {
                pending.push_back(act);
            }
        }
    }
}

impl Inner {
    fn pending_outcomes(&self) -> std::sync::MutexGuard<'_, VecDeque<Act>> {
        self.pending_outcomes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn first_pending(&self) -> Option<Act> {
        self.pending_outcomes().front().cloned()
    }

    /// Appends after the entry in `held`, or after another writer's newer one.
    async fn write(
        self: &Arc<Self>,
        held: &mut Option<Known>,
        act: Act,
        anchor: Option<Anchor>,
    ) -> Result<Seq, AppendError> {
        let mut known = match held.take() {
            Some(known) => known,
            None => self.find(None).await?,
        };
        let mut tries = 0;
        loop {
            tries += 1;
            let at = self.clock.now();
            let (entry, head) = entry::write(act.clone(), anchor.clone(), at, &known.head);
            let record = NewRecord { at, body: Body::Entry(entry) };
            match self.journal.append_after(Seen::Kind(known.through), record).await {
                Ok(seq) => {
                    *held = Some(Known { head, through: seq });
                    return Ok(seq);
                }
                Err(AppendError::Overtaken) if tries < OVERTAKEN_TRIES => known = self.find(Some(known)).await?,
                Err(error) => {
                    *held = Some(known);
                    return Err(error);
                }
            }
        }
    }

    async fn find(self: &Arc<Self>, known: Option<Known>) -> Result<Known, AppendError> {
        let inner = self.clone();
        let found = tokio::task::spawn_blocking(move || match known {
            Some(known) => head::find_behind(&*inner.journal, known),
            None => head::find(&*inner.journal, inner.store.as_ref()),
        });
        let found = found.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        found.map_err(|error| AppendError::Write(Arc::new(std::io::Error::other(error))))
    }
}
