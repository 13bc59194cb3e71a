//! Questions, text messages and the state of numbers, as documented and otherwise.
//!
//! A question must come out whole or not at all: one without an id could not be answered the
//! same way twice.

use super::super::HuaweiPrivate;
use crate::domain::{Identity, SmsEvent};
use crate::platforms::Item;
use crate::platforms::huawei::testing::{check, decode};

fn sms(fields: &str) -> SmsEvent {
    let body = format!(r#"{{"appKey":"k","smsEvent":{{"smsIdentifier":"m1","notificationMode":"Notify",{fields}}}}}"#);
    match decode(&HuaweiPrivate, &body).items.as_slice() {
        [Item::Sms(sms)] => (**sms).clone(),
        items => panic!("not one message: {items:?}"),
    }
}

#[test]
fn a_message_is_told_by_its_event_whatever_stands_beside_it() {
    let body = r#"{"appKey":"k","eventType":"sms","smsEvent":{"smsIdentifier":"m1","notificationMode":"Notify"}}"#;
    assert!(matches!(decode(&HuaweiPrivate, body).items.as_slice(), [Item::Sms(_)]));
}

#[test]
fn only_a_blocked_call_in_is_a_question() {
    for mode in ["block", "BLOCK", " Block "] {
        check(
            &HuaweiPrivate,
            &format!(r#"{{"eventType":"CallIn","statusInfo":{{"sessionId":"s1","notifyMode":"{mode}"}}}}"#),
            "* offered session=s1 product=x leg=caller * call? session=s1 id=s1",
        );
    }
    check(
        &HuaweiPrivate,
        r#"{"eventType":"callin","statusInfo":{"sessionId":"s1","notifyMode":"Notify"}}"#,
        "* offered session=s1 product=x leg=caller",
    );
    check(
        &HuaweiPrivate,
        r#"{"eventType":"answer","statusInfo":{"sessionId":"s1","notifyMode":"Block"}}"#,
        "* answered session=s1 leg=callee",
    );
}

#[test]
fn a_question_without_a_session_is_not_one() {
    check(
        &HuaweiPrivate,
        r#"{"eventType":"callin","statusInfo":{"sessionID":"s1","notifyMode":"Block"}}"#,
        "* odd: sessionID is sessionId",
    );
}

#[test]
fn the_number_first_dialled_is_x() {
    check(
        &HuaweiPrivate,
        r#"{"eventType":"disconnect","statusInfo":{"sessionId":"s1","origCalleeNum":"17000000001","stateCode":7503}}"#,
        "* released session=s1 x=+8617000000001 stateCode=7503",
    );
}

#[test]
fn a_message_without_its_id_or_mode_is_not_placed() {
    let body = |fields: &str| format!(r#"{{"appKey":"k","smsEvent":{{{fields}}}}}"#);
    check(&HuaweiPrivate, &body(r#""notificationMode":"Block""#), "* odd: no smsIdentifier");
    check(
        &HuaweiPrivate,
        &body(r#""SmsIdentifier":"m1","notificationMode":"Block""#),
        "* odd: SmsIdentifier is smsIdentifier",
    );
    check(&HuaweiPrivate, &body(r#""smsIdentifier":"m1""#), "* odd: no notificationMode");
    check(&HuaweiPrivate, &body(r#""smsIdentifier":"m1","notificationMode":"Ask""#), "* odd: bad notificationMode");
    check(&HuaweiPrivate, r#"{"appKey":"k","SmsEvent":{}}"#, "* odd: SmsEvent is smsEvent");
    check(&HuaweiPrivate, r#"{"appKey":"k","smsEvent":"m1"}"#, "* odd: bad smsEvent");
}

#[test]
fn a_blocked_message_is_a_question_in_any_case() {
    check(
        &HuaweiPrivate,
        r#"{"appKey":"k","smsEvent":{"smsIdentifier":7,"notificationMode":"block","calling":13800000021,
            "virtualNumber":"17000000001","smsContent":" @13900000042"}}"#,
        "* sms-block id=7 from=+8613800000021 x=+8617000000001 content= @13900000042
         * sms? id=7 x=+8617000000001 from=+8613800000021 content= @13900000042",
    );
}

#[test]
fn the_parts_stand_in_a_list_or_an_object() {
    let parts = |paras: &str| sms(&format!(r#""extInfo":{{"extParas":{paras}}}"#)).parts;
    assert_eq!(parts(r#"[{"key":"direction","value":"1"},{"key":"splitNum","value":"3"}]"#), Some(3));
    assert_eq!(parts(r#"{"splitNum":"3","direction":"1"}"#), Some(3));
    assert_eq!(parts(r#"{"splitNum":3}"#), Some(3));
    for none in [r#"{"splitNum":"0"}"#, "[]", "[7]", "null", r#""3""#, r#"[{"key":"splitNum"}]"#] {
        assert_eq!(parts(none), None, "{none}");
    }
}

#[test]
fn the_question_and_the_notice_of_a_message_are_two_things() {
    let identity = |mode: &str, app_key: &str| -> Identity {
        let body =
            format!(r#"{{"appKey":"{app_key}","smsEvent":{{"smsIdentifier":"m1","notificationMode":"{mode}"}}}}"#);
        match decode(&HuaweiPrivate, &body).items.as_slice() {
            [Item::Sms(sms)] => sms.identity,
            items => panic!("not one message: {items:?}"),
        }
    };
    assert_eq!(identity("Block", "k"), identity("BLOCK", "k"));
    assert_ne!(identity("Block", "k"), identity("Notify", "k"));
    assert_ne!(identity("Block", "k"), identity("Block", "other"));
}

#[test]
fn the_kind_and_time_of_a_message_are_read_leniently() {
    let sms = sms(r#""event":"Text SMS ","timeStamp":"2020-12-23T09:06:16.450Z","sendResult":"2""#);
    assert_eq!(sms.kind.as_deref(), Some("TextSMS"));
    assert_eq!(sms.at.and_then(|stamp| stamp.at).map(|at| at.to_string()).as_deref(), Some("2020-12-23T09:06:16.45Z"));
    assert_eq!(sms.result.as_deref(), Some("2"));
}

#[test]
fn states_of_numbers_are_read_as_text_or_number_and_kept_when_unknown() {
    check(
        &HuaweiPrivate,
        r#"{"eventType":"numStatus","numInfo":[{"number":"17000000001","status":"5"},
            {"number":"17000000002","status":9},{"number":17000000003,"status":"10","cause":2},
            {"number":"17000000004","status":"11","cause":"6"},{"number":"17000000005","status":"77"},
            {"number":"17000000006"},{"status":"5"}]}"#,
        "* number number=+8617000000001 state=normal
         * number number=+8617000000002 state=paused
         * number number=+8617000000003 state=unavailable cause=2
         * number number=+8617000000004 state=frozen cause=6
         * number number=+8617000000005 state=77
         * odd: bad status * odd: no status * odd: no number",
    );
}
