//! Bodies that are not as documented: what is still read of them, and what is remarked.
//!
//! The deviations are those seen in samples and integrations: names in the wrong case, numbers
//! as text, missing and empty fields, events of the sibling product.

use super::super::HuaweiVoice;
use crate::domain::Identity;
use crate::platforms::huawei::testing::{check, decode, push};
use crate::platforms::{BodyForm, Item, Provider, Verified};

fn event_identity(body: &str) -> Identity {
    match decode(&HuaweiVoice, body).items.as_slice() {
        [Item::Event(event)] => event.identity,
        items => panic!("not one event: {items:?}"),
    }
}

#[test]
fn the_event_type_is_compared_without_regard_to_case_and_blanks() {
    for event_type in ["answer", "ANSWER", " Answer "] {
        let body = format!(
            r#"{{"eventType":"{event_type}","statusInfo":{{"timestamp":"2026-11-20  03:04:31","sessionId":"s1"}}}}"#
        );
        check(&HuaweiVoice, &body, "* answered session=s1 at=2026-11-20T03:04:31Z");
    }
}

#[test]
fn a_status_without_most_fields_is_still_an_event() {
    check(
        &HuaweiVoice,
        r#"{"eventType":"callout","statusInfo":{"sessionId":"s1","called":null}}"#,
        "* dialled session=s1",
    );
}

#[test]
fn a_call_in_is_a_notice_and_never_a_question() {
    check(
        &HuaweiVoice,
        r#"{"eventType":"callin","statusInfo":{"sessionId":"s1","notifyMode":"Block"}}"#,
        "* offered session=s1",
    );
}

#[test]
fn codes_and_parties_are_read_as_text_or_number() {
    check(
        &HuaweiVoice,
        r#"{"eventType":"disconnect","statusInfo":{"sessionId":42,"stateCode":"8101","partyType":"CALLER"}}"#,
        "* released session=42 stateCode=8101 by=caller",
    );
    check(
        &HuaweiVoice,
        r#"{"eventType":"disconnect","statusInfo":{"sessionId":"s1","stateCode":8101.0,"partyType":"robot"}}"#,
        "* released session=s1 stateCode=8101",
    );
}

#[test]
fn a_time_that_is_none_is_kept_as_text_and_remarked() {
    check(
        &HuaweiVoice,
        r#"{"eventType":"answer","statusInfo":{"sessionId":"s1","timestamp":"soon"}}"#,
        "* answered session=s1 at=!soon * odd: bad timestamp",
    );
}

#[test]
fn an_identifying_name_in_the_wrong_case_places_nothing() {
    check(&HuaweiVoice, r#"{"eventType":"answer","statusInfo":{"sessionid":"s1"}}"#, "* odd: sessionid is sessionId");
    check(&HuaweiVoice, r#"{"eventtype":"answer","statusInfo":{}}"#, "* odd: eventtype is eventType");
    check(&HuaweiVoice, r#"{"eventType":"answer","StatusInfo":{}}"#, "* odd: StatusInfo is statusInfo");
    check(&HuaweiVoice, r#"{"eventType":"fee","feelst":[]}"#, "* odd: feelst is feeLst");
}

#[test]
fn another_name_in_the_wrong_case_is_used_and_remarked() {
    check(
        &HuaweiVoice,
        r#"{"eventType":"callout","statusInfo":{"sessionId":"s1","Called":"13800000021"}}"#,
        "* dialled session=s1 dialled=+8613800000021 * odd: Called is called",
    );
}

#[test]
fn what_is_missing_is_named() {
    check(&HuaweiVoice, "{}", "* odd: no eventType");
    check(&HuaweiVoice, "[1]", "* odd: no eventType");
    check(&HuaweiVoice, r#"{"eventType":""}"#, "* odd: no eventType");
    check(&HuaweiVoice, r#"{"eventType":"answer"}"#, "* odd: no statusInfo");
    check(&HuaweiVoice, r#"{"eventType":"answer","statusInfo":"s1"}"#, "* odd: bad statusInfo");
    check(&HuaweiVoice, r#"{"eventType":"answer","statusInfo":{"sessionId":"  "}}"#, "* odd: no sessionId");
    check(&HuaweiVoice, r#"{"eventType":"fee"}"#, "* odd: no feeLst");
    check(&HuaweiVoice, r#"{"eventType":"fee","feeLst":[]}"#, "* odd: bad feeLst");
    check(&HuaweiVoice, r#"{"eventType":"fee","feeLst":[7]}"#, "* odd: bad feeLst");
}

#[test]
fn what_is_not_known_is_named() {
    check(&HuaweiVoice, r#"{"eventType":"transfer","statusInfo":{"sessionId":"s1"}}"#, "* odd: unknown transfer");
    check(&HuaweiVoice, r#"{"appKey":"k","smsEvent":{"smsIdentifier":"1"}}"#, "* odd: unknown smsEvent");
    check(&HuaweiVoice, r#"{"eventType":"numStatus","numInfo":[{}]}"#, "* odd: unknown numStatus");
}

#[test]
fn xml_is_well_formed_and_not_recognised() {
    let push = push(&HuaweiVoice, "<req><eventType>answer</eventType></req>");
    let decoded = HuaweiVoice.decode(&Verified::from_journal(&push)).expect("well-formed XML");
    assert_eq!(decoded.form, BodyForm::Xml);
    assert!(!decoded.recognised());
    assert!(!decoded.suspicions.is_empty());
}

#[test]
fn a_body_that_is_neither_notation_is_an_error() {
    for body in ["", "   ", "hello", "{\"eventType\":", "<!DOCTYPE a><a/>"] {
        let push = push(&HuaweiVoice, body);
        assert!(HuaweiVoice.decode(&Verified::from_journal(&push)).is_err(), "{body}");
    }
}

#[test]
fn a_repeated_event_has_the_same_identity_and_every_fact_counts() {
    let body = |event: &str, time: &str, called: &str, digits: &str| {
        format!(
            r#"{{"eventType":"{event}","statusInfo":{{"sessionId":"s1","timestamp":"{time}","called":"{called}","digitInfo":"{digits}"}}}}"#
        )
    };
    let first = event_identity(&body("answer", "2026-11-20 03:04:31", "+8613800000021", ""));
    assert_eq!(first, event_identity(&body("Answer", "2026-11-20 03:04:31", "+8613800000021", "")));
    for other in [
        body("alerting", "2026-11-20 03:04:31", "+8613800000021", ""),
        body("answer", "2026-11-20 03:04:32", "+8613800000021", ""),
        body("answer", "2026-11-20 03:04:31", "+8613900000042", ""),
        body("answer", "2026-11-20 03:04:31", "+8613800000021", "1"),
    ] {
        assert_ne!(first, event_identity(&other), "{other}");
    }
}
