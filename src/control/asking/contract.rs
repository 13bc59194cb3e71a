//! The contract with the company's own system, for whoever writes that system.
//!
//! What a question and an answer hold stands in the types of [`super::question`] and
//! [`super::answer`], and what that means in `docs/decision-webhook.md`. Here are an example of every
//! message, for that document and for the description of the API, and how asking can end. Tests hold
//! examples and document against the types: none can say what the code does not do.

use crate::domain::{Asking, Text};

#[derive(Debug, Clone, Copy)]
pub struct ContractAnswer {
    pub action: &'static str,
    pub examples: &'static [&'static str],
}

/// The secret that signs [`CALL_QUESTION`] in the example.
pub const EXAMPLE_SECRET: &str = "whsec_cmluZ2JhY2sgZXhhbXBsZSBzZWNyZXQgMzIgYnl0ZXM=";
/// Its `webhook-id`.
pub const EXAMPLE_ID: &str = "q_35d26ce480d5a50bdd1e92c5f83734be";
/// Its `webhook-timestamp`.
pub const EXAMPLE_SECONDS: i64 = 1_795_233_600;
/// Its `webhook-signature`.
pub const EXAMPLE_SIGNATURE: &str = "v1,m377eILQQWaiK5o5m/vvDkL/3y2XNigheyEjeA/oX5s=";

pub const CALL_QUESTION: &str = r#"{"type":"call.question","timestamp":"2026-11-21T04:00:00.002Z","data":{"app":"order-hotline","x":"+8617000000001","from":"+8613800000001","session_id":"1200_77_0_20261121040000@huaweicaas.com","asked_at":"2026-11-21T04:00:00Z","binding":{"id":"128","other":"+8613800000002","user_data":"order=17"}}}"#;

pub const SMS_QUESTION: &str = r#"{"type":"sms.question","timestamp":"2026-11-21T04:00:00.002Z","data":{"app":"order-hotline","x":"+8617000000001","from":"+8613800000001","sms_id":"20261121040000-77","content":"I am downstairs","asked_at":"2026-11-21T04:00:00Z","binding":null}}"#;

pub const ANSWERS: &[ContractAnswer] = &[
    ContractAnswer {
        action: "connect",
        examples: &[
            r#"{"do":"connect","to":"+8613800000002"}"#,
            r#"{"do":"connect","to":"+8613800000002","max_minutes":30,"record":true,"hint_tone":"hint.wav","user_data":"order=17"}"#,
        ],
    },
    ContractAnswer { action: "close", examples: &[r#"{"do":"close"}"#, r#"{"do":"close","tone":"busy.wav"}"#] },
    ContractAnswer {
        action: "forward",
        examples: &[r#"{"do":"forward"}"#, r#"{"do":"forward","to":"+8613800000002","from":"+8617000000001"}"#],
    },
    ContractAnswer { action: "discard", examples: &[r#"{"do":"discard"}"#] },
    ContractAnswer { action: "follow_binding", examples: &[r#"{"do":"follow_binding"}"#] },
    ContractAnswer { action: "next", examples: &[r#"{"do":"next"}"#] },
];

#[must_use]
pub fn outcome(asking: Asking) -> Text {
    match asking {
        Asking::Decided => Text::new("答复有效，照办。", "The answer is valid and is done."),
        Asking::Passed => Text::new("答复 next，或状态码 204。", "It answered next, or with status 204."),
        Asking::Late => Text::new(
            "到时间还没有完整的答复；之后到的不再读。",
            "No whole answer came in its time; what comes later is not read.",
        ),
        Asking::Unreachable => {
            Text::new("连不上、TLS 不通过，或连接中断。", "No connection, TLS refused it, or it broke off.")
        }
        Asking::Refused => Text::new(
            "状态码不是 200 或 204；重定向也算，不会跟随。",
            "A status other than 200 and 204; a redirect is one too and is not followed.",
        ),
        Asking::Invalid => Text::new(
            "正文不是上面的答复，或平台不会接受它。",
            "The body is none of the answers above, or one that the platform would not take.",
        ),
        Asking::Resting => Text::new(
            "没有询问：刚刚连续失败，暂停一会儿。",
            "It was not asked: it failed several times in a row and is left alone for a while.",
        ),
        Asking::Busy => Text::new(
            "没有询问：等待它的询问太多，或时限已用完。",
            "It was not asked: too many questions wait for it, or no time was left.",
        ),
    }
}

#[cfg(test)]
mod tests;
