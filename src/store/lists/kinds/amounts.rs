//! Amounts, yes and no, tests, instants.

use jiff::Timestamp;

use super::{Kind, Shape};
use crate::domain::Text;
use crate::store::lists::{Moment, Names, Parameters};
use crate::store::query_plan::QueryPlan;
use crate::store::terms::{self, Field, Terms, amount};
use crate::store::{Bounds, Filter, Span, Tests};

/// An amount between bounds.
pub(crate) struct Amount<R> {
    pub(crate) index: Field,
    pub(crate) of: fn(&R) -> Option<u32>,
}

impl<R> Kind for Amount<R> {
    type Row = R;
    type Asked = Filter<Bounds>;

    fn shape(&self) -> Shape {
        Shape::Bounds
    }

    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Filter<Bounds>, P::Error> {
        from.bounds(names)
    }

    fn takes(&self, asked: &Filter<Bounds>, row: &R) -> bool {
        asked.takes(|bounds| (self.of)(row).is_some_and(|amount| bounds.contains(amount)))
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        terms.extend((self.of)(row).map(|of| amount(self.index, of.into())));
    }

    fn plan(&self, asked: &Filter<Bounds>, _: &Moment, plan: &mut QueryPlan) {
        let amounts = |bounds: &Bounds| Terms::amounts(self.index, bounds.min.into(), bounds.max.into());
        if !asked.any.is_empty() {
            plan.all.push(asked.any.iter().map(amounts).collect());
        }
        plan.none.extend(asked.none.iter().map(amounts));
    }
}

pub(crate) struct Flag<R> {
    pub(crate) index: Field,
    pub(crate) holds: fn(&R) -> bool,
    pub(crate) words: [Text; 2],
}

impl<R> Flag<R> {
    pub(crate) const fn of(index: Field, holds: fn(&R) -> bool) -> Self {
        Self { index, holds, words: [Text::new("否", "no"), Text::new("是", "yes")] }
    }
}

impl<R> Kind for Flag<R> {
    type Row = R;
    type Asked = Option<bool>;

    fn shape(&self) -> Shape {
        Shape::Flag(self.words)
    }

    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Option<bool>, P::Error> {
        from.flag(names)
    }

    fn takes(&self, asked: &Option<bool>, row: &R) -> bool {
        asked.is_none_or(|wanted| (self.holds)(row) == wanted)
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        if (self.holds)(row) {
            terms.push(terms::yes(self.index));
        }
    }

    fn plan(&self, asked: &Option<bool>, _: &Moment, plan: &mut QueryPlan) {
        let yes = Terms::one(terms::yes(self.index));
        match asked {
            Some(true) => plan.all.push(vec![yes]),
            Some(false) => plan.none.push(yes),
            None => {}
        }
    }
}

/// Whether tests are among the rows.
pub(crate) struct IsTest<R> {
    pub(crate) of: fn(&R) -> bool,
}

impl<R> Kind for IsTest<R> {
    type Row = R;
    type Asked = Tests;

    fn shape(&self) -> Shape {
        Shape::Tests
    }

    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Tests, P::Error> {
        from.tests(names)
    }

    fn takes(&self, asked: &Tests, row: &R) -> bool {
        asked.takes((self.of)(row))
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        if (self.of)(row) {
            terms.push(terms::TEST);
        }
    }

    /// Where there is no test, as almost everywhere, nothing has to be left out, and an open
    /// query stays one that need not be looked up.
    fn plan(&self, asked: &Tests, moment: &Moment, plan: &mut QueryPlan) {
        match asked {
            Tests::Only => plan.all.push(vec![Terms::one(terms::TEST)]),
            Tests::Without if moment.any_tests => plan.none.push(Terms::one(terms::TEST)),
            Tests::Without | Tests::With => {}
        }
    }
}

/// When it was: rows stand by it, so that no term is needed.
pub(crate) struct When<R> {
    pub(crate) of: fn(&R) -> Timestamp,
}

impl<R> Kind for When<R> {
    type Row = R;
    type Asked = Span;

    fn shape(&self) -> Shape {
        Shape::Span
    }

    fn read<P: Parameters>(&self, _: &Names, from: &P) -> Result<Span, P::Error> {
        from.span()
    }

    fn takes(&self, asked: &Span, row: &R) -> bool {
        asked.contains((self.of)(row))
    }

    fn index(&self, _: &R, _: &mut Vec<u64>) {}

    fn plan(&self, asked: &Span, _: &Moment, plan: &mut QueryPlan) {
        if *asked != Span::default() {
            let from = asked.from.map_or(i64::MIN, Timestamp::as_microsecond);
            plan.t = Some((from, asked.to.map_or(i64::MAX, |to| to.as_microsecond() - 1)));
        }
    }
}
