//! Hides phone numbers inside text that people and platforms wrote, and nothing else.
//!
//! What is a number is decided by the run of digits that it stands in, with the blanks, dots,
//! dashes and brackets that people put between its parts:
//!
//! | number | written as |
//! | --- | --- |
//! | mobile | 11 digits, `13` to `19` first; also behind `86`, `+86`, `0086` or `0` |
//! | landline | `0`, area code, 7 or 8 digits; also behind a country code, without the `0` |
//! | service | 10 digits, `400` or `800` first |
//! | foreign | 8 to 15 digits behind a plus; Hong Kong, Macao and Taiwan also behind `00` |
//! | known party | a number of the call in question: wherever its digits stand |
//!
//! A longer or shorter run is an order, a day or an id, and stays readable, as do days, times,
//! addresses of machines, and hexadecimal ids with eleven digits in a row by chance. Only a known
//! party's number is hidden within those as well. Text may be escaped as JSON, XML and addresses
//! are: it is looked at both as it stands and as it reads. Which runs there are is found in `runs`,
//! what their digits are in `digits`.

mod digits;
mod runs;
#[cfg(test)]
mod tests;

use self::digits::{FEWEST, Kind, MOBILE, MOST, area_digits, foreign, is_mobile, is_spelled, without_code};
use self::runs::{Link, Reading, Run, as_it_reads, as_it_stands};
use super::PhoneNumber;
use super::escapes::Unescaped;
use super::spelling::digit;

/// How much of phone numbers somebody sees: all of them, or none of their middles, also in texts that
/// platforms and people wrote. Ids of ours are hashes and never masked: a link must work for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masking {
    Whole,
    Masked,
}

impl Masking {
    /// In E.164.
    #[must_use]
    pub fn number(self, number: &PhoneNumber) -> String {
        match self {
            Self::Whole => number.reveal().to_owned(),
            Self::Masked => number.masked(),
        }
    }

    #[must_use]
    pub fn maybe(self, number: Option<&PhoneNumber>) -> Option<String> {
        number.map(|number| self.number(number))
    }

    #[must_use]
    pub fn text(self, text: &str) -> String {
        self.text_of(text, [])
    }

    #[must_use]
    pub fn maybe_text(self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    /// A text that may hold the numbers of these parties in any form.
    #[must_use]
    pub fn text_of<'a>(self, text: &str, parties: impl IntoIterator<Item = &'a PhoneNumber>) -> String {
        match self {
            Self::Whole => text.to_owned(),
            Self::Masked => mask_numbers_and(text, parties),
        }
    }
}

/// Hides the middle of every phone number in a text: four digits before the last four.
#[must_use]
pub fn mask_numbers(text: &str) -> String {
    mask_numbers_and(text, [])
}

/// The same, and the numbers of these parties wherever they stand.
#[must_use]
pub fn mask_numbers_and<'a>(text: &str, parties: impl IntoIterator<Item = &'a PhoneNumber>) -> String {
    if text.chars().filter(|c| !c.is_ascii() || c.is_ascii_digit()).nth(FEWEST - 1).is_none() {
        return text.to_owned();
    }
    let known: Vec<Known> = parties.into_iter().flat_map(Known::of).collect();
    let mut hidden = Reading::new(as_it_stands(text)).hidden(&known);
    for read in Unescaped::readings(text.as_bytes()) {
        hidden.extend(Reading::new(as_it_reads(&read)).hidden(&known));
    }
    hidden.sort_unstable();
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in hidden {
        if start >= done {
            masked.push_str(&text[done..start]);
            masked.push('*');
        }
        done = done.max(end);
    }
    masked.push_str(&text[done..]);
    masked
}

/// The places to hide of so many digits, or characters of a number.
pub(super) fn middle(count: usize) -> std::ops::Range<usize> {
    match count {
        ..=4 => 0..count,
        5..8 => 0..count - 2,
        _ => count - 8..count - 4,
    }
}

/// A number of somebody who is known, as it is looked for.
#[derive(Debug)]
struct Known {
    digits: Vec<u8>,
    /// Whether it is one only where nothing else is linked to it: a landline without its area.
    alone: bool,
}

impl Known {
    fn of(number: &PhoneNumber) -> Vec<Self> {
        let national: Vec<u8> = number.national().chars().filter_map(digit).map(|c| c as u8).collect();
        if national.len() < FEWEST || !number.is_plain() {
            return Vec::new();
        }
        let area = area_digits(&national).filter(|_| number.reveal().starts_with("+86"));
        let local = area.map(|area| Self { digits: national[area..].to_vec(), alone: true });
        let local = local.filter(|known| known.digits.len() >= FEWEST);
        std::iter::once(Self { digits: national, alone: false }).chain(local).collect()
    }
}

impl Reading {
    /// The parts of the text to hide.
    fn hidden(&self, known: &[Known]) -> Vec<(usize, usize)> {
        let mut hidden = Vec::new();
        for first in 0..self.runs.len() {
            let mut digits = Vec::with_capacity(MOST);
            let mut matched = self.side_by_side(first);
            for last in first..self.runs.len() {
                let run = self.runs[last];
                let linked = last == first || self.link(last - 1) != Link::None;
                if !linked || run.apart || digits.len() + (run.to - run.from) > MOST {
                    break;
                }
                digits.extend(run.from..run.to);
                match self.kind(first, last, &digits) {
                    Kind::Perhaps => matched.push(digits.clone()),
                    Kind::Sure => {
                        matched = vec![digits.clone()];
                        if self.plus_before(first) {
                            break;
                        }
                    }
                    Kind::None => {}
                }
            }
            for digits in matched {
                hidden.extend(self.middle(&digits));
            }
        }
        if !known.is_empty() {
            self.hide_known(known, &mut hidden);
        }
        hidden
    }

    /// What the runs from `first` to `last` are, whose digits these are.
    fn kind(&self, first: usize, last: usize, digits: &[usize]) -> Kind {
        let text: Vec<u8> = digits.iter().map(|at| self.atoms[*at].c as u8).collect();
        let lengths: Vec<usize> = (first..=last).map(|run| self.length(run)).collect();
        let odd = (first..last).any(|run| self.link(run) != Link::Gap);
        if odd {
            let same = (first..last).all(|run| self.link(run) == self.link(first));
            return if same && lengths == [3, 4, 4] && is_mobile(&text) { Kind::Sure } else { Kind::None };
        }
        if self.plus_before(first) && text[0] != b'0' {
            if let Some(found) = foreign(&text) {
                return found;
            }
        } else if self.is_decimal(first, last, &lengths) {
            return Kind::None;
        }
        if is_spelled(&text, &lengths) { Kind::Sure } else { Kind::None }
    }

    /// Whether it is an amount: one dot, with one or two digits on one side of it.
    fn is_decimal(&self, first: usize, last: usize, lengths: &[usize]) -> bool {
        last == first + 1 && self.joint(first) == Some('.') && (lengths[0] <= 2 || lengths[1] <= 2)
    }

    /// Two mobiles without anything between them, as some session ids have them.
    fn side_by_side(&self, run: usize) -> Vec<Vec<usize>> {
        let Run { from, to, apart } = self.runs[run];
        if apart || to - from < 2 * MOBILE {
            return Vec::new();
        }
        let digits: Vec<u8> = self.atoms[from..to].iter().map(|atom| atom.c as u8).collect();
        let is_one = |digits: &[u8]| is_mobile(without_code(digits));
        let both = (MOBILE..=digits.len() - MOBILE).find(|cut| is_one(&digits[..*cut]) && is_one(&digits[*cut..]));
        both.map_or_else(Vec::new, |cut| vec![(from..from + cut).collect(), (from + cut..to).collect()])
    }

    fn middle(&self, digits: &[usize]) -> impl Iterator<Item = (usize, usize)> {
        digits[middle(digits.len())].iter().map(|at| (self.atoms[*at].start, self.atoms[*at].end))
    }

    fn hide_known(&self, known: &[Known], hidden: &mut Vec<(usize, usize)>) {
        let mut first = 0;
        while first < self.runs.len() {
            let linked = (first + 1..self.runs.len()).take_while(|next| self.link(next - 1) != Link::None);
            let last = linked.last().unwrap_or(first);
            let at: Vec<usize> = self.runs[first..=last].iter().flat_map(|run| run.from..run.to).collect();
            let digits: Vec<u8> = at.iter().map(|at| self.atoms[*at].c as u8).collect();
            for known in known {
                for from in memchr::memmem::find_iter(&digits, &known.digits) {
                    let to = from + known.digits.len();
                    if !known.alone || self.is_alone(&at[from..to]) {
                        hidden.extend(self.middle(&at[from..to]));
                    }
                }
            }
            first = last + 1;
        }
    }

    /// Whether these digits neither begin nor end within a run.
    fn is_alone(&self, digits: &[usize]) -> bool {
        let (Some(first), Some(last)) = (digits.first(), digits.last()) else { return false };
        self.runs.iter().any(|run| run.from == *first) && self.runs.iter().any(|run| run.to == last + 1)
    }
}
