//! Calls out of few and contradictory facts.
//!
//! What no platform's sample shows: a record that leaves out when the talk began, events that
//! say the call ended before it was answered. Whole flows are told in the providers' tests and
//! in those of the store.

use jiff::Timestamp;

use super::super::{Facts, call_id, join};
use super::CATALOG;
use crate::domain::{
    Anomaly, AppId, Call, CallEvent, CallKey, CallOutcome, CallRecord, EventKind, Identity, Party, ProviderId,
    SessionId, Stamp,
};

fn key() -> CallKey {
    CallKey { family: "test".into(), session: SessionId::new("s") }
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("in range")
}

fn stamp(at: i64) -> Option<Stamp> {
    Some(Stamp { at: Some(second(at)), text: at.to_string() })
}

fn event(kind: EventKind, at: i64) -> CallEvent {
    CallEvent {
        key: key(),
        identity: Identity(u64::try_from(at).expect("positive")),
        kind,
        at: stamp(at),
        product: None,
        leg: Some(Party::Callee),
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

/// A record of a talk of so many seconds that ended at second 40 and began nobody says when.
fn record(talk_seconds: u32) -> CallRecord {
    CallRecord {
        key: key(),
        identity: Identity(1),
        product: None,
        is_release: true,
        caller: None,
        callee: None,
        x: None,
        y: None,
        extension: None,
        direction: None,
        setup_at: None,
        alerting_at: None,
        answered_at: None,
        released_at: stamp(40),
        other_times: Vec::new(),
        talk_seconds,
        causes: Vec::new(),
        by: None,
        recording: None,
        user_data: None,
        binding_id: None,
        anomalies: Vec::new(),
    }
}

fn call(events: &[CallEvent], record: Option<CallRecord>) -> Call {
    let app = AppId(1);
    let mut facts = Facts::new(call_id(app, &key()), app, ProviderId("test"), key(), second(100));
    for (seq, event) in (1..).zip(events) {
        facts.named_by(seq, second(100));
        facts.add_event(event.clone(), seq);
    }
    if let Some(record) = record {
        facts.named_by(9, second(100));
        facts.add_record(record, 9, second(100));
    }
    join(&facts, &CATALOG)
}

#[test]
fn who_talked_was_answered_although_nobody_says_when() {
    let alone = call(&[], Some(record(18)));
    assert_eq!((alone.outcome, alone.answered_at, alone.talk_seconds), (Some(CallOutcome::Answered), None, 18));
    let with_event = call(&[event(EventKind::Answered, 22)], Some(record(18)));
    assert_eq!((with_event.outcome, with_event.answered_at), (Some(CallOutcome::Answered), Some(second(22))));
}

#[test]
fn a_record_without_talk_is_believed_over_an_answer() {
    let silent = call(&[event(EventKind::Answered, 22)], Some(record(0)));
    assert_ne!(silent.outcome, Some(CallOutcome::Answered));
    assert_eq!((silent.answered_at, silent.talk_seconds), (None, 0));
}

#[test]
fn events_that_end_before_the_answer_are_flagged() {
    for (ended, flagged) in [(21, true), (30, false)] {
        let told = call(&[event(EventKind::Answered, 22), event(EventKind::Released, ended)], None);
        assert_eq!(told.anomalies.contains(&Anomaly::EndsBeforeStart), flagged, "{ended}");
    }
}
