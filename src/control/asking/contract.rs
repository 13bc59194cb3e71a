//! The contract with the company's own system, for whoever writes that system.
//!
//! What a question and an answer hold stands in the types of [`super::question`] and
//! [`super::answer`]; here are the same fields with what they mean in both languages, and examples
//! of every message. The Help page shows them, the description of the API takes the examples, and
//! tests hold all of it, and the README, against the types: none can say what the code does not do.

use crate::domain::{Asking, Text};

/// One field of a message.
#[derive(Debug, Clone, Copy)]
pub struct ContractField {
    /// Its name; `data.x` is `x` inside `data`.
    pub name: &'static str,
    /// Its type, its unit and how long it may be.
    pub kind: Text,
    /// What it means.
    pub meaning: Text,
}

/// One thing that may be answered.
#[derive(Debug, Clone, Copy)]
pub struct ContractAnswer {
    /// The value of `do`.
    pub action: &'static str,
    /// What it is an answer to.
    pub answers: Text,
    /// What happens then.
    pub meaning: Text,
    /// What may stand beside `do`.
    pub fields: &'static [ContractField],
    /// Whole bodies.
    pub examples: &'static [&'static str],
}

const fn field(name: &'static str, kind: Text, meaning: Text) -> ContractField {
    ContractField { name, kind, meaning }
}

/// The secret that signs [`CALL_QUESTION`] in the example.
pub const EXAMPLE_SECRET: &str = "whsec_cmluZ2JhY2sgZXhhbXBsZSBzZWNyZXQgMzIgYnl0ZXM=";
/// Its `webhook-id`.
pub const EXAMPLE_ID: &str = "q_35d26ce480d5a50bdd1e92c5f83734be";
/// Its `webhook-timestamp`.
pub const EXAMPLE_SECONDS: i64 = 1_795_233_600;
/// Its `webhook-signature`.
pub const EXAMPLE_SIGNATURE: &str = "v1,m377eILQQWaiK5o5m/vvDkL/3y2XNigheyEjeA/oX5s=";

/// A question about a call, as it is sent.
pub const CALL_QUESTION: &str = r#"{"type":"call.question","timestamp":"2026-11-21T04:00:00.002Z","data":{"app":"order-hotline","x":"+8617000000001","from":"+8613800000001","session_id":"1200_77_0_20261121040000@huaweicaas.com","asked_at":"2026-11-21T04:00:00Z","binding":{"id":"128","other":"+8613800000002","user_data":"order=17"}}}"#;

/// A question about a message.
pub const SMS_QUESTION: &str = r#"{"type":"sms.question","timestamp":"2026-11-21T04:00:00.002Z","data":{"app":"order-hotline","x":"+8617000000001","from":"+8613800000001","sms_id":"20261121040000-77","content":"I am downstairs","asked_at":"2026-11-21T04:00:00Z","binding":null}}"#;

const TEXT: Text = Text::new("文本", "text");
const INSTANT: Text = Text::new("时间，RFC 3339，UTC", "instant, RFC 3339 in UTC");
const NUMBER_OR_NULL: Text = Text::new("号码（E.164）或 null", "number (E.164), or null");
const TONE: Text = Text::new("文本，1 到 128 个字符", "text, 1 to 128 characters");
const ECHOED: Text =
    Text::new("ASCII 文本，最多 256 个字符，不含 { }", "ASCII text of at most 256 characters without { }");
const ECHO: Text =
    Text::new("平台在之后的事件和话单里原样带回。", "Echoed by the platform in later events and in the record.");

/// What a question holds.
pub const QUESTION: &[ContractField] = &[
    field(
        "type",
        TEXT,
        Text::new(
            "call.question 是来电，sms.question 是短信。",
            "call.question asks about a call, sms.question about a message.",
        ),
    ),
    field(
        "timestamp",
        INSTANT,
        Text::new("何时发出，与 webhook-timestamp 同一时刻。", "When it was put: the instant of webhook-timestamp."),
    ),
    field("data.app", TEXT, Text::new("应用的名称。", "The name of the app.")),
    field(
        "data.x",
        NUMBER_OR_NULL,
        Text::new(
            "被呼叫或收到短信的隐私号 X；平台没有给出时为 null。",
            "The privacy number that was called or written to; null where the platform named none.",
        ),
    ),
    field(
        "data.from",
        NUMBER_OR_NULL,
        Text::new(
            "真实的主叫或发送方；平台没有给出时为 null。无法确定国家码的号码保持平台的原样。",
            "The real caller or sender; null where the platform named none. What has no certain country code stays as it was sent.",
        ),
    ),
    field(
        "data.session_id",
        TEXT,
        Text::new(
            "只有来电：平台的会话号，与之后的事件和话单相同。",
            "Calls only: the platform's session, the same in later events and in the record.",
        ),
    ),
    field(
        "data.sms_id",
        TEXT,
        Text::new("只有短信：平台的短信标识。", "Messages only: the platform's id of the message."),
    ),
    field(
        "data.content",
        TEXT,
        Text::new(
            "只有短信：正文；平台没有给出时没有此字段。",
            "Messages only: the text; absent where the platform sent none.",
        ),
    ),
    field(
        "data.asked_at",
        INSTANT,
        Text::new(
            "规则里的时间、星期和日期名单以这一时刻为准。",
            "The instant that the rules' times, weekdays and lists of days are judged by.",
        ),
    ),
    field(
        "data.binding",
        Text::new("对象或 null", "object, or null"),
        Text::new("适用于这个主叫的绑定；没有时为 null。", "The binding that answers this caller; null without one."),
    ),
    field("data.binding.id", TEXT, Text::new("绑定的编号。", "The id of the binding.")),
    field(
        "data.binding.other",
        Text::new("号码（E.164）", "number (E.164)"),
        Text::new("照绑定会接到谁。", "Whom the binding would reach."),
    ),
    field(
        "data.binding.user_data",
        Text::new("文本或 null", "text, or null"),
        Text::new("绑定的随路数据。", "The binding's user data."),
    ),
];

/// Everything that may be answered.
pub const ANSWERS: &[ContractAnswer] = &[
    ContractAnswer {
        action: "connect",
        answers: Text::new("来电", "a call"),
        meaning: Text::new("接通到 to。", "Connects the call to `to`."),
        fields: &[
            field(
                "to",
                Text::new("号码，必填，连同 + 共 4 到 31 个字符", "number, needed, 4 to 31 characters with its +"),
                Text::new(
                    "真实被叫：+86 号码，或 11 位手机号、带区号的固话（自动补 +86）。不能是 X 本身。",
                    "The real callee: +86…, or an eleven-digit mobile or a landline with its area code, which get +86. Not X itself.",
                ),
            ),
            field(
                "display",
                Text::new("号码，4 到 31 个字符", "number, 4 to 31 characters"),
                Text::new(
                    "被叫看到的号码；运营商会拦截 X 以外的号码。没有时由平台决定。",
                    "The number that the callee sees; carriers block any but X. The platform's choice when absent.",
                ),
            ),
            field(
                "max_minutes",
                Text::new("整数，分钟，0 到 1440", "integer, minutes, 0 to 1440"),
                Text::new(
                    "从接听算起的最长时间；0 或没有时不限。",
                    "The longest talk, from the answer on; unlimited when 0 or absent.",
                ),
            ),
            field(
                "record",
                Text::new("true 或 false", "true or false"),
                Text::new(
                    "是否录音，没有时为 false；为 true 时必须有 hint_tone。",
                    "Whether to record, false when absent; true takes hint_tone as well.",
                ),
            ),
            field(
                "hint_tone",
                TONE,
                Text::new(
                    "已审核放音文件的文件名：录音通话开头的提示音。",
                    "The file name of an approved announcement: what a recorded call begins with.",
                ),
            ),
            field(
                "wait_tone",
                TONE,
                Text::new(
                    "文件名：主叫等待时听到的，代替回铃音。",
                    "A file name: what the caller hears instead of the ring-back tone.",
                ),
            ),
            field(
                "last_minute_tone",
                TONE,
                Text::new(
                    "文件名：结束前一分钟播放；须同时有 2 以上的 max_minutes。",
                    "A file name: played a minute before the end; takes max_minutes of 2 or more.",
                ),
            ),
            field("user_data", ECHOED, ECHO),
        ],
        examples: &[
            r#"{"do":"connect","to":"+8613800000002"}"#,
            r#"{"do":"connect","to":"+8613800000002","max_minutes":30,"record":true,"hint_tone":"hint.wav","user_data":"order=17"}"#,
        ],
    },
    ContractAnswer {
        action: "close",
        answers: Text::new("来电", "a call"),
        meaning: Text::new("挂断。", "Closes the call."),
        fields: &[
            field(
                "tone",
                TONE,
                Text::new(
                    "挂断前播放的文件名；没有时立即挂断。",
                    "The file name of what is played first; without one it hangs up at once.",
                ),
            ),
            field("user_data", ECHOED, ECHO),
        ],
        examples: &[r#"{"do":"close"}"#, r#"{"do":"close","tone":"busy.wav"}"#],
    },
    ContractAnswer {
        action: "forward",
        answers: Text::new("短信", "a message"),
        meaning: Text::new("转发短信。", "Forwards the message."),
        fields: &[
            field(
                "to",
                Text::new("号码，4 到 64 个字符", "number, 4 to 64 characters"),
                Text::new(
                    "转给谁；没有时是绑定的对方，没有绑定则答复无效。不能是 X 本身。",
                    "To whom; the binding's other party when absent, and without a binding no valid answer. Not X itself.",
                ),
            ),
            field(
                "from",
                Text::new("号码，最多 64 个字符", "number, at most 64 characters"),
                Text::new("显示为谁发的；没有时是原发送方。", "As from whom; the sender when absent."),
            ),
        ],
        examples: &[r#"{"do":"forward"}"#, r#"{"do":"forward","to":"+8613800000002","from":"+8617000000001"}"#],
    },
    ContractAnswer {
        action: "discard",
        answers: Text::new("短信", "a message"),
        meaning: Text::new("丢弃短信。", "Drops the message."),
        fields: &[],
        examples: &[r#"{"do":"discard"}"#],
    },
    ContractAnswer {
        action: "follow_binding",
        answers: Text::new("来电或短信", "either"),
        meaning: Text::new(
            "照绑定接通或转发；没有绑定则答复无效。",
            "Connects or forwards as the binding says; without a binding no valid answer.",
        ),
        fields: &[],
        examples: &[r#"{"do":"follow_binding"}"#],
    },
    ContractAnswer {
        action: "next",
        answers: Text::new("来电或短信", "either"),
        meaning: Text::new(
            "不作决定，交给下一条规则。204 且没有正文也是这个意思。",
            "Decides nothing and leaves it to the next rule; so does status 204 without a body.",
        ),
        fields: &[],
        examples: &[r#"{"do":"next"}"#],
    },
];

/// How asking can end, and what that means for the one who was asked.
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
