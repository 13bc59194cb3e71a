//! Texts that a browser holds for us for some minutes and can neither read nor change.
//!
//! Sealed with the installation's key for one purpose, so that a ticket for one thing opens no
//! other. They are not kept, so they cannot be taken back before their time; one that must work
//! once is spent, which is remembered until its time is over, or until the server stops.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::random::{self, Hash};
use super::{Shared, State};
use crate::domain::Secret;
use crate::limits::TICKETS_SPENT_MAX;

/// Tickets that were spent, and when the time of each is over, in seconds of the epoch.
#[derive(Debug, Default)]
pub(super) struct Spent(Mutex<HashMap<Hash, i64>>);

impl Spent {
    /// Whether this is the first time.
    fn note(&self, ticket: Hash, until: i64, now: i64) -> bool {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spent.retain(|_, until| *until > now);
        if spent.len() >= TICKETS_SPENT_MAX
            && let Some(first) = spent.iter().min_by_key(|(_, until)| **until).map(|(ticket, _)| *ticket)
        {
            spent.remove(&first);
        }
        spent.insert(ticket, until).is_none()
    }
}

impl State {
    /// A new text that nobody guesses.
    #[must_use]
    pub fn unguessable(&self) -> String {
        random::text::<32>()
    }

    /// Seals `text` for `purpose` and for so long.
    #[must_use]
    pub fn seal_ticket(&self, purpose: &str, text: &str, time: Duration) -> Secret {
        let expires = self.shared.clock.now() + time;
        let text = Secret::new(format!("{}\n{text}", expires.as_second()));
        Secret::new(self.shared.log.key().seal(&format!("ticket/{purpose}"), &text))
    }

    /// Opens what [`State::seal_ticket`] made for the same purpose, in its time.
    #[must_use]
    pub fn open_ticket(&self, purpose: &str, ticket: &str) -> Option<Secret> {
        self.shared.opened(purpose, ticket).map(|(_, text)| text)
    }

    /// Spends a ticket; `false` where it is none, or its time is over, or it was spent before.
    #[must_use]
    pub fn spend_ticket(&self, purpose: &str, ticket: &str) -> bool {
        let Some((until, text)) = self.shared.opened(purpose, ticket) else { return false };
        // Known by what it says: the same ticket can be written in more than one way.
        let ticket = random::hash(&format!("{purpose}\n{until}\n{}", text.reveal()));
        self.shared.spent.note(ticket, until, self.shared.clock.now().as_second())
    }
}

impl Shared {
    /// What a ticket says and until when, in its time.
    fn opened(&self, purpose: &str, ticket: &str) -> Option<(i64, Secret)> {
        let text = self.log.key().unseal(&format!("ticket/{purpose}"), ticket).ok()?;
        let (until, text) = text.reveal().split_once('\n')?;
        let until = until.parse().ok()?;
        (self.clock.now().as_second() < until).then(|| (until, Secret::new(text)))
    }
}
