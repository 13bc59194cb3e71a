//! What the company's own system answers, read.
//!
//! A rule with a word that we do not know is refused, because a person is there to mend it; here a
//! phone rings. So a field that we do not know is passed over, and `null` is as good as absent.
//! Whether the platform takes the decision is looked at afterwards, with everybody else's.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Heard;
use crate::control::rules::{ConnectTo, Then};
use crate::domain::{Asking, Wording, plain_text};

/// What the company's own system may answer. A field that is not named here is passed over, and
/// `null` is as good as absent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum SystemAnswer {
    /// Connects a call.
    Connect {
        /// The real callee.
        #[schemars(length(min = 4, max = 31))]
        to: String,
        /// The number shown; carriers block any but X.
        #[schemars(length(min = 4, max = 31))]
        display: Option<String>,
        /// Minutes from answer; unlimited when 0 or absent.
        #[schemars(range(max = 1_440))]
        max_minutes: Option<u16>,
        /// Whether to record; takes `hint_tone` as well.
        record: Option<bool>,
        /// The announcement that a recorded call begins with.
        #[schemars(length(min = 1, max = 128))]
        hint_tone: Option<String>,
        /// What the caller hears instead of the ring-back tone.
        #[schemars(length(min = 1, max = 128))]
        wait_tone: Option<String>,
        /// Played one minute before the end of a call limited to two minutes or more.
        #[schemars(length(min = 1, max = 128))]
        last_minute_tone: Option<String>,
        /// Echoed in later events and the record: ASCII without braces.
        #[schemars(length(max = 256))]
        user_data: Option<String>,
    },
    /// Closes a call.
    Close {
        /// The file name of an approved announcement; none hangs up at once.
        #[schemars(length(min = 1, max = 128))]
        tone: Option<String>,
        /// Echoed in later events and the record: ASCII without braces.
        #[schemars(length(max = 256))]
        user_data: Option<String>,
    },
    /// Forwards a message.
    Forward {
        /// To whom; the binding's other party when absent.
        #[schemars(length(min = 4, max = 64))]
        to: Option<String>,
        /// As from whom; the sender when absent.
        #[schemars(length(max = 64))]
        from: Option<String>,
    },
    /// Drops a message.
    Discard {},
    /// Connects the call, or forwards the message, to the other party of the binding.
    FollowBinding {},
    /// Leaves it to the next rule.
    Next {},
}

/// The values of `do`.
const ACTIONS: [&str; 6] = ["connect", "close", "forward", "discard", "follow_binding", "next"];

/// Reads the webhook's answer. Problems quote nothing of it: there may be numbers in it.
///
/// What it says of an answer that is none holds nothing of it: there may be numbers in it.
pub(super) fn read(body: &[u8]) -> Heard {
    let invalid = |zh: &str, en: &str| Heard::nothing(Asking::Invalid, Wording::new(zh, en));
    let Ok(answer) = serde_json::from_slice::<Map<String, Value>>(plain_text::without_mark(body)) else {
        return invalid("答复不是 JSON 对象", "the answer is no JSON object");
    };
    let action = answer.get("do").and_then(Value::as_str).unwrap_or_default();
    if !ACTIONS.contains(&action) {
        return invalid(
            "do 应为 connect、close、forward、discard、follow_binding 或 next",
            "do is connect, close, forward, discard, follow_binding or next",
        );
    }
    match serde_json::from_value::<SystemAnswer>(Value::Object(answer)) {
        Ok(answer) => match answer.action() {
            Some(then) => Heard { then: Some(then), ..Heard::only(Asking::Decided) },
            None => Heard::only(Asking::Passed),
        },
        Err(_) => invalid(
            "缺少 to，或字段类型不对：max_minutes 是数字，record 是 true 或 false，其余是文本",
            "to is missing, or a field has another type: max_minutes is a number, record true or false, the others text",
        ),
    }
}

impl SystemAnswer {
    /// `None` passes the question to the next rule.
    fn action(self) -> Option<Then> {
        Some(match self {
            Self::Connect { to, display, max_minutes, record, hint_tone, wait_tone, last_minute_tone, user_data } => {
                Then::Connect(ConnectTo {
                    to,
                    display,
                    max_minutes,
                    record: record.unwrap_or_default(),
                    hint_tone,
                    wait_tone,
                    last_minute_tone,
                    user_data,
                })
            }
            Self::Close { tone, user_data } => Then::Close { tone, user_data },
            Self::Forward { to, from } => Then::Forward { to, from },
            Self::Discard {} => Then::Discard {},
            Self::FollowBinding {} => Then::FollowBinding {},
            Self::Next {} => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_passed_over_and_null_is_absent() {
        let said = read(br#"{"do":"connect","to":"13800000021","record":null,"max_minutes":null,"order":{"id":7}}"#);
        let to = ConnectTo { to: "13800000021".to_owned(), ..ConnectTo::default() };
        assert_eq!((said.asking, said.then), (Asking::Decided, Some(Then::Connect(to))));
        let said = read(br#"{"do":"close","tone":"busy.wav","why":"asleep"}"#);
        let close = Then::Close { tone: Some("busy.wav".to_owned()), user_data: None };
        assert_eq!((said.asking, said.then), (Asking::Decided, Some(close)));
        assert_eq!(read(br#"{"do":"next","until":"tomorrow"}"#), Heard::only(Asking::Passed));
    }

    #[test]
    fn what_is_no_decision_is_invalid() {
        let connect = r#"{"do":"connect","to":13800000021}"#;
        // Asking on would never end: a system cannot send to another.
        let ask = r#"{"do":"ask","url":"https://elsewhere.example/"}"#;
        for body in ["", "[]", "{}", "null", r#"{"do":7}"#, r#"{"do":"sing"}"#, connect, ask, r#"{"do":"close"} x"#] {
            let said = read(body.as_bytes());
            assert_eq!((said.asking, said.then), (Asking::Invalid, None), "{body}");
            assert!(said.problem.unwrap().is_in_both(), "{body}");
        }
    }
}
