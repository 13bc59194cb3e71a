//! Random callbacks, in random order, with repeats, restarts and sealing in between.
//!
//! The model is a plain list that is filtered and sorted. It is slow and obviously right, which is
//! all that is asked of it.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use proptest::prelude::*;

use super::super::shared::Sizes;
use super::super::{
    Applied, Bounds, CallQuery, CallbackRow, CauseIs, Count, Filter, FilterTable as _, Opened, Page, Store, Writer,
};
use crate::clock::Clock;
use crate::correlate::{Catalog, Facts, Meaning, call_id, join};
use crate::domain::{
    Anomaly, AppId, Call, CallEvent, CallKey, CallOutcome, CallRecord, CallState, CauseCode, EventKind, Identity, Item,
    Outcome, Party, PhoneNumber, Product, ProviderId, RecordingRef, RecordingState, SessionId, Stamp,
};

const PROVIDER: ProviderId = ProviderId("test");
const SMALL: Sizes = Sizes { hot_calls: 12, sealed_calls: 5, sealed_callbacks: 16 };

pub(super) fn catalog() -> Catalog {
    Catalog {
        meaning: |_, cause| {
            let outcome = match cause.code.as_str() {
                "17" => Some(CallOutcome::Busy),
                "19" => Some(CallOutcome::NoAnswer),
                _ => None,
            };
            (cause.code != "999").then_some(Meaning { outcome, by: None })
        },
        recording_days: |_| 7,
        provider: |name| (name == PROVIDER.0).then_some(PROVIDER),
        dials_caller: |_| false,
        with_digits: |product| product,
    }
}

/// One generated item: which call, what happened, how long after the call began.
#[derive(Debug, Clone)]
struct Happening {
    session: u8,
    what: u8,
    after_s: u8,
    variant: u8,
}

fn happening() -> impl Strategy<Value = Happening> {
    (0u8..24, 0u8..6, 0u8..40, 0u8..3).prop_map(|(session, what, after_s, variant)| Happening {
        session,
        what,
        after_s,
        variant,
    })
}

fn stamp(session: u8, after_s: u8) -> Stamp {
    let at =
        Timestamp::from_second(1_790_000_000 + i64::from(session / 2) * 700 + i64::from(after_s)).expect("in range");
    Stamp { at: Some(at), text: at.strftime("%Y-%m-%d %H:%M:%S").to_string() }
}

fn number(n: u32) -> Option<PhoneNumber> {
    PhoneNumber::parse(&format!("138{n:08}"))
}

/// As a platform gives them: they begin alike, and the time in them stands far behind.
fn session_of(session: u8) -> String {
    format!("1201_271_4294967295_20261130{:02}{:02}@enabler.example", session / 4, session % 4)
}

fn by_of(session: u8) -> Option<Party> {
    [None, Some(Party::Caller), Some(Party::Platform)][usize::from(session / 3 % 3)]
}

fn item(h: &Happening) -> Item {
    let key = CallKey { family: "test".into(), session: SessionId::new(session_of(h.session)) };
    let identity = Identity(u64::from(h.what) << 8 | u64::from(h.variant));
    let at = Some(stamp(h.session, h.after_s));
    if h.what == 5 {
        return Item::Record(Box::new(CallRecord {
            key,
            identity,
            product: Some(Product::new("axb")),
            is_release: false,
            caller: number(u32::from(h.session)),
            callee: number(1000 + u32::from(h.session % 5)),
            x: number(70_000_000 + u32::from(h.session % 3)),
            y: None,
            extension: None,
            direction: None,
            setup_at: Some(stamp(h.session, 0)),
            alerting_at: Some(stamp(h.session, 2)),
            answered_at: (h.variant > 0).then(|| stamp(h.session, 5)),
            released_at: at,
            other_times: Vec::new(),
            talk_seconds: if h.variant > 0 { u32::from(h.after_s) } else { 0 },
            causes: vec![CauseCode::new("q850", ["17", "19", "999"][usize::from(h.session % 3)])],
            by: by_of(h.session),
            recording: (h.variant == 2).then(RecordingRef::default),
            user_data: Some(format!("order-{}", h.session)),
            binding_id: Some(format!("binding-{}", h.session / 4)),
            anomalies: Vec::new(),
        }));
    }
    let kind = [EventKind::Offered, EventKind::Dialled, EventKind::Alerted, EventKind::Answered, EventKind::Released]
        [usize::from(h.what)];
    Item::Event(Box::new(CallEvent {
        key,
        identity,
        kind,
        at,
        product: None,
        leg: Some(Party::Callee),
        dialled: None,
        caller: number(u32::from(h.session)),
        callee: None,
        x: None,
        digits: None,
        causes: Vec::new(),
        by: None,
        user_data: None,
        binding_id: None,
    }))
}

pub(super) fn callback(seq: u64, app: u32, items: Vec<Item>) -> Applied {
    let at = Timestamp::from_second(1_790_100_000 + i64::try_from(seq).expect("small")).expect("in range");
    let row = CallbackRow {
        seq,
        received_at: at,
        app: AppId(app),
        provider: Some(PROVIDER),
        outcome: Outcome::Accepted,
        verified: None,
        sessions: Vec::new(),
        calls: Vec::new(),
        not_calls: 0,
        status: 200,
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        tail: String::new(),
        size_bytes: 100,
        suspicions: Vec::new(),
        label: String::new(),
        test: false,
        question: false,
        decision: None,
    };
    Applied::Callback { row: Box::new(row), items }
}

pub(super) fn open(dir: &Path) -> (Store, Writer, Opened) {
    let clock = Clock::fixed(Timestamp::from_second(1_790_200_000).expect("in range"));
    Store::open_with(dir, "test", catalog(), &clock, &Some, SMALL).expect("opens")
}

/// Every call, by walking pages of three.
pub(super) fn all_calls(store: &Store, query: &CallQuery) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut page = Page { limit: 3, cursor: None };
    loop {
        let listing = store.calls(query, &page).expect("a list");
        calls.extend(listing.items);
        match listing.next {
            Some(next) => page.cursor = Some(next),
            None => return calls,
        }
    }
}

/// A call without what the order of arrival may decide: which callback brought it.
fn content(mut call: Call) -> Call {
    call.callbacks.clear();
    for event in &mut call.events {
        event.callback = 0;
    }
    if let Some(recording) = &mut call.recording {
        recording.expires_at = Timestamp::UNIX_EPOCH;
    }
    call
}

/// Adds one of the other filters, or its negation.
fn narrow(query: &mut CallQuery, which: u8, negate: bool) {
    fn add<T>(filter: &mut Filter<T>, value: T, negate: bool) {
        if negate { filter.none.push(value) } else { filter.any.push(value) }
    }
    let cause = |table: Option<&str>, code: &str| CauseIs { table: table.map(str::to_owned), code: code.to_owned() };
    match which {
        0 => add(&mut query.cause, cause(Some("q850"), "17"), negate),
        1 => add(&mut query.cause, cause(None, "19"), negate),
        2 => add(&mut query.anomaly, Anomaly::MissingRecord, negate),
        3 => add(&mut query.state, CallState::Released, negate),
        4 => add(&mut query.ring, Bounds { min: 3, max: 30 }, negate),
        5 => add(&mut query.hour, 22, negate),
        6 => add(&mut query.weekday, 1, negate),
        7 => add(&mut query.recording_state, RecordingState::Waiting, negate),
        8 => query.has_recording = Some(!negate),
        9 => add(&mut query.released_by, Some(Party::Caller), negate),
        10 => add(&mut query.released_by, None, negate),
        11 => add(&mut query.binding, "binding-2".to_owned(), negate),
        _ => add(&mut query.x, "13870000001".to_owned(), negate),
    }
}

/// What the calls should be: facts joined in memory, no store.
fn model(batches: &[Vec<Happening>]) -> Vec<Call> {
    let mut known: BTreeMap<[u8; 16], Facts> = BTreeMap::new();
    for (i, batch) in batches.iter().enumerate() {
        let seq = i as u64 + 1;
        let at = Timestamp::from_second(1_790_100_000 + i64::try_from(seq).expect("small")).expect("in range");
        for h in batch {
            let (key, item) = match item(h) {
                Item::Event(event) => (event.key.clone(), Item::Event(event)),
                Item::Record(record) => (record.key.clone(), Item::Record(record)),
                Item::Sms(_) | Item::Number(_) => continue,
            };
            let id = call_id(AppId(1), &key);
            let facts = known.entry(id.0).or_insert_with(|| Facts::new(id, AppId(1), PROVIDER, key, at));
            facts.named_by(seq, at);
            match item {
                Item::Event(event) => facts.add_event(*event, seq),
                Item::Record(record) => facts.add_record(*record, seq, at),
                Item::Sms(_) | Item::Number(_) => false,
            };
        }
    }
    let mut calls: Vec<Call> = known.values().map(|facts| join(facts, &catalog())).collect();
    calls.sort_by_key(|call| std::cmp::Reverse((call.t, call.id)));
    calls
}

/// Applies the batches, one callback each, with a checkpoint or a restart where `cuts` says so.
fn run(dir: &Path, batches: &[Vec<Happening>], cuts: &[u8]) -> (Store, Writer) {
    let (mut store, mut writer, _) = open(dir);
    for (i, batch) in batches.iter().enumerate() {
        let seq = i as u64 + 1;
        writer.apply(vec![callback(seq, 1, batch.iter().map(item).collect())], seq).expect("applies");
        match cuts.get(i % cuts.len().max(1)) {
            Some(0) => writer.checkpoint().expect("writes"),
            Some(1) => {
                writer.checkpoint().expect("writes");
                drop((store, writer));
                let opened;
                (store, writer, opened) = open(dir);
                assert_eq!(opened, Opened::Sound);
                // What was applied already changes nothing.
                writer.apply(vec![callback(seq, 1, batch.iter().map(item).collect())], seq).expect("applies");
            }
            _ => {}
        }
    }
    (store, writer)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_any_repeats_and_any_restarts_give_the_same_calls(
        batches in prop::collection::vec(prop::collection::vec(happening(), 1..4), 1..60),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..90),
        cuts in prop::collection::vec(0u8..8, 1..12),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        let (store, _writer) = run(&dir.path().join("a"), &batches, &cuts);
        let expected = model(&batches);
        prop_assert_eq!(&all_calls(&store, &CallQuery::default()), &expected);

        // The same callbacks shuffled, some of them twice and three times.
        let mut shuffled: Vec<Vec<Happening>> = order.iter().map(|at| at.get(&batches).clone()).collect();
        shuffled.extend(batches.iter().rev().cloned());
        let (again, _writer) = run(&dir.path().join("b"), &shuffled, &cuts);
        let content_of = |calls: Vec<Call>| calls.into_iter().map(content).collect::<Vec<_>>();
        prop_assert_eq!(content_of(all_calls(&again, &CallQuery::default())), content_of(expected.clone()));

        // The counters follow from the calls, whatever came first.
        for store in [&store, &again] {
            super::counters::check(store, &expected);
        }
    }

    #[test]
    fn every_filter_gives_what_a_walk_over_all_calls_gives(
        batches in prop::collection::vec(prop::collection::vec(happening(), 1..4), 20..80),
        outcome in prop::sample::select(CallOutcome::ALL.to_vec()),
        ending in prop::sample::select(vec!["0003", "13800000003", "+8613800000007", "01000", "70000001", "999999"]),
        negate: bool,
        talk in prop::option::of((0u32..20, 10u32..40)),
        from in prop::option::of(0i64..9000),
        session in prop::option::of(0u8..24),
        (length, without) in (6usize..40, any::<bool>()),
        more in prop::collection::vec((0u8..13, any::<bool>()), 0..4),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        let (store, _writer) = run(dir.path(), &batches, &[0]);
        let all = all_calls(&store, &CallQuery::default());
        let mut query = CallQuery::default();
        if negate {
            query.outcome.none.push(outcome);
            query.number.none.push(ending.to_owned());
        } else {
            query.outcome.any.extend([outcome, CallOutcome::Answered]);
            query.number.any.push(ending.to_owned());
        }
        query.span.from = from.map(|s| Timestamp::from_second(1_790_000_000 + s).expect("in range"));
        if let Some((min, max)) = talk {
            query.talk.any.push(Bounds { min, max });
        }
        if let Some(session) = session {
            let asked = vec![
                format!("Order-{session}"),
                format!("er-{}", session / 2),
                session_of(session / 3)[..length].to_owned(),
                format!("{:04}", 1000 + u32::from(session)),
            ];
            if without {
                query.q.none = asked;
            } else {
                query.q.any = asked;
            }
        }
        for (which, negate) in more {
            narrow(&mut query, which, negate);
        }
        let expected: Vec<Call> = all.into_iter().filter(|call| query.takes(call)).collect();
        prop_assert_eq!(store.count_calls(&query).expect("a count"), Count { rows: expected.len() as u64, exact: true });
        prop_assert_eq!(all_calls(&store, &query), expected);
    }
}
