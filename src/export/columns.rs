//! The columns of each list, a row a column: a name for programs, headings for people, where the
//! value stands in the object, what it is, and where it stands in a table on a terminal.

use serde_json::Value;

use super::text;
use crate::domain::{
    Anomaly, Asks, BindingKind, BindingState, CallOutcome, CallState, DecisionAction, Direction, Lang, Named,
    NumberState, Outcome, Party, Product, RecordingState, SmsMode, Text, label_word,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text; lists are written with blanks between.
    Text,
    /// A phone number, which is text and never a formula.
    Phone,
    Whole,
    Flag,
    Instant,
}

#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    /// Where its value stands in the object, as a JSON pointer.
    pub pointer: &'static str,
    pub title: Text,
    pub holds: Holds,
    /// Its width in a workbook, in characters.
    pub width: u8,
    /// The word for a value that is a code of ours.
    pub word: Option<fn(&str) -> Option<Text>>,
    pub shown: Option<Shown>,
}

#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Its place in the table, from the left.
    place: u8,
    head: &'static str,
    /// What an object shows there, where that is not the column's value.
    of: Option<fn(&Value) -> String>,
}

#[derive(Debug)]
pub struct Sheet {
    /// What it holds, for the tab of a workbook.
    pub title: Text,
    pub columns: &'static [Column],
}

impl Column {
    #[must_use]
    pub fn head(&self, lang: Option<Lang>) -> &'static str {
        lang.map_or(self.name, |lang| self.title.get(lang))
    }

    const fn shown(self, place: u8, head: &'static str) -> Self {
        Self { shown: Some(Shown { place, head, of: None }), ..self }
    }

    /// The same, where the table says more or less than the value.
    const fn shown_as(self, place: u8, head: &'static str, of: fn(&Value) -> String) -> Self {
        Self { shown: Some(Shown { place, head, of: Some(of) }), ..self }
    }
}

impl Sheet {
    /// A table of these objects for a terminal: its headings, and a row an object.
    #[must_use]
    pub fn table(&self, objects: &[Value]) -> (Vec<&'static str>, Vec<Vec<String>>) {
        let mut columns: Vec<(&Column, Shown)> =
            self.columns.iter().filter_map(|column| Some((column, column.shown?))).collect();
        columns.sort_by_key(|(_, shown)| shown.place);
        let cell = |object: &Value, (column, shown): &(&Column, Shown)| match shown.of {
            Some(of) => of(object),
            None => {
                let text = object.pointer(column.pointer).map(text).unwrap_or_default();
                if column.holds == Instant { second(&text) } else { text }
            }
        };
        let row = |object| columns.iter().map(|column| cell(object, column)).collect();
        (columns.iter().map(|(_, shown)| shown.head).collect(), objects.iter().map(row).collect())
    }
}

/// An instant without the part of its second.
#[must_use]
pub fn second(instant: &str) -> String {
    match instant.split_once('.') {
        Some((second, _)) => format!("{second}Z"),
        None => instant.to_owned(),
    }
}

/// The earliest instant that is known of a call.
#[must_use]
pub fn call_at(call: &Value) -> String {
    let known = ["setup_at", "alerting_at", "answered_at", "released_at"].map(|field| call[field].as_str());
    let events = call["events"].as_array().into_iter().flatten().map(|event| event["at"].as_str());
    known.into_iter().chain(events).flatten().min().unwrap_or_default().to_owned()
}

/// What became of the call that a decision was about.
fn then(decision: &Value) -> String {
    let call = &decision["call"];
    text(if call["outcome"].is_null() { &call["state"] } else { &call["outcome"] })
}

/// How long a decision took, in milliseconds.
fn millis(decision: &Value) -> String {
    let micros = decision["micros"].as_u64().unwrap_or_default();
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

fn percent(share: &Value) -> String {
    share.as_f64().map_or_else(String::new, |share| format!("{:.1}%", share * 100.0))
}

fn seconds(mean: &Value) -> String {
    mean.as_f64().map_or_else(String::new, |mean| format!("{mean:.1} s"))
}

/// Whole minutes, rounded.
fn minutes(seconds: &Value) -> String {
    seconds.as_u64().map_or_else(String::new, |seconds| format!("{} min", (seconds + 30) / 60))
}

/// What is personal in an entry of the audit trail.
fn details(entry: &Value) -> String {
    match &entry["personal"] {
        Value::Null => "erased".to_owned(),
        Value::Object(personal) => {
            let detail = |(name, value): (&String, &Value)| format!("{name}={}", text(value));
            personal.iter().map(detail).collect::<Vec<_>>().join(" ")
        }
        other => text(other),
    }
}

const fn column(
    name: &'static str,
    pointer: &'static str,
    holds: Holds,
    width: u8,
    zh: &'static str,
    en: &'static str,
) -> Column {
    Column { name, pointer, title: Text::new(zh, en), holds, width, word: None, shown: None }
}

const fn named<V: Named>(
    name: &'static str,
    pointer: &'static str,
    width: u8,
    zh: &'static str,
    en: &'static str,
) -> Column {
    Column { word: Some(word_of::<V>), ..column(name, pointer, Holds::Text, width, zh, en) }
}

fn word_of<V: Named>(name: &str) -> Option<Text> {
    V::all().iter().find(|value| value.name() == name)?.word()
}

use Holds::{Flag, Instant, Phone, Text as Words, Whole};

pub const CALLS: Sheet = Sheet {
    title: Text::new("通话", "Calls"),
    columns: &[
        column("at", "/at", Instant, 19, "时间", "Time").shown_as(1, "AT", |call| second(&call_at(call))),
        column("id", "/id", Words, 34, "通话号", "Call").shown(9, "CALL"),
        column("app", "/app", Words, 16, "应用", "App").shown(2, "APP"),
        column("provider", "/provider", Words, 15, "平台", "Platform"),
        named::<Product>("product", "/product", 10, "产品", "Product"),
        column("session_id", "/session_id", Words, 30, "会话号", "Session"),
        column("caller", "/caller", Phone, 16, "主叫", "Caller").shown(3, "CALLER"),
        column("callee", "/callee", Phone, 16, "被叫", "Callee").shown(5, "CALLEE"),
        column("x_number", "/x_number", Phone, 16, "X 号码", "X number").shown(4, "X"),
        column("y_number", "/y_number", Phone, 16, "Y 号码", "Y number"),
        column("extension", "/extension", Words, 10, "分机", "Extension"),
        named::<Direction>("direction", "/direction", 10, "方向", "Direction"),
        named::<CallState>("state", "/state", 10, "状态", "State").shown(6, "STATE"),
        named::<CallOutcome>("outcome", "/outcome", 14, "结果", "Outcome").shown(7, "OUTCOME"),
        column("setup_at", "/setup_at", Instant, 19, "呼叫开始", "Set up"),
        column("alerting_at", "/alerting_at", Instant, 19, "振铃", "Ringing"),
        column("answered_at", "/answered_at", Instant, 19, "接通", "Answered"),
        column("released_at", "/released_at", Instant, 19, "结束", "Ended"),
        column("ring_seconds", "/ring_seconds", Whole, 10, "振铃秒数", "Ring, s"),
        column("talk_seconds", "/talk_seconds", Whole, 10, "通话秒数", "Talk, s")
            .shown_as(8, "TALK", |call| format!("{} s", text(&call["talk_seconds"]))),
        column("release_table", "/release/table", Words, 12, "原因码表", "Cause table"),
        column("release_code", "/release/code", Words, 10, "原因码", "Cause code"),
        column("release_text_zh", "/release/text/zh", Words, 26, "原因（中文）", "Cause in Chinese"),
        column("release_text_en", "/release/text/en", Words, 26, "原因（英文）", "Cause in English"),
        named::<Party>("release_by", "/release/by", 10, "挂机方", "Ended by"),
        column("records", "/records", Whole, 8, "话单数", "Records"),
        column("recording_id", "/recording/id", Words, 30, "录音号", "Recording"),
        named::<RecordingState>("recording_state", "/recording/state", 10, "录音状态", "Recording is"),
        column("recording_expires_at", "/recording/expires_at", Instant, 19, "录音到期", "Recording expires"),
        column("user_data", "/user_data", Words, 20, "随路数据", "Your reference"),
        column("binding_id", "/binding_id", Words, 20, "绑定号", "Binding"),
        named::<Anomaly>("anomalies", "/anomalies", 20, "异常", "Odd"),
        column("callbacks", "/callbacks", Words, 24, "回调编号", "Callbacks"),
        column("test", "/test", Flag, 8, "测试", "A test"),
    ],
};

pub const CALLBACKS: Sheet = Sheet {
    title: Text::new("回调", "Callbacks"),
    columns: &[
        column("seq", "/seq", Whole, 10, "编号", "No.").shown(1, "SEQ"),
        column("received_at", "/received_at", Instant, 19, "收到", "Received").shown(2, "RECEIVED"),
        column("app", "/app", Words, 16, "应用", "App").shown(3, "APP"),
        column("provider", "/provider", Words, 15, "平台", "Platform"),
        Column { word: Some(label_word), ..column("label", "/label", Words, 14, "内容", "What") },
        column("question", "/question", Flag, 8, "平台询问", "A question"),
        named::<Outcome>("outcome", "/outcome", 13, "结果", "Outcome").shown(4, "OUTCOME"),
        column("verified", "/verified", Flag, 8, "验签", "Signature held"),
        column("suspicions", "/suspicions", Words, 24, "可疑之处", "Suspicions"),
        column("session_ids", "/session_ids", Words, 30, "会话号", "Sessions").shown(8, "SESSION"),
        column("calls", "/calls", Words, 34, "关联通话", "Calls"),
        column("status", "/status", Whole, 8, "应答", "Answered").shown(5, "STATUS"),
        column("peer", "/peer", Words, 16, "来源", "Peer").shown(7, "PEER"),
        column("tail", "/tail", Words, 14, "URL 后缀", "URL suffix"),
        column("size_bytes", "/size_bytes", Whole, 10, "字节数", "Bytes").shown(6, "SIZE"),
        column("test", "/test", Flag, 8, "测试", "A test"),
    ],
};

pub const SMS: Sheet = Sheet {
    title: Text::new("短信", "Messages"),
    columns: &[
        column("callback", "/callback", Whole, 10, "回调编号", "Callback"),
        column("received_at", "/received_at", Instant, 19, "收到", "Received"),
        column("app", "/app", Words, 16, "应用", "App"),
        column("provider", "/provider", Words, 15, "平台", "Platform"),
        column("sms_id", "/sms_id", Words, 24, "短信标识", "Message id"),
        named::<SmsMode>("mode", "/mode", 8, "方式", "Mode"),
        column("from", "/from", Phone, 16, "发送方", "From"),
        column("to", "/to", Phone, 16, "接收方", "To"),
        column("x_number", "/x_number", Phone, 16, "X 号码", "X number"),
        column("at", "/at", Instant, 19, "时间", "At"),
        column("content", "/content", Words, 40, "内容", "Text"),
        column("result", "/result", Words, 10, "发送结果", "Result"),
        column("kind", "/kind", Words, 10, "类型", "Kind"),
        column("parts", "/parts", Whole, 8, "条数", "Parts"),
        column("binding_id", "/binding_id", Words, 20, "绑定号", "Binding"),
        column("test", "/test", Flag, 8, "测试", "A test"),
    ],
};

/// Privacy numbers; their earlier states are in JSON lines only.
pub const NUMBERS: Sheet = Sheet {
    title: Text::new("号码", "Numbers"),
    columns: &[
        column("number", "/number", Phone, 16, "号码", "Number"),
        column("app", "/app", Words, 16, "应用", "App"),
        named::<Option<NumberState>>("state", "/state", 12, "状态", "State"),
        column("cause", "/cause", Words, 10, "原因码", "Cause code"),
        column("since", "/since", Instant, 19, "自", "Since"),
    ],
};

/// Bindings. What people set is named as an import reads it.
pub const BINDINGS: Sheet = Sheet {
    title: Text::new("绑定", "Bindings"),
    columns: &[
        column("id", "/id", Whole, 10, "编号", "No.").shown(1, "ID"),
        column("app", "/app", Words, 16, "应用", "App").shown(2, "APP"),
        named::<BindingKind>("kind", "/kind", 8, "模式", "Mode"),
        named::<BindingState>("state", "/state", 10, "状态", "State").shown(3, "STATE"),
        column("a", "/a", Phone, 16, "A 号码", "A").shown(4, "A"),
        column("x", "/x", Phone, 16, "X 号码", "X").shown(5, "X"),
        column("b", "/b", Phone, 16, "B 号码", "B").shown(6, "B"),
        column("y", "/y", Phone, 16, "Y 号码", "Y"),
        column("extension", "/extension", Words, 10, "分机", "Extension"),
        named::<Direction>("direction", "/direction", 10, "方向", "Direction"),
        column("valid_from", "/valid_from", Instant, 19, "生效", "Valid from"),
        column("valid_to", "/valid_to", Instant, 19, "失效", "Valid to").shown(7, "UNTIL"),
        column("max_minutes", "/max_minutes", Whole, 10, "最长分钟", "Longest, min"),
        column("record", "/record", Flag, 8, "录音", "Recorded"),
        column("hint_tone", "/hint_tone", Words, 16, "录音提示音", "Recording tone"),
        column("wait_tone", "/wait_tone", Words, 16, "等待音", "Waiting tone"),
        column("last_minute_tone", "/last_minute_tone", Words, 16, "最后一分钟音", "Last minute tone"),
        column("user_data", "/user_data", Words, 24, "随路数据", "User data").shown(8, "USER DATA"),
        column("platform_id", "/platform_id", Words, 24, "平台绑定号", "Platform's id"),
        column("created_at", "/created_at", Instant, 19, "建于", "Made"),
        column("changed_at", "/changed_at", Instant, 19, "改于", "Changed"),
        column("ended_at", "/ended_at", Instant, 19, "结束于", "Ended"),
    ],
};

pub const DECISIONS: Sheet = Sheet {
    title: Text::new("决策", "Decisions"),
    columns: &[
        column("callback", "/callback", Whole, 10, "回调编号", "Callback"),
        column("at", "/at", Instant, 19, "时间", "At").shown(1, "AT"),
        column("app", "/app", Words, 16, "应用", "App").shown(2, "APP"),
        named::<Asks>("asks", "/asks", 8, "询问", "Asked").shown(3, "ASKED"),
        column("session", "/session", Words, 30, "会话号", "Session"),
        column("caller", "/caller", Phone, 16, "主叫", "Caller").shown(4, "CALLER"),
        column("x", "/x", Phone, 16, "X 号码", "X number").shown(5, "X"),
        named::<DecisionAction>("action", "/action", 10, "回答", "Answer").shown(6, "ACTION"),
        column("callee", "/callee", Phone, 16, "接到", "To").shown(7, "TO"),
        column("rule_number", "/rule/number", Whole, 8, "规则序号", "Rule no."),
        column("rule_name", "/rule/name", Words, 16, "规则", "Rule")
            .shown_as(8, "RULE", |of| of["rule"]["name"].as_str().unwrap_or("default").to_owned()),
        column("version", "/version", Whole, 8, "规则版本", "Version"),
        column("binding", "/binding", Whole, 10, "绑定", "Binding"),
        column("micros", "/micros", Whole, 10, "微秒", "Microseconds").shown_as(9, "MS", millis),
        column("call", "/call/id", Words, 34, "通话号", "Call"),
        named::<CallOutcome>("outcome", "/call/outcome", 14, "结果", "Outcome").shown_as(10, "THEN", then),
    ],
};

pub const AUDIT: Sheet = Sheet {
    title: Text::new("审计", "Audit"),
    columns: &[
        column("n", "/n", Whole, 10, "序号", "No.").shown(1, "N"),
        column("seq", "/seq", Whole, 10, "记录号", "Record"),
        column("at", "/at", Instant, 19, "时间", "At").shown(2, "AT"),
        column("by", "/by", Words, 16, "谁", "Who").shown(3, "BY"),
        column("action", "/action", Words, 18, "做了什么", "What").shown(5, "ACTION"),
        column("subject", "/subject", Words, 26, "对象", "Object").shown(6, "SUBJECT"),
        column("app", "/app", Words, 16, "应用", "App").shown(7, "APP"),
        column("peer", "/peer", Words, 16, "来源", "Peer").shown(8, "PEER"),
        column("personal", "/personal", Words, 40, "详情", "Details").shown_as(10, "DETAILS", details),
        column("by_kind", "/by_kind", Words, 14, "身份", "Kind").shown(4, "KIND"),
        column("outcome", "/outcome", Words, 10, "结果", "Outcome")
            .shown_as(9, "OUTCOME", |of| [&of["outcome"], &of["code"]].map(text).join(" ").trim().to_owned()),
        column("code", "/code", Words, 20, "原因", "Code"),
        column("of", "/of", Whole, 10, "所属记录号", "Of record"),
    ],
};

pub const STATS: Sheet = Sheet {
    title: Text::new("统计", "Statistics"),
    columns: &[
        column("at", "/at", Instant, 19, "时间", "From").shown(1, "FROM"),
        column("weekday", "/weekday", Whole, 12, "星期", "Weekday"),
        column("hour", "/hour", Whole, 12, "小时", "Hour"),
        column("key", "/key", Words, 12, "分组", "What").shown(2, "WHAT"),
        column("calls", "/calls", Whole, 12, "通话", "Calls").shown(3, "CALLS"),
        column("answered", "/answered", Whole, 12, "接通", "Answered").shown(4, "ANSWERED"),
        column("under_way", "/under_way", Whole, 12, "进行中", "Under way").shown(5, "UNDER WAY"),
        column("ringing", "/ringing", Whole, 12, "振铃中", "Ringing"),
        column("talk_seconds", "/talk_seconds", Whole, 12, "通话秒数", "Talk, s")
            .shown_as(9, "TALK", |row| minutes(&row["talk_seconds"])),
        column("asr", "/asr", Words, 12, "接通率", "ASR").shown_as(6, "ASR", |row| percent(&row["asr"])),
        column("acd", "/acd", Words, 12, "平均通话", "ACD").shown_as(7, "ACD", |row| seconds(&row["acd"])),
        column("pdd", "/pdd", Words, 12, "接续时延", "PDD").shown_as(8, "PDD", |row| seconds(&row["pdd"])),
        column("ring", "/ring", Words, 12, "平均振铃", "Ring"),
        column("peak", "/peak", Whole, 12, "并发峰值", "Peak").shown(10, "PEAK"),
        column("peak_at", "/peak_at", Instant, 19, "峰值时间", "Peak at"),
    ],
};
