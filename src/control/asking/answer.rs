//! What the company's own system answers, read.
//!
//! A rule with a word that we do not know is refused, because a person is there to mend it; here a
//! phone rings. So a field that we do not know is passed over, and `null` is as good as absent.
//! Whether the platform takes the decision is looked at afterwards, with everybody else's.

use serde_json::{Map, Value};

use super::Heard;
use crate::domain::{Asking, Wording};

/// What each decision reads, beside `do`.
const FIELDS: [(&str, &[&str]); 5] = [
    ("follow_binding", &[]),
    ("connect", &["to", "display", "max_minutes", "record", "hint_tone", "wait_tone", "last_minute_tone", "user_data"]),
    ("close", &["tone", "user_data"]),
    ("forward", &["to", "from"]),
    ("discard", &[]),
];

/// Reads a body; an action is what was decided.
///
/// What it says of an answer that is none holds nothing of it: there may be numbers in it.
pub(super) fn read(body: &[u8]) -> Heard {
    let invalid = |zh: &str, en: &str| Heard::nothing(Asking::Invalid, Wording::new(zh, en));
    let Ok(mut answer) = serde_json::from_slice::<Map<String, Value>>(body) else {
        return invalid("答复不是 JSON 对象", "the answer is no JSON object");
    };
    let action = answer.get("do").and_then(Value::as_str).unwrap_or_default();
    if action == "next" {
        return Heard::only(Asking::Passed);
    }
    let Some((_, fields)) = FIELDS.iter().find(|(name, _)| *name == action) else {
        return invalid(
            "do 应为 connect、close、forward、discard、follow_binding 或 next",
            "do is connect, close, forward, discard, follow_binding or next",
        );
    };
    answer.retain(|name, value| !value.is_null() && (name == "do" || fields.contains(&name.as_str())));
    match serde_json::from_value(Value::Object(answer)) {
        Ok(then) => Heard { then: Some(then), ..Heard::only(Asking::Decided) },
        Err(_) => invalid(
            "缺少 to，或字段类型不对：max_minutes 是数字，record 是 true 或 false，其余是文本",
            "to is missing, or a field has another type: max_minutes is a number, record true or false, the others text",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{ConnectTo, Then};

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
