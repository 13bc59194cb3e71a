//! Whole installations whose past is thinned: what is kept is the same before and after, live
//! and rebuilt, wherever a run was interrupted.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::domain::{AppId, BindingId, Call, DecisionAction, DecisionNote, Item, PhoneNumber};
use crate::journal::{Body, CallbackRecord, Journal, NewRecord, Options};
use crate::projector::{self, Projector, summarise};
use crate::providers;
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
    pub(crate) dir: TempDir,
}

fn open(dir: &Path, clock: &Clock, compress: bool) -> (Retention, Projector) {
    let state = State::open(&dir.join("state"), &dir.join("keys"), clock.clone()).unwrap();
    let options =
        Options { reserve: None, torn: dir.join("torn"), tmp: dir.join("tmp"), segment_bytes: 64 << 10, compress };
    let journal = Arc::new(FileJournal::open(&dir.join("journal"), options).unwrap());
    let known = |seq| journal.get(seq).ok()?.map(|record| projector::fingerprint(&record));
    let (store, writer, _) =
        Store::open_small(&dir.join("store"), &state.installation(), projector::catalog(), clock, &known).unwrap();
    let projector = Projector::start(writer, journal.clone()).unwrap();
    (Retention::new(journal, store, state, clock.clone()), projector)
}

impl House {
    /// Ten of sixty days, each with every sample of every platform, some twice.
    async fn with_a_past() -> Self {
        Self::with_days(DAYS, true).await
    }

    pub(crate) async fn with_days(days: u32, compress: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now: Timestamp = "2026-11-21T04:00:00Z".parse().unwrap();
        let clock = Clock::fixed(now);
        let (retention, projector) = open(dir.path(), &clock, compress);
        let house = Self { dir, clock, retention, projector: Some(projector), compress };
        // A long past in strides: what matters is what lies on which side of an edge.
        for day in (0..days).step_by(if days > 10 { 6 } else { 1 }) {
            let at = now.checked_sub(SignedDuration::from_hours(i64::from(days - day) * 24)).unwrap();
            house.day(day, at).await;
        }
        house.caught_up();
        house
    }

    async fn day(&self, day: u32, at: Timestamp) {
        let journal = &self.retention.0.journal;
        let mut appends = Vec::new();
        for (app, provider) in (1..).zip(providers::ALL) {
            for (n, sample) in provider.samples().iter().enumerate() {
                let at = at.checked_add(SignedDuration::from_secs(i64::try_from(n).unwrap())).unwrap();
                let body = Body::Callback(Box::new(record(app, provider.id().0, sample, day)));
                for _ in 0..1 + n % 2 {
                    appends.push(journal.append(NewRecord { at, body: body.clone() }));
                }
            }
        }
        for append in appends {
            append.await.unwrap();
        }
    }

    /// What it is made of, for the rooms beside.
    pub(crate) fn parts(&self) -> (Arc<FileJournal>, Store, State) {
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
        let (dir, clock, compress) = (self.dir, self.clock, self.compress);
        drop(self.retention);
        if without_store {
            std::fs::remove_dir_all(dir.path().join("store")).unwrap();
        }
        let (retention, projector) = open(dir.path(), &clock, compress);
        let house = Self { dir, clock, retention, projector: Some(projector), compress };
        house.caught_up();
        house
    }

    async fn keep(&self, raw: Option<u32>, call: Option<u32>, sms: Option<u32>) {
        let policy = Policy { raw_days: raw, call_days: call, sms_days: sms, ..Policy::default() };
        self.retention.set_policy(&Principal::command_line(), &policy).await.unwrap();
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
            let run = Run { retention: &retention, policy, holds, dry, full: true, progress: &progress };
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

/// The sample of another day: its sessions and messages are others.
fn record(app: u32, provider: &str, sample: &providers::Sample, day: u32) -> CallbackRecord {
    let mut record = CallbackRecord {
        app: AppId(app),
        provider: provider.to_owned(),
        peer: "192.0.2.7".parse().unwrap(),
        tail: String::new(),
        headers: vec![("content-type".to_owned(), sample.content_type.to_owned())],
        body: sample.body.as_bytes().to_vec(),
        verified: None,
        reply: crate::domain::Ack { status: 200, content_type: "application/json".to_owned(), body: "{}".to_owned() },
        question: None,
        decision: None,
        foreign: Vec::new(),
    };
    let read = |record: &CallbackRecord| {
        let body = Body::Callback(Box::new(record.clone()));
        let record = crate::journal::Record { seq: 1, at: Timestamp::UNIX_EPOCH, body };
        summarise(&record, crate::journal::Gone::Retention).unwrap()
    };
    let mut text = sample.body.to_owned();
    let items = read(&record).items;
    // Only a question keeps what was decided.
    record.decision = Some(decided(&items));
    if read(&record).decision.is_none() {
        record.decision = None;
    }
    for item in items {
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

#[tokio::test(flavor = "multi_thread")]
async fn raw_callbacks_go_and_everything_they_said_stays() {
    let house = House::with_a_past().await;
    let before = house.known();
    assert!(before.calls.len() > 20 && !before.sms.is_empty() && !before.numbers.is_empty());
    let raw = house.raw_left();
    house.keep(Some(30), None, None).await;
    let dry = house.run(true, None).await.unwrap();
    assert_eq!(house.raw_left(), raw, "a dry run removes nothing");
    let freed = house.run(false, None).await.unwrap();
    assert_eq!((freed.raw, freed.raw_bytes), (dry.raw, dry.raw_bytes));
    assert!(freed.raw > 0 && house.raw_left() as u64 == raw as u64 - freed.raw);
    assert!(freed.segments_rewritten > 0);
    house.known().assert_is(&before, "after a run");
    let seqs = |house: &House| -> Vec<u64> {
        house.retention.0.journal.read(1, usize::MAX).unwrap().iter().map(|record| record.seq).collect()
    };
    let all = seqs(&house);
    assert_eq!(all, (1..=*house.retention.0.journal.durable().borrow()).collect::<Vec<_>>());
    let house = house.rebuilt();
    assert_eq!(seqs(&house), all);
    house.known().assert_is(&before, "rebuilt");
    assert_eq!(house.run(false, None).await.unwrap().raw, 0, "a second run finds nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_and_messages_go_and_their_counts_stay() {
    let house = House::with_a_past().await;
    let before = house.known();
    house.keep(None, Some(20), Some(40)).await;
    let dry = house.run(true, None).await.unwrap();
    house.known().assert_is(&before, "after a dry run");
    let freed = house.run(false, None).await.unwrap();
    assert_eq!((freed.calls, freed.sms, freed.callbacks), (dry.calls, dry.sms, dry.callbacks));
    let after = house.known();
    assert!(freed.calls > 10 && after.calls.len() as u64 == before.calls.len() as u64 - freed.calls);
    assert!(freed.sms > 0 && after.sms.len() as u64 == before.sms.len() as u64 - freed.sms);
    assert!(freed.callbacks > 10 && after.callbacks.len() as u64 == before.callbacks.len() as u64 - freed.callbacks);
    after.assert_counts_are(&before, "after a run");
    let house = house.rebuilt();
    house.known().assert_is(&after, "rebuilt");
    // What comes next is counted on.
    house.day(DAYS, house.clock.now()).await;
    house.caught_up();
    let next = house.known();
    let house = house.rebuilt();
    house.known().assert_is(&next, "rebuilt with more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_may_end_anywhere_and_the_next_one_goes_on() {
    let mut house = House::with_a_past().await;
    let before = house.known();
    house.keep(Some(50), Some(20), Some(40)).await;
    let mut stops = 0;
    for steps in 1.. {
        let ended = house.run(false, Some(steps)).await;
        let live = house.known();
        live.assert_counts_are(&before, &format!("after {steps} steps"));
        house = house.rebuilt();
        house.known().assert_is(&live, &format!("rebuilt after {steps} steps"));
        match ended {
            Err(RetentionError::Stopped) => stops += 1,
            ended => {
                ended.unwrap();
                break;
            }
        }
    }
    assert!(stops > 3, "only {stops}");
    house.run(false, None).await.unwrap();
    assert!(house.known().calls.len() < before.calls.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_follow_one_another_come_to_the_same_as_the_journal() {
    let mut house = House::with_a_past().await;
    let before = house.known();
    for (raw, call, sms) in
        [(Some(50), None, None), (Some(50), Some(45), None), (None, Some(33), Some(50)), (Some(7), Some(10), Some(9))]
    {
        house.keep(raw, call, sms).await;
        house.run(false, None).await.unwrap();
        let live = house.known();
        live.assert_counts_are(&before, &format!("after {raw:?} {call:?} {sms:?}"));
        house = house.reopened(false);
        house.known().assert_is(&live, &format!("opened again after {raw:?} {call:?} {sms:?}"));
        house = house.rebuilt();
        house.known().assert_is(&live, &format!("rebuilt after {raw:?} {call:?} {sms:?}"));
    }
    assert!(house.known().calls.len() < before.calls.len() / 3);
}

/// Bytes of all files of a directory; a file that goes meanwhile has none.
fn size(dir: &Path) -> u64 {
    std::fs::read_dir(dir).unwrap().filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_gets_its_room_back_and_segments_without_a_record_go() {
    for compress in [false, true] {
        let house = House::with_days(0, compress).await;
        let now = house.clock.now();
        for day in 0..30 {
            house.day(day, now.checked_sub(SignedDuration::from_hours(24 * (40 - i64::from(day)))).unwrap()).await;
        }
        house.caught_up();
        let journal = house.dir.path().join("journal");
        let sealed = house.dir.path().join("store/sealed");
        let (full, segments) = (size(&journal), house.retention.0.journal.segments().len());
        // Rows are sealed with a checkpoint, which comes after they are known.
        let deadline = std::time::Instant::now() + DEADLINE;
        while size(&sealed) == 0 {
            assert!(std::time::Instant::now() < deadline, "nothing was sealed");
            std::thread::park_timeout(Duration::from_millis(5));
        }
        house.keep(Some(9), None, None).await;
        let raw = house.run(false, None).await.unwrap();
        let summaries = size(&journal);
        assert_eq!(raw.disk_bytes, full.saturating_sub(summaries));
        // Samples that differ only in their names compress to nearly nothing, whatever they say.
        assert!(compress || summaries < full, "{summaries} of {full}");
        house.keep(Some(9), Some(9), Some(9)).await;
        let freed = house.run(false, None).await.unwrap();
        let left = size(&journal);
        assert!(left < full / if compress { 3 } else { 20 }, "{left} of {full}, compressed: {compress}");
        assert!(freed.segments_removed > 0);
        let gone = usize::try_from(freed.segments_removed).unwrap();
        // The run itself begins a segment, for its cuts or so that the last one can be thinned.
        assert!(house.retention.0.journal.segments().len() <= segments + 2 - gone);
        let house = house.reopened(false);
        let deadline = std::time::Instant::now() + DEADLINE;
        while size(&sealed) > 0 {
            assert!(std::time::Instant::now() < deadline, "every sealed row is gone");
            std::thread::park_timeout(Duration::from_millis(5));
        }
        assert!(house.known().calls.is_empty() && house.known().sms.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_stays_until_the_hold_ends() {
    let house = House::with_a_past().await;
    let before = house.known();
    let old = before.calls.iter().min_by_key(|call| call.callbacks.last().copied()).unwrap().clone();
    let by = Principal::command_line();
    let hold = Hold {
        id: String::new(),
        name: "dispute".to_owned(),
        reason: "asked by court".to_owned(),
        app: Some(old.app.0),
        number: None,
        session: Some(old.session.reveal().to_owned()),
        from: None,
        to: None,
        by: String::new(),
        created_at: String::new(),
    };
    let hold = house.retention.add_hold(&by, hold).await.unwrap();
    house.keep(None, Some(20), Some(20)).await;
    let freed = house.run(false, None).await.unwrap();
    assert!(freed.held > 0 && freed.calls > 0);
    let held = house.retention.0.store.call(old.id).unwrap();
    assert_eq!(held.as_ref(), Some(&old));
    for seq in &old.callbacks {
        let record = house.retention.0.journal.get(*seq).unwrap().unwrap();
        assert!(matches!(record.body, Body::Callback(_)), "its bytes are held too");
        assert!(house.retention.0.store.callback(*seq).unwrap().is_some());
    }
    let after = house.known();
    let house = house.rebuilt();
    house.known().assert_is(&after, "rebuilt");
    house.retention.end_hold(&by, &hold.id).await.unwrap();
    house.run(false, None).await.unwrap();
    assert_eq!(house.retention.0.store.call(old.id).unwrap(), None);
    assert_eq!(house.known().stats, before.stats);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_and_a_hold_follow_rules() {
    let house = House::with_days(0, false).await;
    let by = Principal::command_line();
    for days in [0, 6, 40_000] {
        let policy = Policy { call_days: Some(days), ..Policy::default() };
        let set = house.retention.set_policy(&by, &policy).await;
        assert!(matches!(set, Err(RetentionError::Invalid(_))), "{days}");
    }
    assert_eq!(house.retention.policy(), Policy::default());
    assert!(!house.retention.policy().removes_something());
    assert!(matches!(house.retention.end_hold(&by, "none").await, Err(RetentionError::NoHold(_))));
}

#[test]
fn the_hour_of_the_nightly_run_is_beijing_time() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(struck(at("2026-11-20T19:29:00Z"), 210), at("2026-11-19T19:30:00Z"));
    assert_eq!(struck(at("2026-11-20T19:30:00Z"), 210), at("2026-11-20T19:30:00Z"));
}
