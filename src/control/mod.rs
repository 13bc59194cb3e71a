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
use std::time::Duration;

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
use crate::limits::{DECISION_DEADLINE_MS, LISTS_MAX};
use crate::outgoing::PrepareError;
use crate::platforms::Provider;
use crate::state::{Author, State, StateError};

/// Decides questions. Clones share everything.
#[derive(Debug, Clone)]
pub struct Control(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bindings: Bindings,
    book: Book,
    actor: Actor,
    clock: Clock,
}

/// Why rules or lists cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    ListEntry(#[from] ListError),
    #[error("there are {LISTS_MAX} lists already, which is the most")]
    TooManyLists,
    /// A list that a rule looks into was to hold something else.
    #[error("a rule looks into this list; it cannot hold something else")]
    OtherKind,
    /// A list that a rule looks into was to be removed.
    #[error("a rule of app {} looks into this list; change that first", .0.0)]
    ListUsed(AppId),
    #[error("there is no list {0}")]
    NoList(String),
    #[error("version {0} of the rules is not kept")]
    NoVersion(u64),
    /// The app's platform asks nothing.
    #[error("the platform of {0} asks no questions, so that it takes no rules")]
    NoQuestions(String),
    /// Somebody else changed the rules meanwhile.
    #[error("the rules were changed meanwhile: the present version is {present}; look at it and change that")]
    Stale { present: u64 },
    /// The state cannot be written.
    #[error(transparent)]
    State(#[from] StateError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub decision: Decision,
    /// The answer that says so.
    pub ack: Ack,
    /// By which rule, from what, how fast.
    pub note: DecisionNote,
}

impl Control {
    /// Decides by the bindings and by the rules in `state`. `extra_roots` are certificates that
    /// the company's own system may have besides the public ones.
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

    /// What a question to `app` is answered: by the first rule that decides, else by the default,
    /// which follows a binding and without one closes a call and discards a message.
    pub async fn decide(&self, provider: &dyn Provider, app: &App, question: &Question) -> Decided {
        let rules = self.0.book.rules(app.id);
        let (decided, _) = self.0.run(provider, app, question, rules.as_deref(), Mode::ForGood).await;
        decided
    }

    #[must_use]
    pub fn rules(&self, app: AppId) -> RulesVersion {
        self.0.book.present(app)
    }

    /// The versions of an app's rules that are kept, newest first.
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

    /// Checks rules without setting them.
    pub fn check_rules(&self, app: &App, set: &RuleSet) -> Result<(), ControlError> {
        self.0.book.check(app, set)
    }

    /// The company's own systems that a rule asks and that failed the last time, longest first.
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

    /// The lists that rules may look into, by name.
    #[must_use]
    pub fn lists(&self) -> Vec<NamedList> {
        self.0.book.lists()
    }

    /// Keeps a list, in the place of one of the same name.
    pub async fn set_list(&self, by: &Author, list: NamedList) -> Result<(), ControlError> {
        self.0.book.set_list(by, list).await
    }

    /// Removes a list.
    pub async fn remove_list(&self, by: &Author, name: &str) -> Result<(), ControlError> {
        self.0.book.remove_list(by, name).await
    }

    /// What an app's questions to the company's own system are signed with; none was made yet.
    #[must_use]
    pub fn ask_secret(&self, app: AppId) -> Option<Secret> {
        self.0.book.secret(app)
    }

    /// Makes another secret; the old one stops being used at once.
    pub async fn new_ask_secret(&self, by: &Author, app: AppId) -> Result<Secret, ControlError> {
        self.0.book.new_secret(by, app).await
    }
}

/// The deadline of an app without rules.
pub const DEFAULT_DEADLINE: Duration = Duration::from_millis(DECISION_DEADLINE_MS as u64);
