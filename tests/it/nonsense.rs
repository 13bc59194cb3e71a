//! Values as nobody documents them: clocks in another century, half characters, addresses for
//! numbers. Each costs itself at most, never its callback, its day or the answer to a question.

use jiff::{SignedDuration, Timestamp};
use ringback::clock::Clock;
use serde_json::{Value, json};

use crate::bodies::{A, APP_KEY, B, X, axb_hangup, call_question, fee, merge, private_record, xml};
use crate::house::{Api, App, House, Server};

fn hours(from: Timestamp, hours: i64) -> Timestamp {
    from + SignedDuration::from_hours(hours)
}

/// As Huawei writes a time.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The record of a call of half a minute that ended a minute ago.
fn recent(session: &str, more: Value) -> String {
    let at = |second: i64| utc(Clock::system().now() - SignedDuration::from_secs(100 - second));
    let times = json!({ "callInTime": at(0), "fwdStartTime": at(1), "fwdAlertingTime": at(5),
        "fwdAnswerTime": at(10), "callEndTime": at(40) });
    let mut record = private_record(session, "004", times);
    merge(&mut record, more);
    fee(&[record])
}

fn call(server: &Server, api: &Api<'_>, app: &App, session: &str, body: impl AsRef<[u8]>) -> Value {
    server.push(app, body);
    api.call(session, 1)
}

fn has(call: &Value, anomaly: &str) -> bool {
    call["anomalies"].as_array().unwrap().contains(&json!(anomaly))
}

/// Whether the call stands in the list of the two hours around the present.
fn is_recent(api: &Api<'_>, session: &str) -> bool {
    let now = Clock::system().now();
    let (from, to) = (hours(now, -1), hours(now, 1));
    api.all(&format!("/calls?session={session}&from={from}&to={to}")).len() == 1
}

#[test]
fn a_clock_in_another_century_ruins_no_day() {
    let house = House::new();
    let server = house.serve();
    let private = house.app("huawei-private", "one", &[]);
    let voice = house.app("huawei-voice", "two", &[]);
    let jiuyun = house.app("jiuyun", "three", &[]);
    let token = house.token("root", "admin");
    let api = server.api(&token);
    let now = Clock::system().now();

    // A zero is no answer, in whichever zone it is zero.
    for (n, zero) in ["0", "0000-00-00 00:00:00", "1970-01-01 00:00:00", "1970-01-01 08:00:00", "0001-01-01 00:00:00"]
        .into_iter()
        .enumerate()
    {
        let session = format!("zero-{n}");
        let call = call(&server, &api, &private, &session, recent(&session, json!({ "fwdAnswerTime": zero })));
        assert_eq!((&call["answered_at"], &call["talk_seconds"]), (&Value::Null, &json!(0)), "{zero}: {call:#}");
        assert_eq!((&call["outcome"], &call["ring_seconds"]), (&json!("no_answer"), &json!(35)), "{zero}: {call:#}");
        assert_eq!(has(&call, "implausible_time"), n > 1, "{zero}: {call:#}");
        assert!(!has(&call, "unreadable_time"), "{zero}: {call:#}");
    }
    let body = fee(&[json!({ "sessionId": "played", "appKey": APP_KEY, "icid": "i1", "callerNum": X, "calleeNum": B,
        "serviceType": "001", "callOutStartTime": utc(now), "callOutAnswerTime": "1970-01-01 00:00:00",
        "callEndTime": utc(now + SignedDuration::from_secs(20)) })]);
    let played = call(&server, &api, &voice, "played", body);
    assert_eq!((&played["talk_seconds"], has(&played, "implausible_time")), (&json!(0), true), "{played:#}");
    assert!(is_recent(&api, "played"), "{played:#}");

    // An end that has not come yet is not the newest call for the next thousand years.
    let body = recent("future", json!({ "callEndTime": "3000-01-01 00:00:00" }));
    let future = call(&server, &api, &private, "future", body);
    assert_eq!((&future["released_at"], has(&future, "implausible_time")), (&Value::Null, true), "{future:#}");
    assert!(future["talk_seconds"].as_u64().unwrap() <= 86_400, "{future:#}");
    let body = recent(
        "whole",
        json!({ "callInTime": "3000-01-01 00:00:00", "fwdStartTime": "", "fwdAlertingTime": "",
        "fwdAnswerTime": "3000-01-01 00:00:10", "callEndTime": "3000-01-01 00:00:40" }),
    );
    let whole = call(&server, &api, &private, "whole", body);
    assert!(has(&whole, "implausible_time") && is_recent(&api, "whole") && is_recent(&api, "future"), "{whole:#}");

    // A duration that no call has gives way to the times.
    let long = axb_hangup("long").into_iter().map(|(name, value)| match name {
        "duration" => (name, "2147483648"),
        _ => (name, value),
    });
    let long = call(&server, &api, &jiuyun, "long", xml(&long.collect::<Vec<_>>()));
    assert_eq!((&long["talk_seconds"], &long["outcome"]), (&json!(18), &json!("answered")), "{long:#}");
    assert!(has(&long, "implausible_duration"), "{long:#}");
    assert_eq!(api.all("/calls?anomaly=implausible_duration&session=long").len(), 1);
    assert_eq!(api.all("/calls?anomaly=implausible_duration&session=zero-2").len(), 0);

    // What is old as a whole is old, and eight hours off is another zone.
    let old = call(&server, &api, &private, "old", fee(&[private_record("old", "004", json!({}))]));
    assert_eq!((&old["setup_at"], &old["anomalies"]), (&json!("2026-01-15T02:11:00Z"), &json!([])), "{old:#}");
    let at = |second: i64| utc(hours(now, 8) + SignedDuration::from_secs(second));
    let times = json!({ "callInTime": at(0), "fwdStartTime": at(1), "fwdAlertingTime": at(5), "fwdAnswerTime": at(10),
        "callEndTime": at(40) });
    let shifted = call(&server, &api, &private, "shifted", recent("shifted", times));
    assert_eq!((&shifted["talk_seconds"], &shifted["anomalies"]), (&json!(30), &json!([])), "{shifted:#}");

    let ended: u64 = api.all("/calls").iter().map(|call| call["talk_seconds"].as_u64().unwrap()).sum();
    assert!(ended < 600, "the sum of the day is that of its calls: {ended}");
    server.stop();
}

#[test]
fn a_character_that_nobody_can_read_costs_neither_record_nor_decision() {
    let house = House::new();
    let server = house.serve();
    let private = house.app("huawei-private", "one", &[]);
    let jiuyun = house.app("jiuyun", "two", &[]);
    let token = house.token("root", "admin");
    let api = server.api(&token);

    let with = |session: &'static str, name: &'static str, value: &[u8]| {
        let mut fields = axb_hangup(session);
        fields.retain(|field| field.0 != name);
        fields.push((name, "@"));
        let body = xml(&fields);
        let (before, behind) = body.split_once('@').unwrap();
        [before.as_bytes(), value, behind.as_bytes()].concat()
    };
    for (session, name, value, field, read) in [
        ("cut", "userData", "订单测试".as_bytes().split_last().unwrap().1, "user_data", "订单测\u{FFFD}"),
        ("tab", "userData", b"a\x0Bb".as_slice(), "user_data", "a\u{FFFD}b"),
        ("entity", "userData", b"a&nbsp;b", "user_data", "a&nbsp;b"),
        ("uri", "caller", b"sip:+8613800000021@ims.mnc000.mcc460.3gppnetwork.org", "caller", A),
    ] {
        let call = call(&server, &api, &jiuyun, session, with(session, name, value));
        assert_eq!((&call[field], &call["talk_seconds"]), (&json!(read), &json!(18)), "{call:#}");
        let seq = &call["callbacks"][0];
        let row = api.get(&format!("/callbacks/{seq}"));
        let noted = row["suspicions"].as_array().unwrap().len();
        assert_eq!(noted, usize::from(name == "userData"), "{row:#}");
    }
    let address = with("amp", "recordUrl", b"http://rec.example.com/d?f=a.mp3&t=1");
    let amp = call(&server, &api, &jiuyun, "amp", address);
    assert!(!amp["recording"].is_null(), "{amp:#}");

    // JSON: half an emoji, a raw control character, a cut character, and a message of 1,400 characters.
    let long = "长".repeat(1_400);
    let sms = |id: &str, content: &str| {
        json!({ "appKey": APP_KEY, "smsEvent": { "smsIdentifier": id, "notificationMode": "Notify", "calling": A,
            "called": B, "virtualNumber": X, "event": "Text SMS ", "timeStamp": "2026-01-15T02:11:00.000Z",
            "smsContent": content } })
        .to_string()
    };
    server.push(&private, sms("m1", &long));
    server.push(&private, sms("m2", "@").replace('@', "a\x01\n\\ud83d"));
    server.push(
        &private,
        sms("m3", "@").into_bytes().split(|b| *b == b'@').collect::<Vec<_>>().join(b"\xE8\xAF".as_slice()),
    );
    api.settled();
    let mut contents: Vec<String> =
        api.all("/sms").iter().map(|row| row["content"].as_str().unwrap_or("none").to_owned()).collect();
    contents.sort();
    assert_eq!(contents[0], "a\u{FFFD}\n\u{FFFD}");
    assert!(contents.contains(&long), "{} characters", contents.iter().map(|c| c.chars().count()).max().unwrap());
    assert_eq!(contents.len(), 3);

    // A question gets its decision whatever stands in a field that has no part in it.
    for (session, bad) in [("q1", b"\xE4\xB8".as_slice()), ("q2", b"\x0B"), ("q3", b"\\ud83d"), ("q4", b"\\x")] {
        let body = call_question(session).replace("\"statusInfo\":{", "\"statusInfo\":{\"userData\":\"a@b\",");
        let (before, behind) = body.split_once('@').unwrap();
        let reply = server.post(&private, [before.as_bytes(), bad, behind.as_bytes()].concat());
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.json()["operation"], json!("close"), "{session}: {}", reply.text());
    }
    server.stop();
}
