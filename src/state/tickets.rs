//! Texts that a browser holds for us for some minutes and can neither read nor change.
//!
//! Sealed with the installation's key for one purpose, so that a ticket for one thing opens no
//! other. They are not kept, so they cannot be taken back before their time; what must work once
//! has to see to that itself.

use std::time::Duration;

use super::{State, random};
use crate::domain::Secret;

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
        let text = self.shared.log.key().unseal(&format!("ticket/{purpose}"), ticket).ok()?;
        let (expires, text) = text.reveal().split_once('\n')?;
        (self.shared.clock.now().as_second() < expires.parse().ok()?).then(|| Secret::new(text))
    }
}
