//! One body of every kind the product sends, with made-up numbers.
//!
//! Tests decode them, the simulator fills them in, the help pages print them. The X-mode
//! `callin` and `sms-block` are questions.

use crate::domain::Text;
use crate::platforms::Sample;

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
    sample!("ax-callin", "AX：呼入", "AX: a caller reached X"),
    sample!("ax-callout", "AX：呼叫被叫", "AX: the callee is dialled"),
    sample!("ax-alerting", "AX：振铃", "AX: the callee's phone rings"),
    sample!("ax-answer", "AX：应答", "AX: answered"),
    sample!("ax-disconnect", "AX：挂机", "AX: hung up"),
    sample!("axb-callin", "AXB：呼入", "AXB: a caller reached X"),
    sample!("axb-callout", "AXB：呼叫被叫", "AXB: the callee is dialled"),
    sample!("axb-alerting", "AXB：振铃", "AXB: the callee's phone rings"),
    sample!("axb-answer", "AXB：应答", "AXB: answered"),
    sample!("axb-disconnect", "AXB：挂机", "AXB: hung up"),
    sample!("axe-callin", "AXE：呼入", "AXE: a caller reached X"),
    sample!("axe-collect-info", "AXE：输入分机号", "AXE: the extension was entered"),
    sample!("axe-callout", "AXE：呼叫被叫", "AXE: the callee is dialled"),
    sample!("axe-alerting", "AXE：振铃", "AXE: the callee's phone rings"),
    sample!("axe-answer", "AXE：应答", "AXE: answered"),
    sample!("axe-disconnect", "AXE：挂机", "AXE: hung up"),
    sample!("axyb-callin", "AXYB：呼入", "AXYB: a caller reached X"),
    sample!("axyb-callout", "AXYB：呼叫被叫", "AXYB: the callee is dialled"),
    sample!("axyb-alerting", "AXYB：振铃", "AXYB: the callee's phone rings"),
    sample!("axyb-answer", "AXYB：应答", "AXYB: answered"),
    sample!("axyb-disconnect", "AXYB：挂机", "AXYB: hung up"),
    sample!("x-callin", "X：呼入询问（Block）", "X: a caller reached X, where to? (Block)"),
    sample!("x-callout", "X：呼叫被叫", "X: the callee is dialled"),
    sample!("x-alerting", "X：振铃", "X: the callee's phone rings"),
    sample!("x-answer", "X：应答", "X: answered"),
    sample!("x-disconnect", "X：挂机", "X: hung up"),
    sample!("fee-ax", "AX 话单（有录音）", "Record of AX, with a recording"),
    sample!("fee-axb", "AXB 话单（有录音）", "Record of AXB, with a recording"),
    sample!("fee-axe", "AXE 话单", "Record of AXE"),
    sample!("fee-axyb", "AXYB 话单", "Record of AXYB"),
    sample!("fee-x", "X 话单（有录音）", "Record of X, with a recording"),
    sample!("fee-unanswered", "话单：被叫忙", "Record of a call whose callee was busy"),
    sample!("fee-batch", "一次推送多条话单，含重复", "Several records in one push, one of them twice"),
    sample!("num-status", "X 号码状态", "State of privacy numbers"),
    sample!("sms-notify", "短信通知", "A message was forwarded"),
    sample!("sms-block", "短信询问（Block）", "A message, what to do with it? (Block)"),
];
