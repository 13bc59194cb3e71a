//! Whole installations whose past is thinned: what is kept is the same before and after, live
//! and rebuilt, wherever a run was interrupted.

mod runs;

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::domain::{AppId, BindingId, Call, DecisionAction, DecisionNote, Item, PhoneNumber};
use crate::journal::testing::Logs;
use crate::journal::{Body, CallbackRecord, CallbackSummary, NewRecord, Options};
use crate::platforms;
use crate::projector::{self, Projector, summarise};
use crate::state::Author;
use crate::store::{
    CallQuery, CallbackQuery, CallbackRow, Group, LedgerRow, NumberQuery, NumberRow, Page, PeakRow, SmsQuery, SmsRow,
    Span, StatQuery, StatRow, Step, TalkRow,
};

const DEADLINE: Duration = Duration::from_secs(30);
const DAYS: u32 = 60;

/// Everything that can be asked of a store.
#[derive(Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) calls: Vec<Call>,
    pub(crate) callbacks: Vec<CallbackRow>,
    pub(crate) sms: Vec<SmsRow>,
    numbers: Vec<NumberRow>,
    pub(crate) ledger: Vec<LedgerRow>,
    pub(crate) stats: Vec<StatRow>,
    by_x: Vec<StatRow>,
    by_cause: Vec<StatRow>,
    by_product: Vec<StatRow>,
    talk: Vec<TalkRow>,
    peaks: Vec<PeakRow>,
}

/// Fails with the first two that differ, and shows nothing of the others.
#[track_caller]
fn same<T: PartialEq + std::fmt::Debug>(what: &str, these: &[T], those: &[T]) {
    for (this, that) in these.iter().zip(those) {
        assert_eq!(this, that, "{what}");
    }
    assert_eq!(these.len(), those.len(), "{what}");
}

impl Known {
    #[track_caller]
    pub(crate) fn assert_is(&self, other: &Self, when: &str) {
        same(&format!("calls {when}"), &self.calls, &other.calls);
        same(&format!("callbacks {when}"), &self.callbacks, &other.callbacks);
        same(&format!("messages {when}"), &self.sms, &other.sms);
        self.assert_counts_are(other, when);
    }

    /// The same of what is counted: it must outlive what it counts.
    #[track_caller]
    pub(crate) fn assert_counts_are(&self, other: &Self, when: &str) {
        same(&format!("numbers {when}"), &self.numbers, &other.numbers);
        same(&format!("ledger {when}"), &self.ledger, &other.ledger);
        same(&format!("stats {when}"), &self.stats, &other.stats);
        same(&format!("stats by x {when}"), &self.by_x, &other.by_x);
        same(&format!("stats by cause {when}"), &self.by_cause, &other.by_cause);
        same(&format!("stats by product {when}"), &self.by_product, &other.by_product);
        same(&format!("talk {when}"), &self.talk, &other.talk);
        same(&format!("peaks {when}"), &self.peaks, &other.peaks);
    }
}

/// The directory is the last field: it must outlive whoever writes into it, as sled waits for
/// ever for a write that cannot be done.
pub(crate) struct House {
    projector: Option<Projector>,
    pub(crate) retention: Retention,
    pub(crate) clock: Clock,
    compress: bool,
    pub(crate) logs: Logs,
}

fn open(logs: &Logs, clock: &Clock, compress: bool) -> (Retention, Projector) {
    let dir = logs.path();
    let state = State::open(logs.state(), &dir.join("keys"), clock.clone()).unwrap();
    let journal = logs.journal_with(Options { segment_bytes: 64 << 10, compress, ..Options::within(dir) });
    let known = |seq| journal.get(seq).ok()?.map(|record| projector::fingerprint(&record));
    let (store, writer, _) =
        Store::open_small(&dir.join("store"), &state.installation(), projector::catalog(), clock, &known).unwrap();
    let projector = Projector::start(writer, journal.clone()).unwrap();
    (Retention::new(journal, store, state, clock.clone()), projector)
}

impl House {
    /// Ten of sixty days, each with every sample of every platform, some twice.
    async fn with_a_past(logs: Logs) -> Self {
        Self::with_days_in(logs, DAYS, true).await
    }

    pub(crate) async fn with_days(days: u32, compress: bool) -> Self {
        Self::with_days_in(Logs::files(), days, compress).await
    }

    async fn with_days_in(logs: Logs, days: u32, compress: bool) -> Self {
        let now: Timestamp = "2026-11-21T04:00:00Z".parse().unwrap();
        let clock = Clock::fixed(now);
        let (retention, projector) = open(&logs, &clock, compress);
        let house = Self { logs, clock, retention, projector: Some(projector), compress };
        // A long past in strides: what matters is what lies on which side of an edge.
        for day in (0..days).step_by(if days > 10 { 6 } else { 1 }) {
            let at = now.checked_sub(SignedDuration::from_hours(i64::from(days - day) * 24)).unwrap();
            house.day(day, at).await;
        }
        house.caught_up();
        house
    }

    async fn day(&self, day: u32, at: Timestamp) {
        let mut samples = Vec::new();
        for (app, provider) in (1..).zip(platforms::ALL) {
            for (n, sample) in provider.samples().iter().enumerate() {
                let at = at.checked_add(SignedDuration::from_secs(i64::try_from(n).unwrap())).unwrap();
                let record = of_day(record(app, provider.id().0, sample, sample.body.to_owned()), day);
                samples.extend(std::iter::repeat_n((at, record), 1 + n % 2));
            }
        }
        self.append(samples).await;
    }

    /// The samples as they would come then, so many of each a minute apart. What says how a number
    /// stands is left out: it is kept as long as the number is.
    async fn lively(&self, at: Timestamp, alike: u32) {
        let mut samples = Vec::new();
        for n in 0..alike {
            let at = at.checked_add(SignedDuration::from_mins(i64::from(n))).unwrap();
            for (app, provider) in (1..).zip(platforms::ALL) {
                let fresh = |sample| platforms::fresh(*provider, sample, None, at);
                let of = |sample| (at, record(app, provider.id().0, sample, fresh(sample)));
                let passes = |record: &CallbackRecord| !matches!(read(record).items.first(), Some(Item::Number(_)));
                samples.extend(provider.samples().iter().map(of).filter(|(_, record)| passes(record)));
            }
        }
        self.append(samples).await;
    }

    async fn append(&self, records: Vec<(Timestamp, CallbackRecord)>) {
        let journal = &self.retention.0.journal;
        let append = |(at, record)| journal.append(NewRecord { at, body: Body::Callback(Box::new(record)) });
        let appends: Vec<_> = records.into_iter().map(append).collect();
        for append in appends {
            append.await.unwrap();
        }
    }

    /// What it is made of, for the rooms beside.
    pub(crate) fn parts(&self) -> (Arc<dyn Rewrite>, Store, State) {
        (self.retention.0.journal.clone(), self.retention.0.store.clone(), self.retention.0.state.clone())
    }

    pub(crate) fn caught_up(&self) {
        let (store, journal) = (&self.retention.0.store, &self.retention.0.journal);
        let deadline = std::time::Instant::now() + DEADLINE;
        loop {
            let status = store.status();
            if status.rebuilding.is_none() && status.applied >= *journal.durable().borrow() {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "the store does not follow: {status:?}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    pub(crate) fn known(&self) -> Known {
        let store = &self.retention.0.store;
        let page = |cursor| Page { limit: 500, cursor };
        let (mut calls, mut callbacks, mut sms) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = None;
        loop {
            let listing = store.calls(&CallQuery::default(), &page(next)).unwrap();
            calls.extend(listing.items);
            next = listing.next;
            if next.is_none() {
                break;
            }
        }
        loop {
            let listing = store.callbacks(&CallbackQuery::default(), &page(next)).unwrap();
            callbacks.extend(listing.items);
            next = listing.next;
            if next.is_none() {
                break;
            }
        }
        loop {
            let listing = store.sms(&SmsQuery::default(), &page(next)).unwrap();
            sms.extend(listing.items);
            next = listing.next;
            if next.is_none() {
                break;
            }
        }
        let mut numbers = Vec::new();
        loop {
            let listing = store.numbers(&NumberQuery::default(), &page(next)).unwrap();
            numbers.extend(listing.items);
            next = listing.next;
            if next.is_none() {
                break;
            }
        }
        let stats = |by, group| store.stats(&StatQuery::default(), by, Some(group)).unwrap();
        let from = self.clock.now().checked_sub(SignedDuration::from_hours(24 * 61)).ok();
        let spans = StatQuery { span: Span { from, to: None }, ..StatQuery::default() };
        Known {
            calls,
            callbacks,
            sms,
            numbers,
            ledger: store.ledger(Span::default()).unwrap(),
            stats: stats(Step::Hour, Group::App),
            by_x: stats(Step::Hour, Group::X),
            by_cause: stats(Step::Day, Group::Cause),
            by_product: stats(Step::Whole, Group::Product),
            talk: store.talk(&StatQuery::default()).unwrap().unwrap(),
            peaks: store.peaks(&spans, Step::Hour).unwrap().unwrap(),
        }
    }

    /// The same installation after its store was lost.
    fn rebuilt(self) -> Self {
        self.reopened(true)
    }

    pub(crate) fn reopened(mut self, without_store: bool) -> Self {
        self.projector.take().unwrap().stop();
        self.retention.0.journal.close();
        let (logs, clock, compress) = (self.logs, self.clock, self.compress);
        drop(self.retention);
        if without_store {
            std::fs::remove_dir_all(logs.path().join("store")).unwrap();
        }
        let (retention, projector) = open(&logs, &clock, compress);
        let house = Self { logs, clock, retention, projector: Some(projector), compress };
        house.caught_up();
        house
    }

    async fn keep(&self, raw: Option<u32>, call: Option<u32>, sms: Option<u32>) {
        let policy = Policy { raw_days: raw, call_days: call, sms_days: sms, ..Policy::default() };
        self.retention.set_policy(&Author::of_tests(), &policy).await.unwrap();
    }

    /// A run that is told to stop after `steps` steps, if any.
    async fn run(&self, dry: bool, steps: Option<u32>) -> Result<Freed, RetentionError> {
        let retention = self.retention.clone();
        let done = tokio::task::spawn_blocking(move || {
            let taken = Cell::new(0);
            let progress = |_: f64| {
                taken.set(taken.get() + 1);
                if Some(taken.get()) == steps {
                    retention.stop();
                }
            };
            let (policy, holds) = (retention.policy(), retention.holds());
            let run = RetentionRun { retention: &retention, policy, holds, dry, full: true, progress: &progress };
            let freed = run.run().map(|(freed, _)| freed);
            retention.0.jobs.go_on();
            freed
        });
        done.await.unwrap()
    }

    fn raw_left(&self) -> usize {
        let records = self.retention.0.journal.read(1, usize::MAX).unwrap();
        records.iter().filter(|record| matches!(record.body, Body::Callback(_))).count()
    }
}

fn record(app: u32, provider: &str, sample: &platforms::Sample, body: String) -> CallbackRecord {
    let mut record = CallbackRecord {
        app: AppId(app),
        provider: provider.to_owned(),
        peer: "192.0.2.7".parse().unwrap(),
        tail: String::new(),
        headers: vec![("content-type".to_owned(), sample.content_type.to_owned())],
        body: body.into_bytes(),
        verified: None,
        reply: crate::domain::Ack { status: 200, content_type: "application/json".to_owned(), body: "{}".to_owned() },
        question: None,
        decision: None,
        foreign: Vec::new(),
    };
    // Only a question keeps what was decided.
    record.decision = Some(decided(&read(&record).items));
    if read(&record).decision.is_none() {
        record.decision = None;
    }
    record
}

fn read(record: &CallbackRecord) -> CallbackSummary {
    let body = Body::Callback(Box::new(record.clone()));
    let record = crate::journal::Record { seq: 1, at: Timestamp::UNIX_EPOCH, body };
    summarise(&record, crate::journal::Gone::Retention).unwrap()
}

/// The sample of another day: its sessions and messages are others.
fn of_day(mut record: CallbackRecord, day: u32) -> CallbackRecord {
    let mut text = String::from_utf8(record.body.clone()).unwrap();
    for item in read(&record).items {
        let name = match item {
            Item::Event(event) => event.key.session.reveal().to_owned(),
            Item::Record(record) => record.key.session.reveal().to_owned(),
            Item::Sms(sms) => sms.sms_id,
            Item::Number(_) => continue,
        };
        let other = format!("{name}d{day}");
        if !name.is_empty() && !text.contains(&other) {
            text = text.replace(&name, &other);
        }
    }
    record.body = text.into_bytes();
    record
}

/// A question was decided by sending the caller back to where the call came from.
fn decided(items: &[Item]) -> DecisionNote {
    let to = match items.first() {
        Some(Item::Event(event)) => event.caller.clone(),
        Some(Item::Sms(sms)) => sms.from.clone(),
        _ => None,
    };
    let name = format!("back to {}", to.as_ref().map_or("nobody", PhoneNumber::reveal));
    DecisionNote {
        action: DecisionAction::Connect,
        to,
        version: 3,
        rule: Some((2, name)),
        binding: Some(BindingId(7)),
        micros: 640,
        asked: Vec::new(),
    }
}
