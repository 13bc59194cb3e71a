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
#[cfg(test)]
mod tests;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::answers::{Answers, Asked as AskedAnswer, LoadError, Ticket};
pub use self::book::RulesVersion;
pub use self::lists::{ListError, ListKind, NamedList};
pub use self::rules::{
    AsksWord, ConnectTo, Facts, Rule, RuleError, RuleSet, Step, Then, TimeSpan, Verdict, When, sentence,
};
pub use self::trial::Trial;

use self::asking::{Asked, Asker};
use self::book::Book;
use self::rules::{Compiled, compose};
use crate::bindings::{Bindings, Bound};
use crate::clock::Clock;
use crate::domain::{
    Ack, App, AppId, AskedNote, Asking, CallDecision, Decision, DecisionAction, DecisionNote, PhoneNumber, Question,
    Secret, SmsDecision,
};
use crate::error_chain::Chain;
use crate::limits::{DECISION_DEADLINE_MS, DECISION_MARGIN, LISTS_MAX};
use crate::outgoing::PrepareError;
use crate::providers::Provider;
use crate::state::{Principal, State, StateError};

/// Decides questions. Clones share everything.
#[derive(Debug, Clone)]
pub struct Control(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bindings: Bindings,
    book: Book,
    asker: Asker,
    clock: Clock,
}

/// Why rules or lists cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// A rule is not fit.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A list is not fit.
    #[error(transparent)]
    ListEntry(#[from] ListError),
    /// There are as many lists as there may be.
    #[error("there are {LISTS_MAX} lists already, which is the most")]
    TooManyLists,
    /// A list that a rule looks into was to hold something else.
    #[error("a rule looks into this list; it cannot hold something else")]
    OtherKind,
    /// A list that a rule looks into was to be removed.
    #[error("a rule of app {} looks into this list; change that first", .0.0)]
    ListUsed(AppId),
    /// There is no such list.
    #[error("there is no list {0}")]
    NoList(String),
    /// There is no such version.
    #[error("version {0} of the rules is not kept")]
    NoVersion(u64),
    /// The app's platform asks nothing.
    #[error("the platform of {0} asks no questions; rules are for apps of huawei-private")]
    NoQuestions(String),
    /// Somebody else changed the rules meanwhile.
    #[error("the rules were changed meanwhile: the present version is {present}; look at it and change that")]
    Stale {
        /// The present version.
        present: u64,
    },
    /// The state cannot be written.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A decision, and what is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What was decided.
    pub decision: Decision,
    /// The answer that says so.
    pub ack: Ack,
    /// By which rule, from what, how fast.
    pub note: DecisionNote,
}

impl Control {
    /// Decides by the bindings and by the rules in `state`. `extra_roots` are certificates that
    /// the company's own system may have besides the public ones.
    ///
    /// # Errors
    /// The file of certificates cannot be used.
    pub fn new(
        state: State,
        bindings: Bindings,
        clock: Clock,
        extra_roots: Option<PathBuf>,
    ) -> Result<Self, PrepareError> {
        let asker = Asker::new(extra_roots)?;
        let book = Book::new(state, clock.clone());
        Ok(Self(Arc::new(Inner { bindings, book, asker, clock })))
    }

    /// What a question to `app` is answered: by the first rule that decides, else by the default,
    /// which follows a binding and without one closes a call and discards a message.
    pub async fn decide(&self, provider: &dyn Provider, app: &App, question: &Question) -> Decided {
        let rules = self.0.book.rules(app.id);
        let (decided, _) = self.0.run(provider, app, question, rules.as_deref(), Mode::ForGood).await;
        decided
    }

    /// The rules of an app as they are now.
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
        by: &Principal,
        app: &App,
        set: RuleSet,
        based_on: Option<u64>,
    ) -> Result<RulesVersion, ControlError> {
        self.0.book.set(by, app, set, based_on).await
    }

    /// Checks rules without setting them.
    ///
    /// # Errors
    /// As [`Control::set_rules`].
    pub fn check_rules(&self, app: &App, set: &RuleSet) -> Result<(), ControlError> {
        self.0.book.check(app, set)
    }

    /// The lists that rules may look into, by name.
    #[must_use]
    pub fn lists(&self) -> Vec<NamedList> {
        self.0.book.lists()
    }

    /// Keeps a list, in the place of one of the same name.
    ///
    /// # Errors
    /// An entry that is none, or too many lists.
    pub async fn set_list(&self, by: &Principal, list: NamedList) -> Result<(), ControlError> {
        self.0.book.set_list(by, list).await
    }

    /// Removes a list.
    ///
    /// # Errors
    /// There is none, or a rule looks into it.
    pub async fn remove_list(&self, by: &Principal, name: &str) -> Result<(), ControlError> {
        self.0.book.remove_list(by, name).await
    }

    /// What an app's questions to the company's own system are signed with; none was made yet.
    #[must_use]
    pub fn ask_secret(&self, app: AppId) -> Option<Secret> {
        self.0.book.secret(app)
    }

    /// Makes another secret; the old one stops being used at once.
    ///
    /// # Errors
    /// The state cannot be written.
    pub async fn new_ask_secret(&self, by: &Principal, app: AppId) -> Result<Secret, ControlError> {
        self.0.book.new_secret(by, app).await
    }
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A platform waits for it.
    ForGood,
    /// Somebody wants to know; at this instant, and whether the company's system is asked.
    Trial(jiff::Timestamp, bool),
}

impl Inner {
    async fn run(
        &self,
        provider: &dyn Provider,
        app: &App,
        question: &Question,
        rules: Option<&Compiled>,
        mode: Mode,
    ) -> (Decided, Vec<Step>) {
        let started = Instant::now();
        let at = match mode {
            Mode::ForGood => self.clock.now(),
            Mode::Trial(at, _) => at,
        };
        let bound = self.bound(app, question, at);
        let facts = Facts {
            asks: question.asks(),
            x: question.x.as_ref(),
            from: question.from.as_ref(),
            at,
            bound: bound.as_ref().map(|bound| (&bound.callee, &bound.binding.terms)),
        };
        let mut run = Run {
            inner: self,
            provider,
            app,
            question,
            facts: &facts,
            bound: bound.as_ref(),
            started,
            mode,
            asked: Vec::new(),
            steps: Vec::new(),
        };
        let by_rule = match rules {
            Some(rules) => run.rules(rules).await,
            None => None,
        };
        let (rule, decision, followed) = by_rule.unwrap_or_else(|| run.default());
        let (asked, steps) = (run.asked, run.steps);
        let ack = provider.answer(&decision, app.answer_form);
        let (action, to) = summary(&decision);
        let note = DecisionNote {
            action,
            to,
            version: rules.map_or(0, |rules| rules.version),
            rule,
            binding: bound.as_ref().filter(|_| followed).map(|bound| bound.binding.id),
            micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            asked,
        };
        (Decided { decision, ack, note }, steps)
    }

    fn bound(&self, app: &App, question: &Question, at: jiff::Timestamp) -> Option<Bound> {
        let x = question.x.as_ref()?;
        self.bindings.find(app.id, x, question.from.as_ref(), at).unwrap_or_else(|error| {
            tracing::error!(app = app.id.0, error = %Chain(&error), "a question is decided without its binding");
            None
        })
    }
}

/// Which rule, what it decides, and whether a binding was followed.
type Outcome = (Option<(u32, String)>, Decision, bool);

/// One question on its way through the rules.
struct Run<'a> {
    inner: &'a Inner,
    provider: &'a dyn Provider,
    app: &'a App,
    question: &'a Question,
    facts: &'a Facts<'a>,
    bound: Option<&'a Bound>,
    started: Instant,
    mode: Mode,
    asked: Vec<AskedNote>,
    steps: Vec<Step>,
}

impl Run<'_> {
    async fn rules(&mut self, rules: &Compiled) -> Option<Outcome> {
        for (at, rule) in rules.set.rules.iter().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let (verdict, decided) = match rules.look(at, self.facts) {
                Some(verdict) => (verdict, None),
                None => self.act(number, &rule.then, rules.set.deadline_ms).await,
            };
            self.steps.push(Step { rule: number, name: rule.name.clone(), verdict });
            if let Some((decision, followed)) = decided {
                return Some((Some((number, rule.name.clone())), decision, followed));
            }
        }
        None
    }

    async fn act(&mut self, number: u32, then: &Then, deadline_ms: u16) -> (Verdict, Option<(Decision, bool)>) {
        let Then::Ask { url, timeout_ms } = then else {
            return match self.decision(then) {
                Some(decided) => (Verdict::Decided, Some(decided)),
                None => (Verdict::NotFor("answer"), None),
            };
        };
        if self.mode != Mode::ForGood && !matches!(self.mode, Mode::Trial(_, true)) {
            return (Verdict::NotFor("trial"), None);
        }
        let (asking, decided) = self.ask(number, url, *timeout_ms, deadline_ms).await;
        let verdict = if decided.is_some() { Verdict::Decided } else { Verdict::Asked(asking) };
        (verdict, decided)
    }

    /// Asks the company's own system with what is left of the deadline.
    async fn ask(
        &mut self,
        rule: u32,
        url: &str,
        timeout_ms: u16,
        deadline_ms: u16,
    ) -> (Asking, Option<(Decision, bool)>) {
        let deadline = Duration::from_millis(deadline_ms.into()).saturating_sub(DECISION_MARGIN);
        let time = deadline.saturating_sub(self.started.elapsed()).min(Duration::from_millis(timeout_ms.into()));
        let began = Instant::now();
        let (mut asking, mut decided) = (Asking::Busy, None);
        if !time.is_zero() {
            let secret = self.inner.book.secret(self.app.id);
            let question = Asked {
                app: &self.app.name,
                question: self.question,
                facts: self.facts,
                binding: self.bound.map(|bound| bound.binding.id),
                at: self.inner.clock.now(),
            };
            let (how, then) = self.inner.asker.ask(self.app.id, url, secret.as_ref(), &question, time).await;
            decided = then.and_then(|then| self.decision(&then));
            asking = if how == Asking::Decided && decided.is_none() { Asking::Invalid } else { how };
        }
        let millis = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        self.asked.push(AskedNote { rule, asking, millis });
        (asking, decided)
    }

    /// What an action decides here, if the platform takes it, and whether it follows the binding.
    fn decision(&self, then: &Then) -> Option<(Decision, bool)> {
        if then.decides().is_some_and(|asks| asks != self.facts.asks) {
            return None;
        }
        let decision = compose(then, self.facts)?;
        if let Err(error) = self.provider.check(&decision) {
            tracing::warn!(app = self.app.id.0, %error, "an answer that the platform would not take was not given");
            return None;
        }
        let followed = matches!(then, Then::FollowBinding {} | Then::Forward { to: None, .. });
        Some((decision, followed))
    }

    fn default(&self) -> Outcome {
        match self.decision(&Then::FollowBinding {}) {
            Some((decision, followed)) => (None, decision, followed),
            None => (None, self.provider.default_decision(self.question, self.app), false),
        }
    }
}

/// What a decision does, and to whom.
fn summary(decision: &Decision) -> (DecisionAction, Option<PhoneNumber>) {
    match decision {
        Decision::Call(CallDecision::Connect(connect)) => (DecisionAction::Connect, Some(connect.callee.clone())),
        Decision::Call(CallDecision::Close { .. }) => (DecisionAction::Close, None),
        Decision::Sms(SmsDecision::Forward { to, .. }) => (DecisionAction::Forward, Some(to.clone())),
        Decision::Sms(SmsDecision::Discard) => (DecisionAction::Discard, None),
    }
}

/// The deadline of an app without rules.
pub const DEFAULT_DEADLINE: Duration = Duration::from_millis(DECISION_DEADLINE_MS as u64);
