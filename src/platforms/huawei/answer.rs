//! Acknowledgements and decisions, to the byte.
//!
//! Acknowledgements have `resultcode`: the platform repeats call records for any value but `"0"`. The
//! shape of a decision is disputed: the tables type `connectInfo` as an object, the official samples send
//! a list of one, so the app chooses ([`AnswerForm`]).

use serde::Serialize;

use crate::domain::{
    Ack, AnswerForm, App, CallDecision, Connect, Decision, PhoneNumber, Question, QuestionKind, SmsDecision,
};
use crate::platforms::Occasion;

const CONTENT_TYPE: &str = "application/json;charset=UTF-8";
/// "Invalid request" in the platform's list.
const INVALID_REQUEST: &str = "1010002";
/// "No Authorization" in the platform's list: it does not say what was wrong.
const UNAUTHORISED: &str = "1023006";
/// Minutes.
const MINUTES_MAX: u16 = 1_440;

pub(in crate::platforms) fn ack(occasion: &Occasion<'_>) -> Ack {
    match occasion {
        Occasion::Kept(_) => json(200, &Outcome { resultcode: "0", resultdesc: "Success" }),
        Occasion::Unparsable(error) => {
            json(400, &Outcome { resultcode: INVALID_REQUEST, resultdesc: &error.to_string() })
        }
        Occasion::Unverified => json(401, &Outcome { resultcode: UNAUTHORISED, resultdesc: "Unauthorized" }),
    }
}

/// The default: hang up, drop.
pub(in crate::platforms) fn default_decision(question: &Question, app: &App) -> Decision {
    match question.kind {
        QuestionKind::Call { .. } => {
            Decision::Call(CallDecision::Close { tone: app.close_tone.clone(), user_data: None })
        }
        QuestionKind::Sms { .. } => Decision::Sms(SmsDecision::Discard),
    }
}

pub(in crate::platforms) fn answer(decision: &Decision, form: AnswerForm) -> Ack {
    match decision {
        Decision::Call(CallDecision::Connect(connect)) => {
            json(200, &ConnectAnswer { operation: "connect", connect_info: Shape::new(connect_info(connect), form) })
        }
        Decision::Call(CallDecision::Close { tone, user_data }) => {
            let info = CloseInfo { close_hint_tone: tone.as_deref(), user_data: user_data.as_deref() };
            json(200, &CloseAnswer { operation: "close", close_info: Shape::new(info, form) })
        }
        Decision::Sms(SmsDecision::Forward { to, from }) => {
            let message = Message { called: to.reveal(), calling: from.reveal() };
            json(200, &SmsAnswer { actions: [Action { operation: "vNumberRoute", message: Some(message) }] })
        }
        Decision::Sms(SmsDecision::Discard) => {
            json(200, &SmsAnswer { actions: [Action { operation: "DiscardMessage", message: None }] })
        }
    }
}

/// The platform reads the hint tone only for recorded calls and the last-minute tone only for
/// limited ones.
fn connect_info(connect: &Connect) -> ConnectInfo<'_> {
    let max_duration = connect.max_minutes.map(|minutes| minutes.min(MINUTES_MAX));
    ConnectInfo {
        display_callee_num: connect.display.as_ref().map(PhoneNumber::reveal),
        callee_num: connect.callee.reveal(),
        max_duration,
        wait_voice: connect.wait_tone.as_deref(),
        record_flag: if connect.record { "true" } else { "false" },
        record_hint_tone: connect.hint_tone.as_deref().filter(|_| connect.record),
        last_min_voice: connect.last_minute_tone.as_deref().filter(|_| max_duration.is_some_and(|max| max > 0)),
        user_data: connect.user_data.as_deref(),
    }
}

fn json(status: u16, body: &impl Serialize) -> Ack {
    let body = serde_json::to_string(body).expect("structs of strings and numbers always serialise");
    Ack { status, content_type: CONTENT_TYPE.to_owned(), body }
}

#[derive(Serialize)]
struct Outcome<'a> {
    resultcode: &'a str,
    resultdesc: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Shape<T> {
    Array([T; 1]),
    Object(T),
}

impl<T> Shape<T> {
    fn new(inner: T, form: AnswerForm) -> Self {
        match form {
            AnswerForm::Array => Self::Array([inner]),
            AnswerForm::Object => Self::Object(inner),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectAnswer<'a> {
    operation: &'static str,
    connect_info: Shape<ConnectInfo<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CloseAnswer<'a> {
    operation: &'static str,
    close_info: Shape<CloseInfo<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    display_callee_num: Option<&'a str>,
    callee_num: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_duration: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_voice: Option<&'a str>,
    record_flag: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_hint_tone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_min_voice: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CloseInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    close_hint_tone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<&'a str>,
}

#[derive(Serialize)]
struct SmsAnswer<'a> {
    actions: [Action<'a>; 1],
}

#[derive(Serialize)]
struct Action<'a> {
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    called: &'a str,
    calling: &'a str,
}
