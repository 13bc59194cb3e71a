//! The platform's other direction: what we ask of it where it keeps the bindings itself.
//!
//! ```text
//! operation (a table) + fields ─ check ─► Request ─ sign ─ outgoing ─► Answer, or why not
//! ```
//!
//! Which operations there are is data ([`OPERATIONS`]): the page, the API and the command line
//! are made from it. Every field is checked against its documented length and form before
//! anything leaves, and only what passed can be sent. A platform is asked only at an address
//! whose host the configuration lists, when it is set and again when it is used.
//!
//! Nothing here knows who asks, keeps anything, or logs; `http` does that (`src/http/platform.rs`).
//! Nothing is asked twice: whether a question arrived is for a person to find out, by a query.

mod answer;
mod check;
mod code;
mod error;
mod hosts;
mod huawei;
mod jiuyun;
mod operation;
mod settings;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use self::answer::{Answer, Bound};
pub use self::check::{FieldProblem, Request};
pub use self::code::codes;
pub use self::error::PlatformError;
pub use self::hosts::{DOCUMENTED_HOSTS, Hosts};
pub use self::operation::{
    Choice, Effect, Field, Kind, Mode, OPERATIONS, Operation, Place, Rule, Verb, find, of_provider,
};
pub use self::settings::{Credentials, Scheme, Settings};
use crate::clock::Clock;
use crate::limits::{PLATFORM_ANSWER_MAX, PLATFORM_TIME};
use crate::outgoing::{Client, Limits, Options, PrepareError};

/// The way to the platforms. Clones share everything.
#[derive(Debug, Clone)]
pub struct Platform {
    client: Client,
    hosts: Hosts,
    clock: Clock,
}

impl Platform {
    /// A way that leads to these hosts only.
    ///
    /// # Errors
    /// The file of certificates cannot be read.
    pub fn new(hosts: Hosts, extra_roots: Option<PathBuf>, clock: Clock) -> Result<Self, PrepareError> {
        // The platforms ask for short connections and want to be the one who closes.
        let client = Client::new(&Options { extra_roots, keep_alive: false })?;
        Ok(Self { client, hosts, clock })
    }

    /// The hosts that may be asked.
    #[must_use]
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Asks a platform once.
    ///
    /// # Errors
    /// Why there is no answer, or the platform's refusal in words.
    pub async fn call(&self, credentials: &Credentials, request: &Request) -> Result<Answer, PlatformError> {
        let base = self.hosts.admit(&credentials.base_url)?;
        let now = self.clock.now();
        let message = match request.operation().mode {
            Mode::Number | Mode::Callback => jiuyun::message(&base, credentials, request, now)?,
            _ => huawei::message(&base, credentials, request, now)?,
        };
        let limits = Limits { time: PLATFORM_TIME, answer_max: PLATFORM_ANSWER_MAX };
        let response = self.client.send(message, limits).await?;
        answer::read(request.operation(), response.status(), response.body())
    }
}
