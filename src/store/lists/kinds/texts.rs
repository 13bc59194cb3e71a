//! Texts: the end of a phone number, and what must be the same.

use super::{Shape, Values, exactly};
use crate::domain::{PhoneNumber, Text, Wording, plain_text};
use crate::store::lists::Moment;
use crate::store::terms::{ENDING_MIN, Exactly, Field, Terms, ending, is_exact, push_number, term, typed_digits};

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
