//! What has a name or a number of its own: apps, providers, words, whole numbers.

use std::fmt::Display;
use std::str::FromStr;

use super::{Kind, Shape, Values, exactly, one_of, whole_number};
use crate::domain::{AppId, Named, ProviderId, Text, Wording};
use crate::platforms::{self, Provider};
use crate::store::Filter;
use crate::store::lists::{Moment, Names, Parameters};
use crate::store::query_plan::QueryPlan;
use crate::store::terms::{Exactly, Field, Terms, amount, term};

pub(crate) struct Apps<R> {
    pub(crate) of: fn(&R) -> Option<AppId>,
}

impl<R> Kind for Apps<R> {
    type Row = R;
    type Asked = Filter<AppId>;

    fn shape(&self) -> Shape {
        Shape::App
    }

    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Filter<AppId>, P::Error> {
        from.apps(names)
    }

    fn takes(&self, asked: &Filter<AppId>, row: &R) -> bool {
        asked.is_empty() || asked.takes(|app| (self.of)(row) == Some(*app))
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        terms.extend((self.of)(row).map(|app| term(Field::App, &app.0.to_be_bytes())));
    }

    fn plan(&self, asked: &Filter<AppId>, _: &Moment, plan: &mut QueryPlan) {
        let word = |app: &AppId| Terms::word(Field::App, &app.0.to_be_bytes());
        if !asked.any.is_empty() {
            plan.all.push(asked.any.iter().map(word).collect());
        }
        plan.none.extend(asked.none.iter().map(word));
    }
}

/// Which platform sent it.
pub(crate) struct Providers<R> {
    pub(crate) of: fn(&R) -> Option<ProviderId>,
}

impl<R> Values for Providers<R> {
    type Row = R;
    type Value = ProviderId;

    fn shape(&self) -> Shape {
        Shape::Provider
    }

    fn parse(&self, text: &str) -> Result<ProviderId, Wording> {
        let list = || platforms::ALL.iter().map(|provider| provider.id().0).collect::<Vec<_>>().join(", ");
        platforms::by_name(text).map(Provider::id).ok_or_else(|| one_of(&list()))
    }

    fn holds(&self, row: &R, value: &ProviderId) -> bool {
        (self.of)(row) == Some(*value)
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        terms.extend((self.of)(row).map(|provider| term(Field::Provider, provider.0.as_bytes())));
    }

    fn terms(&self, value: &ProviderId, _: &Moment) -> Option<Vec<Exactly>> {
        exactly(Terms::word(Field::Provider, value.0.as_bytes()))
    }
}

pub(crate) struct Choice<R, V> {
    index: Option<Field>,
    holds: fn(&R, &V) -> bool,
    /// Whether rows of which no value holds are found as `none`.
    none: bool,
}

impl<R, V> Choice<R, V> {
    pub(crate) const fn of(index: Field, holds: fn(&R, &V) -> bool) -> Self {
        Self { index: Some(index), holds, none: false }
    }

    /// The same where rows without any of the values are looked for as well.
    pub(crate) const fn or_none(index: Field, holds: fn(&R, &V) -> bool) -> Self {
        Self { index: Some(index), holds, none: true }
    }

    pub(crate) const fn compared(holds: fn(&R, &V) -> bool) -> Self {
        Self { index: None, holds, none: false }
    }
}

pub(crate) fn named_values<V: Named>() -> Vec<(&'static str, Option<Text>)> {
    V::all().iter().map(|value| (value.name(), value.word())).collect()
}

pub(crate) fn read_named<V: Named>(text: &str) -> Result<V, Wording> {
    let names = || V::all().iter().map(V::name).collect::<Vec<_>>().join(", ");
    V::all().iter().find(|value| value.name() == text).cloned().ok_or_else(|| one_of(&names()))
}

impl<R, V: Named> Values for Choice<R, V> {
    type Row = R;
    type Value = V;

    fn shape(&self) -> Shape {
        Shape::Choice(named_values::<V>())
    }

    fn parse(&self, text: &str) -> Result<V, Wording> {
        read_named(text)
    }

    fn holds(&self, row: &R, value: &V) -> bool {
        (self.holds)(row, value)
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        let Some(field) = self.index else { return };
        let before = terms.len();
        let holding = V::all().iter().filter(|value| (self.holds)(row, value));
        terms.extend(holding.map(|value| term(field, value.name().as_bytes())));
        if self.none && terms.len() == before {
            terms.push(term(field, NONE));
        }
    }

    fn terms(&self, value: &V, _: &Moment) -> Option<Vec<Exactly>> {
        exactly(Terms::word(self.index?, value.name().as_bytes()))
    }
}

/// What stands for none of a choice's values.
pub(crate) const NONE: &[u8] = b"none";

/// A whole number between two.
pub(crate) struct Whole<R, N> {
    pub(crate) index: Field,
    pub(crate) min: N,
    pub(crate) max: N,
    /// The words of all its values, from the least; none where it is a number like any other.
    pub(crate) words: &'static [Text],
    pub(crate) of: fn(&R) -> Option<N>,
}

impl<R, N: Copy + PartialOrd + Into<u64> + FromStr + Display> Values for Whole<R, N> {
    type Row = R;
    type Value = N;

    fn shape(&self) -> Shape {
        Shape::Whole { min: self.min.into(), max: self.max.into(), words: self.words }
    }

    fn parse(&self, text: &str) -> Result<N, Wording> {
        let number = text.parse().ok().filter(|number| (self.min..=self.max).contains(number));
        number.ok_or_else(|| whole_number(self.min, self.max))
    }

    fn holds(&self, row: &R, value: &N) -> bool {
        (self.of)(row) == Some(*value)
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        terms.extend((self.of)(row).map(|number| amount(self.index, number.into())));
    }

    fn terms(&self, value: &N, _: &Moment) -> Option<Vec<Exactly>> {
        exactly(Terms::one(amount(self.index, (*value).into())))
    }
}
