//! First pages and figures, each asked for several times.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use ringback::domain::CallOutcome;
use ringback::store::{Bounds, CallQuery, CallbackQuery, Filter, Group, Page, Span, StatQuery, Step, Store};

use super::combinations;

/// Runs of each search; the median is told.
const RUNS: usize = 21;

pub(super) fn run(store: &Store, until: Timestamp) {
    let page = Page::default();
    let newest = store.calls(&CallQuery::default(), &page).expect("a list").items;
    let recent = store.calls(&CallQuery::default(), &Page { limit: 200, cursor: None }).expect("a list").items;
    let old = CallQuery {
        span: Span { from: None, to: until.checked_sub(SignedDuration::from_hours(24 * 20)).ok() },
        ..CallQuery::default()
    };
    let oldest = store.calls(&old, &page).expect("a list").items;
    let call = oldest.iter().chain(&newest).find(|call| call.caller.is_some()).expect("calls with callers");
    let whole = call.caller.as_ref().map(|n| n.reveal().to_owned()).unwrap_or_default();
    let four = whole[whole.len() - 4..].to_owned();
    let session = call.session.reveal().to_owned();
    let by = |change: &dyn Fn(&mut CallQuery)| {
        let mut query = CallQuery::default();
        change(&mut query);
        query
    };
    let evening = Span {
        from: until.checked_sub(SignedDuration::from_hours(14)).ok(),
        to: until.checked_sub(SignedDuration::from_hours(10)).ok(),
    };
    let queries = [
        ("newest", CallQuery::default()),
        ("older than 20 days", old.clone()),
        ("session", by(&|q| q.session = Filter::any(vec![session.clone()]))),
        ("session that is not there", by(&|q| q.session = Filter::any(vec!["no such session".to_owned()]))),
        ("whole number", by(&|q| q.number = Filter::any(vec![whole.clone()]))),
        ("last four digits", by(&|q| q.number = Filter::any(vec![four.clone()]))),
        ("last five digits", by(&|q| q.number = Filter::any(vec![whole[whole.len() - 5..].to_owned()]))),
        (
            "four digits, no answer, evening",
            by(&|q| {
                q.callee = Filter::any(vec![four.clone()]);
                q.outcome = Filter::any(vec![CallOutcome::NoAnswer]);
                q.span = evening;
            }),
        ),
        (
            "not answered, long ago, no recording",
            by(&|q| {
                q.outcome = Filter { any: vec![], none: vec![CallOutcome::Answered] };
                q.has_recording = Some(false);
                q.span.to = old.span.to;
            }),
        ),
        ("talk of an hour and more", by(&|q| q.talk = Filter::any(vec![Bounds { min: 3_600, max: u32::MAX }]))),
        ("free text", by(&|q| q.q = Filter::any(vec![call.user_data.clone().unwrap_or_else(|| session.clone())]))),
    ];
    println!("\nsearch, first page of {}, median of {RUNS} (first run)", page.limit);
    for (name, query) in &queries {
        tell(name, || store.calls(query, &page).expect("a list").items.len());
    }
    combinations::run(store, call, &recent, until);
    tell("one call by id", || usize::from(store.call(call.id).expect("a call").is_some()));
    let named = CallbackQuery { session: Filter::any(vec![session]), ..CallbackQuery::default() };
    tell("callbacks of a session", || store.callbacks(&named, &page).expect("a list").items.len());
    tell("statistics, 30 days by hour", || {
        store.stats(&StatQuery::default(), Step::Hour, None).expect("statistics").len()
    });
    tell("statistics, 30 days by X", || {
        store.stats(&StatQuery::default(), Step::Day, Some(Group::X)).expect("statistics").len()
    });
    tell("statistics, 30 days by cause", || {
        store.stats(&StatQuery::default(), Step::Whole, Some(Group::Cause)).expect("statistics").len()
    });
    tell("most calls at once, 30 days", || {
        store.peaks(&StatQuery::default(), Step::Day).expect("statistics").map_or(0, |rows| rows.len())
    });
    tell("ledger, 24 hours", || {
        store
            .ledger(Span { from: until.checked_sub(SignedDuration::from_hours(24)).ok(), to: None })
            .expect("a ledger")
            .len()
    });
}

fn tell(name: &str, ask: impl Fn() -> usize) {
    let mut rows = 0;
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            rows = ask();
            started.elapsed()
        })
        .collect();
    let first = times[0];
    times.sort_unstable();
    println!("  {name:<38} {:>10.2?} ({first:>9.2?})  {rows} rows", times[RUNS / 2]);
}
