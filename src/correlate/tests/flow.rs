//! What becomes of a call, told event by event.
//!
//! Whole flows as the platforms document them, with the one expectation each that a person would
//! check first. `sparse` beside it has the calls of which too little or too much was said.

use jiff::Timestamp;

use super::super::{Catalog, Facts, Meaning, call_id, join};
use crate::domain::{
    Anomaly, AppId, Call, CallEvent, CallKey, CallOutcome, CallRecord, CallState, CauseCode, EventKind, Identity,
    Party, PhoneNumber, Product, ProviderId, RecordingRef, SessionId, Stamp,
};

const CATALOG: Catalog = Catalog {
    meaning: |_, cause| {
        let outcome = match cause.code.as_str() {
            "8101" | "19" => Some(CallOutcome::NoAnswer),
            "17" => Some(CallOutcome::Busy),
            "8020" => Some(CallOutcome::Failed),
            "999" => return None,
            _ => None,
        };
        Some(Meaning { outcome, by: None })
    },
    recording_days: |_| 7,
    provider: |_| None,
    dials_caller: |product| product.name() == "callback",
    with_digits: |product| if product.name() == "play" { Product::new("notify") } else { product },
};

fn key() -> CallKey {
    CallKey { family: "test".into(), session: SessionId::new("s") }
}

fn stamp(second: i64) -> Option<Stamp> {
    let at = Timestamp::from_second(1_790_000_000 + second).unwrap();
    Some(Stamp { at: Some(at), text: at.to_string() })
}

fn number(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text)
}

fn event(kind: EventKind, second: i64) -> CallEvent {
    CallEvent {
        key: key(),
        identity: Identity((kind as u64) << 32 | u64::try_from(second).unwrap()),
        kind,
        at: stamp(second),
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
    }
}

fn record(answered: Option<i64>, released: i64) -> CallRecord {
    CallRecord {
        key: key(),
        identity: Identity(7),
        product: Some(Product::new("callback")),
        is_release: false,
        caller: number("13800000001"),
        callee: number("13900000002"),
        x: number("17000000003"),
        y: None,
        extension: None,
        direction: None,
        setup_at: stamp(0),
        alerting_at: stamp(6),
        answered_at: answered.and_then(stamp),
        released_at: stamp(released),
        other_times: Vec::new(),
        talk_seconds: answered.map_or(0, |at| u32::try_from(released - at).unwrap()),
        causes: Vec::new(),
        by: None,
        recording: None,
        user_data: None,
        binding_id: None,
        anomalies: Vec::new(),
    }
}

fn call(events: Vec<CallEvent>, records: Vec<CallRecord>) -> Call {
    let at = Timestamp::from_second(1_790_000_100).unwrap();
    let mut facts = Facts::new(call_id(AppId(1), &key()), AppId(1), ProviderId("test"), key(), at);
    for (n, event) in events.into_iter().enumerate() {
        facts.named_by(n as u64 + 1, at);
        facts.add_event(event, n as u64 + 1);
    }
    for record in records {
        facts.named_by(100, at);
        facts.add_record(record, 100, at);
    }
    join(&facts, &CATALOG)
}

/// Both legs of a call that the platform dials: A picks up, then B.
fn both_legs() -> Vec<CallEvent> {
    let dial = |kind, second, to| CallEvent { dialled: number(to), ..event(kind, second) };
    let (a, b) = ("13800000001", "13900000002");
    vec![
        dial(EventKind::Dialled, 0, a),
        dial(EventKind::Alerted, 2, a),
        dial(EventKind::Answered, 4, a),
        dial(EventKind::Dialled, 5, b),
        dial(EventKind::Alerted, 6, b),
        dial(EventKind::Answered, 9, b),
    ]
}

#[test]
fn of_two_dialled_legs_the_second_is_the_callee_s() {
    let call = call(both_legs(), vec![]);
    assert_eq!((call.caller, call.callee), (number("13800000001"), number("13900000002")));
    assert_eq!(call.answered_at, stamp(9).unwrap().at, "the talk begins when the callee picks up");
    assert_eq!(call.ring_seconds, Some(3));
    assert_eq!((call.state, call.outcome), (CallState::Answered, None));
}

#[test]
fn the_record_has_the_last_word_about_parties_and_times() {
    let call = call(both_legs(), vec![record(None, 30)]);
    assert_eq!(call.answered_at, None, "the events say otherwise");
    assert_eq!((call.outcome, call.talk_seconds), (Some(CallOutcome::NoAnswer), 0));
    assert_eq!(call.anomalies, [Anomaly::MissingRelease]);
}

#[test]
fn a_leg_is_found_by_the_parties_of_the_record() {
    // Only the callee's leg was reported.
    let call = call(both_legs().split_off(3), vec![record(Some(9), 30)]);
    assert!(call.events.iter().filter(|e| e.kind != EventKind::Rated).all(|e| e.leg == Some(Party::Callee)));
}

#[test]
fn a_record_that_never_came_and_a_release_that_never_came_are_said() {
    let released = CallEvent { causes: vec![CauseCode::new("stateCode", "8101")], ..event(EventKind::Released, 20) };
    let alone = call(vec![released.clone()], vec![]);
    assert_eq!(alone.anomalies, [Anomaly::MissingRecord]);
    assert_eq!(alone.outcome, Some(CallOutcome::NoAnswer));
    let whole = call(vec![released], vec![record(None, 20)]);
    assert_eq!(whole.anomalies, []);
    // Where no event is ever pushed, none is missing.
    assert_eq!(call(vec![], vec![record(Some(9), 30)]).anomalies, []);
}

#[test]
fn the_first_code_that_tells_decides_the_outcome() {
    let with = |codes: &[&str]| {
        let causes = codes.iter().map(|code| CauseCode::new("q850", *code)).collect();
        call(vec![], vec![CallRecord { causes, alerting_at: None, ..record(None, 20) }])
    };
    assert_eq!(with(&["518", "17"]).outcome, Some(CallOutcome::Busy), "518 only says where");
    assert_eq!(with(&["8020", "19"]).outcome, Some(CallOutcome::NoAnswer), "a mere failure tells less");
    assert_eq!(with(&["8020"]).outcome, Some(CallOutcome::Failed));
    assert_eq!(with(&["0"]).outcome, Some(CallOutcome::NoAnswer));
    let strange = with(&["999"]);
    assert_eq!((strange.outcome, strange.anomalies), (Some(CallOutcome::Failed), vec![Anomaly::UnknownCode]));
    assert_eq!(strange.release.unwrap().cause.code, "999");
}

#[test]
fn of_two_records_with_one_identity_the_later_end_wins_whichever_came_first() {
    let (early, late) = (record(Some(9), 30), record(Some(9), 40));
    for records in [vec![early.clone(), late.clone()], vec![late, early]] {
        let call = call(vec![], records);
        assert_eq!((call.records, call.talk_seconds), (1, 31));
        assert_eq!(call.anomalies, [Anomaly::ConflictingRecord]);
    }
}

#[test]
fn events_and_record_that_disagree_are_said() {
    let answered = CallEvent { leg: Some(Party::Callee), ..event(EventKind::Answered, 9) };
    let released = event(EventKind::Released, 300);
    let apart = call(vec![answered, released], vec![record(Some(9), 30)]);
    assert_eq!(apart.anomalies, [Anomaly::TimeMismatch]);
    let stranger =
        CallEvent { caller: number("13000000008"), callee: number("13000000009"), ..event(EventKind::Released, 30) };
    assert_eq!(call(vec![stranger], vec![record(Some(9), 30)]).anomalies, [Anomaly::PartyMismatch]);
}

#[test]
fn a_recording_expires_some_days_after_its_record_came() {
    let recording = Some(RecordingRef { object: Some("a.wav".into()), ..RecordingRef::default() });
    let call = call(vec![], vec![CallRecord { recording, ..record(Some(9), 30) }]);
    let view = call.recording.expect("a recording");
    assert_eq!(view.expires_at, Timestamp::from_second(1_790_000_100 + 7 * 86_400).unwrap());
    assert!(call.events.iter().any(|e| e.kind == EventKind::Recorded));
}

#[test]
fn a_call_without_any_instant_stands_where_it_was_received() {
    let unreadable = CallEvent { at: Some(Stamp { at: None, text: "soon".into() }), ..event(EventKind::Dialled, 0) };
    let call = call(vec![unreadable], vec![]);
    assert_eq!(call.t, Timestamp::from_second(1_790_000_100).unwrap());
    assert_eq!(call.anomalies, [Anomaly::UnreadableTime]);
}
