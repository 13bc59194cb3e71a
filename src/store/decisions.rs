//! Decisions: the callbacks that asked and were decided, found by who, where, how and by what.
//!
//! A decision is no row of its own: it stands with the callback that asked, so that the two are
//! never apart and a repeat, which got the answer of the first, is none.

use serde::{Deserialize, Serialize};

use super::callback_row;
use super::count::count;
use super::search::{ends_with, flag, number, time, word};
use super::terms::{Field, Terms, amount, push_number, term};
use super::want::Want;
use super::{CallbackRow, Count, Filter, Listing, Page, QueryError, Span, Store};
use crate::domain::{
    AppId, AskedNote, Asking, Asks, BindingId, DecidedQuestion, DecisionAction, DecisionNote, PhoneNumber,
};

/// The name of the rule that applies when no other does.
const DEFAULT: &str = "default";
/// That a question was decided by this callback.
const DECIDED: &[u8] = b"decided";

/// Which decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionQuery {
    /// By the time of the question.
    pub span: Span,
    /// By app.
    pub app: Filter<AppId>,
    /// By what was asked.
    pub asks: Filter<Asks>,
    /// By the end of any number in it.
    pub number: Filter<String>,
    /// By the end of the number that called or wrote.
    pub from: Filter<String>,
    /// By the end of the privacy number.
    pub x: Filter<String>,
    /// By the end of the number that was reached.
    pub to: Filter<String>,
    /// By what was done.
    pub action: Filter<DecisionAction>,
    /// By the name of the rule; `default` where none applied.
    pub rule: Filter<String>,
    /// By the binding that was followed.
    pub binding: Filter<BindingId>,
    /// By how asking the company's own system went.
    pub asking: Filter<Asking>,
    /// By the session or the platform's id of the message, exactly.
    pub session: Filter<String>,
}

impl DecisionQuery {
    /// Whether this callback brought such a decision.
    #[must_use]
    pub fn matches(&self, row: &CallbackRow) -> bool {
        matches(self, row)
    }
}

impl Store {
    /// Decisions, newest first: each with its question.
    ///
    /// # Errors
    /// As [`Store::calls`].
    pub fn decisions(&self, query: &DecisionQuery, page: &Page) -> Result<Listing<CallbackRow>, QueryError> {
        self.list(self.shared.view(|rows| &rows.callbacks), query, want(query), page, |indexed, cursor| {
            let row = callback_row::read(indexed, &self.shared.catalog).map_err(QueryError::damaged)?;
            let shown = indexed.last <= cursor.snapshot && matches(query, &row);
            Ok(shown.then_some((indexed.key(), row)))
        })
    }

    /// How many decisions answer a question.
    ///
    /// # Errors
    /// A damaged store.
    pub fn count_decisions(&self, query: &DecisionQuery) -> Result<Count, QueryError> {
        count(&self.shared.view(|rows| &rows.callbacks).0, &want(query)).map_err(QueryError::damaged)
    }
}

/// What a callback with a decision is found by besides.
pub(super) fn terms(decided: &DecidedQuestion, terms: &mut Vec<u64>) {
    let note = &decided.note;
    terms.push(term(Field::Question, DECIDED));
    terms.push(term(Field::Mode, decided.asks.name().as_bytes()));
    terms.push(term(Field::Action, note.action.name().as_bytes()));
    terms.push(term(Field::Rule, rule(note).as_bytes()));
    terms.extend(note.binding.map(|id| amount(Field::Binding, id.0)));
    terms.extend(note.asked.iter().map(|asked| term(Field::State, asked.asking.name().as_bytes())));
    for (field, number) in [(Field::Caller, &decided.from), (Field::X, &decided.x), (Field::Callee, &note.to)] {
        if let Some(number) = number {
            push_number(terms, field, number);
        }
    }
}

fn rule(note: &DecisionNote) -> &str {
    note.rule.as_ref().map_or(DEFAULT, |(_, name)| name)
}

fn want(query: &DecisionQuery) -> Want {
    let mut want = Want { t: time(query.span), ..Want::default() };
    word(&mut want, &query.session, |session| Terms::word(Field::Session, session.as_bytes()));
    number(&mut want, &query.number, &[Field::Caller, Field::Callee, Field::X]);
    number(&mut want, &query.from, &[Field::Caller]);
    number(&mut want, &query.to, &[Field::Callee]);
    number(&mut want, &query.x, &[Field::X]);
    word(&mut want, &query.binding, |id| Terms::one(amount(Field::Binding, id.0)));
    word(&mut want, &query.asking, |asking| Terms::word(Field::State, asking.name().as_bytes()));
    word(&mut want, &query.rule, |rule| Terms::word(Field::Rule, rule.as_bytes()));
    word(&mut want, &query.action, |action| Terms::word(Field::Action, action.name().as_bytes()));
    word(&mut want, &query.asks, |asks| Terms::word(Field::Mode, asks.name().as_bytes()));
    flag(&mut want, Some(true), Terms::word(Field::Question, DECIDED));
    word(&mut want, &query.app, |app| Terms::word(Field::App, &app.0.to_be_bytes()));
    want.sorted()
}

fn matches(query: &DecisionQuery, row: &CallbackRow) -> bool {
    let Some(decided) = &row.decision else { return false };
    let note = &decided.note;
    let ends = |number: &Option<PhoneNumber>, typed: &String| number.as_ref().is_some_and(|n| ends_with(n, typed));
    query.span.contains(row.received_at)
        && query.app.takes(|app| *app == row.app)
        && query.asks.takes(|asks| *asks == decided.asks)
        && query.number.takes(|typed| [&decided.from, &decided.x, &note.to].into_iter().any(|n| ends(n, typed)))
        && query.from.takes(|typed| ends(&decided.from, typed))
        && query.x.takes(|typed| ends(&decided.x, typed))
        && query.to.takes(|typed| ends(&note.to, typed))
        && query.action.takes(|action| *action == note.action)
        && query.rule.takes(|name| name == rule(note))
        && query.binding.takes(|id| Some(*id) == note.binding)
        && query.asking.takes(|asking| note.asked.iter().any(|asked| asked.asking == *asking))
        && query.session.takes(|session| row.sessions.contains(session))
}

/// A decision in its callback's row.
#[derive(Serialize, Deserialize)]
pub(super) struct DecisionRow {
    asks: u8,
    x: Option<String>,
    from: Option<String>,
    action: u8,
    to: Option<String>,
    version: u64,
    rule: Option<(u32, String)>,
    binding: Option<u64>,
    micros: u64,
    asked: Vec<(u32, u8, u32)>,
}

impl DecisionRow {
    pub(super) fn pack(decided: &DecidedQuestion) -> Self {
        let text = |number: &Option<PhoneNumber>| number.as_ref().map(|number| number.reveal().to_owned());
        let note = &decided.note;
        Self {
            asks: place(&Asks::ALL, decided.asks),
            x: text(&decided.x),
            from: text(&decided.from),
            action: place(&DecisionAction::ALL, note.action),
            to: text(&note.to),
            version: note.version,
            rule: note.rule.clone(),
            binding: note.binding.map(|id| id.0),
            micros: note.micros,
            asked: note
                .asked
                .iter()
                .map(|asked| (asked.rule, place(&Asking::ALL, asked.asking), asked.millis))
                .collect(),
        }
    }

    pub(super) fn unpack(self) -> Option<DecidedQuestion> {
        let number = |text: Option<String>| text.map(PhoneNumber::from_stored);
        let asked = |(rule, asking, millis): (u32, u8, u32)| {
            Some(AskedNote { rule, asking: *Asking::ALL.get(usize::from(asking))?, millis })
        };
        Some(DecidedQuestion {
            asks: *Asks::ALL.get(usize::from(self.asks))?,
            x: number(self.x),
            from: number(self.from),
            note: DecisionNote {
                action: *DecisionAction::ALL.get(usize::from(self.action))?,
                to: number(self.to),
                version: self.version,
                rule: self.rule,
                binding: self.binding.map(BindingId),
                micros: self.micros,
                asked: self.asked.into_iter().map(asked).collect::<Option<_>>()?,
            },
        })
    }
}

fn place<T: PartialEq + Copy>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
}
