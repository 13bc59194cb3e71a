//! The audit trail: who did what, and who looked at what.
//!
//! Entries of kind `audit` in the journal, each durable before the act is answered. An entry
//! has a public part (who, what, which object of ours) and a personal part (what was typed, a
//! reason, a number), so that a person's data can be erased and the trail stays whole.
//! Nothing else appends such entries; nothing here decides who may do what.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::domain::{AppId, Seq};
use crate::journal::{AppendError, Body, Entry, Journal, NewRecord};
use crate::state::Principal;

/// The audit trail. Clones share everything.
#[derive(Debug, Clone)]
pub struct Audit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<dyn Journal>,
    clock: Clock,
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
        let (by, subject) = (by.name.clone(), subject.into());
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
        Self(Arc::new(Inner { journal, clock }))
    }

    /// Writes an entry; resolves when it is durable. What it is about must not happen, or must
    /// not be shown, before.
    ///
    /// # Errors
    /// When the journal does not take it.
    pub async fn record(&self, act: Act) -> Result<Seq, AppendError> {
        let mut fields = Map::new();
        fields.insert("by".to_owned(), act.by.into());
        fields.insert("action".to_owned(), act.action.into());
        fields.insert("subject".to_owned(), act.subject.into());
        fields.insert("peer".to_owned(), act.peer.map(|peer| peer.to_string()).into());
        fields.insert("app".to_owned(), act.app.map(|app| app.0).into());
        fields.insert("personal".to_owned(), act.personal.into());
        let body = Body::Entry(Entry { kind: "audit".to_owned(), fields });
        Ok(self.0.journal.append(NewRecord { at: self.0.clock.now(), body }).await?.seq)
    }
}
