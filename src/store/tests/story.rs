//! What happens to a store from day to day.
//!
//! One happening a test, named for what a person would say of it; the model beside covers what
//! nobody thought of.

use super::super::{Applied, CallQuery, CallbackQuery, Filter, Opened, Page, QueryError, Span};
use super::model::{all_calls, callback, open};
use crate::domain::{AppId, CallEvent, CallKey, EventKind, Identity, Item, Outcome, SessionId, Stamp};

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
    assert!(store.shared.rows().calls.sealed.len() > 3);
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
