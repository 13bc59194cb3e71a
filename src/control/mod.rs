//! Answers to what a platform asks while the phone rings.
//!
//! ```text
//! question ─ binding? ─ rules in order ─┬─ an action ─────────────────► decision ─ answer
//!                                       └─ ask the company's system ─► decision, or the next rule
//! ```
//!
//! [`Control`] decides, [`Answers`] sees to it that the answer stays the same however often and
//! however simultaneously the question is asked. A caller is waiting: nothing here waits for
//! anything but the company's own system, and for that no longer than the app's deadline allows.
//! The write path ([`crate::ingest`]) makes an answer durable before it is given.

mod answers;
mod asking;
mod book;
mod lists;
mod rules;
mod run;
#[cfg(test)]
mod tests;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::answers::{Answers, Asked as AskedAnswer, LoadError, Ticket};
pub use self::asking::{SystemAnswer, SystemQuestion, Trouble, contract, host};
pub use self::book::RulesVersion;
pub use self::lists::{ListError, ListKind, NamedList};
pub use self::rules::{
    AsksWord, ConnectTo, Covered, Facts, Rule, RuleError, RuleSet, Step, Then, TimeSpan, Verdict, When, covered,
    sentence,
};
pub use self::trial::Trial;

use self::asking::Actor;
use self::book::Book;
use self::run::Mode;
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::domain::{Ack, App, AppId, Decision, DecisionNote, Question, Secret};
use crate::limits::LISTS_MAX;
use crate::outgoing::PrepareError;
use crate::platforms::Provider;
use crate::state::{Author, State, StateError};

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct Control(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bindings: Bindings,
    book: Book,
    actor: Actor,
    clock: Clock,
}

#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    ListEntry(#[from] ListError),
    #[error("there are {LISTS_MAX} lists already, which is the most")]
    TooManyLists,
    /// The kind of a list that a rule uses cannot change.
    #[error("a rule looks into this list; it cannot hold something else")]
    OtherKind,
    /// A list that a rule uses cannot be removed.
    #[error("a rule of app {} looks into this list; change that first", .0.0)]
    ListUsed(AppId),
    #[error("there is no list {0}")]
    NoList(String),
    #[error("the platform of {0} asks no questions, so that it takes no rules")]
    NoQuestions(String),
    #[error("the rules were changed meanwhile: the present version is {present}; look at it and change that")]
    Stale { present: u64 },
    #[error(transparent)]
    State(#[from] StateError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub decision: Decision,
    pub ack: Ack,
    pub note: DecisionNote,
}

impl Control {
    /// `extra_roots`: PEM, trusted for the decision webhook besides the public roots.
    pub fn new(
        state: State,
        bindings: Bindings,
        clock: Clock,
        extra_roots: Option<PathBuf>,
    ) -> Result<Self, PrepareError> {
        let actor = Actor::new(extra_roots)?;
        let book = Book::new(state, clock.clone());
        Ok(Self(Arc::new(Inner { bindings, book, actor, clock })))
    }

    /// The first rule that decides, else the default: follow the binding, or else close the call or
    /// discard the message.
    pub async fn decide(&self, provider: &dyn Provider, app: &App, question: &Question) -> Decided {
        let rules = self.0.book.rules(app.id);
        let (decided, _) = self.0.run(provider, app, question, rules.as_deref(), Mode::ForGood).await;
        decided
    }

    #[must_use]
    pub fn rules(&self, app: AppId) -> RulesVersion {
        self.0.book.present(app)
    }

    /// Newest first.
    #[must_use]
    pub fn versions(&self, app: AppId) -> Vec<RulesVersion> {
        self.0.book.versions(app)
    }

    /// Sets an app's rules. `based_on` is the version that the person looked at.
    ///
    /// # Errors
    /// A rule that is not fit, an app whose platform asks nothing, or a version that is no longer
    /// the present one.
    pub async fn set_rules(
        &self,
        by: &Author,
        app: &App,
        set: RuleSet,
        based_on: Option<u64>,
    ) -> Result<RulesVersion, ControlError> {
        self.0.book.set(by, app, set, based_on).await
    }

    pub fn check_rules(&self, app: &App, set: &RuleSet) -> Result<(), ControlError> {
        self.0.book.check(app, set)
    }

    /// Decision webhooks that failed at the last question, longest first.
    #[must_use]
    pub fn troubles(&self) -> Vec<Trouble> {
        let asks = |trouble: &Trouble| {
            let rules = self.0.book.rules(trouble.app);
            rules.is_some_and(|rules| {
                rules.set.rules.iter().any(|rule| matches!(&rule.then, Then::Ask { url, .. } if *url == trouble.url))
            })
        };
        self.0.actor.troubles().into_iter().filter(asks).collect()
    }

    #[must_use]
    pub fn lists(&self) -> Vec<NamedList> {
        self.0.book.lists()
    }

    /// Replaces a list of the same name.
    pub async fn set_list(&self, by: &Author, list: NamedList) -> Result<(), ControlError> {
        self.0.book.set_list(by, list).await
    }

    pub async fn remove_list(&self, by: &Author, name: &str) -> Result<(), ControlError> {
        self.0.book.remove_list(by, name).await
    }

    /// `None`: none was made yet.
    #[must_use]
    pub fn ask_secret(&self, app: AppId) -> Option<Secret> {
        self.0.book.secret(app)
    }

    /// The old secret is no longer used at once.
    pub async fn new_ask_secret(&self, by: &Author, app: AppId) -> Result<Secret, ControlError> {
        self.0.book.new_secret(by, app).await
    }
}
