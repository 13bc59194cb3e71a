//! Which columns a file has: a name for programs, headings for people, where the value stands
//! in the object, what it is.

use crate::domain::{
    Anomaly, Asks, BindingKind, BindingState, CallOutcome, CallState, DecisionAction, Direction, Lang, Named,
    NumberState, Outcome, Party, Product, RecordingState, SmsMode, Text,
};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text; lists are written with blanks between.
    Text,
    /// A phone number, which is text and never a formula.
    Phone,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
    /// An instant.
    Instant,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name, as the field is called.
    pub name: &'static str,
    /// Where its value stands in the object, as a JSON pointer.
    pub pointer: &'static str,
    /// Its heading.
    pub title: Text,
    /// What it holds.
    pub holds: Holds,
    /// Its width in a workbook, in characters.
    pub width: u8,
    /// The word for a value that is a code of ours.
    pub word: Option<fn(&str) -> Option<Text>>,
}

/// The columns of one list.
#[derive(Debug)]
pub struct Sheet {
    /// What it holds, for the tab of a workbook.
    pub title: Text,
    /// Its columns.
    pub columns: &'static [Column],
}

impl Column {
    /// The heading.
    #[must_use]
    pub fn head(&self, lang: Option<Lang>) -> &'static str {
        lang.map_or(self.name, |lang| self.title.get(lang))
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
    Column { name, pointer, title: Text::new(zh, en), holds, width, word: None }
}

/// A column of values that have names.
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

/// Calls.
pub const CALLS: Sheet = Sheet {
    title: Text::new("通话", "Calls"),
    columns: &[
        column("at", "/at", Instant, 19, "时间", "Time"),
        column("id", "/id", Words, 34, "通话号", "Call"),
        column("app", "/app", Words, 16, "应用", "App"),
        column("provider", "/provider", Words, 15, "平台", "Platform"),
        named::<Product>("product", "/product", 10, "产品", "Product"),
        column("session_id", "/session_id", Words, 30, "会话号", "Session"),
        column("caller", "/caller", Phone, 16, "主叫", "Caller"),
        column("callee", "/callee", Phone, 16, "被叫", "Callee"),
        column("x_number", "/x_number", Phone, 16, "X 号码", "X number"),
        column("y_number", "/y_number", Phone, 16, "Y 号码", "Y number"),
        column("extension", "/extension", Words, 10, "分机", "Extension"),
        named::<Direction>("direction", "/direction", 10, "方向", "Direction"),
        named::<CallState>("state", "/state", 10, "状态", "State"),
        named::<CallOutcome>("outcome", "/outcome", 14, "结果", "Outcome"),
        column("setup_at", "/setup_at", Instant, 19, "呼叫开始", "Set up"),
        column("alerting_at", "/alerting_at", Instant, 19, "振铃", "Ringing"),
        column("answered_at", "/answered_at", Instant, 19, "接通", "Answered"),
        column("released_at", "/released_at", Instant, 19, "结束", "Ended"),
        column("ring_seconds", "/ring_seconds", Whole, 10, "振铃秒数", "Ring, s"),
        column("talk_seconds", "/talk_seconds", Whole, 10, "通话秒数", "Talk, s"),
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

/// Callbacks.
pub const CALLBACKS: Sheet = Sheet {
    title: Text::new("回调", "Callbacks"),
    columns: &[
        column("seq", "/seq", Whole, 10, "编号", "No."),
        column("received_at", "/received_at", Instant, 19, "收到", "Received"),
        column("app", "/app", Words, 16, "应用", "App"),
        column("provider", "/provider", Words, 15, "平台", "Platform"),
        column("label", "/label", Words, 14, "内容", "What"),
        column("question", "/question", Flag, 8, "平台询问", "A question"),
        named::<Outcome>("outcome", "/outcome", 13, "结果", "Outcome"),
        column("verified", "/verified", Flag, 8, "验签", "Signature held"),
        column("suspicions", "/suspicions", Words, 24, "可疑之处", "Suspicions"),
        column("session_ids", "/session_ids", Words, 30, "会话号", "Sessions"),
        column("calls", "/calls", Words, 34, "归入通话", "Calls"),
        column("status", "/status", Whole, 8, "应答", "Answered"),
        column("peer", "/peer", Words, 16, "来源", "Peer"),
        column("tail", "/tail", Words, 14, "地址尾", "Address tail"),
        column("size_bytes", "/size_bytes", Whole, 10, "字节数", "Bytes"),
        column("test", "/test", Flag, 8, "测试", "A test"),
    ],
};

/// Text messages.
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
        column("id", "/id", Whole, 10, "编号", "No."),
        column("app", "/app", Words, 16, "应用", "App"),
        named::<BindingKind>("kind", "/kind", 8, "模式", "Mode"),
        named::<BindingState>("state", "/state", 10, "状态", "State"),
        column("a", "/a", Phone, 16, "A 号码", "A"),
        column("x", "/x", Phone, 16, "X 号码", "X"),
        column("b", "/b", Phone, 16, "B 号码", "B"),
        column("y", "/y", Phone, 16, "Y 号码", "Y"),
        column("extension", "/extension", Words, 10, "分机", "Extension"),
        named::<Direction>("direction", "/direction", 10, "方向", "Direction"),
        column("valid_from", "/valid_from", Instant, 19, "生效", "Valid from"),
        column("valid_to", "/valid_to", Instant, 19, "失效", "Valid to"),
        column("max_minutes", "/max_minutes", Whole, 10, "最长分钟", "Longest, min"),
        column("record", "/record", Flag, 8, "录音", "Recorded"),
        column("hint_tone", "/hint_tone", Words, 16, "录音提示音", "Recording tone"),
        column("wait_tone", "/wait_tone", Words, 16, "等待音", "Waiting tone"),
        column("last_minute_tone", "/last_minute_tone", Words, 16, "最后一分钟音", "Last minute tone"),
        column("user_data", "/user_data", Words, 24, "随路数据", "User data"),
        column("platform_id", "/platform_id", Words, 24, "平台绑定号", "Platform's id"),
        column("created_at", "/created_at", Instant, 19, "建于", "Made"),
        column("changed_at", "/changed_at", Instant, 19, "改于", "Changed"),
        column("ended_at", "/ended_at", Instant, 19, "结束于", "Ended"),
    ],
};

/// Decisions.
pub const DECISIONS: Sheet = Sheet {
    title: Text::new("决策", "Decisions"),
    columns: &[
        column("callback", "/callback", Whole, 10, "回调编号", "Callback"),
        column("at", "/at", Instant, 19, "时间", "At"),
        column("app", "/app", Words, 16, "应用", "App"),
        named::<Asks>("asks", "/asks", 8, "询问", "Asked"),
        column("session", "/session", Words, 30, "会话号", "Session"),
        column("caller", "/caller", Phone, 16, "主叫", "Caller"),
        column("x", "/x", Phone, 16, "X 号码", "X number"),
        named::<DecisionAction>("action", "/action", 10, "回答", "Answer"),
        column("callee", "/callee", Phone, 16, "接到", "To"),
        column("rule_number", "/rule/number", Whole, 8, "规则序号", "Rule no."),
        column("rule_name", "/rule/name", Words, 16, "规则", "Rule"),
        column("version", "/version", Whole, 8, "规则版本", "Version"),
        column("binding", "/binding", Whole, 10, "绑定", "Binding"),
        column("micros", "/micros", Whole, 10, "微秒", "Microseconds"),
        column("call", "/call/id", Words, 34, "通话号", "Call"),
        named::<CallOutcome>("outcome", "/call/outcome", 14, "结果", "Outcome"),
    ],
};

/// Entries of the audit trail.
pub const AUDIT: Sheet = Sheet {
    title: Text::new("审计", "Audit"),
    columns: &[
        column("n", "/n", Whole, 10, "序号", "No."),
        column("seq", "/seq", Whole, 10, "记录号", "Record"),
        column("at", "/at", Instant, 19, "时间", "At"),
        column("by", "/by", Words, 16, "谁", "Who"),
        column("action", "/action", Words, 18, "做了什么", "What"),
        column("subject", "/subject", Words, 26, "对象", "Object"),
        column("app", "/app", Words, 16, "应用", "App"),
        column("peer", "/peer", Words, 16, "来源", "Peer"),
        column("personal", "/personal", Words, 40, "详情", "Details"),
        column("by_kind", "/by_kind", Words, 14, "身份", "Kind"),
        column("outcome", "/outcome", Words, 10, "结果", "Outcome"),
        column("code", "/code", Words, 20, "原因", "Code"),
        column("of", "/of", Whole, 10, "所属记录号", "Of record"),
    ],
};

/// Figures of the statistics.
pub const STATS: Sheet = Sheet {
    title: Text::new("统计", "Statistics"),
    columns: &[
        column("at", "/at", Instant, 19, "时间", "From"),
        column("weekday", "/weekday", Whole, 12, "星期", "Weekday"),
        column("hour", "/hour", Whole, 12, "小时", "Hour"),
        column("key", "/key", Words, 12, "分组", "What"),
        column("calls", "/calls", Whole, 12, "通话", "Calls"),
        column("answered", "/answered", Whole, 12, "接通", "Answered"),
        column("under_way", "/under_way", Whole, 12, "进行中", "Under way"),
        column("ringing", "/ringing", Whole, 12, "振铃中", "Ringing"),
        column("talk_seconds", "/talk_seconds", Whole, 12, "通话秒数", "Talk, s"),
        column("asr", "/asr", Words, 12, "接通率", "ASR"),
        column("acd", "/acd", Words, 12, "平均通话", "ACD"),
        column("pdd", "/pdd", Words, 12, "接续时延", "PDD"),
        column("ring", "/ring", Words, 12, "平均振铃", "Ring"),
        column("peak", "/peak", Whole, 12, "并发峰值", "Peak"),
        column("peak_at", "/peak_at", Instant, 19, "峰值时间", "Peak at"),
    ],
};
