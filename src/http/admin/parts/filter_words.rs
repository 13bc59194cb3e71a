//! The words for filters: their names and their values, as chips and boxes show them.

use crate::domain::{
    Anomaly, Asking, Asks, BindingKind, BindingState, CallOutcome, CallState, DecisionAction, Direction, Lang, Outcome,
    Party, Product, RecordingState, SmsMode, Text,
};
use crate::export::Column;
use crate::http::admin::bindings::words as binding_words;
use crate::http::admin::parts::words::{
    anomaly_name, call_state, callback_outcome, label, outcome, party, product, recording_badge,
};
use crate::http::admin::rules::decisions;
use crate::http::api::filters::UNLISTED;
use crate::platforms;
use crate::store::Joined;

/// A filter's name.
pub(crate) fn filter(name: &str) -> Option<Text> {
    Some(match name {
        "from" => Text::new("从", "from"),
        "to" => Text::new("到", "to"),
        "number" => Text::new("号码", "number"),
        "q" => Text::new("查找", "find"),
        "caller" => Text::new("主叫", "caller"),
        "callee" => Text::new("被叫", "callee"),
        "a" => Text::new("A 号码", "A"),
        "b" => Text::new("B 号码", "B"),
        "x" => Text::new("X 号码", "X"),
        "y" => Text::new("Y 号码", "Y"),
        "rule" => Text::new("规则", "rule"),
        "binding" => Text::new("绑定", "binding"),
        "asks" => Text::new("询问", "asked"),
        "asking" => Text::new("公司系统", "our system"),
        "kind" => Text::new("模式", "mode"),
        "user_data" => Text::new("随路数据", "user data"),
        "platform_id" => Text::new("平台绑定号", "platform's id"),
        "sender" => Text::new("发送方", "sender"),
        "receiver" => Text::new("接收方", "receiver"),
        "session" => Text::new("会话", "session"),
        "sms_id" => Text::new("短信标识", "message id"),
        "app" => Text::new("应用", "app"),
        "provider" => Text::new("平台", "platform"),
        "product" => Text::new("产品", "product"),
        "direction" => Text::new("方向", "direction"),
        "state" => Text::new("状态", "state"),
        "outcome" => Text::new("结果", "outcome"),
        "cause" => Text::new("原因码", "cause"),
        "main_cause" => Text::new("主要原因码", "main cause"),
        "answered" => Text::new("接通", "answered"),
        "joined" => Text::new("已关联", "joined"),
        "pdd" => Text::new("接续秒数", "PDD"),
        "min_pdd" => Text::new("接续秒数 ≥", "PDD ≥"),
        "max_pdd" => Text::new("接续秒数 ≤", "PDD ≤"),
        "anomaly" => Text::new("异常", "odd:"),
        "weekday" => Text::new("星期", "on"),
        "hour" => Text::new("时段", "hour"),
        "talk" => Text::new("通话秒数", "talk"),
        "min_talk" => Text::new("通话秒数 ≥", "talk ≥"),
        "max_talk" => Text::new("通话秒数 ≤", "talk ≤"),
        "ring" => Text::new("振铃秒数", "ring"),
        "min_ring" => Text::new("振铃秒数 ≥", "ring ≥"),
        "max_ring" => Text::new("振铃秒数 ≤", "ring ≤"),
        "size" => Text::new("字节数", "bytes"),
        "min_size" => Text::new("字节数 ≥", "bytes ≥"),
        "max_size" => Text::new("字节数 ≤", "bytes ≤"),
        "has_recording" => Text::new("有录音", "recording"),
        "recording_state" => Text::new("录音", "recording"),
        "expires_before" => Text::new("平台删除录音早于", "recording deleted before"),
        "verified" => Text::new("验签", "signature"),
        "suspicious" => Text::new("有可疑之处", "suspicious"),
        "suspicion" => Text::new("可疑之处", "suspicion"),
        "label" => Text::new("内容", "what"),
        "peer" => Text::new("来源", "peer"),
        "status" => Text::new("应答", "answered"),
        "question" => Text::new("平台询问", "a question"),
        "test" => Text::new("测试", "test"),
        "mode" => Text::new("方式", "mode"),
        "by" => Text::new("谁", "who"),
        "by_kind" => Text::new("身份", "kind"),
        "action" => Text::new("动作", "what"),
        "subject" => Text::new("对象", "object"),
        _ => return None,
    })
}

/// A filter's value, where it is a word of ours.
pub(crate) fn filter_value(lang: Lang, name: &str, value: &str) -> Option<String> {
    let text = match name {
        "outcome" => {
            let call = CallOutcome::parse(value).map(outcome);
            call.or_else(|| Outcome::parse(value).map(callback_outcome))
        }
        "product" => Product::parse(value).map(product),
        "state" => {
            let binding = || BindingState::parse(value).map(binding_words::state);
            CallState::parse(value).map(call_state).or_else(|| number_state(value)).or_else(binding)
        }
        "action" => DecisionAction::parse(value).map(decisions::action),
        "asks" => Asks::parse(value).map(decisions::asks),
        "asking" => Asking::parse(value).map(decisions::asking),
        "kind" => BindingKind::parse(value).map(binding_words::kind),
        "direction" => Direction::parse(value).map(direction),
        "anomaly" => Anomaly::parse(value).map(anomaly_name),
        "recording_state" => return RecordingState::parse(value).map(|state| recording_badge(lang, state).word),
        "weekday" => weekday(value),
        "verified" => match value {
            "yes" => Some(Text::new("通过", "held")),
            "no" => Some(Text::new("不符", "did not hold")),
            "unchecked" => Some(Text::new("未验", "not checked")),
            _ => None,
        },
        "has_recording" | "suspicious" | "question" | "answered" => match value {
            "true" => Some(Text::new("是", "yes")),
            "false" => Some(Text::new("否", "no")),
            _ => None,
        },
        "test" => match value {
            "true" => Some(Text::new("仅测试", "only tests")),
            "any" => Some(Text::new("包括测试", "tests too")),
            "false" => Some(Text::new("不含测试", "no tests")),
            _ => None,
        },
        "joined" => Joined::parse(value).map(joined),
        "main_cause" if value == UNLISTED => Some(Text::new("未列出的代码", "an unlisted code")),
        "mode" => SmsMode::parse(value).map(crate::http::admin::calls::messages::mode_word),
        _ => None,
    };
    text.map(|text| text.get(lang).to_owned())
}

/// The word for a code in a column of an export.
pub(crate) fn column_word(lang: Lang, column: &Column, value: &str) -> Option<String> {
    match column.name {
        "provider" => platforms::by_name(value).map(|provider| provider.title(lang).to_owned()),
        "release_by" => {
            Party::ALL.into_iter().find(|party| party.name() == value).map(|p| party(p).get(lang).to_owned())
        }
        "label" => Some(label(lang, value)),
        "anomalies" => filter_value(lang, "anomaly", value),
        "product" | "direction" | "state" | "outcome" | "recording_state" | "mode" | "kind" | "asks" | "action" => {
            filter_value(lang, column.name, value)
        }
        _ => None,
    }
}

fn number_state(value: &str) -> Option<Text> {
    Some(match value {
        "normal" => Text::new("正常", "Normal"),
        "paused" => Text::new("暂停", "Paused"),
        "unavailable" => Text::new("不可用", "Unavailable"),
        "frozen" => Text::new("冻结新绑定", "No new bindings"),
        "none" => Text::new("平台未推送过", "No notice yet"),
        _ => return None,
    })
}

/// What became of a callback's content.
pub(crate) fn joined(joined: Joined) -> Text {
    match joined {
        Joined::Call => Text::new("通话", "a call"),
        Joined::NotCall => Text::new("短信或号码", "a message or number"),
        Joined::Nothing => Text::new("无", "nothing"),
    }
}

fn direction(direction: Direction) -> Text {
    match direction {
        Direction::AToB => Text::new("A 呼 B", "A to B"),
        Direction::BToA => Text::new("B 呼 A", "B to A"),
    }
}

fn weekday(value: &str) -> Option<Text> {
    const DAYS: [Text; 7] = [
        Text::new("周一", "Mon"),
        Text::new("周二", "Tue"),
        Text::new("周三", "Wed"),
        Text::new("周四", "Thu"),
        Text::new("周五", "Fri"),
        Text::new("周六", "Sat"),
        Text::new("周日", "Sun"),
    ];
    let day: usize = value.parse().ok()?;
    DAYS.get(day.checked_sub(1)?).copied()
}
