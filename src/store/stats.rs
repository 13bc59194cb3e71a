//! The ledger and the statistics, read from counters.
//!
//! Counters know whole hours: a span that begins or ends within an hour takes that hour in.
//! What is asked by the day or at once is read from whole days, and from hours at its ends.

use std::collections::BTreeMap;

use super::contribution::CallKind;
use super::days::{Piece, day_start, pieces, weekday_hour};
use super::encoding;
use super::hours::{
    self, Changed, Counter, Hour, HourKey, Hours, HoursError, TALK_BOUNDS, TALK_BUCKETS, XHourView, hour_of, hour_start,
};
use super::kv::KvRow;
use super::running::RunningView;
use super::stat_sums::{Counted, Peaks, Steps, bounds, positive, takes_number, takes_product, takes_provider};
use super::terms::typed_digits;
use super::words;
use super::{Filter, Group, HeatRow, LedgerRow, PeakRow, QueryError, Span, StatQuery, StatRow, Step, Store, TalkRow};
use crate::domain::AppId;
use crate::limits::PEAK_HOURS;

impl Store {
    /// The ledger: per hour and app, ascending. Kept as counters, never a scan.
    pub fn ledger(&self, span: Span) -> Result<Vec<LedgerRow>, QueryError> {
        let mut rows = BTreeMap::new();
        self.walk(
            |hours| &hours.hours,
            bounds(span),
            |_| true,
            |at, bytes| {
                let sums = Hour::read(bytes)?;
                let (hour, app) = at;
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
                    rows.insert(at, ledger);
                }
                Ok(())
            },
        )?;
        Ok(rows.into_values().collect())
    }

    /// Statistics per step and group, ascending. Kept as counters, never a scan. By cause there
    /// are none for a privacy number.
    pub fn stats(&self, query: &StatQuery, by: Step, group: Option<Group>) -> Result<Vec<StatRow>, QueryError> {
        let mut steps = Steps::new();
        if group == Some(Group::X) || !query.x.is_empty() {
            if group == Some(Group::Cause) {
                return Ok(Vec::new());
            }
            self.by_number(query, by, |row, number| match group {
                Some(Group::X) => row.add_to(&mut steps, by, if number.is_empty() { "none" } else { number }),
                _ => row.add_to(&mut steps, by, &row.key(group)),
            })?;
        } else {
            self.by_kind(query, by, |row, kind| match group {
                Some(Group::Cause) => row.add_to(&mut steps, by, &row.cause(&kind.cause)),
                _ => row.add_to(&mut steps, by, &row.key(group)),
            })?;
        }
        let mut rows: Vec<StatRow> = Vec::new();
        let begins = hour_start(bounds(query.span).0);
        for step in steps.into_values() {
            let first = rows.len();
            // What is asked for at once begins where the question does, or with the first call of all.
            let begins = match by {
                Step::Whole if query.span.from.is_some() => begins,
                _ => step.values().map(|row| row.at).min().unwrap_or(begins).max(begins),
            };
            let counted = step.into_values().filter(|row| row.calls > 0);
            rows.extend(counted.map(|row| StatRow { at: begins, ..row }));
            rows[first..].sort_unstable_by(|a, b| a.key.cmp(&b.key));
        }
        Ok(rows)
    }

    /// The hours of the week that had calls, Monday first.
    pub fn heat(&self, query: &StatQuery) -> Result<Vec<HeatRow>, QueryError> {
        let mut week: BTreeMap<(usize, usize), StatRow> = BTreeMap::new();
        for row in self.stats(query, Step::Hour, None)? {
            week.entry(weekday_hour(hour_of(row.at))).or_default().add(&row);
        }
        Ok(week.into_iter().map(|((weekday, hour), sums)| HeatRow { weekday, hour, sums }).collect())
    }

    /// Calls by length of talk; `None` for a privacy number and for an outcome.
    pub fn talk(&self, query: &StatQuery) -> Result<Option<Vec<TalkRow>>, QueryError> {
        if !query.x.is_empty() || !query.outcome.is_empty() {
            return Ok(None);
        }
        let mut sums = [0; TALK_BUCKETS];
        self.each_hour(query, Step::Whole, |_, hour| {
            for (_, counts) in hour.talk.iter().filter(|(product, _)| takes_product(query, **product)) {
                for (sum, more) in sums.iter_mut().zip(counts) {
                    *sum += more;
                }
            }
        })?;
        let bucket = |(place, calls): (usize, i64)| TalkRow {
            from: place.checked_sub(1).map_or(0, |before| TALK_BOUNDS[before] + 1),
            to: TALK_BOUNDS.get(place).copied(),
            calls: positive(calls),
        };
        Ok(Some(sums.into_iter().enumerate().map(bucket).collect()))
    }

    /// The most calls in talk at once, per step, ascending; `None` for a privacy number, for an
    /// outcome and for spans of more than `limits::PEAK_HOURS`.
    pub fn peaks(&self, query: &StatQuery, by: Step) -> Result<Option<Vec<PeakRow>>, QueryError> {
        let Some(span) = self.counted(query.span) else { return Ok(Some(Vec::new())) };
        if !query.x.is_empty() || !query.outcome.is_empty() || span.1 - span.0 > PEAK_HOURS {
            return Ok(None);
        }
        let mut peaks = Peaks { by, rows: BTreeMap::new(), hour: None };
        let takes_app = |app: u32| query.app.takes(|id| id.0 == app);
        self.walk(
            |hours| &hours.running,
            span,
            takes_app,
            |(hour, _), bytes| {
                let running = RunningView::read(bytes)?;
                if takes_provider(query, &running.provider) {
                    peaks.curve(hour).add(&running, |product| takes_product(query, product));
                }
                Ok(())
            },
        )?;
        peaks.close();
        Ok(Some(peaks.rows.into_values().filter(|row| row.peak > 0).collect()))
    }

    fn by_kind(
        &self,
        query: &StatQuery,
        by: Step,
        mut each: impl FnMut(&Counted<'_>, &CallKind),
    ) -> Result<(), QueryError> {
        self.each_hour(query, by, |(hour, app), counted| {
            for (kind, sums) in counted.calls.iter().filter(|(kind, _)| takes_product(query, kind.product)) {
                let (product, outcome) = (words::read(kind.product), words::read(kind.outcome));
                if !query.outcome.takes(|wanted| Some(*wanted) == outcome) {
                    continue;
                }
                each(&Counted { hour, app, provider: &counted.provider, product, outcome, sums }, kind);
            }
        })
    }

    fn each_hour(&self, query: &StatQuery, by: Step, mut each: impl FnMut(HourKey, &Hour)) -> Result<(), QueryError> {
        let show = |at: HourKey, bytes: &[u8]| {
            let hour = Hour::read(bytes)?;
            if takes_provider(query, &hour.provider) {
                each(at, &hour);
            }
            Ok(())
        };
        self.walk_pieces(|all| &all.hours, |all| &all.days, query, by, show)
    }

    /// An empty number stands for none.
    fn by_number(
        &self,
        query: &StatQuery,
        by: Step,
        mut each: impl FnMut(&Counted<'_>, &str),
    ) -> Result<(), QueryError> {
        let typed = Filter {
            any: query.x.any.iter().map(|typed| typed_digits(typed)).collect(),
            none: query.x.none.iter().map(|typed| typed_digits(typed)).collect(),
        };
        let show = |(hour, app): HourKey, bytes: &[u8]| {
            let plain = encoding::decompress(bytes)?;
            let counted: XHourView<'_> = encoding::decode(&plain)?;
            if !takes_provider(query, counted.provider) {
                return Ok(());
            }
            for ((number, product, outcome), sums) in &counted.numbers {
                let ended = words::read(*outcome);
                let asked = query.outcome.takes(|wanted| Some(*wanted) == ended);
                if asked && takes_product(query, *product) && takes_number(&typed, number) {
                    let (product, outcome) = (words::read(*product), words::read(*outcome));
                    each(&Counted { hour, app, provider: counted.provider, product, outcome, sums }, number);
                }
            }
            Ok(())
        };
        self.walk_pieces(|all| &all.x, |all| &all.x_days, query, by, show)
    }

    /// Shows the rows of a query's span by their first hour, read from `hours` and, where that will
    /// do, from `days`.
    fn walk_pieces<V: Counter>(
        &self,
        hours: fn(&Hours) -> &Changed<V>,
        days: fn(&Hours) -> &Changed<V>,
        query: &StatQuery,
        by: Step,
        mut each: impl FnMut(HourKey, &[u8]) -> Result<(), HoursError>,
    ) -> Result<(), QueryError> {
        let takes_app = |app: u32| query.app.takes(|id| id.0 == app);
        for piece in self.pieces_of(query.span, by) {
            match piece {
                Piece::Hours(from, to) => self.walk(hours, (from, to), takes_app, &mut each)?,
                Piece::Days(from, to) => {
                    let by_day = |(day, app): HourKey, bytes: &[u8]| each((day_start(day), app), bytes);
                    self.walk(days, (from, to), takes_app, by_day)?;
                }
            }
        }
        Ok(())
    }

    fn pieces_of(&self, span: Span, by: Step) -> Vec<Piece> {
        let (first, end) = bounds(span);
        match by {
            Step::Hour => vec![Piece::Hours(first, end)],
            Step::Day | Step::Whole => pieces(first, end, self.shared.hours().open_from),
        }
    }

    /// The hours of a span, where it is open those that were counted.
    fn counted(&self, span: Span) -> Option<(i64, i64)> {
        let (mut first, mut end) = bounds(span);
        let (prefix, changed) = {
            let hours = self.shared.hours();
            let changed = || hours.hours.rows.keys().map(|(hour, _)| *hour);
            (hours.hours.prefix, changed().min().zip(changed().max()))
        };
        let stored = |row: Option<std::io::Result<KvRow>>| Some(hours::read_key(&row?.ok()?.0).ok()?.0);
        if span.from.is_none() {
            let known = stored(self.shared.kv().scan(&[prefix]).next());
            first = known.into_iter().chain(changed.map(|(first, _)| first)).min()?;
        }
        if span.to.is_none() {
            let known = stored(self.shared.kv().scan(&[prefix]).next_back());
            end = known.into_iter().chain(changed.map(|(_, last)| last)).max()? + 1;
        }
        Some((first, end))
    }

    /// Shows every row of periods from the first to before the second, in their order and one
    /// after the other: all at once would be a megabyte an hour where there are thousands of
    /// numbers.
    fn walk<V: Counter>(
        &self,
        of: impl Fn(&Hours) -> &Changed<V>,
        (from, to): (i64, i64),
        takes: impl Fn(u32) -> bool,
        mut each: impl FnMut(HourKey, &[u8]) -> Result<(), HoursError>,
    ) -> Result<(), QueryError> {
        // What changed is looked at first: a row written in between is then seen as it was.
        let (prefix, mut changed) = {
            let hours = self.shared.hours();
            let changed = of(&hours);
            let inside = changed.rows.iter().filter(|((at, app), _)| (from..to).contains(at) && takes(*app));
            (changed.prefix, inside.map(|(at, row)| (*at, row.write())).collect::<BTreeMap<HourKey, Vec<u8>>>())
        };
        for row in self.shared.kv().range(hours::key(prefix, (from, 0))..hours::key(prefix, (to, 0))) {
            let (at, bytes) = row.map_err(QueryError::damaged)?;
            let at = hours::read_key(&at).map_err(QueryError::damaged)?;
            while let Some(earlier) = changed.first_entry().filter(|row| *row.key() < at) {
                let (at, bytes) = earlier.remove_entry();
                each(at, &bytes).map_err(QueryError::damaged)?;
            }
            if takes(at.1) {
                let newer = changed.remove(&at);
                each(at, newer.as_deref().unwrap_or(&bytes)).map_err(QueryError::damaged)?;
            }
        }
        changed.iter().try_for_each(|(at, bytes)| each(*at, bytes)).map_err(QueryError::damaged)
    }
}
