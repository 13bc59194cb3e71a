//! What the platforms send, flow by flow, in the order in which they send it.
//!
//! Field names, notations and the order of events follow the platforms' documents; numbers are
//! made up. Every function takes the session, so that each test has calls of its own. Times are
//! fixed: 10:11 in Beijing, which is 02:11 UTC, on 15 January 2026.

use serde_json::{Value, json};

/// The parties of every flow.
pub(crate) const A: &str = "+8613800000021";
/// The one who is called.
pub(crate) const B: &str = "+8613900000022";
/// The privacy number.
pub(crate) const X: &str = "+8617000000023";
/// The second privacy number of AXYB.
pub(crate) const Y: &str = "+8617000000024";
/// A 玖云 application.
pub(crate) const APP_ID: &str = "ff80808158c2e0fb0158d1f2a3b40001";
/// A Huawei application.
pub(crate) const APP_KEY: &str = "ka4kESI5s3YyurL1Ls2rlk39pd";

/// A flat 玖云 body in XML, with the declaration as that platform writes it.
pub(crate) fn xml(fields: &[(&str, &str)]) -> String {
    let mut body = String::from("<?xml version='1.0'?><req>");
    for (name, value) in fields {
        body.push_str(&format!("<{name}>{value}</{name}>"));
    }
    body + "</req>"
}

/// The fields of the one event of 云呼AXB.
pub(crate) fn axb_hangup(session: &str) -> Vec<(&str, &str)> {
    vec![
        ("action", "Hangup"),
        ("type", "22"),
        ("appId", APP_ID),
        ("callId", session),
        ("telX", "17000000023"),
        ("caller", "13800000021"),
        ("called", "13900000022"),
        ("startTime", "20260115101110"),
        ("endTime", "20260115101128"),
        ("duration", "18"),
        ("byeType", "0"),
        ("dateCreated", "20260115101129"),
        ("recordUrl", "http://record.example/axb.mp3"),
    ]
}

/// 专线语音: both invites, the talk, the end.
pub(crate) fn dedicated(session: &str, reference: &str) -> Vec<String> {
    let with = |own: &[(&'static str, &'static str)]| {
        let common = [("type", "1"), ("appId", APP_ID), ("callId", session), ("userData", reference)];
        let parties = [("caller", "13800000021"), ("called", "13900000022"), ("subType", "1")];
        xml(&[own, &common, &parties].concat())
    };
    vec![
        with(&[("action", "CallInvite"), ("userFlag", "0"), ("dateCreated", "20260115101100")]),
        with(&[("action", "CallInvite"), ("userFlag", "1"), ("dateCreated", "20260115101104")]),
        with(&[("action", "CallEstablish"), ("dateCreated", "20260115101110")]),
        with(&[
            ("action", "Hangup"),
            ("startTimeA", "20260115101104"),
            ("startTimeB", "20260115101110"),
            ("endTime", "20260115101128"),
            ("duration", "18"),
            ("byeType", "0"),
            ("recordUrl", "http://record.example/dedicated.mp3"),
            ("dateCreated", "20260115101129"),
        ]),
    ]
}

/// 专号通: as 专线语音 with a privacy number and another type.
pub(crate) fn mask(session: &str) -> Vec<String> {
    dedicated(session, "order-7")
        .into_iter()
        .map(|body| {
            body.replace("<type>1<", "<type>2<").replace("<subType>1</subType>", "<maskNumber>17000000023</maskNumber>")
        })
        .collect()
}

/// 专号通: the other party called the privacy number; this notice has no call id.
pub(crate) fn income_hangup(caller: &str) -> String {
    xml(&[
        ("action", "IncomeHangup"),
        ("type", "2"),
        ("appId", APP_ID),
        ("caller", caller),
        ("called", "13800000021"),
        ("maskNumber", "17000000023"),
        ("startTime", "20260115101110"),
        ("endTime", "20260115101128"),
        ("duration", "18"),
        ("byeType", "0"),
        ("recordUrl", ""),
        ("dateCreated", "20260115101129"),
    ])
}

/// One Huawei call event.
pub(crate) fn status(event: &str, session: &str, time: &str, more: Value) -> String {
    let mut info = json!({ "timestamp": format!("2026-01-15 {time}"), "sessionId": session });
    merge(&mut info, more);
    json!({ "eventType": event, "statusInfo": info }).to_string()
}

/// A push of Huawei call records.
pub(crate) fn fee(records: &[Value]) -> String {
    json!({ "eventType": "fee", "feeLst": records }).to_string()
}

/// The record of an answered privacy call of this product's `serviceType`.
pub(crate) fn private_record(session: &str, service: &str, more: Value) -> Value {
    let mut record = json!({
        "direction": 1, "spId": "sp-1", "appKey": APP_KEY, "icid": format!("icid-{session}"), "bindNum": X,
        "sessionId": session, "subscriptionId": "sub-9", "callerNum": A, "calleeNum": X,
        "fwdDisplayNum": X, "fwdDstNum": B,
        "callInTime": "2026-01-15 02:11:00", "fwdStartTime": "2026-01-15 02:11:02",
        "fwdAlertingTime": "2026-01-15 02:11:06", "fwdAnswerTime": "2026-01-15 02:11:10",
        "callEndTime": "2026-01-15 02:11:28", "fwdUnaswRsn": 0, "failTime": "", "ulFailReason": 0,
        "sipStatusCode": 0, "recordFlag": 0, "serviceType": service, "hostName": "callenabler1"
    });
    merge(&mut record, more);
    record
}

/// The events of an answered privacy call and its record.
pub(crate) fn private(session: &str, service: &str, reference: &str) -> Vec<String> {
    let parties = || json!({ "caller": A, "called": B, "subscriptionId": "sub-9", "userData": reference });
    let incoming = json!({ "caller": A, "called": X, "subscriptionId": "sub-9", "userData": reference });
    let mut end = parties();
    merge(&mut end, json!({ "stateCode": 0, "stateDesc": "The user releases the call." }));
    vec![
        status("callin", session, "02:11:00", incoming),
        status("callout", session, "02:11:02", parties()),
        status("alerting", session, "02:11:06", parties()),
        status("answer", session, "02:11:10", parties()),
        status("disconnect", session, "02:11:28", end),
        fee(&[private_record(session, service, json!({ "userData": reference }))]),
    ]
}

/// A privacy call that failed: the end and its record.
pub(crate) fn private_failed(session: &str, code: i64) -> Vec<String> {
    let end = json!({ "caller": A, "called": X, "stateCode": code, "stateDesc": "failed" });
    let unanswered = json!({
        "fwdAnswerTime": "", "callEndTime": "2026-01-15 02:11:20", "failTime": "2026-01-15 02:11:20",
        "ulFailReason": code, "fwdUnaswRsn": 0
    });
    vec![status("disconnect", session, "02:11:20", end), fee(&[private_record(session, "004", unanswered)])]
}

/// X mode: the question where a call should go.
pub(crate) fn call_question(session: &str) -> String {
    status("callin", session, "02:11:00", json!({ "caller": A, "called": X, "notifyMode": "Block" }))
}

/// 语音回呼: both legs, the end, the record.
pub(crate) fn voice_callback(session: &str) -> Vec<String> {
    let leg = |called: &str| json!({ "caller": X, "called": called, "userData": "order-7" });
    let mut end = leg(B);
    merge(&mut end, json!({ "stateCode": 0, "stateDesc": "The user releases the call.", "partyType": "callee" }));
    let record = json!({
        "direction": 0, "spId": "sp-1", "appKey": APP_KEY, "icid": format!("icid-{session}"), "bindNum": X,
        "sessionId": session, "callerNum": X, "calleeNum": A, "fwdDisplayNum": X, "fwdDstNum": B,
        "callOutStartTime": "2026-01-15 02:11:00", "callOutAlertingTime": "2026-01-15 02:11:02",
        "callOutAnswerTime": "2026-01-15 02:11:04", "callOutUnaswRsn": 0,
        "fwdStartTime": "2026-01-15 02:11:04", "fwdAlertingTime": "2026-01-15 02:11:06",
        "fwdAnswerTime": "2026-01-15 02:11:10", "callEndTime": "2026-01-15 02:11:28", "fwdUnaswRsn": 0,
        "failTime": "", "ulFailReason": 0, "sipStatusCode": 0, "recordFlag": 1,
        "recordStartTime": "2026-01-15 02:11:10", "recordObjectName": "26011510111000000.wav",
        "recordBucketName": "sp-bucket", "recordDomain": "ostor.huawei.com", "ttsPlayTimes": 0,
        "ttsTransDuration": 0, "serviceType": "002", "hostName": "callenabler1", "userData": "order-7"
    });
    vec![
        status("callout", session, "02:11:00", leg(A)),
        status("alerting", session, "02:11:02", leg(A)),
        status("answer", session, "02:11:04", leg(A)),
        status("callout", session, "02:11:04", leg(B)),
        status("alerting", session, "02:11:06", leg(B)),
        status("answer", session, "02:11:10", leg(B)),
        status("disconnect", session, "02:11:28", end),
        fee(&[record]),
    ]
}

/// 语音通知, with a digit pressed when `digits` is given; 语音验证码 otherwise looks the same.
pub(crate) fn voice_play(session: &str, digits: Option<&str>) -> Vec<String> {
    let leg = || json!({ "caller": X, "called": B, "userData": "order-7" });
    let mut end = leg();
    merge(&mut end, json!({ "stateCode": 0, "stateDesc": "The user releases the call." }));
    let record = json!({
        "direction": 0, "spId": "sp-1", "appKey": APP_KEY, "icid": format!("icid-{session}"), "bindNum": X,
        "sessionId": session, "callerNum": X, "calleeNum": B, "callEndTime": "2026-01-15 02:11:28",
        "fwdUnaswRsn": 0, "failTime": "", "ulFailReason": 0, "sipStatusCode": 0,
        "callOutStartTime": "2026-01-15 02:11:00", "callOutAlertingTime": "2026-01-15 02:11:06",
        "callOutAnswerTime": "2026-01-15 02:11:10", "callOutUnaswRsn": 0, "recordFlag": 0,
        "ttsPlayTimes": 1, "ttsTransDuration": 1, "serviceType": "001", "hostName": "callenabler1",
        "userData": "order-7"
    });
    let mut flow = vec![
        status("callout", session, "02:11:00", leg()),
        status("alerting", session, "02:11:06", leg()),
        status("answer", session, "02:11:10", leg()),
    ];
    flow.extend(digits.map(|d| status("collectInfo", session, "02:11:15", json!({ "digitInfo": d }))));
    flow.push(status("disconnect", session, "02:11:28", end));
    flow.push(fee(&[record]));
    flow
}

/// A text message, told (`Notify`) or asked (`Block`).
pub(crate) fn sms(id: &str, mode: &str) -> String {
    let mut event = json!({
        "smsIdentifier": id, "notificationMode": mode, "calling": A, "virtualNumber": X, "event": "Text SMS ",
        "timeStamp": "2026-01-15T02:11:00.450Z", "subscriptionId": "sub-9",
        "extInfo": { "extParas": [{ "key": "splitNum", "value": "0" }, { "key": "direction", "value": "1" }] }
    });
    if mode == "Notify" {
        merge(&mut event, json!({ "called": B, "sendResult": 2 }));
    }
    json!({ "appKey": APP_KEY, "smsEvent": event }).to_string()
}

/// A privacy number changed its state.
pub(crate) fn number_status(number: &str) -> String {
    json!({ "eventType": "numStatus", "numInfo": [{ "number": number, "status": "10", "cause": "2" }] }).to_string()
}

/// Adds the fields of one object to another.
pub(crate) fn merge(into: &mut Value, more: Value) {
    let (Value::Object(into), Value::Object(more)) = (into, more) else { panic!("both are objects") };
    into.extend(more);
}
