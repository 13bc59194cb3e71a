//! The kinds of filters: what a value is, how a row is indexed by it, found and compared.
//!
//! A kind is told once how to get at its fact in a row. From that follow the terms of a row, and
//! its comparison with a query; both together are what makes an answer exact, since the index may
//! give a little too much.

use std::fmt::{Debug, Display};

mod amounts;
mod named;
mod texts;

pub(crate) use self::amounts::{Amount, Flag, IsTest, When};
pub(crate) use self::named::{Apps, Choice, NONE, Providers, Whole, named_values, read_named};
pub(crate) use self::texts::{Ending, Exact, NumberOf, Texts, digits_end};

use super::{Moment, Names, Parameters};
use crate::domain::{Text, Wording};
use crate::store::Filter;
use crate::store::query_plan::QueryPlan;
use crate::store::terms::{Exactly, Terms};

/// What the values of a filter are.
#[derive(Debug)]
pub(crate) enum Shape {
    App,
    Provider,
    /// One of a few, by name, each with its word.
    Choice(Vec<(&'static str, Option<Text>)>),
    /// A whole number; where each has a word they are offered as choices.
    Whole {
        min: u64,
        max: u64,
        words: &'static [Text],
    },
    /// The end of a phone number.
    Ending,
    /// A text; `several` of them may stand in one box, some have a word, and the `known` are
    /// described.
    Text {
        several: bool,
        words: &'static [(&'static str, Text)],
        known: &'static [&'static str],
    },
    /// An amount between bounds.
    Bounds,
    /// Yes or no, with the words for them.
    Flag([Text; 2]),
    /// Without tests, only tests, or both.
    Tests,
    /// `from` and `to`.
    Span,
    Instant,
}

/// A kind of filter in a list of rows.
pub(crate) trait Kind {
    type Row;
    /// What a query holds of it; its default asks nothing.
    type Asked;

    fn shape(&self) -> Shape;
    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Self::Asked, P::Error>;
    fn takes(&self, asked: &Self::Asked, row: &Self::Row) -> bool;
    /// Adds the terms by which a row is found.
    fn index(&self, row: &Self::Row, terms: &mut Vec<u64>);
    /// Adds the terms of what is asked.
    fn plan(&self, asked: &Self::Asked, moment: &Moment, plan: &mut QueryPlan);
    /// Whether those terms say exactly which rows answer it.
    fn is_exact(&self, _asked: &Self::Asked, _moment: &Moment) -> bool {
        true
    }
}

/// A kind whose values may be repeated, any of which must hold, and negated, none of which may.
pub(crate) trait Values {
    type Row;
    type Value;

    fn shape(&self) -> Shape;
    /// A value from its text; the error is what is expected.
    fn parse(&self, text: &str) -> Result<Self::Value, Wording>;
    fn holds(&self, row: &Self::Row, value: &Self::Value) -> bool;
    fn index(&self, row: &Self::Row, terms: &mut Vec<u64>);
    /// The terms of which a row has any where it holds; `None` where it is not indexed.
    fn terms(&self, value: &Self::Value, moment: &Moment) -> Option<Vec<Exactly>>;
}

impl<K: Values> Kind for K {
    type Row = K::Row;
    type Asked = Filter<K::Value>;

    fn shape(&self) -> Shape {
        Values::shape(self)
    }

    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Filter<K::Value>, P::Error> {
        from.filter(names, |text| self.parse(text))
    }

    fn takes(&self, asked: &Filter<K::Value>, row: &K::Row) -> bool {
        asked.takes(|value| self.holds(row, value))
    }

    fn index(&self, row: &K::Row, terms: &mut Vec<u64>) {
        Values::index(self, row, terms);
    }

    /// What the index knows only roughly is found with it and left to the comparison; a NOT takes
    /// away only what it knows exactly.
    fn plan(&self, asked: &Filter<K::Value>, moment: &Moment, plan: &mut QueryPlan) {
        let terms = |value| self.terms(value, moment);
        if !asked.any.is_empty()
            && let Some(any) = asked.any.iter().map(terms).collect::<Option<Vec<_>>>()
        {
            plan.all.push(any.into_iter().flatten().map(|of| of.terms).collect());
        }
        let none = asked.none.iter().filter_map(terms).flatten();
        plan.none.extend(none.filter(|of| of.exact).map(|of| of.terms));
    }

    fn is_exact(&self, asked: &Filter<K::Value>, moment: &Moment) -> bool {
        let exact = |value| self.terms(value, moment).is_some_and(|terms| terms.iter().all(|of| of.exact));
        asked.any.iter().chain(&asked.none).all(exact)
    }
}

fn exactly(terms: Terms) -> Option<Vec<Exactly>> {
    Some(vec![Exactly { terms, exact: true }])
}

pub(crate) fn one_of(words: &str) -> Wording {
    Wording::new(format!("以下之一：{words}"), format!("one of {words}"))
}

pub(crate) fn whole_number(least: impl Display, most: impl Display) -> Wording {
    Wording::new(format!("{least} 到 {most} 的整数"), format!("a whole number from {least} to {most}"))
}
