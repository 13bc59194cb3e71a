//! A question as the company's own system gets it, and its signature.
//!
//! Signed as Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body` with the bytes behind
//! `whsec_`, in Base64 behind `v1,`. The id is the same however often the same question is put,
//! so that the other side can tell a repeat.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::control::rules::Facts;
use crate::domain::{Asks, BindingId, PhoneNumber, Question, QuestionKind, Secret};

#[derive(Debug, Clone, Copy)]
pub(in crate::control) struct Asked<'a> {
    pub(in crate::control) app: &'a str,
    pub(in crate::control) question: &'a Question,
    pub(in crate::control) facts: &'a Facts<'a>,
    pub(in crate::control) binding: Option<BindingId>,
    pub(in crate::control) at: Timestamp,
}

/// What the company's own system is asked, as the body of the request.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SystemQuestion<'a> {
    r#type: SystemQuestionKind,
    /// When it was put: the instant of `webhook-timestamp`.
    #[schemars(extend("format" = "date-time"))]
    timestamp: String,
    data: SystemQuestionData<'a>,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
enum SystemQuestionKind {
    /// A call waits.
    #[serde(rename = "call.question")]
    Call,
    /// A message waits.
    #[serde(rename = "sms.question")]
    Sms,
}

/// What is known of it.
#[derive(Debug, Serialize, JsonSchema)]
struct SystemQuestionData<'a> {
    /// The name of the app.
    app: &'a str,
    /// The privacy number that was called or written to, where the platform named it.
    x: Option<&'a str>,
    /// Who calls or writes, where the platform said.
    from: Option<&'a str>,
    /// Calls only: the platform's session.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    /// Messages only: the platform's id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_id: Option<&'a str>,
    /// Messages only: the text, where the platform sent one.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    /// The instant that the rules are judged by.
    #[schemars(extend("format" = "date-time"))]
    asked_at: String,
    /// The binding that answers the caller, where there is one.
    binding: Option<SystemQuestionBinding<'a>>,
}

/// A binding that answers the caller.
#[derive(Debug, Serialize, JsonSchema)]
struct SystemQuestionBinding<'a> {
    /// Its id.
    id: Option<String>,
    /// Whom it would reach.
    other: &'a str,
    /// Its user data.
    user_data: Option<&'a str>,
}

impl Asked<'_> {
    /// A hash.
    pub(super) fn id(&self) -> String {
        let digest = Sha256::digest(format!("{}\0{}", self.app, self.question.key()));
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("q_{hex}")
    }

    pub(super) fn body(&self) -> Vec<u8> {
        let (id, facts) = (&self.question.id, self.facts);
        let content = match &self.question.kind {
            QuestionKind::Sms { content } => content.as_deref(),
            QuestionKind::Call { .. } => None,
        };
        let is_call = facts.asks == Asks::Call;
        let body = SystemQuestion {
            r#type: if is_call { SystemQuestionKind::Call } else { SystemQuestionKind::Sms },
            timestamp: self.at.to_string(),
            data: SystemQuestionData {
                app: self.app,
                x: facts.x.map(PhoneNumber::reveal),
                from: facts.from.map(PhoneNumber::reveal),
                session_id: is_call.then_some(id.as_str()),
                sms_id: (!is_call).then_some(id.as_str()),
                content,
                asked_at: facts.at.to_string(),
                binding: facts.bound.map(|(other, terms)| SystemQuestionBinding {
                    id: self.binding.map(|id| id.0.to_string()),
                    other: other.reveal(),
                    user_data: terms.user_data.as_deref(),
                }),
            },
        };
        serde_json::to_vec(&body).expect("structs of strings always serialise")
    }
}

/// `None` where the secret is malformed.
pub(super) fn sign(secret: &Secret, id: &str, seconds: i64, body: &[u8]) -> Option<String> {
    let key = STANDARD.decode(secret.reveal().strip_prefix("whsec_")?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_standards_own_example() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(sign(&Secret::new("plain"), "id", 1, b""), None);
    }
}
