//! One body of every kind the product sends, with made-up numbers.
//!
//! Tests decode them, the simulator fills them in, the help pages print them.

use crate::domain::Text;
use crate::platforms::Sample;

/// A sample out of `fixtures/`.
macro_rules! sample {
    ($name:literal, $zh:literal, $en:literal) => {
        Sample {
            name: $name,
            title: Text::new($zh, $en),
            content_type: "application/json;charset=UTF-8",
            body: include_str!(concat!("fixtures/", $name, ".json")),
        }
    };
}

pub(super) const SAMPLES: &[Sample] = &[
    sample!("callback-callout-a", "语音回呼：呼叫 A", "Callback: A is dialled"),
    sample!("callback-alerting-a", "语音回呼：A 振铃", "Callback: A's phone rings"),
    sample!("callback-answer-a", "语音回呼：A 应答", "Callback: A answered"),
    sample!("callback-callout-b", "语音回呼：呼叫 B", "Callback: B is dialled"),
    sample!("callback-alerting-b", "语音回呼：B 振铃", "Callback: B's phone rings"),
    sample!("callback-answer-b", "语音回呼：B 应答", "Callback: B answered"),
    sample!("callback-disconnect", "语音回呼：挂机", "Callback: hung up"),
    sample!("notify-callout", "语音通知：呼叫", "Notice: dialled"),
    sample!("notify-alerting", "语音通知：振铃", "Notice: the phone rings"),
    sample!("notify-answer", "语音通知：应答", "Notice: answered"),
    sample!("notify-collect-info", "语音通知：收号", "Notice: digits collected"),
    sample!("notify-disconnect", "语音通知：挂机", "Notice: hung up"),
    sample!("verify-callout", "语音验证码：呼叫", "Code: dialled"),
    sample!("verify-alerting", "语音验证码：振铃", "Code: the phone rings"),
    sample!("verify-answer", "语音验证码：应答", "Code: answered"),
    sample!("verify-disconnect", "语音验证码：挂机", "Code: hung up"),
    sample!("fee-callback", "语音回呼话单（有录音）", "Record of a callback, with a recording"),
    sample!("fee-callback-unanswered", "语音回呼话单：B 未应答", "Record of a callback that B did not answer"),
    sample!("fee-notify", "语音通知话单", "Record of a notice"),
    sample!("fee-verify", "语音验证码话单", "Record of a code"),
    sample!("fee-batch", "一次推送多条话单，含重复", "Several records in one push, one of them twice"),
];
