//! One callback of nonsense must not ruin a day: whatever instants and durations a platform
//! sends, the call stands near its receipt, talks no longer than a day and rings no longer than an
//! hour. What is merely old, late or in the wrong time zone is believed.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::super::{Facts, alone, call_id, join};
use super::CATALOG;
use crate::domain::{
    Anomaly, AppId, Call, CallEvent, CallKey, CallOutcome, CallRecord, EventKind, Identity, ProviderId, SessionId,
    Stamp,
};
use crate::limits;

fn key() -> CallKey {
    CallKey { family: "test".into(), session: SessionId::new("s") }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn received() -> Timestamp {
    time("2026-11-30T01:01:00Z")
}

fn stamp(at: Timestamp) -> Option<Stamp> {
    Some(Stamp { at: Some(at), text: at.to_string() })
}

fn event(kind: EventKind, at: Option<Stamp>) -> CallEvent {
    CallEvent {
        key: key(),
        identity: Identity(kind as u64),
        kind,
        at,
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

/// A record with these times and this stated duration.
fn record([setup, alerting, answered, released]: [Option<Timestamp>; 4], talk_seconds: u32) -> CallRecord {
    CallRecord {
        key: key(),
        identity: Identity(99),
        product: None,
        is_release: true,
        caller: None,
        callee: None,
        x: None,
        y: None,
        extension: None,
        direction: None,
        setup_at: setup.and_then(stamp),
        alerting_at: alerting.and_then(stamp),
        answered_at: answered.and_then(stamp),
        released_at: released.and_then(stamp),
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

fn call(events: Vec<CallEvent>, record: Option<CallRecord>) -> Call {
    let mut facts = Facts::new(call_id(AppId(1), &key()), AppId(1), ProviderId("test"), key(), received());
    for (seq, event) in (1..).zip(events) {
        facts.named_by(seq, received());
        facts.add_event(event, seq);
    }
    if let Some(record) = record {
        facts.named_by(100, received());
        facts.add_record(record, 100, received());
    }
    join(&facts, &CATALOG)
}

/// A record of a call at one in the morning: set up, rang after 5 s, answered after 10, ended after 40.
fn sound(shift: SignedDuration) -> [Timestamp; 4] {
    let at = |second| time("2026-11-30T01:00:00Z") + SignedDuration::from_secs(second) + shift;
    [at(0), at(5), at(10), at(40)]
}

fn joined(times: [Timestamp; 4], talk_seconds: u32) -> Call {
    call(vec![], Some(record(times.map(Some), talk_seconds)))
}

#[test]
fn one_instant_of_nonsense_is_left_out_and_the_others_count() {
    for nonsense in ["2001-01-01T00:00:00Z", "2026-11-20T01:00:00Z", "3000-01-01T00:00:00Z", "2026-12-03T01:00:00Z"] {
        for field in 0..4 {
            let mut times = sound(SignedDuration::ZERO);
            times[field] = time(nonsense);
            // As a provider computes it: from answer to end, whatever they are.
            let seconds = times[3].duration_since(times[2]).as_secs();
            let call = joined(times, u32::try_from(seconds).unwrap_or(if seconds > 0 { u32::MAX } else { 0 }));
            let is_today = call.t >= time("2026-11-30T01:00:00Z") && call.t <= time("2026-11-30T01:00:05Z");
            assert!(is_today, "{nonsense} in {field}: {}", call.t);
            assert!(call.anomalies.contains(&Anomaly::ImplausibleTime), "{nonsense} in {field}: {:?}", call.anomalies);
            let known = [call.setup_at, call.alerting_at, call.answered_at, call.released_at];
            assert_eq!(known[field], None, "{nonsense} in {field}");
            assert_eq!(known.iter().flatten().count(), 3, "{nonsense} in {field}");
            assert_eq!(call.talk_seconds, if field < 2 { 30 } else { 0 }, "{nonsense} in {field}");
            assert_eq!(call.outcome, Some(CallOutcome::Answered), "a wrong clock at the answer is an answer");
            assert!(call.ring_seconds.is_none_or(|ring| ring <= 35));
        }
    }
}

#[test]
fn what_is_old_late_or_in_another_zone_as_a_whole_is_believed() {
    for hours in [8, -8, -5, -24 * 7, -24 * 400, -24 * 365 * 10] {
        let times = sound(SignedDuration::from_hours(hours));
        let call = joined(times, 30);
        assert_eq!((call.t, call.talk_seconds, call.anomalies), (times[0], 30, vec![]), "{hours} h");
    }
    // One field eight hours off is no nonsense either; but nobody's phone rings for so long.
    let mut times = sound(SignedDuration::ZERO);
    times[1] -= SignedDuration::from_hours(8);
    let call = joined(times, 30);
    assert_eq!((call.alerting_at, call.ring_seconds), (Some(times[1]), None));
    assert_eq!(call.anomalies, [Anomaly::ImplausibleDuration]);
}

#[test]
fn nonsense_as_a_whole_stands_at_its_receipt() {
    for hours in [24 * 3, 24 * 365 * 900, -24 * 365 * 21] {
        let call = joined(sound(SignedDuration::from_hours(hours)), 30);
        assert_eq!((call.t, call.talk_seconds), (received(), 30), "{hours} h: the duration was said, and can be");
        assert_eq!(call.outcome, Some(CallOutcome::Answered));
        assert_eq!(call.anomalies, [Anomaly::ImplausibleTime]);
    }
}

#[test]
fn an_event_is_held_against_the_others_and_the_receipt() {
    let wrong = event(EventKind::Offered, stamp(time("2001-01-01T00:00:00Z")));
    let alone = call(vec![wrong.clone()], None);
    assert_eq!((alone.t, alone.anomalies), (received(), vec![Anomaly::ImplausibleTime]));
    assert_eq!(alone.events[0].at_text.as_deref(), Some("2001-01-01T00:00:00Z"), "it is shown as sent");
    let beside = call(vec![wrong], Some(record(sound(SignedDuration::ZERO).map(Some), 30)));
    assert_eq!((beside.t, beside.talk_seconds), (time("2026-11-30T01:00:00Z"), 30));
    assert!(beside.anomalies.contains(&Anomaly::ImplausibleTime));
    // The end of a talk of a day comes a day after the first word of it.
    let at = |hours| stamp(received() + SignedDuration::from_hours(hours));
    let long = call(vec![event(EventKind::Answered, at(0)), event(EventKind::Released, at(23))], None);
    assert_eq!((long.talk_seconds, long.anomalies.contains(&Anomaly::ImplausibleTime)), (23 * 3600, false));
}

#[test]
fn a_duration_that_cannot_be_gives_way_to_the_times() {
    let times = sound(SignedDuration::ZERO);
    let stated = joined(times, u32::MAX);
    assert_eq!((stated.talk_seconds, stated.outcome), (30, Some(CallOutcome::Answered)));
    assert_eq!(stated.anomalies, [Anomaly::ImplausibleDuration]);
    let nobody_knows = call(vec![], Some(record([None, None, None, Some(times[3])], u32::MAX)));
    assert_eq!((nobody_knows.talk_seconds, nobody_knows.outcome), (0, Some(CallOutcome::Answered)));
    let mut long = times;
    long[3] = long[2] + SignedDuration::from_hours(24) + SignedDuration::from_secs(9);
    let long = joined(long, 24 * 3600 + 9);
    assert_eq!((long.talk_seconds, long.anomalies), (24 * 3600, vec![Anomaly::ImplausibleDuration]));
    let mut longest = times;
    longest[3] = longest[2] + limits::TALK_MAX;
    assert_eq!(joined(longest, 24 * 3600).anomalies, []);
}

#[test]
fn an_instant_alone_is_held_against_its_receipt() {
    for (at, believed) in [
        ("2026-11-30T01:00:00Z", true),
        ("2026-11-30T09:00:00Z", true),
        ("2019-01-24T03:04:24Z", true),
        ("2026-12-02T01:00:00Z", false),
        ("1970-01-01T00:00:00Z", false),
        ("0001-01-01T00:00:00Z", false),
        ("9000-01-01T00:00:00Z", false),
    ] {
        assert_eq!(alone(Some(time(at)), received()).is_some(), believed, "{at}");
    }
}

#[test]
fn zeros_of_clocks_and_databases_are_no_times() {
    let stamp = |text: &str, at: Option<&str>| Stamp { at: at.map(time), text: text.to_owned() };
    for text in ["0", "0000-00-00 00:00:00", "00000000000000", "0000/00/00", "0000-00-00T00:00:00Z"] {
        assert!(stamp(text, None).is_zero(), "{text}");
    }
    for at in [
        "1970-01-01T00:00:00Z",
        "1970-01-01T08:00:00Z",
        "1969-12-31T16:00:00Z",
        "1899-12-30T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0000-12-31T16:00:00Z",
    ] {
        assert!(stamp(at, Some(at)).is_zero(), "{at}");
    }
    for text in ["", "-", "soon", "2026-13-01 00:00:00", "10"] {
        assert!(!stamp(text, None).is_zero(), "{text}");
    }
    assert!(!stamp("x", Some("2000-01-01T00:00:00Z")).is_zero());
}

/// Any instant, more often one that a wrong clock gives.
fn instant() -> impl Strategy<Value = Option<Timestamp>> {
    let near = (-200_000_i64..200_000).prop_map(|second| received() + SignedDuration::from_secs(second));
    let far = (-1_000_000_i64..1_000_000).prop_map(|minute| received() + SignedDuration::from_mins(minute));
    let any =
        (-62_000_000_000_i64..253_000_000_000).prop_map(|second| Timestamp::from_second(second).expect("in range"));
    proptest::option::of(prop_oneof![3 => near, 2 => far, 1 => any])
}

proptest! {
    #[test]
    fn whatever_is_said_a_call_is_one_that_can_be(
        times in proptest::array::uniform4(instant()),
        talk in prop_oneof![0_u32..100_000, any::<u32>()],
        events in proptest::collection::vec((0_usize..6, instant()), 0..6),
        has_record in any::<bool>(),
    ) {
        let events = events.into_iter().map(|(kind, at)| event(EventKind::ALL[kind], at.and_then(stamp))).collect();
        let call = call(events, has_record.then(|| record(times, talk)));
        prop_assert!(i64::from(call.talk_seconds) <= limits::TALK_MAX.as_secs());
        prop_assert!(i64::from(call.ring_seconds.unwrap_or(0)) <= limits::RING_MAX.as_secs());
        prop_assert!(call.t <= received() + limits::INSTANT_AHEAD + limits::TALK_MAX + limits::RING_MAX);
        prop_assert!(received().duration_since(call.t) <= limits::INSTANT_AGE);
        let known = [call.setup_at, call.alerting_at, call.answered_at, call.released_at];
        let all: Vec<Timestamp> = known.into_iter().chain(call.events.iter().map(|e| e.at)).flatten().collect();
        if let (Some(min), Some(max)) = (all.iter().min(), all.iter().max()) {
            prop_assert!(max.duration_since(*min) <= limits::CALL_SPAN);
            prop_assert_eq!(call.t, *min);
        }
    }
}
