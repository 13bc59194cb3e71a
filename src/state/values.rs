//! Named values that services keep here: settings, holds, what an interrupted job goes on with.
//!
//! A value is whole in itself and the last one of a name wins; the service that owns a name owns
//! its shape. A value that must not stand in the log in clear is sealed. Removing a value takes
//! it out of the book; its bytes leave the disk with the next [`State::compact`].

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::book::Book;
use super::fact::Fact;
use super::{Behalf, State, StateError};
use crate::domain::Secret;

#[derive(Debug)]
pub struct Values<'a>(&'a Book);

impl Values<'_> {
    /// Every value whose name begins with `prefix`, by what follows it: the same one again is unchanged.
    #[must_use]
    pub fn kept(&self, prefix: &str) -> Vec<(String, Arc<Value>)> {
        let named = self.0.values.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value)));
        named.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

impl State {
    /// The value of this name, if there is one of this shape.
    #[must_use]
    pub fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let book = self.book();
        T::deserialize(&**book.values.get(name)?).ok()
    }

    /// Another number after every change of what is set: who keeps something made from it looks
    /// whether that is still of the present.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.shared.revision.load(Ordering::Acquire)
    }

    /// Every value whose name begins with `prefix`, by name.
    #[must_use]
    pub fn values<T: DeserializeOwned>(&self, prefix: &str) -> Vec<T> {
        let book = self.book();
        let named = book.values.iter().filter(|(name, _)| name.starts_with(prefix));
        named.filter_map(|(_, value)| T::deserialize(&**value).ok()).collect()
    }

    /// What `look` finds in the values, all of one moment.
    pub fn look<T>(&self, look: impl FnOnce(&Values<'_>) -> T) -> T {
        look(&Values(&self.book()))
    }

    /// Sets a value.
    pub async fn set_value(&self, by: impl Into<Behalf>, name: &str, value: &impl Serialize) -> Result<(), StateError> {
        self.set_value_if(by, name, value, |_| true).await
    }

    /// Sets a value, or with `null` forgets it, where what it was decided from still holds.
    ///
    /// # Errors
    /// [`StateError::Stale`] where it does not; or the log cannot be written.
    pub async fn set_value_if(
        &self,
        by: impl Into<Behalf>,
        name: &str,
        value: &impl Serialize,
        holds: impl Fn(&Values<'_>) -> bool + Send + 'static,
    ) -> Result<(), StateError> {
        let value = serde_json::to_value(value).map_err(|error| StateError::Write(Box::new(error)))?;
        let name = name.to_owned();
        let decide = move |book: &Book| {
            let holds = holds(&Values(book));
            holds.then(|| (Fact::Value(name.clone(), value.clone()), ())).ok_or(StateError::Stale)
        };
        self.change(by, decide).await
    }

    /// Forgets a value, sealed or not.
    pub async fn forget_value(&self, by: impl Into<Behalf>, name: &str) -> Result<(), StateError> {
        self.set_value(by, name, &Value::Null).await
    }

    #[must_use]
    pub fn sealed_value(&self, name: &str) -> Option<Secret> {
        self.book().sealed_values.get(name).cloned()
    }

    /// Seals a value.
    pub async fn seal_value(&self, by: impl Into<Behalf>, name: &str, value: Secret) -> Result<(), StateError> {
        let name = name.to_owned();
        self.change(by, move |_| Ok((Fact::SealedValue(name.clone(), value.clone()), ()))).await
    }

    /// Writes the log anew with only what is so now. `scrub` is asked about every text in it and
    /// gives another one where it may not stay.
    ///
    /// # Errors
    /// The log cannot be written; it is then as it was.
    pub async fn compact(&self, scrub: impl Fn(&str) -> Option<String> + Send + 'static) -> Result<usize, StateError> {
        let state = self.clone();
        let done = tokio::spawn(async move {
            let shared = &state.shared;
            let _alone = shared.writing.lock().await;
            let now = shared.clock.now();
            let (records, book) = shared.log.compact(&shared.book.load(), now, &scrub)?;
            shared.put(book);
            Ok(records)
        });
        match done.await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}
