//! What the platform hears, byte for byte.
//!
//! Whole bodies are compared: the platform reads some values as text only ("true"), and a call
//! record is pushed again for any `resultcode` but `"0"`.

use crate::domain::{
    AnswerForm, App, CallDecision, Connect, Decision, PhoneNumber, Question, QuestionKind, SessionId, SmsDecision,
};
use crate::platforms::{BodyForm, DecodeError, Occasion, Provider, by_name};

fn provider() -> &'static dyn Provider {
    by_name("huawei-private").expect("a registered provider")
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::from_stored(text)
}

fn connect() -> Connect {
    Connect {
        callee: number("+8613800000021"),
        display: None,
        max_minutes: None,
        record: false,
        hint_tone: None,
        wait_tone: None,
        last_minute_tone: None,
        user_data: None,
    }
}

fn close(tone: Option<&str>, user_data: Option<&str>) -> Decision {
    Decision::Call(CallDecision::Close { tone: tone.map(str::to_owned), user_data: user_data.map(str::to_owned) })
}

#[track_caller]
fn check(decision: &Decision, form: AnswerForm, body: &str) {
    let answer = provider().answer(decision, form);
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "application/json;charset=UTF-8"));
    assert_eq!(answer.body, body);
    let again = provider().answered(&answer).map(|decision| provider().answer(&decision, form));
    assert_eq!(again, Some(answer), "read back it says the same");
}

#[test]
fn a_kept_push_is_acknowledged_in_json_whatever_its_notation() {
    for form in [BodyForm::Json, BodyForm::Xml] {
        let ack = provider().ack(&Occasion::Kept(form));
        assert_eq!((ack.status, ack.content_type.as_str()), (200, "application/json;charset=UTF-8"));
        assert_eq!(ack.body, r#"{"resultcode":"0","resultdesc":"Success"}"#);
    }
}

#[test]
fn an_unreadable_push_is_told_what_is_wrong_and_where() {
    let error = provider()
        .decode(&crate::platforms::Verified::from_journal(&crate::platforms::huawei::testing::push(provider(), "")));
    let error: DecodeError = error.expect_err("an empty body");
    let ack = provider().ack(&Occasion::Unparsable(&error));
    assert_eq!(ack.status, 400);
    assert_eq!(ack.body, r#"{"resultcode":"1010002","resultdesc":"the body is empty at byte 0"}"#);
}

#[test]
fn an_unverified_push_is_not_told_why() {
    let ack = provider().ack(&Occasion::Unverified);
    assert_eq!(ack.status, 401);
    assert_eq!(ack.body, r#"{"resultcode":"1023006","resultdesc":"Unauthorized"}"#);
    assert_eq!(provider().answered(&ack), None, "a refusal is no decision");
}

#[test]
fn a_call_is_closed_with_or_without_an_announcement() {
    let tone = close(Some("notbound.wav"), None);
    check(&tone, AnswerForm::Array, r#"{"operation":"close","closeInfo":[{"closeHintTone":"notbound.wav"}]}"#);
    check(&tone, AnswerForm::Object, r#"{"operation":"close","closeInfo":{"closeHintTone":"notbound.wav"}}"#);
    check(&close(None, None), AnswerForm::Array, r#"{"operation":"close","closeInfo":[{}]}"#);
    check(&close(None, None), AnswerForm::Object, r#"{"operation":"close","closeInfo":{}}"#);
    check(&close(None, Some("r1")), AnswerForm::Array, r#"{"operation":"close","closeInfo":[{"userData":"r1"}]}"#);
}

#[test]
fn a_call_is_connected_with_the_flag_as_text_and_the_minutes_as_a_number() {
    let plain = Decision::Call(CallDecision::Connect(Box::new(connect())));
    check(
        &plain,
        AnswerForm::Array,
        r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000021","recordFlag":"false"}]}"#,
    );
    let full = Decision::Call(CallDecision::Connect(Box::new(Connect {
        display: Some(number("+8617000000001")),
        max_minutes: Some(30),
        record: true,
        hint_tone: Some("recorded.wav".to_owned()),
        wait_tone: Some("wait.wav".to_owned()),
        last_minute_tone: Some("minute.wav".to_owned()),
        user_data: Some("ride-9".to_owned()),
        ..connect()
    })));
    check(
        &full,
        AnswerForm::Object,
        r#"{"operation":"connect","connectInfo":{"displayCalleeNum":"+8617000000001","calleeNum":"+8613800000021","maxDuration":30,"waitVoice":"wait.wav","recordFlag":"true","recordHintTone":"recorded.wav","lastMinVoice":"minute.wav","userData":"ride-9"}}"#,
    );
}

#[test]
fn tones_that_would_not_be_played_are_not_sent() {
    let decision = Decision::Call(CallDecision::Connect(Box::new(Connect {
        max_minutes: Some(9_999),
        hint_tone: Some("recorded.wav".to_owned()),
        ..connect()
    })));
    check(
        &decision,
        AnswerForm::Array,
        r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000021","maxDuration":1440,"recordFlag":"false"}]}"#,
    );
    let unlimited = Decision::Call(CallDecision::Connect(Box::new(Connect {
        max_minutes: Some(0),
        last_minute_tone: Some("minute.wav".to_owned()),
        ..connect()
    })));
    check(
        &unlimited,
        AnswerForm::Array,
        r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000021","maxDuration":0,"recordFlag":"false"}]}"#,
    );
}

#[test]
fn a_message_is_forwarded_or_dropped() {
    let forward = Decision::Sms(SmsDecision::Forward { to: number("+8613900000042"), from: number("+8613800000021") });
    check(
        &forward,
        AnswerForm::Object,
        r#"{"actions":[{"operation":"vNumberRoute","message":{"called":"+8613900000042","calling":"+8613800000021"}}]}"#,
    );
    check(&Decision::Sms(SmsDecision::Discard), AnswerForm::Array, r#"{"actions":[{"operation":"DiscardMessage"}]}"#);
}

#[test]
fn an_app_without_rules_closes_with_its_tone_and_drops_messages() {
    let app = App { close_tone: Some("closed.wav".to_owned()), ..App::sample(provider().id()) };
    let call = QuestionKind::Call { session: SessionId::new("s") };
    let sms = QuestionKind::Sms { content: None };
    let question = |kind| Question { id: "q".to_owned(), x: None, from: None, kind };
    assert_eq!(provider().default_decision(&question(call), &app), close(Some("closed.wav"), None));
    assert_eq!(provider().default_decision(&question(sms), &app), Decision::Sms(SmsDecision::Discard));
}
