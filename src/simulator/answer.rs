//! Judges an answer as strictly as a platform could, and reads the decision in it.
//!
//! Notices need 200; a `resultcode`, where one is sent, must be the text `"0"`. The answer to
//! a question may be written with one-element arrays, as the official samples do, or with
//! objects, as the tables say: both are accepted, anything else is refused with a reason.

use serde_json::Value;

use super::push::{Decided, Expectation};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Refusal {
    /// Not 200, or nothing that answers what nobody sends in earnest.
    #[error("status {0}")]
    Status(u16),
    /// A `resultcode` that is not the text `"0"`.
    #[error("resultcode is not \"0\"")]
    ResultCode,
    /// Not a decision that the platform understands.
    #[error("{0}")]
    Malformed(&'static str),
    /// A repeated question was answered differently.
    #[error("a repeated question was answered differently")]
    Changed,
}

impl Refusal {
    /// Whether the receiver itself said that something went wrong: with a 4xx or 5xx.
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(self, Self::Status(400..))
    }
}

pub(super) fn judge(expects: Expectation, status: u16, body: &[u8]) -> Result<Option<Decided>, Refusal> {
    if expects == Expectation::Anything {
        return if status < 400 { Ok(None) } else { Err(Refusal::Status(status)) };
    }
    if status != 200 {
        return Err(Refusal::Status(status));
    }
    match expects {
        Expectation::CallDecision => call_decision(&json(body)?).map(Some),
        Expectation::SmsDecision => sms_decision(&json(body)?).map(Some),
        Expectation::Success | Expectation::Anything => {
            let answer: Option<Value> = serde_json::from_slice(body).ok();
            match answer.as_ref().and_then(|a| a.get("resultcode")) {
                Some(code) if code.as_str() != Some("0") => Err(Refusal::ResultCode),
                _ => Ok(None),
            }
        }
    }
}

fn json(body: &[u8]) -> Result<Value, Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Refusal::Malformed("the decision is not JSON"))?;
    if value.is_object() { Ok(value) } else { Err(Refusal::Malformed("the decision is not an object")) }
}

fn call_decision(answer: &Value) -> Result<Decided, Refusal> {
    match answer["operation"].as_str() {
        Some("connect") => connect(info(&answer["connectInfo"])?.ok_or(malformed("connect without connectInfo"))?),
        Some("close") => {
            let info = info(&answer["closeInfo"])?;
            Ok(Decided::Close { user_data: info.map(user_data).transpose()?.flatten() })
        }
        Some(_) => Err(malformed("operation is neither connect nor close")),
        None => Err(malformed("no operation")),
    }
}

fn connect(info: &Value) -> Result<Decided, Refusal> {
    let callee = number(&info["calleeNum"]).ok_or(malformed("calleeNum is not a number in global format"))?;
    let record = match &info["recordFlag"] {
        Value::Null => false,
        Value::String(flag) if flag == "true" => true,
        Value::String(flag) if flag == "false" => false,
        _ => return Err(malformed("recordFlag is neither \"true\" nor \"false\"")),
    };
    if !info["recordHintTone"].is_null() && !record {
        return Err(malformed("recordHintTone without recordFlag"));
    }
    match &info["maxDuration"] {
        Value::Null => {}
        minutes if minutes.as_u64().is_some_and(|m| m <= 1_440) => {}
        _ => return Err(malformed("maxDuration is not an integer from 0 to 1440")),
    }
    match &info["displayCalleeNum"] {
        Value::Null => {}
        shown if number(shown).is_some() => {}
        _ => return Err(malformed("displayCalleeNum is not a number in global format")),
    }
    Ok(Decided::Connect { callee, record, user_data: user_data(info)? })
}

fn sms_decision(answer: &Value) -> Result<Decided, Refusal> {
    let action = info(&answer["actions"])?.ok_or(malformed("no actions"))?;
    match action["operation"].as_str() {
        Some("vNumberRoute") => {
            let message = &action["message"];
            number(&message["calling"]).ok_or(malformed("calling is not a number in global format"))?;
            let to = number(&message["called"]).ok_or(malformed("called is not a number in global format"))?;
            Ok(Decided::Forward { to })
        }
        Some("DiscardMessage") => Ok(Decided::Discard),
        Some(_) => Err(malformed("operation is neither vNumberRoute nor DiscardMessage")),
        None => Err(malformed("no operation")),
    }
}

/// An object, or the one object in an array; `None` where there is nothing.
fn info(value: &Value) -> Result<Option<&Value>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Object(_) => Ok(Some(value)),
        Value::Array(items) if items.len() == 1 && items[0].is_object() => Ok(Some(&items[0])),
        _ => Err(malformed("neither an object nor an array of one")),
    }
}

/// `+` and digits, 4 to 31 characters.
fn number(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let digits = text.strip_prefix('+')?;
    ((4..=31).contains(&text.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
}

/// At most 256 characters, without braces.
fn user_data(info: &Value) -> Result<Option<String>, Refusal> {
    match &info["userData"] {
        Value::Null => Ok(None),
        Value::String(text) if text.len() <= 256 && !text.contains(['{', '}']) => Ok(Some(text.clone())),
        _ => Err(malformed("userData is longer than 256 or has braces")),
    }
}

fn malformed(reason: &'static str) -> Refusal {
    Refusal::Malformed(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expects: Expectation, status: u16, body: &str, wanted: &Result<Option<Decided>, Refusal>) {
        assert_eq!(&judge(expects, status, body.as_bytes()), wanted, "{body}");
    }

    #[test]
    fn a_notice_is_acknowledged_by_200_unless_a_resultcode_says_otherwise() {
        use Expectation::Success;
        check(Success, 200, "", &Ok(None));
        check(Success, 200, r#"{"resultcode":"0","resultdesc":"Success"}"#, &Ok(None));
        check(Success, 200, r#"{"resultcode":0}"#, &Err(Refusal::ResultCode));
        check(Success, 200, r#"{"resultcode":"1"}"#, &Err(Refusal::ResultCode));
        check(Success, 201, "", &Err(Refusal::Status(201)));
        check(Success, 503, "", &Err(Refusal::Status(503)));
    }

    #[test]
    fn decisions_are_read_in_array_and_object_form() {
        let connect = Ok(Some(Decided::Connect {
            callee: "+8613800000021".into(),
            record: true,
            user_data: Some("order-1".into()),
        }));
        let info = r#"{"calleeNum":"+8613800000021","recordFlag":"true","userData":"order-1"}"#;
        for form in [info.to_owned(), format!("[{info}]")] {
            let body = format!(r#"{{"operation":"connect","connectInfo":{form}}}"#);
            check(Expectation::CallDecision, 200, &body, &connect);
        }
        check(
            Expectation::CallDecision,
            200,
            r#"{"operation":"close"}"#,
            &Ok(Some(Decided::Close { user_data: None })),
        );
        let action = r#"{"operation":"vNumberRoute","message":{"called":"+8613800000021","calling":"+8613800000022"}}"#;
        for form in [action.to_owned(), format!("[{action}]")] {
            let body = format!(r#"{{"actions":{form}}}"#);
            check(Expectation::SmsDecision, 200, &body, &Ok(Some(Decided::Forward { to: "+8613800000021".into() })));
        }
        check(
            Expectation::SmsDecision,
            200,
            r#"{"actions":[{"operation":"DiscardMessage"}]}"#,
            &Ok(Some(Decided::Discard)),
        );
    }

    #[test]
    fn malformed_decisions_are_refused_with_a_reason() {
        for body in [
            "",
            "[]",
            r#"{"resultcode":"0"}"#,
            r#"{"operation":"connect"}"#,
            r#"{"operation":"connect","connectInfo":{"calleeNum":"13800000021"}}"#,
            r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000021","recordFlag":true}]}"#,
            r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000021","maxDuration":1441}]}"#,
            r#"{"operation":"connect","connectInfo":[{"calleeNum":"+8613800000021","userData":"{}"}]}"#,
            r#"{"operation":"hold"}"#,
        ] {
            let refused = judge(Expectation::CallDecision, 200, body.as_bytes());
            assert!(matches!(refused, Err(Refusal::Malformed(_))), "{body}: {refused:?}");
        }
        let refused = judge(Expectation::SmsDecision, 200, br#"{"actions":[{"operation":"vNumberDiscard"}]}"#);
        assert!(matches!(refused, Err(Refusal::Malformed(_))));
    }
}
