//! The other direction: what we ask of a platform that keeps the bindings itself.
//!
//! ```text
//! operation (a table) + fields ─ check ─► Request ─ sign ─ outgoing ─► Answer, or why not
//! ```
//!
//! Which operations there are is data ([`Outbound::operations`]): the page, the API and the command
//! line are made from it. Every field is checked against its documented length and form before
//! anything leaves, and only what passed can be sent. A platform is asked only at an address
//! whose host the configuration lists, when it is set and again when it is used.
//!
//! Nothing here knows who asks, keeps anything, or logs. Nothing is asked twice: whether a question
//! arrived is for a person to find out, by a query.

mod answer;
pub(super) mod check;
pub(super) mod code;
mod error;
mod hosts;
pub(super) mod operation;
mod settings;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::path::PathBuf;

use bytes::Bytes;
use jiff::Timestamp;

pub use self::answer::{Answer, Bound};
pub use self::check::{FieldProblem, Request};
pub use self::error::PlatformError;
pub use self::hosts::{Hosts, documented_hosts};
pub use self::operation::{Choice, Effect, Field, Kind, Mode, Operation, Place, Rule, Verb};
pub use self::settings::{Credentials, Scheme, Settings};
use super::CodeTable;
use crate::clock::Clock;
use crate::limits::{PLATFORM_ANSWER_MAX, PLATFORM_TIME};
use crate::outgoing::{Client, Limits, Options, PrepareError};

/// What a platform can be asked, and how it wants to be asked.
pub trait Outbound: Debug + Sync {
    /// The hosts that its documents name.
    fn hosts(&self) -> &'static [&'static str];
    /// Every operation that its apps may use, by mode.
    fn operations(&self) -> &'static [&'static [Operation]];
    /// The codes with which it refuses, in words.
    fn results(&self) -> &'static CodeTable;
    fn signs_with(&self) -> SignedWith;
    fn answers(&self) -> AnswerShape;
    /// The signed request to `base`.
    fn message(
        &self,
        base: &str,
        credentials: &Credentials,
        request: &Request,
        now: Timestamp,
    ) -> Result<http::Request<Bytes>, PlatformError>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedWith {
    /// The app's key and secret, by a [`Scheme`].
    AppSecret,
    Account,
}

#[derive(Debug, Clone, Copy)]
pub struct AnswerShape {
    /// The field of the body's object in which everything else stands, if there is one.
    pub within: Option<&'static str>,
    /// The field of the result code.
    pub code: &'static str,
    /// The field of its description.
    pub words: &'static str,
    /// The code of success.
    pub good: &'static str,
}

/// The outbound sides of all platforms that have one.
fn all() -> impl Iterator<Item = &'static dyn Outbound> {
    super::ALL.iter().rev().filter_map(|platform| platform.outbound())
}

#[must_use]
pub fn of(provider: &str) -> Option<&'static dyn Outbound> {
    super::by_name(provider)?.outbound()
}

/// The operations of a provider's apps.
pub fn of_provider(provider: &str) -> impl Iterator<Item = &'static Operation> {
    of(provider).into_iter().flat_map(|outbound| outbound.operations().iter().copied().flatten())
}

/// The providers whose apps may use an operation.
#[must_use]
pub fn providers_of(operation: &Operation) -> Vec<&'static str> {
    let ids = super::ALL.iter().rev().map(|platform| platform.id().0);
    ids.filter(|id| of_provider(id).any(|other| other.id == operation.id)).collect()
}

/// The platform that takes an operation. Operations are only made in the platforms' tables.
fn takes(operation: &Operation) -> &'static dyn Outbound {
    let of = |outbound: &&'static dyn Outbound| {
        outbound.operations().iter().copied().flatten().any(|other| other.id == operation.id)
    };
    all().find(of).expect("an operation stands in a platform's table")
}

#[must_use]
pub fn operations() -> Vec<&'static Operation> {
    let mut found: Vec<&Operation> = Vec::new();
    for operation in all().flat_map(|outbound| outbound.operations().iter().copied().flatten()) {
        if found.iter().all(|known| known.id != operation.id) {
            found.push(operation);
        }
    }
    found
}

#[must_use]
pub fn find(id: &str) -> Option<&'static Operation> {
    operations().into_iter().find(|operation| operation.id == id)
}

/// The way to the platforms. Clones share everything.
#[derive(Debug, Clone)]
pub struct Platform {
    client: Client,
    hosts: Hosts,
    clock: Clock,
}

impl Platform {
    /// A way that leads to these hosts only.
    pub fn new(hosts: Hosts, extra_roots: Option<PathBuf>, clock: Clock) -> Result<Self, PrepareError> {
        // The platforms ask for short connections and want to be the one who closes.
        let client = Client::new(&Options { extra_roots, keep_alive: false })?;
        Ok(Self { client, hosts, clock })
    }

    #[must_use]
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Asks a platform once.
    pub async fn call(&self, credentials: &Credentials, request: &Request) -> Result<Answer, PlatformError> {
        let base = self.hosts.admit(&credentials.base_url)?;
        let now = self.clock.now();
        let outbound = takes(request.operation());
        let message = outbound.message(&base, credentials, request, now)?;
        let limits = Limits { time: PLATFORM_TIME, answer_max: PLATFORM_ANSWER_MAX };
        let response = self.client.send(message, limits).await?;
        answer::read(outbound, response.status(), response.body())
    }
}
