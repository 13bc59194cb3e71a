//! The kinds of filters: what a value is, how a row is indexed by it, found and compared.
//!
//! A kind is told once how to get at its fact in a row. From that follow the terms of a row, and
//! its comparison with a query; both together are what makes an answer exact, since the index may
//! give a little too much.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use jiff::Timestamp;

use super::{Moment, Names, Parameters};
use crate::domain::{AppId, Named, PhoneNumber, ProviderId, Text, Wording, plain_text};
use crate::platforms::{self, Provider};
use crate::store::terms::{
    self, ENDING_MIN, Exactly, Field, Terms, amount, ending, is_exact, push_number, term, typed_digits,
};
use crate::store::want::Want;
use crate::store::{Bounds, Filter, Span, Tests};

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
    /// What is listed.
    type Row;
    /// What a query holds of it; its default asks nothing.
    type Asked;

    /// What its values are.
    fn shape(&self) -> Shape;
    /// What parameters ask.
    fn read<P: Parameters>(&self, names: &Names, from: &P) -> Result<Self::Asked, P::Error>;
    /// Whether a row answers what is asked.
    fn takes(&self, asked: &Self::Asked, row: &Self::Row) -> bool;
    /// Adds the terms by which a row is found.
    fn index(&self, row: &Self::Row, terms: &mut Vec<u64>);
    /// Adds the terms of what is asked.
    fn want(&self, asked: &Self::Asked, moment: &Moment, want: &mut Want);
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
    /// Whether it holds of a row.
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
    fn want(&self, asked: &Filter<K::Value>, moment: &Moment, want: &mut Want) {
        let terms = |value| self.terms(value, moment);
        if !asked.any.is_empty()
            && let Some(any) = asked.any.iter().map(terms).collect::<Option<Vec<_>>>()
        {
            want.all.push(any.into_iter().flatten().map(|of| of.terms).collect());
        }
        let none = asked.none.iter().filter_map(terms).flatten();
        want.none.extend(none.filter(|of| of.exact).map(|of| of.terms));
    }

    fn is_exact(&self, asked: &Filter<K::Value>, moment: &Moment) -> bool {
        let exact = |value| self.terms(value, moment).is_some_and(|terms| terms.iter().all(|of| of.exact));
        asked.any.iter().chain(&asked.none).all(exact)
    }
}

/// Nothing but what is asked for.
fn exactly(terms: Terms) -> Option<Vec<Exactly>> {
    Some(vec![Exactly { terms, exact: true }])
}

/// What is expected of a word.
pub(crate) fn one_of(words: &str) -> Wording {
    Wording::new(format!("以下之一：{words}"), format!("one of {words}"))
}

/// What is expected of a number.
pub(crate) fn whole_number(least: impl Display, most: impl Display) -> Wording {
    Wording::new(format!("{least} 到 {most} 的整数"), format!("a whole number from {least} to {most}"))
}

/// Whose it is.
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

    fn want(&self, asked: &Filter<AppId>, _: &Moment, want: &mut Want) {
        let word = |app: &AppId| Terms::word(Field::App, &app.0.to_be_bytes());
        if !asked.any.is_empty() {
            want.all.push(asked.any.iter().map(word).collect());
        }
        want.none.extend(asked.none.iter().map(word));
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

/// One of a few values that have names.
pub(crate) struct Choice<R, V> {
    index: Option<Field>,
    holds: fn(&R, &V) -> bool,
    /// Whether rows of which no value holds are found as `none`.
    none: bool,
}

impl<R, V> Choice<R, V> {
    /// Indexed in a field.
    pub(crate) const fn of(index: Field, holds: fn(&R, &V) -> bool) -> Self {
        Self { index: Some(index), holds, none: false }
    }

    /// The same where rows without any of the values are looked for as well.
    pub(crate) const fn or_none(index: Field, holds: fn(&R, &V) -> bool) -> Self {
        Self { index: Some(index), holds, none: true }
    }

    /// Not indexed.
    pub(crate) const fn compared(holds: fn(&R, &V) -> bool) -> Self {
        Self { index: None, holds, none: false }
    }
}

/// The values of a choice with their words.
pub(crate) fn named_values<V: Named>() -> Vec<(&'static str, Option<Text>)> {
    V::all().iter().map(|value| (value.name(), value.word())).collect()
}

/// A value by its name.
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

/// Where a number stands in a row, and its field in the index.
pub(crate) type NumberOf<R> = (Field, fn(&R) -> Option<&PhoneNumber>);

/// The end of a number of one of some parties.
pub(crate) struct Ending<R: 'static> {
    parties: &'static [NumberOf<R>],
    /// Whether this is the row that indexes them: each is indexed once.
    indexes: bool,
}

impl<R> Ending<R> {
    /// Indexes these parties and looks among them.
    pub(crate) const fn of(parties: &'static [NumberOf<R>]) -> Self {
        Self { parties, indexes: true }
    }

    /// Looks among parties that another filter of the list indexes.
    pub(crate) const fn among(parties: &'static [NumberOf<R>]) -> Self {
        Self { parties, indexes: false }
    }
}

impl<R> Values for Ending<R> {
    type Row = R;
    type Value = String;

    fn shape(&self) -> Shape {
        Shape::Ending
    }

    fn parse(&self, text: &str) -> Result<String, Wording> {
        read_ending(text)
    }

    fn holds(&self, row: &R, value: &String) -> bool {
        let typed = typed_digits(value);
        self.parties.iter().filter_map(|(_, of)| of(row)).any(|number| digits_end(number, &typed))
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        for (field, of) in self.parties.iter().filter(|_| self.indexes) {
            if let Some(number) = of(row) {
                push_number(terms, *field, number);
            }
        }
    }

    /// Endings span exactly what ends so; one with more digits than are indexed spans too much.
    fn terms(&self, value: &String, _: &Moment) -> Option<Vec<Exactly>> {
        let typed = typed_digits(value);
        let spans = self.parties.iter().filter_map(|(field, _)| ending(*field, &typed));
        Some(spans.map(|terms| Exactly { terms, exact: is_exact(&typed) }).collect())
    }
}

/// The end of a number as people paste it: four digits or more.
pub(crate) fn read_ending(text: &str) -> Result<String, Wording> {
    // A plus that came in plain was read as a blank.
    let plus = text.strip_prefix(' ').and_then(|rest| PhoneNumber::typed(&format!("+{rest}")));
    let number = plus.or_else(|| PhoneNumber::typed(text));
    let number = number.filter(|number| number.reveal().trim_start_matches('+').len() >= ENDING_MIN);
    number.map(|number| number.reveal().to_owned()).ok_or_else(|| {
        Wording::from(if PhoneNumber::is_cut_by_spreadsheet(text) {
            Text::new(
                "完整的号码：表格软件把它写成了科学计数法，末尾几位已丢失",
                "a whole number: a spreadsheet has shortened it, and its last digits are lost",
            )
        } else {
            Text::new("号码的结尾，至少四位数字", "the end of a number, four digits or more")
        })
    })
}

/// Whether a number ends with these digits, four or more.
pub(crate) fn digits_end(number: &PhoneNumber, typed: &str) -> bool {
    let mut digits = number.reveal().bytes().rev().filter(u8::is_ascii_digit);
    typed.len() >= ENDING_MIN && typed.bytes().rev().all(|digit| digits.next() == Some(digit))
}

/// Names each text of a row by which it is found.
pub(crate) type Texts<R> = fn(&R, &mut dyn FnMut(&str));

/// A text that is compared as a whole.
pub(crate) struct Exact<R> {
    pub(crate) index: Option<Field>,
    /// Whether several of them may stand in one box.
    pub(crate) several: bool,
    /// Those that there are, where they are described.
    pub(crate) known: &'static [&'static str],
    pub(crate) read: fn(&str) -> Result<String, Wording>,
    pub(crate) each: Texts<R>,
}

impl<R> Exact<R> {
    /// Indexed in a field; a box may hold several, as they are typed.
    pub(crate) const fn of(index: Field, each: Texts<R>) -> Self {
        Self { index: Some(index), several: true, known: &[], read: as_typed, each }
    }

    /// Not indexed, as it is typed.
    pub(crate) const fn compared(several: bool, each: Texts<R>) -> Self {
        Self { index: None, several, known: &[], read: as_typed, each }
    }

    /// A session or the id of one, which hold plus signs and no blanks.
    pub(crate) const fn session(each: Texts<R>) -> Self {
        let read = |text: &str| Ok(plain_text::bare(text).replace(' ', "+"));
        Self { index: Some(Field::Session), several: true, known: &[], read, each }
    }
}

/// A text as it stands.
pub(crate) fn as_typed(text: &str) -> Result<String, Wording> {
    Ok(text.to_owned())
}

impl<R> Values for Exact<R> {
    type Row = R;
    type Value = String;

    fn shape(&self) -> Shape {
        Shape::Text { several: self.several, words: &[], known: self.known }
    }

    fn parse(&self, text: &str) -> Result<String, Wording> {
        (self.read)(text)
    }

    fn holds(&self, row: &R, value: &String) -> bool {
        let mut found = false;
        (self.each)(row, &mut |text| found |= text == value);
        found
    }

    fn index(&self, row: &R, terms: &mut Vec<u64>) {
        if let Some(field) = self.index {
            (self.each)(row, &mut |text| terms.push(term(field, text.as_bytes())));
        }
    }

    fn terms(&self, value: &String, _: &Moment) -> Option<Vec<Exactly>> {
        exactly(Terms::word(self.index?, value.as_bytes()))
    }
}

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

    fn want(&self, asked: &Filter<Bounds>, _: &Moment, want: &mut Want) {
        let amounts = |bounds: &Bounds| Terms::amounts(self.index, bounds.min.into(), bounds.max.into());
        if !asked.any.is_empty() {
            want.all.push(asked.any.iter().map(amounts).collect());
        }
        want.none.extend(asked.none.iter().map(amounts));
    }
}

/// Yes or no.
pub(crate) struct Flag<R> {
    pub(crate) index: Field,
    pub(crate) holds: fn(&R) -> bool,
    pub(crate) words: [Text; 2],
}

impl<R> Flag<R> {
    /// Indexed in a field of its own.
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

    fn want(&self, asked: &Option<bool>, _: &Moment, want: &mut Want) {
        let yes = Terms::one(terms::yes(self.index));
        match asked {
            Some(true) => want.all.push(vec![yes]),
            Some(false) => want.none.push(yes),
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
    fn want(&self, asked: &Tests, moment: &Moment, want: &mut Want) {
        match asked {
            Tests::Only => want.all.push(vec![Terms::one(terms::TEST)]),
            Tests::Without if moment.any_tests => want.none.push(Terms::one(terms::TEST)),
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

    fn want(&self, asked: &Span, _: &Moment, want: &mut Want) {
        if *asked != Span::default() {
            let from = asked.from.map_or(i64::MIN, Timestamp::as_microsecond);
            want.t = Some((from, asked.to.map_or(i64::MAX, |to| to.as_microsecond() - 1)));
        }
    }
}
