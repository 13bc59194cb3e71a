//! Who changes something, and the entry about it: durable before anything is so.
//!
//! ```text
//! check ─► the entry (durable) ─► the change ─► (it failed: an outcome behind the entry)
//! ```
//!
//! What changes something for somebody takes an [`Author`], and the logs take an [`OnRecord`],
//! which only an author makes whose entry is durable: a change that leaves no entry does not
//! compile. The entry is written once, after the change was checked and right before the first
//! record of it. What was refused leaves none.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

use super::Principal;
use crate::domain::{ActorId, AppId};
use crate::journal::AppendError;

pub type Writing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The audit entry of a change.
pub trait Witness: fmt::Debug + Send + Sync {
    /// Written once; resolves when it is durable.
    fn write(&self) -> Writing<'_, Result<(), AppendError>>;
    /// Sets the object, where that is known late; no effect once the entry is written.
    fn about(&self, subject: String, app: Option<AppId>);
    /// Adds something that may hold personal data; no effect once the entry is written.
    fn note(&self, name: &'static str, value: Value);
    /// Adds the outcome: the change failed.
    fn failed(&self, code: &'static str) -> Writing<'_, ()>;
    /// Adds the outcome: the change was made to this object, not to the one first named.
    fn made(&self, subject: String) -> Writing<'_, ()>;
}

/// Who is about to change something, with the audit entry.
#[derive(Debug, Clone)]
pub struct Author {
    who: Principal,
    entry: Arc<dyn Witness>,
}

/// The audit entry could not be written, so nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("the audit trail could not be written, so nothing was changed")]
pub struct NotRecorded(#[from] pub AppendError);

/// Proof that the audit entry of a change is durable, or not needed. Only [`Behalf`] makes one.
#[derive(Debug)]
pub struct OnRecord {
    by: Option<ActorId>,
}

#[derive(Debug, Clone)]
pub enum Behalf {
    Author(Author),
    /// The server's own notes, such as how far a job came: without an audit entry.
    House,
}

impl Author {
    #[must_use]
    pub fn new(who: Principal, entry: Arc<dyn Witness>) -> Self {
        Self { who, entry }
    }

    #[must_use]
    pub fn who(&self) -> &Principal {
        &self.who
    }

    /// Puts the entry on record, unless it is.
    ///
    /// # Errors
    /// When the journal does not take it: then nothing may be changed.
    pub async fn on_record(&self) -> Result<OnRecord, NotRecorded> {
        self.entry.write().await?;
        Ok(OnRecord { by: Some(self.who.id()) })
    }

    /// Sets the object, where that is known only when it is made.
    pub fn about(&self, subject: impl Into<String>, app: Option<AppId>) {
        self.entry.about(subject.into(), app);
    }

    pub fn note(&self, name: &'static str, value: impl Into<Value>) {
        self.entry.note(name, value.into());
    }

    /// Adds the outcome: the change failed; `code` says why.
    pub async fn failed(&self, code: &'static str) {
        self.entry.failed(code).await;
    }

    /// Adds the outcome: which object was made, where the entry names another.
    pub async fn made(&self, subject: impl Into<String>) {
        self.entry.made(subject.into()).await;
    }
}

impl From<&Author> for Behalf {
    fn from(author: &Author) -> Self {
        Self::Author(author.clone())
    }
}

impl Behalf {
    pub async fn on_record(&self) -> Result<OnRecord, NotRecorded> {
        match self {
            Self::Author(author) => author.on_record().await,
            Self::House => Ok(OnRecord { by: None }),
        }
    }

    pub async fn failed(&self, code: &'static str) {
        if let Self::Author(author) = self {
            author.failed(code).await;
        }
    }
}

impl OnRecord {
    #[must_use]
    pub fn by(&self) -> Option<&ActorId> {
        self.by.as_ref()
    }
}

/// For tests of rooms below the trail: writes no entry.
#[cfg(test)]
pub(crate) mod untold {
    use super::*;

    #[derive(Debug)]
    struct Untold;

    impl Witness for Untold {
        fn write(&self) -> Writing<'_, Result<(), AppendError>> {
            Box::pin(async { Ok(()) })
        }

        fn about(&self, _: String, _: Option<AppId>) {}

        fn note(&self, _: &'static str, _: Value) {}

        fn failed(&self, _: &'static str) -> Writing<'_, ()> {
            Box::pin(async {})
        }

        fn made(&self, _: String) -> Writing<'_, ()> {
            Box::pin(async {})
        }
    }

    impl Author {
        pub(crate) fn untold(who: Principal) -> Self {
            Self::new(who, Arc::new(Untold))
        }

        pub(crate) fn of_tests() -> Self {
            Self::untold(Principal::command_line())
        }
    }
}
