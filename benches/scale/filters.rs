//! One filter of every kind and its negation, and lists of a hundred values.

use jiff::{SignedDuration, Timestamp};
use ringback::domain::{Anomaly, AppId, Call, CallOutcome, CallState, Direction, Product, ProviderId, RecordingState};
use ringback::store::{Bounds, CallQuery, CauseIs, Filter, Span};

/// One filter, as it changes a query.
pub(super) type Change = Box<dyn Fn(&mut CallQuery)>;

/// Filters and their negations: frequent, rare, ranges, and what nothing has.
pub(super) fn single(call: &Call, until: Timestamp) -> Vec<(String, Change)> {
    fn both<T: Clone + 'static>(
        list: &mut Vec<(String, Change)>,
        name: &str,
        value: T,
        of: fn(&mut CallQuery) -> &mut Filter<T>,
    ) {
        let not = value.clone();
        list.push((name.to_owned(), Box::new(move |q| of(q).any.push(value.clone()))));
        list.push((format!("not {name}"), Box::new(move |q| of(q).none.push(not.clone()))));
    }
    let mut list: Vec<(String, Change)> = Vec::new();
    let digits = call.caller.as_ref().map(|n| n.reveal().trim_start_matches('+').to_owned()).unwrap_or_default();
    let x = call.x.as_ref().map(|n| n.reveal().to_owned()).unwrap_or_else(|| "0000".to_owned());
    let ends = |n: usize| digits[digits.len() - n..].to_owned();
    both(&mut list, "number, 4 digits", ends(4), |q| &mut q.number);
    both(&mut list, "number, 5 digits", ends(5), |q| &mut q.number);
    both(&mut list, "number, whole", digits.clone(), |q| &mut q.number);
    both(&mut list, "number nobody has", "19999999999".to_owned(), |q| &mut q.number);
    both(&mut list, "callee, 4 digits", ends(4), |q| &mut q.callee);
    both(&mut list, "x, whole", x, |q| &mut q.x);
    both(&mut list, "q nothing has", "no such text".to_owned(), |q| &mut q.q);
    both(&mut list, "app", AppId(1), |q| &mut q.app);
    both(&mut list, "app that is not there", AppId(99), |q| &mut q.app);
    both(&mut list, "provider", call.provider, |q: &mut CallQuery| -> &mut Filter<ProviderId> { &mut q.provider });
    both(&mut list, "product", Product::new("axb"), |q| &mut q.product);
    both(&mut list, "answered", CallOutcome::Answered, |q| &mut q.outcome);
    both(&mut list, "busy", CallOutcome::Busy, |q| &mut q.outcome);
    both(&mut list, "not bound", CallOutcome::NotBound, |q| &mut q.outcome);
    both(&mut list, "released", CallState::Released, |q| &mut q.state);
    both(&mut list, "direction", Direction::AToB, |q| &mut q.direction);
    both(&mut list, "cause", CauseIs { table: None, code: "0".to_owned() }, |q| &mut q.cause);
    both(&mut list, "cause nothing has", CauseIs { table: None, code: "77777".to_owned() }, |q| &mut q.cause);
    both(&mut list, "anomaly", Anomaly::MissingRecord, |q| &mut q.anomaly);
    both(&mut list, "anomaly nothing has", Anomaly::UnreadableTime, |q| &mut q.anomaly);
    both(&mut list, "talk 10..60", Bounds { min: 10, max: 60 }, |q| &mut q.talk);
    both(&mut list, "talk nothing has", Bounds { min: 90_000, max: u32::MAX }, |q| &mut q.talk);
    both(&mut list, "ring 20..", Bounds { min: 20, max: u32::MAX }, |q| &mut q.ring);
    both(&mut list, "recording waits", RecordingState::Waiting, |q| &mut q.recording_state);
    both(&mut list, "recording expired", RecordingState::Expired, |q| &mut q.recording_state);
    both(&mut list, "monday", 1, |q| &mut q.weekday);
    both(&mut list, "three at night", 3, |q| &mut q.hour);
    let days_ago = move |days: i64| until.checked_sub(SignedDuration::from_hours(24 * days)).ok();
    list.push(("20 days ago and before".to_owned(), Box::new(move |q| q.span.to = days_ago(20))));
    list.push(("one old day".to_owned(), Box::new(move |q| q.span = Span { from: days_ago(21), to: days_ago(20) })));
    list
}

/// Lists of a hundred values, and their negations.
pub(super) fn hundreds(newest: &[Call]) -> Vec<(String, Change)> {
    fn both<T: Clone + 'static>(
        list: &mut Vec<(String, Change)>,
        name: &str,
        values: Vec<T>,
        of: fn(&mut CallQuery) -> &mut Filter<T>,
    ) {
        let not = values.clone();
        list.push((format!("100 {name}"), Box::new(move |q| of(q).any.extend(values.iter().cloned()))));
        list.push((format!("not 100 {name}"), Box::new(move |q| of(q).none.extend(not.iter().cloned()))));
    }
    let mut list: Vec<(String, Change)> = Vec::new();
    let numbers = |digits: usize| {
        let whole = (0..100).map(|n| format!("1{:010}", n * 98_765_431u64 % 10_000_000_000));
        whole.map(|number| number[11 - digits..].to_owned()).collect::<Vec<_>>()
    };
    let known = newest.iter().filter_map(|call| Some(call.caller.as_ref()?.reveal().to_owned())).take(100).collect();
    let sessions = (0..100).map(|n| format!("a session that is not there {n}")).collect::<Vec<_>>();
    both(&mut list, "numbers nobody has", numbers(11), |q| &mut q.number);
    both(&mut list, "numbers of new calls", known, |q| &mut q.number);
    both(&mut list, "endings of 6 digits", numbers(6), |q| &mut q.number);
    both(&mut list, "endings of 4 digits, callee", numbers(4), |q| &mut q.callee);
    both(&mut list, "endings of 5 digits, x", numbers(5), |q| &mut q.x);
    both(&mut list, "sessions", sessions.clone(), |q| &mut q.session);
    both(&mut list, "free texts", sessions, |q| &mut q.q);
    let bounds = (0..100).map(|n| Bounds { min: 3 * n + 200, max: 3 * n + 201 }).collect();
    both(&mut list, "spans of talk", bounds, |q| &mut q.talk);
    let causes = (0..100).map(|n| CauseIs { table: None, code: format!("{}", 70_000 + n) }).collect();
    both(&mut list, "causes nothing has", causes, |q| &mut q.cause);
    list
}
