//! What the statistics add up while they walk through the counters: rows by step and group, and
//! the peaks of calls at once. What is walked through stands in [`super::stats`].

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::contribution::{Cause, Sums};
use super::days::{day_of, day_start};
use super::hours::{hour_of, hour_start};
use super::running::Curve;
use super::terms::digits;
use super::words;
use super::{Filter, Group, PeakRow, Span, StatQuery, StatRow, Step};
use crate::domain::{CallOutcome, PhoneNumber, Product};

pub(super) type Steps = BTreeMap<i64, HashMap<String, StatRow>>;

pub(super) struct Counted<'a> {
    pub(super) hour: i64,
    pub(super) app: u32,
    pub(super) provider: &'a str,
    pub(super) product: Option<Product>,
    pub(super) outcome: Option<CallOutcome>,
    pub(super) sums: &'a Sums,
}

impl Counted<'_> {
    /// Empty where the group needs other counters.
    pub(super) fn key(&self, group: Option<Group>) -> Cow<'_, str> {
        match group {
            Some(Group::App) => Cow::Owned(self.app.to_string()),
            Some(Group::Provider) => Cow::Borrowed(self.provider),
            Some(Group::Product) => Cow::Borrowed(self.product.map_or("none", Product::name)),
            Some(Group::Outcome) => Cow::Borrowed(self.outcome.map_or("none", CallOutcome::name)),
            None | Some(Group::Cause | Group::X) => Cow::Borrowed(""),
        }
    }

    pub(super) fn cause(&self, cause: &Cause) -> String {
        match cause {
            Cause::None => "none".to_owned(),
            Cause::Other => format!("{} other", self.provider),
            Cause::Listed(table, code) => format!("{} {table} {code}", self.provider),
        }
    }

    pub(super) fn add_to(&self, steps: &mut Steps, by: Step, key: &str) {
        let rows = steps.entry(step(by, self.hour)).or_default();
        // Most keys are there already: only a new one is copied.
        let row = match rows.get_mut(key) {
            Some(row) => row,
            None => rows.entry(key.to_owned()).or_insert_with(|| StatRow {
                at: hour_start(begins(by, self.hour)),
                key: key.to_owned(),
                ..StatRow::default()
            }),
        };
        row.calls += positive(self.sums.calls);
        row.answered += positive(self.sums.answered);
        row.talking += positive(self.sums.talking);
        if self.outcome.is_none() {
            row.ringing += positive(self.sums.calls - self.sums.answered);
        }
        row.talk_seconds += positive(self.sums.talk_seconds);
        row.rung += positive(self.sums.rung);
        row.ring_seconds += positive(self.sums.ring_seconds);
        row.with_pdd += positive(self.sums.with_pdd);
        row.pdd_seconds += positive(self.sums.pdd_seconds);
    }
}

/// There is one curve at a time: each is 28 KiB.
pub(super) struct Peaks {
    pub(super) by: Step,
    pub(super) rows: BTreeMap<i64, PeakRow>,
    pub(super) hour: Option<(i64, Curve)>,
}

impl Peaks {
    /// The curve of this hour; that of another hour is closed first.
    pub(super) fn curve(&mut self, hour: i64) -> &mut Curve {
        if self.hour.as_ref().is_none_or(|(of, _)| *of != hour) {
            self.close();
        }
        &mut self.hour.get_or_insert_with(|| (hour, Curve::default())).1
    }

    pub(super) fn close(&mut self) {
        let Some((hour, curve)) = self.hour.take() else { return };
        let (peak, second) = curve.peak();
        let peak_at = Timestamp::from_second(hour.saturating_mul(3600) + second).unwrap_or(Timestamp::MAX);
        let at = hour_start(begins(self.by, hour));
        let best = self.rows.entry(step(self.by, hour)).or_insert(PeakRow { at, peak, peak_at });
        if (peak, Reverse(peak_at)) > (best.peak, Reverse(best.peak_at)) {
            (best.peak, best.peak_at) = (peak, peak_at);
        }
    }
}

/// The first hour of the step.
fn step(by: Step, hour: i64) -> i64 {
    match by {
        Step::Hour => hour,
        Step::Day => day_start(day_of(hour)),
        Step::Whole => 0,
    }
}

/// The first hour of what is told of a step: the whole begins with a day, since of a day that is
/// summed up the hours are not looked at.
fn begins(by: Step, hour: i64) -> i64 {
    step(if by == Step::Whole { Step::Day } else { by }, hour)
}

/// The hours of a span, from the first to before the second.
pub(super) fn bounds(span: Span) -> (i64, i64) {
    let end = |to: Timestamp| hour_of(to) + i64::from(hour_start(hour_of(to)) < to);
    (span.from.map_or(0, hour_of).max(0), span.to.map_or(i64::from(u32::MAX), end))
}

pub(super) fn positive(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or(0)
}

pub(super) fn takes_provider(query: &StatQuery, provider: &str) -> bool {
    query.provider.takes(|wanted| wanted.0 == provider)
}

pub(super) fn takes_product(query: &StatQuery, product: u8) -> bool {
    query.product.takes(|wanted| Some(*wanted) == words::read(product))
}

/// `typed` are digits, at least four.
pub(super) fn takes_number(typed: &Filter<String>, number: &str) -> bool {
    if typed.is_empty() {
        return true;
    }
    let digits = digits(&PhoneNumber::from_stored(number));
    typed.takes(|typed| typed.len() >= 4 && digits.ends_with(typed.as_str()))
}
