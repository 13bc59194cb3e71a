//! The ledger and the statistics, read from the hourly counters.
//!
//! Counters know whole hours: a span that begins or ends within an hour takes that hour in.

use std::collections::BTreeMap;

use super::hours::{self, Hour, HourKey, Sums, hour_of, hour_start};
use super::row::RowError;
use super::{Group, LedgerRow, QueryError, Span, StatRow, Step, Store};
use crate::domain::{AppId, CallOutcome};

/// Hours between UTC and Asia/Shanghai, where days begin.
const SHANGHAI: i64 = 8;

impl Store {
    /// The ledger: per hour and app, ascending. Kept as counters, never a scan.
    ///
    /// # Errors
    /// A damaged store.
    pub fn ledger(&self, span: Span) -> Result<Vec<LedgerRow>, QueryError> {
        let mut rows = Vec::new();
        for ((hour, app), sums) in self.hours(span)? {
            let ledger = LedgerRow {
                at: hour_start(hour),
                app: (app != u32::MAX).then_some(AppId(app)),
                outcomes: sums.outcomes,
                joined: sums.joined,
                not_calls: sums.not_calls,
                refused: sums.refused,
                possibly_lost: sums.possibly_lost,
                bytes: sums.bytes,
            };
            if ledger.outcomes.iter().sum::<u64>() + ledger.refused + ledger.possibly_lost > 0 {
                rows.push(ledger);
            }
        }
        Ok(rows)
    }

    /// Statistics per step and group, ascending. Kept as counters, never a scan.
    ///
    /// # Errors
    /// A damaged store.
    pub fn stats(&self, span: Span, by: Step, group: Option<Group>) -> Result<Vec<StatRow>, QueryError> {
        let mut steps: BTreeMap<(i64, String), StatRow> = BTreeMap::new();
        let mut add = |hour: i64, key: String, outcome: Option<CallOutcome>, sums: &Sums| {
            let step = match by {
                Step::Hour => hour,
                Step::Day => (hour + SHANGHAI).div_euclid(24) * 24 - SHANGHAI,
            };
            let row = steps.entry((step, key.clone())).or_insert_with(|| StatRow {
                at: hour_start(step),
                key,
                ..StatRow::default()
            });
            let count = |value: i64| u64::try_from(value).unwrap_or(0);
            row.calls += count(sums.calls);
            if outcome == Some(CallOutcome::Answered) {
                row.answered += count(sums.calls);
            }
            row.talk_seconds += count(sums.talk_seconds);
            row.rung += count(sums.rung);
            row.ring_seconds += count(sums.ring_seconds);
            row.with_pdd += count(sums.with_pdd);
            row.pdd_seconds += count(sums.pdd_seconds);
        };
        if group == Some(Group::X) {
            self.each_x_hour(span, |hour, numbers| {
                for ((x, outcome), sums) in numbers {
                    let key = if x.is_empty() { "none" } else { x };
                    add(hour, key.to_owned(), hours::read_kind((0, *outcome)).1, sums);
                }
            })?;
        } else {
            for ((hour, app), counted) in self.hours(span)? {
                for (kind, sums) in &counted.calls {
                    let (product, outcome) = hours::read_kind(*kind);
                    let key = match group {
                        None | Some(Group::X) => String::new(),
                        Some(Group::App) => app.to_string(),
                        Some(Group::Provider) => counted.provider.clone(),
                        Some(Group::Product) => product.map_or("none", |product| product.name()).to_owned(),
                        Some(Group::Outcome) => outcome.map_or("none", |outcome| outcome.name()).to_owned(),
                    };
                    add(hour, key, outcome, sums);
                }
            }
        }
        Ok(steps.into_values().filter(|row| row.calls > 0).collect())
    }

    fn hours(&self, span: Span) -> Result<BTreeMap<HourKey, Hour>, QueryError> {
        // What changed is looked at first: an hour written in between is then seen as it was.
        let changed: Vec<(HourKey, Hour)> = {
            let hours = self.shared.hours();
            hours
                .changed
                .iter()
                .filter(|(key, _)| inside(span, key.0))
                .map(|(key, hour)| (*key, hour.clone()))
                .collect()
        };
        let mut hours = BTreeMap::new();
        self.scan_hours(b'h', span, |key, bytes| {
            let hour = postcard::from_bytes(bytes).map_err(|error| QueryError::damaged(RowError(Some(error))))?;
            hours.insert(key, hour);
            Ok(())
        })?;
        hours.extend(changed);
        Ok(hours)
    }

    /// Shows the hours by privacy number one after the other: all at once would be a megabyte an
    /// hour where there are thousands of numbers.
    fn each_x_hour(&self, span: Span, mut each: impl FnMut(i64, &hours::XHour)) -> Result<(), QueryError> {
        let changed: Vec<(HourKey, hours::XHour)> = {
            let hours = self.shared.hours();
            hours
                .changed_x
                .iter()
                .filter(|(key, _)| inside(span, key.0))
                .map(|(key, hour)| (*key, hour.clone()))
                .collect()
        };
        self.scan_hours(b'x', span, |key, bytes| {
            if !changed.iter().any(|(newer, _)| *newer == key) {
                each(key.0, &hours::read_x(bytes).map_err(QueryError::damaged)?);
            }
            Ok(())
        })?;
        for (key, hour) in &changed {
            each(key.0, hour);
        }
        Ok(())
    }

    /// Shows every hour of a kind that stands in sled.
    fn scan_hours(
        &self,
        prefix: u8,
        span: Span,
        mut each: impl FnMut(HourKey, &[u8]) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        let first = span.from.map_or(0, hour_of);
        let last = span.to.map_or(i64::from(u32::MAX), hour_of);
        let range = hours::key(prefix, (first, 0))..=hours::key(prefix, (last, u32::MAX));
        for row in self.shared.db().range(range) {
            let (key, value) = row.map_err(QueryError::damaged)?;
            let key = hours::read_key(&key).ok_or_else(|| QueryError::damaged(RowError(None)))?;
            if inside(span, key.0) {
                each(key, &value)?;
            }
        }
        Ok(())
    }
}

fn inside(span: Span, hour: i64) -> bool {
    span.from.is_none_or(|from| hour >= hour_of(from)) && span.to.is_none_or(|to| hour_start(hour) < to)
}
