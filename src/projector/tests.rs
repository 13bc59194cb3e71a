//! What becomes of times that cannot be true, from the body of a callback to its call.
//!
//! The fields are those that the platforms document, so one that is added is tried as well.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{catalog, project};
use crate::correlate::{Facts, call_id, join};
use crate::domain::{Ack, Anomaly, AppId, Call, CallOutcome, Item};
use crate::journal::{Body, CallbackRecord, Record};
use crate::platforms::{self, Provider};
use crate::store::Applied;

/// What a wrong clock writes, and whether that is a date at all.
const IMPOSSIBLE: [(&str, bool); 7] = [
    ("3000-01-01 00:00:00", true),
    ("2027-06-01 00:00:00", true),
    ("2026-10-01 00:00:00", true),
    ("2001-01-01 00:00:00", true),
    ("0001-01-01 00:00:00", true),
    ("9999-12-31 23:59:59", false),
    ("-0001-01-01 00:00:00", false),
];

fn received() -> Timestamp {
    "2026-11-30T01:01:00Z".parse().expect("a time")
}

fn call(provider: &dyn Provider, bodies: impl IntoIterator<Item = String>) -> Call {
    let mut facts: Option<Facts> = None;
    for (seq, body) in (1..).zip(bodies) {
        let callback = CallbackRecord {
            app: AppId(1),
            provider: provider.id().0.to_owned(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            tail: String::new(),
            headers: Vec::new(),
            body: body.into_bytes(),
            verified: None,
            reply: Ack { status: 200, content_type: String::new(), body: String::new() },
            question: None,
            decision: None,
            foreign: Vec::new(),
        };
        let record = Record { seq, at: received(), body: Body::Callback(Box::new(callback)) };
        let Applied::Callback { items, .. } = project(record) else { panic!("a callback") };
        for item in items {
            let key = match &item {
                Item::Event(event) => event.key.clone(),
                Item::Record(record) => record.key.clone(),
                Item::Sms(_) | Item::Number(_) => panic!("of a call"),
            };
            let (app, id) = (AppId(1), call_id(AppId(1), &key));
            let facts = facts.get_or_insert_with(|| Facts::new(id, app, provider.id(), key, received()));
            facts.named_by(seq, received());
            match item {
                Item::Event(event) => facts.add_event(*event, seq),
                Item::Record(record) => facts.add_record(*record, seq, received()),
                Item::Sms(_) | Item::Number(_) => false,
            };
        }
    }
    join(&facts.expect("something is said of a call"), &catalog())
}

/// The times that a platform documents for its records.
fn times(provider: &dyn Provider) -> BTreeSet<&'static str> {
    let of_record = |message: &str| message.contains("fee") || message.contains("Hangup");
    let fields = provider.fields().iter().filter(|field| of_record(field.message)).map(|field| field.name);
    fields.filter(|name| name.contains("Time") && !name.ends_with("Times")).collect()
}

fn written(provider: &dyn Provider, time: &str) -> String {
    if provider.id().0 != "jiuyun" {
        return time.to_owned();
    }
    let mark = if time.starts_with('-') { "-" } else { "" };
    mark.to_owned() + &time.chars().filter(char::is_ascii_digit).collect::<String>()
}

/// The instant at which a field of a sound record stands, a minute before the receipt.
fn sound(provider: &dyn Provider, name: &str) -> String {
    let second = match name {
        "callInTime" | "callOutStartTime" | "startTimeA" => 0,
        "fwdStartTime" | "dynIVRStartTime" | "createMptyTime" => 1,
        "fwdAlertingTime" | "callOutAlertingTime" => 5,
        "callEndTime" | "failTime" | "endTime" => 40,
        // The talk.
        _ => 10,
    };
    let zone = if provider.id().0 == "jiuyun" { 8 } else { 0 };
    let at = received() + SignedDuration::from_secs(second - 60) + SignedDuration::from_hours(zone);
    written(provider, &at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// A record of a talk of half a minute, with every time that there is, one of them another.
fn record(provider: &dyn Provider, kind: &str, other: Option<(&str, &str)>) -> String {
    let times = times(provider).into_iter().map(|name| match other {
        Some((field, value)) if field == name => (name, written(provider, value)),
        _ => (name, sound(provider, name)),
    });
    if provider.id().0 == "jiuyun" {
        let times: String = times.map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
        return format!(
            "<req><action>Hangup</action><type>{kind}</type><appId>a</appId><callId>c</callId><byeType>0</byeType>\
             <caller>13800000021</caller><called>13900000042</called><duration>30</duration>{times}</req>"
        );
    }
    let mut fee = json!({ "sessionId": "s", "appKey": "k", "icid": "i", "serviceType": kind, "callDuration": 30,
        "recordFlag": 1, "ulFailReason": 0, "callerNum": "+8613800000021", "calleeNum": "+8617000000001" });
    for (name, value) in times {
        fee[name] = Value::String(value);
    }
    json!({ "eventType": "fee", "feeLst": [fee] }).to_string()
}

/// Every platform, with the kinds of records that it sends.
fn kinds() -> impl Iterator<Item = (&'static dyn Provider, &'static str)> {
    let of = |provider: &dyn Provider| match provider.id().0 {
        "jiuyun" => ["1", "22"],
        "huawei-voice" => ["001", "002"],
        _ => ["003", "004"],
    };
    platforms::ALL.iter().flat_map(move |provider| of(*provider).map(|kind| (*provider, kind)))
}

fn is_near(call: &Call) -> bool {
    received().duration_since(call.t).abs() <= SignedDuration::from_mins(2)
}

#[test]
fn an_impossible_time_in_any_field_of_any_record_is_said_and_nothing_false_of_the_others() {
    let mut tried = 0;
    for (provider, kind) in kinds() {
        let whole = call(provider, [record(provider, kind, None)]);
        assert_eq!((whole.talk_seconds, &whole.anomalies[..]), (30, &[][..]), "{kind} of {}", provider.id());
        for (field, (value, is_date)) in times(provider).into_iter().flat_map(|n| IMPOSSIBLE.map(|value| (n, value))) {
            let call = call(provider, [record(provider, kind, Some((field, value)))]);
            let what = format!("{field} {value} in {kind} of {}: {:?}", provider.id(), call.anomalies);
            let said = if is_date { Anomaly::ImplausibleTime } else { Anomaly::UnreadableTime };
            assert!(call.anomalies.contains(&said), "{what}");
            assert!(!call.anomalies.contains(&Anomaly::EndsBeforeStart), "{what}");
            // A zero says that nobody answered, against the thirty seconds.
            let is_zero = value.starts_with("0001");
            assert!(is_zero || !call.anomalies.contains(&Anomaly::DurationMismatch), "{what}");
            assert!(!call.anomalies.contains(&Anomaly::ImplausibleDuration), "{what}");
            assert!(is_near(&call), "{what}: {}", call.t);
            assert!(is_zero || call.outcome == Some(CallOutcome::Answered), "{what}: {:?}", call.outcome);
            assert!(is_zero || call.ring_seconds.is_none_or(|seconds| seconds == 5), "{what}: {:?}", call.ring_seconds);
            let is_told = provider.id().0 != "jiuyun" || field != "startTimeA";
            assert!(call.setup_at.is_some() || !is_told, "{what}: another field says when it began");
            tried += 1;
        }
    }
    assert!(tried > 300, "only {tried}");
}

#[test]
fn a_call_without_times_of_legs_is_not_ended_before_its_start_by_a_wrong_clock() {
    let provider = platforms::by_name("jiuyun").expect("a provider");
    let body = "<req><action>Hangup</action><type>22</type><appId>a</appId><callId>c</callId><duration>30</duration>\
        <byeType>0</byeType><startTime>30000101000000</startTime><endTime>20261130090040</endTime></req>";
    let call = call(provider, [body.to_owned()]);
    assert_eq!(call.anomalies, [Anomaly::ImplausibleTime]);
    assert_eq!((call.talk_seconds, call.outcome), (30, Some(CallOutcome::Answered)));
}

/// The events of a call that was answered at `answered`, as the platform says.
fn events(answered: &str) -> Vec<String> {
    let at = |second: &str| format!("2026-11-30 01:00:{second}");
    let said = [("callin", at("00")), ("callout", at("01")), ("alerting", at("05")), ("disconnect", at("40"))];
    let said = said.into_iter().chain([("answer", answered.to_owned())]);
    said.map(|(kind, at)| {
        let info = json!({ "sessionId": "s", "timestamp": at, "caller": "+8613800000021",
            "called": "+8617000000001", "stateCode": 0 });
        json!({ "eventType": kind, "statusInfo": info }).to_string()
    })
    .collect()
}

#[test]
fn an_answer_with_a_wrong_clock_is_an_answer_before_the_record_comes() {
    for name in ["huawei-private", "huawei-voice"] {
        let provider = platforms::by_name(name).expect("a provider");
        for (value, is_date) in IMPOSSIBLE.into_iter().filter(|(value, _)| !value.starts_with("0001")) {
            let call = call(provider, events(value));
            assert_eq!(call.outcome, Some(CallOutcome::Answered), "{name}: {value}");
            assert_eq!((call.answered_at, call.ring_seconds), (None, None), "{name}: {value}");
            let said = if is_date { Anomaly::ImplausibleTime } else { Anomaly::UnreadableTime };
            assert_eq!(call.anomalies, [Anomaly::MissingRecord, said], "{name}: {value}");
        }
        for zero in ["0", "1970-01-01 00:00:00", "0001-01-01 00:00:00"] {
            let call = call(provider, events(zero));
            assert_eq!((call.outcome, call.ring_seconds), (Some(CallOutcome::NoAnswer), Some(35)), "{name}: {zero}");
        }
    }
}
