//! The counters against the calls they count: every figure a page can show, added up by hand.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::{
    Bounds, CallQuery, CallbackQuery, CauseIs, Filter, Group, Joined, MainCause, Span, StatQuery, StatRow, Step, Store,
};
use super::model::{callback, catalog, open};
use crate::domain::{
    Call, CallEvent, CallKey, CallOutcome, CallState, EventKind, Identity, Item, Party, PhoneNumber, Product,
    SessionId, Stamp,
};

/// Calls, talk seconds, answered, in talk, ringing, with a known delay before ringing.
type Sum = [u64; 6];

fn counts(call: &Call) -> Sum {
    let under_way = call.outcome.is_none();
    let talks = call.state == CallState::Answered;
    let answered = talks || call.outcome == Some(CallOutcome::Answered);
    let flags = [answered, talks, under_way && !talks, call.pdd_seconds().is_some()].map(u64::from);
    [1, u64::from(call.talk_seconds), flags[0], flags[1], flags[2], flags[3]]
}

fn sums<K: Ord>(pairs: impl Iterator<Item = (K, Sum)>) -> BTreeMap<K, Sum> {
    let mut sums = BTreeMap::new();
    for (key, more) in pairs {
        let sum: &mut Sum = sums.entry(key).or_default();
        for (sum, more) in sum.iter_mut().zip(more) {
            *sum += more;
        }
    }
    sums
}

fn cause(call: &Call) -> String {
    let Some(release) = &call.release else { return "none".to_owned() };
    let known = (catalog().meaning)(call.provider, &release.cause).is_some();
    match known {
        true => format!("test {} {}", release.cause.table, release.cause.code),
        false => "test other".to_owned(),
    }
}

/// The start of the day in Asia/Shanghai.
fn day(t: Timestamp) -> Timestamp {
    let second = t.as_second() + 8 * 3600;
    Timestamp::from_second(second - second.rem_euclid(86_400) - 8 * 3600).expect("in range")
}

/// The most calls in talk at once: looked for in every second in which a talk begins.
fn peak<'a>(calls: impl Iterator<Item = &'a Call>) -> u64 {
    let talks: Vec<(i64, i64)> = calls
        .filter_map(|call| Some((call.answered_at?.as_second(), call.released_at?.as_second())))
        .filter(|(from, to)| from < to)
        .collect();
    let at = |second: i64| talks.iter().filter(|(from, to)| (*from..*to).contains(&second)).count() as u64;
    talks.iter().map(|(from, _)| at(*from)).max().unwrap_or(0)
}

fn of_rows(rows: &[StatRow]) -> BTreeMap<(Timestamp, String), Sum> {
    sums(rows.iter().map(|row| ((row.at, row.key.clone()), of_row(row))))
}

fn of_row(row: &StatRow) -> Sum {
    [row.calls, row.talk_seconds, row.answered, row.talking, row.ringing, row.with_pdd]
}

/// The lists behind the figures hold as many rows as are counted.
fn check_lists(store: &Store, calls: &[Call]) {
    let found = |query: CallQuery| store.count_calls(&query).expect("a count").rows;
    let by_hand = |holds: &dyn Fn(&Call) -> bool| calls.iter().filter(|call| holds(call)).count() as u64;
    for answered in [true, false] {
        let query = CallQuery { answered: Some(answered), ..CallQuery::default() };
        assert_eq!(found(query), by_hand(&|call| call.is_answered() == answered), "answered={answered}");
    }
    let pdd = Filter::any(vec![Bounds { min: 0, max: u32::MAX }]);
    assert_eq!(found(CallQuery { pdd, ..CallQuery::default() }), by_hand(&|call| call.pdd_seconds().is_some()));
    for row in store.stats(&StatQuery::default(), Step::Whole, Some(Group::Cause)).expect("statistics") {
        let mut parts = row.key.splitn(3, ' ').skip(1);
        let main_cause = match (parts.next(), parts.next()) {
            (Some(table), Some(code)) => {
                MainCause::Is(CauseIs { table: Some(table.to_owned()), code: code.to_owned() })
            }
            (Some(_), None) => MainCause::Unlisted,
            (None, _) => continue,
        };
        let query = CallQuery { main_cause: Filter::any(vec![main_cause]), ..CallQuery::default() };
        assert_eq!(found(query), row.calls, "{}", row.key);
    }
    let ledger = store.ledger(Span::default()).expect("a ledger");
    let joined = |joined| {
        let query = CallbackQuery { joined: Filter::any(vec![joined]), ..CallbackQuery::default() };
        store.count_callbacks(&query).expect("a count").rows
    };
    assert_eq!(joined(Joined::Call), ledger.iter().map(|row| row.joined).sum::<u64>());
    assert_eq!(joined(Joined::NotCall), ledger.iter().map(|row| row.not_calls).sum::<u64>());
}

/// Every figure of `store` against `calls`.
pub(super) fn check(store: &Store, calls: &[Call]) {
    let key = |group: Group, call: &Call| match group {
        Group::App => call.app.0.to_string(),
        Group::Provider => call.provider.0.to_owned(),
        Group::Product => call.product.map_or("none", Product::name).to_owned(),
        Group::Outcome => call.outcome.map_or("none", CallOutcome::name).to_owned(),
        Group::Cause => cause(call),
        Group::X => call.x.as_ref().map_or("none".to_owned(), |x| x.reveal().to_owned()),
    };
    let groups = [Group::App, Group::Provider, Group::Product, Group::Outcome, Group::Cause, Group::X];
    for group in groups {
        let by_hand = |at: fn(Timestamp) -> Timestamp| {
            sums(calls.iter().map(|call| ((at(call.t), key(group, call)), counts(call))))
        };
        let rows = store.stats(&StatQuery::default(), Step::Day, Some(group)).expect("statistics");
        assert_eq!(of_rows(&rows), by_hand(day), "{group:?} by day");
        let rows = store.stats(&StatQuery::default(), Step::Hour, Some(group)).expect("statistics");
        assert_eq!(
            of_rows(&rows),
            by_hand(|t| Timestamp::from_second(t.as_second() / 3600 * 3600).expect("in range")),
            "{group:?} by hour"
        );
    }
    for outcome in CallOutcome::ALL {
        let query = StatQuery { outcome: Filter::any(vec![outcome]), ..StatQuery::default() };
        let rows = store.stats(&query, Step::Whole, Some(Group::Cause)).expect("statistics");
        let ended = calls.iter().filter(|call| call.outcome == Some(outcome));
        let by_hand = sums(ended.map(|call| (cause(call), counts(call))));
        assert_eq!(sums(rows.iter().map(|row| (row.key.clone(), of_row(row)))), by_hand);
    }
    check_lists(store, calls);
    let talk = store.talk(&StatQuery::default()).expect("statistics").expect("counted without a number");
    for row in talk {
        let inside = |call: &&Call| (row.from..=row.to.unwrap_or(u32::MAX)).contains(&call.talk_seconds);
        assert_eq!(row.calls, calls.iter().filter(inside).count() as u64, "talk from {}", row.from);
    }
    let peaks = store.peaks(&StatQuery::default(), Step::Whole).expect("statistics").expect("a short span");
    assert_eq!(peaks.first().map_or(0, |row| row.peak), peak(calls.iter()));

    // Filters take what a walk over the calls would take, also from the middle of a day on.
    let x = calls.iter().find_map(|call| call.x.as_ref()).map(|x| x.reveal()[7..].to_owned());
    let from = calls.iter().map(|call| call.t).max().map(|t| t - jiff::SignedDuration::from_hours(1));
    let from = from.map(|t| Timestamp::from_second(t.as_second() / 3600 * 3600).expect("in range"));
    let query = StatQuery {
        span: Span { from, to: None },
        product: Filter { any: Vec::new(), none: vec![Product::new("ax")] },
        x: Filter::any(x.clone().into_iter().collect()),
        ..StatQuery::default()
    };
    let rows = store.stats(&query, Step::Whole, None).expect("statistics");
    let ends = |call: &&Call| x.as_ref().is_none_or(|x| call.x.as_ref().is_some_and(|n| n.reveal().ends_with(x)));
    let inside = |call: &&Call| from.is_none_or(|from| call.t >= from) && ends(call);
    let matching = calls.iter().filter(inside).count() as u64;
    assert_eq!(rows.iter().map(|row| row.calls).sum::<u64>(), matching);
}

fn event(kind: EventKind, session: &str, at: &str) -> Item {
    let at: Timestamp = at.parse().unwrap();
    Item::Event(Box::new(CallEvent {
        key: CallKey { family: "test".into(), session: SessionId::new(session) },
        identity: Identity(kind as u64),
        kind,
        at: Some(Stamp { at: Some(at), text: at.strftime("%Y-%m-%d %H:%M:%S").to_string() }),
        product: None,
        leg: Some(Party::Callee),
        dialled: None,
        caller: PhoneNumber::parse("13800000021"),
        callee: None,
        x: None,
        digits: None,
        causes: Vec::new(),
        by: None,
        user_data: None,
        binding_id: None,
    }))
}

fn talk(session: &str, from: &str, to: &str) -> Vec<Item> {
    vec![event(EventKind::Answered, session, from), event(EventKind::Released, session, to)]
}

fn span(from: &str, to: &str) -> StatQuery {
    StatQuery::from(Span { from: Some(from.parse().unwrap()), to: Some(to.parse().unwrap()) })
}

#[test]
fn calls_in_talk_at_once_are_counted_over_the_borders_of_hours_and_of_apps() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    let talks = [
        (1, talk("a", "2026-09-20T01:58:00Z", "2026-09-20T03:00:10Z")),
        (2, talk("b", "2026-09-20T02:59:59Z", "2026-09-20T03:00:05Z")),
        (2, talk("c", "2026-09-20T03:00:04Z", "2026-09-20T03:00:30Z")),
        // Begins in the second in which the first ends: the two never ran together.
        (1, talk("d", "2026-09-20T03:00:10Z", "2026-09-20T03:00:11Z")),
    ];
    for (seq, (app, items)) in (1..).zip(talks) {
        writer.apply(vec![callback(seq, app, items)], seq).unwrap();
    }
    let peaks = |query: &StatQuery, by| {
        let rows = store.peaks(query, by).unwrap().unwrap();
        rows.iter().map(|row| (row.peak, row.peak_at.to_string())).collect::<Vec<_>>()
    };
    let day = span("2026-09-20T01:00:00Z", "2026-09-20T04:00:00Z");
    let hours = [(1, "2026-09-20T01:58:00Z"), (2, "2026-09-20T02:59:59Z"), (3, "2026-09-20T03:00:04Z")]
        .map(|(n, at)| (n, at.to_owned()));
    assert_eq!(peaks(&day, Step::Hour), hours);
    assert_eq!(peaks(&day, Step::Whole), [hours[2].clone()]);
    let of_one = StatQuery { app: Filter::any(vec![crate::domain::AppId(1)]), ..day };
    assert_eq!(peaks(&of_one, Step::Whole), [(1, "2026-09-20T01:58:00Z".to_owned())]);
}

#[test]
fn a_late_record_changes_a_day_that_was_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut writer, _) = open(dir.path());
    // Callbacks of the model come on 22 September: what happened on the 20th is over by then.
    writer.apply(vec![callback(1, 1, vec![event(EventKind::Answered, "a", "2026-09-20T02:00:00Z")])], 1).unwrap();
    writer.checkpoint().unwrap();
    assert!(store.shared.hours().open_from > 0, "the day is summed up");
    let outcomes = |by| {
        let rows = store.stats(&StatQuery::default(), by, Some(Group::Outcome)).unwrap();
        rows.iter().map(|row| (row.key.clone(), row.calls)).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(Step::Day), [("none".to_owned(), 1)]);
    writer.apply(vec![callback(2, 1, talk("a", "2026-09-20T02:00:00Z", "2026-09-20T02:00:40Z"))], 2).unwrap();
    assert_eq!(outcomes(Step::Day), outcomes(Step::Hour));
    writer.checkpoint().unwrap();
    drop((store, writer));
    let (store, ..) = open(dir.path());
    let rows = store.stats(&StatQuery::default(), Step::Day, Some(Group::Outcome)).unwrap();
    assert_eq!(rows.iter().map(|row| row.calls).sum::<u64>(), 1);
    assert_ne!(rows[0].key, "none");
}
