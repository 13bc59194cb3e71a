//! What happens to a store from day to day.
//!
//! One happening a test, named for what a person would say of it; the model beside covers what
//! nobody thought of.

use std::cell::{Cell, RefCell};

use super::super::query_plan::QueryPlan;
use super::super::scan::{Scan, ScanStep};
use super::super::{
    Applied, Bounds, CallQuery, CallbackQuery, CutBounds, Filter, FilterTable as _, NumberQuery, Opened, Page,
    QueryError, Span,
};
use super::model::{all_calls, callback, open};
use crate::domain::{
    AppId, Call, CallEvent, CallKey, EventKind, Identity, Item, NumberState, NumberStatus, Outcome, PhoneNumber,
    SessionId, Stamp, Suspicion,
};

fn event(session: &str, second: i64, identity: u64) -> Item {
    let at = jiff::Timestamp::from_second(1_790_000_000 + second).expect("in range");
    Item::Event(Box::new(CallEvent {
        key: CallKey { family: "test".into(), session: SessionId::new(session) },
        identity: Identity(identity),
        kind: EventKind::Dialled,
        at: Some(Stamp { at: Some(at), text: at.strftime("%Y-%m-%d %H:%M:%S").to_string() }),
        product: None,
        leg: None,
        dialled: None,
        caller: None,
        callee: None,
        x: None,
        digits: None,
        causes: Vec::new(),
        by: None,
        user_data: None,
        binding_id: None,
    }))
}

#[test]
fn a_repeated_callback_is_counted_once_and_still_named_by_its_call() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, opened) = open(dir.path());
    assert_eq!(opened, Opened::Fresh);
    let batch = vec![
        callback(1, 1, vec![event("a", 0, 1)]),
        callback(2, 1, vec![event("a", 0, 1)]),
        callback(3, 1, vec![event("a", 0, 1), event("a", 1, 2)]),
    ];
    writer.apply(batch, 3).unwrap();
    let outcomes: Vec<_> = (1..=3).map(|seq| store.callback(seq).unwrap().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::Duplicate, Outcome::Accepted]);
    let calls = all_calls(&store, &CallQuery::default());
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].callbacks, [1, 2, 3]);
    assert_eq!(calls[0].events.len(), 2);
    let ledger = store.ledger(Span::default()).unwrap();
    assert_eq!(ledger.iter().map(|row| row.outcomes[0]).sum::<u64>(), 2);
    assert_eq!(ledger.iter().map(|row| row.outcomes[1]).sum::<u64>(), 1);
    assert_eq!(ledger.iter().map(|row| row.joined).sum::<u64>(), 3);
}

#[test]
fn paging_never_shows_a_call_twice_while_calls_move() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    let batch = (0..30).map(|i| callback(i + 1, 1, vec![event(&format!("s{i}"), 100 + i as i64, 1)])).collect();
    writer.apply(batch, 30).unwrap();
    writer.checkpoint().unwrap();
    let query = CallQuery::default();
    let first = store.calls(&query, &Page { limit: 10, cursor: None }).unwrap();
    // The newest call turns out to have begun before all others, and a new one comes.
    writer
        .apply(vec![callback(31, 1, vec![event("s29", 0, 2)]), callback(32, 1, vec![event("new", 120, 1)])], 32)
        .unwrap();
    writer.checkpoint().unwrap();
    let mut sessions: Vec<String> = first.items.iter().map(|call| call.session.reveal().to_owned()).collect();
    let mut next = first.next;
    while let Some(cursor) = next {
        let page = store.calls(&query, &Page { limit: 10, cursor: Some(cursor) }).unwrap();
        sessions.extend(page.items.iter().map(|call| call.session.reveal().to_owned()));
        next = page.next;
    }
    let expected: Vec<String> = (0..30).rev().map(|i| format!("s{i}")).collect();
    assert_eq!(sessions, expected);
}

#[test]
fn a_cursor_of_another_query_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    writer.apply((0..5).map(|i| callback(i + 1, 1, vec![event(&format!("s{i}"), 1, 1)])).collect(), 5).unwrap();
    let first = store.calls(&CallQuery::default(), &Page { limit: 2, cursor: None }).unwrap();
    let other = CallQuery { app: Filter::any(vec![AppId(1)]), ..CallQuery::default() };
    assert!(matches!(store.calls(&other, &Page { limit: 2, cursor: first.next }), Err(QueryError::Cursor)));
}

#[test]
fn a_copied_store_is_not_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let (here, there) = (dir.path().join("here"), dir.path().join("there"));
    let (store, mut writer, _) = open(&here);
    writer.apply(vec![callback(1, 1, vec![event("a", 0, 1)])], 1).unwrap();
    writer.checkpoint().unwrap();
    drop((store, writer));
    let copied = std::process::Command::new("cp").arg("-a").arg(&here).arg(&there).status().unwrap();
    assert!(copied.success());
    let (store, writer, opened) = open(&there);
    assert!(matches!(opened, Opened::Removed(_)), "{opened:?}");
    assert_eq!(writer.applied(), 0);
    assert!(all_calls(&store, &CallQuery::default()).is_empty());
    drop((store, writer));
    let (_, _, opened) = open(&here);
    assert_eq!(opened, Opened::Sound);
}

#[test]
fn a_damaged_store_is_rebuilt_and_never_panics() {
    let dir = tempfile::tempdir().unwrap();
    let fill = || {
        let (store, mut writer, opened) = open(dir.path());
        for i in writer.applied()..60 {
            writer.apply(vec![callback(i + 1, 1, vec![event(&format!("s{i}"), i as i64, 1)])], i + 1).unwrap();
            writer.checkpoint().unwrap();
        }
        assert_eq!(all_calls(&store, &CallQuery::default()).len(), 60);
        opened
    };
    fill();
    assert_eq!(fill(), Opened::Sound);
    let sealed = dir.path().join("sealed");
    let file = std::fs::read_dir(&sealed).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.len() - 30;
    bytes[at] ^= 0x40;
    std::fs::write(&file, bytes).unwrap();
    assert!(matches!(fill(), Opened::Removed(_)));
    std::fs::remove_file(dir.path().join("marker")).unwrap();
    assert!(matches!(fill(), Opened::Removed(_)));
}

#[test]
fn a_late_event_finds_its_sealed_call() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    for i in 0..60u64 {
        writer.apply(vec![callback(i + 1, 1, vec![event(&format!("s{i}"), i as i64, 1)])], i + 1).unwrap();
        writer.checkpoint().unwrap();
    }
    assert!(store.shared.rows().calls.view.sealed.len() > 3);
    for i in 0..60u64 {
        writer.apply(vec![callback(61 + i, 1, vec![event(&format!("s{i}"), 5 + i as i64, 2)])], 61 + i).unwrap();
        writer.checkpoint().unwrap();
    }
    let calls = all_calls(&store, &CallQuery::default());
    assert_eq!(calls.len(), 60);
    assert!(calls.iter().all(|call| call.events.len() == 2));
    assert_eq!(store.status().calls, 60);
    for call in &calls {
        assert_eq!(store.call(call.id).unwrap().as_ref(), Some(call));
        let named = store
            .callbacks(
                &CallbackQuery {
                    session: Filter::any(vec![call.session.reveal().to_owned()]),
                    ..CallbackQuery::default()
                },
                &Page::default(),
            )
            .unwrap();
        assert_eq!(
            named.items.iter().map(|row| row.seq).collect::<Vec<_>>(),
            call.callbacks.iter().rev().copied().collect::<Vec<_>>()
        );
        assert!(named.items.iter().all(|row| row.calls == [call.id]));
    }
}

#[test]
fn what_was_refused_is_counted_from_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    let at = jiff::Timestamp::from_second(1_790_000_000).unwrap();
    writer.apply(vec![Applied::Tally { seq: 1, at, app: Some(AppId(1)), refused: 3, possibly_lost: 2 }], 1).unwrap();
    let ledger = store.ledger(Span::default()).unwrap();
    assert_eq!((ledger[0].refused, ledger[0].possibly_lost), (3, 2));
}

#[test]
fn callbacks_are_found_by_everything_that_is_known_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    for seq in 1..=60u64 {
        let Applied::Callback { mut row, items } = callback(seq, 1, Vec::new()) else { unreachable!() };
        row.verified = [None, Some(true), Some(false)][(seq % 3) as usize];
        row.label = if seq % 2 == 0 { "fee".to_owned() } else { String::new() };
        row.status = if seq % 5 == 0 { 401 } else { 200 };
        row.size_bytes = seq * 10;
        row.question = seq % 7 == 0;
        row.peer = std::net::Ipv4Addr::from(u32::try_from(seq % 4).unwrap()).into();
        if seq % 10 == 0 {
            row.suspicions = vec![Suspicion::WrongCase { found: format!("f{}", seq % 20), meant: "F".into() }];
        }
        writer.apply(vec![Applied::Callback { row, items }], seq).unwrap();
        writer.checkpoint().unwrap();
    }
    assert!(store.shared.rows().callbacks.view.sealed.len() > 1);
    let all = store.callbacks(&CallbackQuery::default(), &Page { limit: 100, cursor: None }).unwrap().items;
    let check = |change: &dyn Fn(&mut CallbackQuery)| {
        let mut query = CallbackQuery::default();
        change(&mut query);
        let expected: Vec<_> = all.iter().filter(|row| query.takes(row)).cloned().collect();
        let found = store.callbacks(&query, &Page { limit: 100, cursor: None }).unwrap().items;
        assert!(!found.is_empty() && found.len() < all.len(), "{query:?}");
        assert_eq!(found, expected, "{query:?}");
        let count = store.count_callbacks(&query).unwrap();
        assert_eq!((count.rows, count.exact), (expected.len() as u64, true), "{query:?}");
    };
    check(&|q| q.verified = Filter::any(vec![None, Some(false)]));
    check(&|q| q.verified.none.push(None));
    check(&|q| q.suspicious = Some(true));
    check(&|q| q.suspicious = Some(false));
    check(&|q| q.suspicion = Filter::any(vec!["wrong_case".to_owned()]));
    check(&|q| q.suspicion = Filter::any(vec!["wrong_case:f10".to_owned()]));
    check(&|q| q.suspicion.none.push("wrong_case:f0".to_owned()));
    check(&|q| q.label = Filter::any(vec!["fee".to_owned()]));
    check(&|q| q.status.none.push(200));
    check(&|q| q.size = Filter::any(vec![Bounds { min: 100, max: 200 }, Bounds { min: 590, max: u32::MAX }]));
    check(&|q| q.size.none.push(Bounds { min: 0, max: 500 }));
    check(&|q| q.question = Some(true));
    check(&|q| q.peer.none.push(std::net::Ipv4Addr::from(2).to_string()));
    check(&|q| {
        q.span = Span { from: Some(all[40].received_at), to: Some(all[5].received_at) };
        q.label.none.push("fee".to_owned());
    });
}

#[test]
fn a_walk_that_is_dear_is_done_in_pieces_and_misses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    for i in 0..60u64 {
        writer.apply(vec![callback(i + 1, 1, vec![event(&format!("s{i}"), i as i64, 1)])], i + 1).unwrap();
        writer.checkpoint().unwrap();
    }
    let (rows, _) = store.shared.view(|rows| &rows.calls);
    let mut plan = QueryPlan::default();
    let (mut found, mut pieces) = (Vec::new(), 0);
    loop {
        let mut scan = Scan::new(&rows, &plan, 1);
        let tired = loop {
            match scan.next().unwrap() {
                ScanStep::Row(indexed) => found.push(indexed.key()),
                ScanStep::End => break None,
                ScanStep::Tired(place) => break Some(place),
            }
        };
        drop(scan);
        pieces += 1;
        let Some((k, id)) = tired else { break };
        plan.after = Some((k, (u128::from_be_bytes(id) + 1).to_be_bytes()));
    }
    assert!(pieces > rows.sealed.len() / 2, "{pieces}");
    assert_eq!(found.len(), 60);
    assert!(found.is_sorted_by(|a, b| a > b));
}

#[test]
fn rows_change_while_a_reader_walks_and_it_sees_them_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    for i in 0..60u64 {
        writer.apply(vec![callback(i + 1, 1, vec![event(&format!("s{i}"), i as i64, 1)])], i + 1).unwrap();
    }
    writer.checkpoint().unwrap();
    let (writer, next) = (RefCell::new(writer), Cell::new(61u64));
    // A new call, a late event that moves a known one, and whatever is sealed because of them. This
    // would wait for ever if the reader held the lock meanwhile.
    let change = || {
        let seq = next.get();
        let items = vec![event(&format!("s{seq}"), seq as i64, 1), event(&format!("s{}", seq % 60), -1, 2)];
        writer.borrow_mut().apply(vec![callback(seq, 1, items)], seq).unwrap();
        writer.borrow_mut().checkpoint().unwrap();
        next.set(seq + 1);
    };
    let before: Vec<_> = all_calls(&store, &CallQuery::default()).iter().map(|call| call.id.0).collect();

    let page = Page { limit: 100, cursor: None };
    let seen = store.list(store.shared.view(|rows| &rows.calls), &"all", QueryPlan::default(), &page, |indexed, _| {
        change();
        Ok(Some((indexed.key(), indexed.id)))
    });
    assert_eq!(seen.unwrap().items, before);
    assert_eq!(store.status().calls, 120);

    let bounds = CutBounds { calls_before: next.get(), sms_before: 0, latest: i64::MAX };
    let asked = Cell::new(0u64);
    let held = |_: &Call| {
        change();
        asked.set(asked.get() + 1);
        false
    };
    let cut = store.plan_cut(bounds, &held, &|_| false).unwrap();
    assert_eq!((cut.removed.calls, asked.get()), (120, 120));
    assert_eq!(store.status().calls, 240);
}

#[test]
fn numbers_come_page_by_page_and_by_their_state() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    let told = |seq: u64, n: u64, state: NumberState| {
        let number = PhoneNumber::parse(&format!("170{n:08}")).unwrap();
        callback(
            seq,
            1 + (n % 2) as u32,
            vec![Item::Number(NumberStatus { number, state, cause: Some("3".to_owned()) })],
        )
    };
    let batch = (0..25).map(|n| told(n + 1, n, if n % 5 == 0 { NumberState::Paused } else { NumberState::Normal }));
    writer.apply(batch.collect(), 25).unwrap();
    let walk = |query: &NumberQuery| {
        let (mut names, mut page) = (Vec::new(), Page { limit: 4, cursor: None });
        loop {
            let listing = store.numbers(query, &page).unwrap();
            names.extend(listing.items.into_iter().map(|row| row.number.reveal().to_owned()));
            match listing.next {
                Some(next) => page.cursor = Some(next),
                None => return names,
            }
        }
    };
    let all = walk(&NumberQuery::default());
    assert_eq!((all.len(), all.iter().collect::<std::collections::BTreeSet<_>>().len()), (25, 25));
    let paused = NumberQuery { state: Filter::any(vec![Some(NumberState::Paused)]), ..NumberQuery::default() };
    assert_eq!((walk(&paused).len(), store.count_numbers(&paused).rows), (5, 5));
    let mut rest = NumberQuery { app: Filter::any(vec![AppId(1)]), ..NumberQuery::default() };
    rest.number.none.push("0004".to_owned());
    assert_eq!(walk(&rest).len(), 12);
    let first = store.numbers(&paused, &Page { limit: 2, cursor: None }).unwrap().next;
    assert!(matches!(store.numbers(&rest, &Page { limit: 2, cursor: first }), Err(QueryError::Cursor)));
}

#[test]
fn a_cursor_from_before_a_rebuild_says_that_it_is_stale() {
    let dir = tempfile::tempdir().unwrap();
    let cursor = {
        let (store, mut writer, _) = open(dir.path());
        writer.apply((0..5).map(|i| callback(i + 1, 1, vec![event(&format!("s{i}"), 1, 1)])).collect(), 5).unwrap();
        store.calls(&CallQuery::default(), &Page { limit: 2, cursor: None }).unwrap().next
    };
    let other = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(other.path());
    writer.apply(vec![callback(1, 1, vec![event("s0", 1, 1)])], 1).unwrap();
    let page = Page { limit: 2, cursor };
    assert!(matches!(store.calls(&CallQuery::default(), &page), Err(QueryError::Stale)));
}
