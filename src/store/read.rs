//! What pages and the API ask.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use tokio::sync::broadcast;

use super::collection::View;
use super::count::count;
use super::cursor::{Cursor, digest};
use super::decision_row::DECIDED;
use super::indexed_row::{IndexedRow, RowKey};
use super::lists::NONE;
use super::query_plan::QueryPlan;
use super::scan::{Scan, ScanStep};
use super::terms::{Field, Terms};
use super::{
    CallQuery, CallbackQuery, CallbackRow, Change, Count, DecisionQuery, FilterTable, Listing, Moment, NumberQuery,
    NumberRow, Page, QueryError, SmsQuery, SmsRow, Status, Store, call_row, callback_row, sms_row, terms,
};
use crate::correlate::{Facts, join};
use crate::domain::{AppId, Call, CallId, CallState, PhoneNumber, RecordingState, Scope, Seq};
use crate::limits;

impl QueryError {
    pub(super) fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Damaged(Box::new(error))
    }
}

impl Store {
    /// Newest first.
    pub fn calls(&self, query: &CallQuery, page: &Page) -> Result<Listing<Call>, QueryError> {
        self.list(self.shared.view(|rows| &rows.calls), query, self.plan(query), page, |indexed, cursor| {
            let facts = self.facts(indexed)?;
            // A call that changed since the snapshot is seen as it was then.
            let facts = if indexed.last > cursor.snapshot { facts.as_of(cursor.snapshot) } else { Some(facts) };
            let Some(call) = facts.map(|facts| self.view(&facts)) else { return Ok(None) };
            let key = (call.t.as_microsecond(), call.id.0);
            Ok((key < cursor.key && query.takes(&call)).then_some((key, call)))
        })
    }

    pub fn call(&self, id: CallId) -> Result<Option<Call>, QueryError> {
        let view = {
            let rows = self.shared.rows();
            match rows.calls.hot_row(&id.0) {
                Some(indexed) => return self.facts(indexed).map(|facts| Some(self.view(&facts))),
                None => rows.calls.view.clone(),
            }
        };
        let found = view.sealed_row(&id.0, terms::id_term(id)).map_err(QueryError::damaged)?;
        found.map(|(indexed, _)| self.facts(&indexed).map(|facts| self.view(&facts))).transpose()
    }

    /// Newest first.
    pub fn callbacks(&self, query: &CallbackQuery, page: &Page) -> Result<Listing<CallbackRow>, QueryError> {
        self.list(self.shared.view(|rows| &rows.callbacks), query, self.plan(query), page, |indexed, cursor| {
            let row = callback_row::read(indexed, &self.shared.catalog).map_err(QueryError::damaged)?;
            let shown = indexed.last <= cursor.snapshot && query.takes(&row);
            Ok(shown.then_some((indexed.key(), row)))
        })
    }

    /// Callbacks with a decided question, newest first.
    pub fn decisions(&self, query: &DecisionQuery, page: &Page) -> Result<Listing<CallbackRow>, QueryError> {
        self.list(self.shared.view(|rows| &rows.callbacks), query, self.plan_decided(query), page, |indexed, cursor| {
            let row = callback_row::read(indexed, &self.shared.catalog).map_err(QueryError::damaged)?;
            let shown = indexed.last <= cursor.snapshot && row.decision.is_some() && query.takes(&row);
            Ok(shown.then_some((indexed.key(), row)))
        })
    }

    pub fn count_decisions(&self, query: &DecisionQuery) -> Result<Count, QueryError> {
        count(&self.shared.view(|rows| &rows.callbacks).0, &self.plan_decided(query)).map_err(QueryError::damaged)
    }

    fn plan_decided(&self, query: &DecisionQuery) -> QueryPlan {
        let mut plan = self.plan(query);
        plan.all.push(vec![Terms::word(Field::Question, DECIDED)]);
        plan
    }

    pub fn callback(&self, seq: Seq) -> Result<Option<CallbackRow>, QueryError> {
        let Ok(k) = i64::try_from(seq) else { return Ok(None) };
        let indexed = self.shared.view(|rows| &rows.callbacks).0.at(k).map_err(QueryError::damaged)?;
        indexed
            .map(|indexed| callback_row::read(&indexed, &self.shared.catalog).map_err(QueryError::damaged))
            .transpose()
    }

    /// Callbacks with a question, ascending; the newest `limits::ANSWERS_MAX`.
    pub fn questions_since(&self, since: Timestamp) -> Result<Vec<Seq>, QueryError> {
        let (callbacks, _) = self.shared.view(|rows| &rows.callbacks);
        let plan = QueryPlan {
            all: vec![vec![Terms::one(terms::yes(Field::Question))]],
            t: Some((since.as_microsecond(), i64::MAX)),
            ..QueryPlan::default()
        };
        let mut scan = Scan::new(&callbacks, &plan, usize::MAX);
        let mut numbers = Vec::new();
        while let ScanStep::Row(indexed) = scan.next().map_err(QueryError::damaged)? {
            if indexed.t >= since.as_microsecond() {
                numbers.push(indexed.last);
            }
            if numbers.len() == limits::ANSWERS_MAX {
                break;
            }
        }
        numbers.reverse();
        Ok(numbers)
    }

    /// Newest first.
    pub fn sms(&self, query: &SmsQuery, page: &Page) -> Result<Listing<SmsRow>, QueryError> {
        self.list(self.shared.view(|rows| &rows.sms), query, self.plan(query), page, |indexed, cursor| {
            let row = sms_row::read(indexed, &self.shared.catalog).map_err(QueryError::damaged)?;
            let shown = indexed.last <= cursor.snapshot && query.takes(&row);
            Ok(shown.then_some((indexed.key(), row)))
        })
    }

    /// By app and number.
    pub fn numbers(&self, query: &NumberQuery, page: &Page) -> Result<Listing<NumberRow>, QueryError> {
        self.shared.numbers().page(query, page)
    }

    /// One for each app that has the number.
    #[must_use]
    pub fn number(&self, number: &PhoneNumber) -> Vec<NumberRow> {
        self.shared.numbers().named(number)
    }

    pub fn count_calls(&self, query: &CallQuery) -> Result<Count, QueryError> {
        let plan = self.plan(query);
        let (rows, _) = self.shared.view(|rows| &rows.calls);
        if !query.is_exact(&self.moment()) {
            return self.count_compared(query, &plan, &rows);
        }
        count(&rows, &plan).map_err(QueryError::damaged)
    }

    /// Compares each row with the query.
    fn count_compared(&self, query: &CallQuery, plan: &QueryPlan, rows: &View) -> Result<Count, QueryError> {
        let mut scan = Scan::new(rows, plan, limits::SCAN_WORK);
        let (mut counted, mut looked_at) = (0, 0);
        while counted < limits::COUNT_MAX && looked_at < limits::COUNT_COMPARED {
            match scan.next().map_err(QueryError::damaged)? {
                ScanStep::Row(indexed) => {
                    let call = self.view(&self.facts(&indexed)?);
                    counted += usize::from(query.takes(&call));
                    looked_at += 1;
                }
                ScanStep::End => return Ok(Count { rows: counted as u64, exact: true }),
                ScanStep::Tired(_) => break,
            }
        }
        Ok(Count { rows: counted as u64, exact: false })
    }

    pub fn count_callbacks(&self, query: &CallbackQuery) -> Result<Count, QueryError> {
        count(&self.shared.view(|rows| &rows.callbacks).0, &self.plan(query)).map_err(QueryError::damaged)
    }

    pub fn count_sms(&self, query: &SmsQuery) -> Result<Count, QueryError> {
        count(&self.shared.view(|rows| &rows.sms).0, &self.plan(query)).map_err(QueryError::damaged)
    }

    #[must_use]
    pub fn count_numbers(&self, query: &NumberQuery) -> Count {
        self.shared.numbers().count(query)
    }

    #[must_use]
    pub fn last_seen(&self, app: AppId) -> Option<Timestamp> {
        let at = self.shared.rows().last_seen.get(&app).copied()?;
        Timestamp::from_microsecond(at).ok()
    }

    #[must_use]
    pub fn highest_app(&self) -> Option<AppId> {
        self.shared.rows().last_seen.keys().copied().max()
    }

    #[must_use]
    pub fn status(&self) -> Status {
        // In this order: what is wanted no longer has begun.
        let wanted = self.rebuild_waits();
        let on_disk = self.shared.kv().size_on_disk();
        let rows = self.shared.rows();
        let rebuilding = rows.rebuild.map(|(first, last)| {
            let done = rows.applied.saturating_sub(first.saturating_sub(1));
            done as f64 / (last.saturating_sub(first) + 1).max(1) as f64
        });
        Status {
            applied: rows.applied,
            durable: rows.durable,
            rebuilding: if wanted { Some(0.0) } else { rebuilding.map(|progress| progress.clamp(0.0, 1.0)) },
            calls: rows.calls.view.len(),
            callbacks: rows.callbacks.view.len(),
            bytes: rows.collections().iter().map(|collection| collection.view.bytes()).sum::<u64>() + on_disk,
        }
    }

    /// How many callbacks are durable and not applied yet, of the apps that `of` lets through.
    /// `kept` are those that this process took, by app. What was in the journal before counts by
    /// the record, as far as it is not applied: only reading it would tell the apps.
    #[must_use]
    pub fn waiting(&self, kept: &BTreeMap<AppId, u64>, of: &Scope) -> u64 {
        let rows = self.shared.rows();
        let behind = kept.iter().filter(|(app, _)| of.allows(**app));
        let behind = behind.map(|(app, kept)| kept.saturating_sub(rows.followed.get(app).copied().unwrap_or(0)));
        let backlog = if of.is_all() { rows.began.saturating_sub(rows.applied) } else { 0 };
        behind.sum::<u64>() + backlog
    }

    /// Asks the projector to rebuild the store from the journal; callbacks are still taken.
    pub fn rebuild(&self) {
        self.shared.rebuild_wanted.store(true, Ordering::Release);
    }

    /// A rebuild was requested and has not begun.
    #[must_use]
    pub fn rebuild_waits(&self) -> bool {
        self.shared.rebuild_wanted.load(Ordering::Acquire)
    }

    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.shared.changes.subscribe()
    }

    #[must_use]
    pub fn followers(&self) -> usize {
        self.shared.changes.receiver_count()
    }

    /// The calls that began since `since` and are not over, newest first, `limit` at most.
    pub fn active(&self, query: &CallQuery, since: Timestamp, limit: usize) -> Result<Vec<Call>, QueryError> {
        let (rows, _) = self.shared.view(|rows| &rows.calls);
        let mut plan = self.plan(query);
        plan.all.push(vec![Terms::word(Field::Outcome, NONE)]);
        plan.t = Some((since.as_microsecond(), i64::MAX));
        let mut scan = Scan::new(&rows, &plan, limits::SCAN_WORK);
        let mut calls = Vec::new();
        while calls.len() < limit
            && let ScanStep::Row(indexed) = scan.next().map_err(QueryError::damaged)?
        {
            let call = self.view(&self.facts(&indexed)?);
            if call.state < CallState::Released && call.t >= since && query.takes(&call) {
                calls.push(call);
            }
        }
        Ok(calls)
    }

    pub(super) fn plan(&self, query: &impl FilterTable) -> QueryPlan {
        query.plan(&self.moment())
    }

    fn moment(&self) -> Moment {
        Moment { now: self.shared.clock.now(), any_tests: self.shared.rows().tests }
    }

    fn facts(&self, indexed: &IndexedRow) -> Result<Facts, QueryError> {
        call_row::decode(CallId(indexed.id), &indexed.row, self.shared.catalog.provider).map_err(QueryError::damaged)
    }

    /// With what depends on the clock.
    fn view(&self, facts: &Facts) -> Call {
        let mut call = join(facts, &self.shared.catalog);
        if let Some(recording) = &mut call.recording
            && recording.state == RecordingState::Waiting
            && recording.expires_at <= self.shared.clock.now()
        {
            recording.state = RecordingState::Expired;
        }
        call
    }

    pub(super) fn list<T>(
        &self,
        (rows, applied): (View, Seq),
        query: &dyn Debug,
        mut plan: QueryPlan,
        page: &Page,
        read: impl Fn(&IndexedRow, &Cursor) -> Result<Option<((i64, [u8; 16]), T)>, QueryError>,
    ) -> Result<Listing<T>, QueryError> {
        let digest = digest(query);
        let start = match &page.cursor {
            Some(text) => Cursor::read(text, digest)?,
            None => Cursor { snapshot: applied, key: (i64::MAX, [0xff; 16]) },
        };
        if start.snapshot > applied {
            return Err(QueryError::Stale);
        }
        plan.after = page.cursor.is_some().then_some(start.key);
        let limit = page.limit.clamp(1, limits::PAGE_MAX);
        let mut items = Vec::with_capacity(limit.min(64));
        let mut last = start.key;
        let mut scan = Scan::new(&rows, &plan, limits::SCAN_WORK);
        loop {
            let indexed = match scan.next().map_err(QueryError::damaged)? {
                ScanStep::Row(indexed) => indexed,
                ScanStep::End => return Ok(Listing { items, next: None }),
                ScanStep::Tired(key) => {
                    let next = Cursor { snapshot: start.snapshot, key: before(key) };
                    return Ok(Listing { items, next: Some(next.write(digest)) });
                }
            };
            let Some((key, item)) = read(&indexed, &start)? else { continue };
            if items.len() == limit {
                let next = Cursor { snapshot: start.snapshot, key: last };
                return Ok(Listing { items, next: Some(next.write(digest)) });
            }
            last = key;
            items.push(item);
        }
    }
}

/// The key right before this one in a list that is newest first.
fn before((k, id): RowKey) -> RowKey {
    match u128::from_be_bytes(id).checked_add(1) {
        Some(id) => (k, id.to_be_bytes()),
        None => (k.saturating_add(1), [0; 16]),
    }
}
