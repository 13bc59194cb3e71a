//! Reads a decision back from its answer, for people.
//!
//! Reads what [`super::answer`] writes, in either shape. An answer of another version may read as no
//! decision, never as a wrong one.

use serde_json::Value;

use crate::domain::{CallDecision, Connect, Decision, PhoneNumber, SmsDecision};

/// `None`: the answer to a notice.
pub(in crate::platforms) fn answered(body: &str) -> Option<Decision> {
    let answer: Value = serde_json::from_str(body).ok()?;
    let action = &answer["actions"][0];
    Some(match (answer["operation"].as_str(), action["operation"].as_str()) {
        (Some("connect"), _) => {
            Decision::Call(CallDecision::Connect(Box::new(connect(inner(&answer["connectInfo"]))?)))
        }
        (Some("close"), _) => {
            let info = inner(&answer["closeInfo"]);
            Decision::Call(CallDecision::Close {
                tone: text(&info["closeHintTone"]),
                user_data: text(&info["userData"]),
            })
        }
        (_, Some("vNumberRoute")) => {
            let message = &action["message"];
            Decision::Sms(SmsDecision::Forward { to: number(&message["called"])?, from: number(&message["calling"])? })
        }
        (_, Some("DiscardMessage")) => Decision::Sms(SmsDecision::Discard),
        _ => return None,
    })
}

fn connect(info: &Value) -> Option<Connect> {
    Some(Connect {
        callee: number(&info["calleeNum"])?,
        display: number(&info["displayCalleeNum"]),
        max_minutes: info["maxDuration"].as_u64().and_then(|minutes| u16::try_from(minutes).ok()),
        record: info["recordFlag"] == "true",
        hint_tone: text(&info["recordHintTone"]),
        wait_tone: text(&info["waitVoice"]),
        last_minute_tone: text(&info["lastMinVoice"]),
        user_data: text(&info["userData"]),
    })
}

fn inner(info: &Value) -> &Value {
    if info.is_array() { &info[0] } else { info }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn number(value: &Value) -> Option<PhoneNumber> {
    value.as_str().map(|text| PhoneNumber::from_stored(text.to_owned()))
}
