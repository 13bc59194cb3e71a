//! Lists that rules look into: days (holidays) and numbers (regions, customers, the unwanted).
//!
//! Kept as values of the state under their names. A list of numbers holds whole numbers and
//! beginnings: the seven digits by which carriers number a city's mobiles are beginnings.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::PhoneNumber;
use crate::limits::{LIST_ENTRIES_MAX, NAME_CHARS_MAX};

/// Prefix of lists in the state.
pub(super) const LIST: &str = "list/";

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListKind {
    /// Days: `2026-10-01`, or `2026-10-01/2026-10-08` for a span with both ends.
    Days,
    /// Whole numbers, and beginnings with a star: `1380755*`.
    Numbers,
}

/// A list under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedList {
    /// Its name, unique.
    pub name: String,
    /// What it holds.
    pub kind: ListKind,
    /// Its entries.
    pub entries: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    #[error("the name of a list has 1 to {NAME_CHARS_MAX} characters, not only digits and no slash")]
    Name,
    #[error("a list has at most {LIST_ENTRIES_MAX} entries")]
    TooLong,
    /// An entry, counted from 1, is no day.
    #[error("entry {0} is no day: write 2026-10-01 or 2026-10-01/2026-10-08")]
    NoDay(usize),
    /// A span, counted from 1, ends before it begins.
    #[error("entry {0} ends before it begins")]
    Reversed(usize),
    /// A span, counted from 1, is too long.
    #[error("entry {0} is longer than a year")]
    LongSpan(usize),
    /// An entry, counted from 1, is no number.
    #[error("entry {0} is no number: write it whole, or its beginning and a star")]
    NoNumber(usize),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Lists(BTreeMap<String, ReadyList>);

#[derive(Debug, Clone)]
pub(super) struct ReadyList {
    kept: Arc<Value>,
    kind: ListKind,
    pub(super) days: Arc<BTreeSet<Date>>,
    pub(super) numbers: Arc<Numbers>,
}

#[derive(Debug, Default)]
pub(super) struct Numbers {
    whole: HashSet<PhoneNumber>,
    beginnings: HashSet<String>,
    lengths: BTreeSet<usize>,
}

impl Lists {
    /// By name; unchanged lists are not read again.
    pub(super) fn of(kept: Vec<(String, Arc<Value>)>, before: &Self) -> Self {
        let ready = |name: &str, kept: Arc<Value>| match before.0.get(name) {
            Some(list) if Arc::ptr_eq(&list.kept, &kept) => Some(list.clone()),
            _ => NamedList::deserialize(&*kept).ok().map(|list| ReadyList::new(&list, kept)),
        };
        Self(kept.into_iter().filter_map(|(name, kept)| Some((name.clone(), ready(&name, kept)?))).collect())
    }

    pub(super) fn get(&self, name: &str, kind: ListKind) -> Option<&ReadyList> {
        self.0.get(name).filter(|list| list.kind == kind)
    }
}

impl ReadyList {
    fn new(list: &NamedList, kept: Arc<Value>) -> Self {
        let mut ready =
            Self { kept, kind: list.kind, days: Arc::new(BTreeSet::new()), numbers: Arc::new(Numbers::default()) };
        match list.kind {
            ListKind::Days => {
                let days = list.entries.iter().filter_map(|entry| span(entry).ok()).flat_map(|(from, to)| {
                    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
                });
                ready.days = Arc::new(days.collect());
            }
            ListKind::Numbers => ready.numbers = Arc::new(Numbers::new(&list.entries)),
        }
        ready
    }
}

impl Numbers {
    fn new(entries: &[String]) -> Self {
        let mut numbers = Self::default();
        for entry in entries {
            match PhoneNumber::tidy(entry).strip_suffix('*') {
                Some(beginning) => {
                    let digits = beginning.trim_start_matches('+').to_owned();
                    numbers.lengths.insert(digits.len());
                    numbers.beginnings.insert(digits);
                }
                None => numbers.whole.extend(PhoneNumber::parse(entry)),
            }
        }
        numbers
    }

    /// With or without its country code.
    pub(super) fn takes(&self, number: &PhoneNumber) -> bool {
        let begins = |digits: &str| {
            self.lengths.iter().any(|n| digits.get(..*n).is_some_and(|part| self.beginnings.contains(part)))
        };
        self.whole.contains(number) || begins(number.national()) || begins(number.reveal().trim_start_matches('+'))
    }
}

impl NamedList {
    pub fn check(&self) -> Result<(), ListError> {
        let chars = self.name.trim().chars().count();
        let digits = self.name.bytes().all(|byte| byte.is_ascii_digit());
        if chars == 0 || chars > NAME_CHARS_MAX || digits || self.name.chars().any(|c| c.is_control() || c == '/') {
            return Err(ListError::Name);
        }
        if self.entries.len() > LIST_ENTRIES_MAX {
            return Err(ListError::TooLong);
        }
        let check = |(at, entry): (usize, &String)| match self.kind {
            ListKind::Days => span(entry).map(drop).map_err(|why| why(at + 1)),
            ListKind::Numbers if is_number(&PhoneNumber::tidy(entry)) => Ok(()),
            ListKind::Numbers => Err(ListError::NoNumber(at + 1)),
        };
        self.entries.iter().enumerate().try_for_each(check)
    }
}

/// A whole number, or a prefix with one star; more stars are a masked number.
fn is_number(entry: &str) -> bool {
    let digits = entry.strip_suffix('*').unwrap_or(entry);
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A day, or a range of at most a year. The error is made from the entry's place.
fn span(text: &str) -> Result<(Date, Date), fn(usize) -> ListError> {
    const YEAR: i32 = 366;
    let day = |text: &str| -> Result<Date, fn(usize) -> ListError> {
        text.trim().parse().map_err(|_| ListError::NoDay as fn(usize) -> ListError)
    };
    let (from, to) = text.split_once('/').unwrap_or((text, text));
    let (from, to) = (day(from)?, day(to)?);
    if to < from {
        return Err(ListError::Reversed);
    }
    match from.until(to).map(|span| span.get_days()) {
        Ok(..=YEAR) => Ok((from, to)),
        _ => Err(ListError::LongSpan),
    }
}
