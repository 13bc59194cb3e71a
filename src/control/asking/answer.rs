//! What the company's own system answers, read.
//!
//! A rule with a word that we do not know is refused, because a person is there to mend it; here a
//! phone rings. So a field that we do not know is passed over, and `null` is as good as absent.
//! Whether the platform takes the decision is looked at afterwards, with everybody else's.

use serde_json::{Map, Value};

use crate::control::rules::Then;
use crate::domain::Asking;

/// What each decision reads, beside `do`.
const FIELDS: [(&str, &[&str]); 5] = [
    ("follow_binding", &[]),
    ("connect", &["to", "display", "max_minutes", "record", "hint_tone", "wait_tone", "last_minute_tone", "user_data"]),
    ("close", &["tone", "user_data"]),
    ("forward", &["to", "from"]),
    ("discard", &[]),
];

/// Reads a body; an action is what was decided.
pub(super) fn read(body: &[u8]) -> (Asking, Option<Then>) {
    let Ok(mut answer) = serde_json::from_slice::<Map<String, Value>>(body) else { return (Asking::Invalid, None) };
    let action = answer.get("do").and_then(Value::as_str).unwrap_or_default();
    if action == "next" {
        return (Asking::Passed, None);
    }
    let Some((_, fields)) = FIELDS.iter().find(|(name, _)| *name == action) else { return (Asking::Invalid, None) };
    answer.retain(|name, value| !value.is_null() && (name == "do" || fields.contains(&name.as_str())));
    match serde_json::from_value(Value::Object(answer)) {
        Ok(then) => (Asking::Decided, Some(then)),
        Err(_) => (Asking::Invalid, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::ConnectTo;

    #[test]
    fn what_is_not_known_is_passed_over_and_null_is_absent() {
        let said = read(br#"{"do":"connect","to":"13800000021","record":null,"max_minutes":null,"order":{"id":7}}"#);
        let to = ConnectTo { to: "13800000021".to_owned(), ..ConnectTo::default() };
        assert_eq!(said, (Asking::Decided, Some(Then::Connect(to))));
        let said = read(br#"{"do":"close","tone":"busy.wav","why":"asleep"}"#);
        assert_eq!(said, (Asking::Decided, Some(Then::Close { tone: Some("busy.wav".to_owned()), user_data: None })));
        assert_eq!(read(br#"{"do":"next","until":"tomorrow"}"#), (Asking::Passed, None));
    }

    #[test]
    fn what_is_no_decision_is_invalid() {
        let connect = r#"{"do":"connect","to":13800000021}"#;
        // Asking on would never end: a system cannot send to another.
        let ask = r#"{"do":"ask","url":"https://elsewhere.example/"}"#;
        for body in ["", "[]", "{}", "null", r#"{"do":7}"#, r#"{"do":"sing"}"#, connect, ask, r#"{"do":"close"} x"#] {
            assert_eq!(read(body.as_bytes()), (Asking::Invalid, None), "{body}");
        }
    }
}
