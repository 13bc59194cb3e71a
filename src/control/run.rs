//! One question on its way through the rules of its app.
//!
//! A real question and a trial take the same way; a trial is told in addition what became of each
//! rule, and of the company's own system why its answer was none. Nothing here waits for anything
//! but that system.

use std::time::{Duration, Instant};

use super::asking::{Asked, Heard, Purpose};
use super::rules::{Compiled, compose, fits};
use super::{Decided, Facts, Inner, Step, Then, Verdict};
use crate::bindings::{BindingError, Bound};
use crate::domain::{
    App, AskedNote, Asking, Asks, CallDecision, Decision, DecisionAction, DecisionNote, PhoneNumber, Question,
    SmsDecision, Wording,
};
use crate::error_chain::Chain;
use crate::limits::DECISION_MARGIN;
use crate::platforms::Provider;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    ForGood,
    /// A trial at this instant; `true` also asks the decision webhook.
    Trial(jiff::Timestamp, bool),
}

impl Inner {
    pub(super) async fn run(
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
        match self.bindings.find(app.id, x, question.from.as_ref(), at) {
            Ok(bound) => bound,
            // Said once, when the reading began, and on every page.
            Err(BindingError::Reading) => None,
            Err(error) => {
                tracing::error!(app = app.id.0, error = %Chain(&error), "a question is decided without its binding");
                None
            }
        }
    }
}

/// The decision and whether it follows the binding, or why there is none.
type Acted = Result<(Decision, bool), Option<Wording>>;
type Outcome = (Option<(u32, String)>, Decision, bool);

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
                Some(verdict) => (verdict, Err(None)),
                None => self.act(number, &rule.then, rules.set.deadline_ms).await,
            };
            let (decided, problem) = match decided {
                Ok(decided) => (Some(decided), None),
                Err(problem) => (None, problem),
            };
            self.steps.push(Step { rule: number, name: rule.name.clone(), verdict, problem });
            if let Some((decision, followed)) = decided {
                return Some((Some((number, rule.name.clone())), decision, followed));
            }
        }
        None
    }

    async fn act(&mut self, number: u32, then: &Then, deadline_ms: u16) -> (Verdict, Acted) {
        let Then::Ask { url, timeout_ms } = then else {
            return match self.decision(then) {
                Ok(decided) => (Verdict::Decided, Ok(decided)),
                Err(problem) => (Verdict::NotFor("answer"), Err(Some(problem))),
            };
        };
        if self.mode != Mode::ForGood && !matches!(self.mode, Mode::Trial(_, true)) {
            return (Verdict::NotFor("trial"), Err(None));
        }
        let (asking, decided) = self.ask(number, url, *timeout_ms, deadline_ms).await;
        (if decided.is_ok() { Verdict::Decided } else { Verdict::Asked(asking) }, decided)
    }

    /// Asks the decision webhook with what is left of the deadline.
    async fn ask(&mut self, rule: u32, url: &str, timeout_ms: u16, deadline_ms: u16) -> (Asking, Acted) {
        let deadline = Duration::from_millis(deadline_ms.into()).saturating_sub(DECISION_MARGIN);
        let time = deadline.saturating_sub(self.started.elapsed()).min(Duration::from_millis(timeout_ms.into()));
        let began = Instant::now();
        let (asking, decided) = if time.is_zero() {
            (Asking::Busy, Err(None))
        } else {
            let secret = self.inner.book.secret(self.app.id);
            let question = Asked {
                app: &self.app.name,
                question: self.question,
                facts: self.facts,
                binding: self.bound.map(|bound| bound.binding.id),
                at: self.inner.clock.now(),
            };
            let purpose = if self.mode == Mode::ForGood { Purpose::Decision } else { Purpose::Trial };
            let Heard { asking, then, problem } =
                self.inner.actor.ask(self.app.id, url, secret.as_ref(), &question, (time, purpose)).await;
            match then.map(|then| self.decision(&then)) {
                Some(Ok(decided)) => (asking, Ok(decided)),
                Some(Err(problem)) => (Asking::Invalid, Err(Some(problem))),
                None => (asking, Err(problem)),
            }
        };
        let millis = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        self.asked.push(AskedNote { rule, asking, millis });
        (asking, decided)
    }

    fn decision(&self, then: &Then) -> Result<(Decision, bool), Wording> {
        if then.decides().is_some_and(|asks| asks != self.facts.asks) {
            return Err(match self.facts.asks {
                Asks::Call => Wording::new("这是来电，只能接通或挂断", "this is a call: it is connected or closed"),
                Asks::Sms => {
                    Wording::new("这是短信，只能转发或丢弃", "this is a message: it is forwarded or discarded")
                }
            });
        }
        let decision = compose(then, self.facts)
            .ok_or_else(|| Wording::new("没有可用的绑定或主叫号码", "there is no binding to follow, or no sender"))?;
        if let Err(error) = fits(&decision, self.facts.x, self.provider) {
            tracing::warn!(app = self.app.id.0, %error, "an answer that the platform would not take was not given");
            return Err(Wording::new(format!("{} {}", error.field, error.rule.zh), error.to_string()));
        }
        let followed = matches!(then, Then::FollowBinding {} | Then::Forward { to: None, .. });
        Ok((decision, followed))
    }

    fn default(&self) -> Outcome {
        match self.decision(&Then::FollowBinding {}) {
            Ok((decision, followed)) => (None, decision, followed),
            Err(_) => (None, self.provider.default_decision(self.question, self.app), false),
        }
    }
}

fn summary(decision: &Decision) -> (DecisionAction, Option<PhoneNumber>) {
    match decision {
        Decision::Call(CallDecision::Connect(connect)) => (DecisionAction::Connect, Some(connect.callee.clone())),
        Decision::Call(CallDecision::Close { .. }) => (DecisionAction::Close, None),
        Decision::Sms(SmsDecision::Forward { to, .. }) => (DecisionAction::Forward, Some(to.clone())),
        Decision::Sms(SmsDecision::Discard) => (DecisionAction::Discard, None),
    }
}
