//! Decisions: the callbacks that asked and were decided, found by who, where, how and by what.
//!
//! A decision is no row of its own: it stands with the callback that asked, so that the two are
//! never apart and a repeat, which got the answer of the first, is none.

use serde::{Deserialize, Serialize};

use super::callback_row;
use super::count::count;
use super::query_plan::QueryPlan;
use super::terms::{Field, Terms};
use super::{CallbackRow, Count, DecisionQuery, FilterTable as _, Listing, Page, QueryError, Store};
use crate::domain::{AskedNote, Asking, Asks, BindingId, DecidedQuestion, DecisionAction, DecisionNote, PhoneNumber};

/// Mark of a callback with a decided question.
pub(super) const DECIDED: &[u8] = b"decided";

impl Store {
    /// Newest first.
    pub fn decisions(&self, query: &DecisionQuery, page: &Page) -> Result<Listing<CallbackRow>, QueryError> {
        self.list(self.shared.view(|rows| &rows.callbacks), query, self.plan_decided(query), page, |indexed, cursor| {
            let row = callback_row::read(indexed, &self.shared.catalog).map_err(QueryError::damaged)?;
            let shown = indexed.last <= cursor.snapshot && row.decision.is_some() && query.takes(&row);
            Ok(shown.then_some((indexed.key(), row)))
        })
    }

    pub fn count_decisions(&self, query: &DecisionQuery) -> Result<Count, QueryError> {
        count(&self.shared.view(|rows| &rows.callbacks).0, &self.plan_decided(query)).map_err(QueryError::damaged)
    }

    fn plan_decided(&self, query: &DecisionQuery) -> QueryPlan {
        let mut plan = self.plan(query);
        plan.all.push(vec![Terms::word(Field::Question, DECIDED)]);
        plan
    }
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
