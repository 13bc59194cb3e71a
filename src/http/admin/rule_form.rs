//! One rule as boxes of a form, and a form read back as a rule.
//!
//! The boxes are those of the notation: several values stand in one box with commas between.
//! A box that the chosen action has no use for is passed over.

use serde_json::{Map, Value, json};

use super::request::{Pairs, find};
use crate::control::Rule;
use crate::domain::{Lang, Text};

/// A rule to fill in.
#[derive(Debug)]
pub(super) struct RuleForm {
    /// Where the rule that is edited stands now; 0 is a new one.
    pub(super) number: usize,
    /// By what that rule is found again: its name before the form was opened.
    pub(super) was: String,
    pub(super) name: String,
    pub(super) asks: Vec<Choice>,
    pub(super) binding: Vec<Choice>,
    pub(super) weekdays: Vec<Choice>,
    /// Conditions: several values in one box.
    pub(super) when: Vec<TextField>,
    pub(super) acts: Vec<Choice>,
    /// What the actions need.
    pub(super) then: Vec<TextField>,
    pub(super) record: bool,
}

/// A value to choose.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) chosen: bool,
}

/// A box for text.
#[derive(Debug)]
pub(super) struct TextField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) value: String,
    /// The id of the names that are offered.
    pub(super) offers: Option<&'static str>,
}

/// The id of the lists that a box may name.
fn offers(name: &str) -> Option<&'static str> {
    match name {
        "region" | "not_region" => Some("number-lists"),
        "holiday" | "not_holiday" => Some("day-lists"),
        _ => None,
    }
}

const WHEN: [(&str, Text, Text); 8] = [
    ("x", Text::new("X 号码", "X"), Text::new("全号或 +86755* 这样的开头", "whole, or a beginning such as +86755*")),
    (
        "caller",
        Text::new("主叫是", "Caller is"),
        Text::new("全号或开头，多个用逗号", "whole or a beginning; several with commas"),
    ),
    ("not_caller", Text::new("主叫不是", "Caller is not"), Text::new("同上", "the same")),
    (
        "region",
        Text::new("主叫来自", "Caller is from"),
        Text::new("区号 0755 或号码名单的名称", "an area code (0755) or a list of numbers"),
    ),
    ("not_region", Text::new("主叫不来自", "Caller is not from"), Text::new("同上", "the same")),
    (
        "time",
        Text::new("时间（北京）", "Time, Asia/Shanghai"),
        Text::new("22:00-07:00，可多段", "22:00-07:00, several with commas"),
    ),
    (
        "holiday",
        Text::new("今天在名单内", "Today is in"),
        Text::new("日期名单的名称，如节假日", "the name of a list of days"),
    ),
    ("not_holiday", Text::new("今天不在名单内", "Today is not in"), Text::new("同上", "the same")),
];

const THEN: [(&str, Text, Text); 11] = [
    ("to", Text::new("接到", "To"), Text::new("接通或转发短信：对方号码", "connect, forward: the number")),
    ("display", Text::new("显示号码", "Number shown"), Text::new("接通：留空显示 X", "connect: empty shows X")),
    ("from", Text::new("发送方改为", "As from"), Text::new("转发短信：留空为原发送方", "forward: empty is the sender")),
    (
        "max_minutes",
        Text::new("最长分钟", "Longest, minutes"),
        Text::new("接通：留空不限", "connect: empty is unlimited"),
    ),
    ("tone", Text::new("挂断前放音", "Announcement"), Text::new("挂断：文件名", "close: a file")),
    (
        "hint_tone",
        Text::new("录音提示音", "Recording announcement"),
        Text::new("接通并录音：文件名", "connect, recorded: a file"),
    ),
    ("wait_tone", Text::new("等待音", "Waiting tone"), Text::new("接通：文件名", "connect: a file")),
    (
        "last_minute_tone",
        Text::new("最后一分钟提示音", "Last minute tone"),
        Text::new("限时接通：文件名", "limited connect: a file"),
    ),
    (
        "user_data",
        Text::new("随路数据", "User data"),
        Text::new("接通、挂断：平台原样带回", "connect, close: given back by the platform"),
    ),
    ("url", Text::new("公司系统地址", "Our system's address"), Text::new("询问：https://…", "ask: https://…")),
    (
        "timeout_ms",
        Text::new("最多等待毫秒", "Milliseconds it has"),
        Text::new("询问：留空为 500", "ask: empty is 500"),
    ),
];

/// What each action reads of the boxes.
const USES: [(&str, &[&str]); 6] = [
    ("follow_binding", &[]),
    ("connect", &["to", "display", "max_minutes", "hint_tone", "wait_tone", "last_minute_tone", "user_data", "record"]),
    ("close", &["tone", "user_data"]),
    ("forward", &["to", "from"]),
    ("discard", &[]),
    ("ask", &["url", "timeout_ms"]),
];

impl RuleForm {
    /// A rule, or none, as boxes.
    pub(super) fn of(lang: Lang, number: usize, rule: Option<&Rule>) -> Self {
        let rule = rule.and_then(|rule| serde_json::to_value(rule).ok()).unwrap_or_default();
        let was = one(&rule["name"]);
        Self::new(lang, (number, &was), &rule)
    }

    /// What was entered, for a form that is shown again: about the rule of this place and name.
    pub(super) fn entered(lang: Lang, edited: (usize, &str), form: &Pairs) -> Self {
        Self::new(lang, edited, &read(form))
    }

    fn new(lang: Lang, (number, was): (usize, &str), rule: &Value) -> Self {
        let (when, then) = (&rule["when"], &rule["then"]);
        let text = |value: &Value| match value {
            Value::Array(values) => values.iter().map(one).collect::<Vec<_>>().join(", "),
            other => one(other),
        };
        let field = |(name, label, hint): &(&'static str, Text, Text), of: &Value| TextField {
            name,
            label: label.get(lang),
            hint: hint.get(lang),
            value: text(&of[*name]),
            offers: offers(name),
        };
        let choices = |of: &[(&'static str, Text)], chosen: &str| -> Vec<Choice> {
            let choice = |(value, label): &(&'static str, Text)| Choice {
                value,
                label: label.get(lang),
                chosen: *value == chosen,
            };
            of.iter().map(choice).collect()
        };
        let days = when["weekday"].as_array().cloned().unwrap_or_default();
        let weekdays = WEEKDAYS.iter().map(|(value, label)| Choice {
            value,
            label: label.get(lang),
            chosen: days.iter().any(|day| day.as_u64() == value.parse().ok()),
        });
        Self {
            number,
            was: was.to_owned(),
            name: one(&rule["name"]),
            asks: choices(&ASKS, &one(&when["asks"])),
            binding: choices(&BINDING, &one(&when["binding"])),
            weekdays: weekdays.collect(),
            when: WHEN.iter().map(|of| field(of, when)).collect(),
            acts: choices(&ACTS, &one(&then["do"])),
            then: THEN.iter().map(|of| field(of, then)).collect(),
            record: then["record"] == true,
        }
    }
}

const ASKS: [(&str, Text); 3] = [
    ("", Text::new("来电和短信", "calls and messages")),
    ("call", Text::new("来电", "calls")),
    ("sms", Text::new("短信", "messages")),
];
const BINDING: [(&str, Text); 3] = [
    ("", Text::new("不论", "no matter")),
    ("true", Text::new("有绑定", "somebody is bound")),
    ("false", Text::new("没有绑定", "nobody is bound")),
];
const WEEKDAYS: [(&str, Text); 7] = [
    ("1", Text::new("周一", "Mon")),
    ("2", Text::new("周二", "Tue")),
    ("3", Text::new("周三", "Wed")),
    ("4", Text::new("周四", "Thu")),
    ("5", Text::new("周五", "Fri")),
    ("6", Text::new("周六", "Sat")),
    ("7", Text::new("周日", "Sun")),
];
const ACTS: [(&str, Text); 6] = [
    ("follow_binding", Text::new("按绑定接通（短信转给另一方）", "follow the binding")),
    ("connect", Text::new("接通到指定号码", "connect to a number")),
    ("close", Text::new("挂断", "close the call")),
    ("forward", Text::new("转发短信", "forward the message")),
    ("discard", Text::new("丢弃短信", "drop the message")),
    ("ask", Text::new("询问公司系统", "ask our own system")),
];

/// What was entered, in the notation of rules.
pub(super) fn read(form: &Pairs) -> Value {
    let entered = |name: &str| find(form, name).map(str::trim).filter(|text| !text.is_empty());
    let list = |text: &str| -> Vec<Value> {
        let parts = text.split([',', ';', '、', '\u{ff0c}', '\u{ff1b}', '\n']).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(Value::from).collect()
    };
    let mut when = Map::new();
    for (name, _, _) in WHEN {
        let Some(text) = entered(&format!("when_{name}")) else { continue };
        let values = match name {
            "time" => list(text).iter().map(span).collect(),
            _ => list(text),
        };
        when.insert(name.to_owned(), values.into());
    }
    when.extend(entered("asks").map(|asks| ("asks".to_owned(), asks.into())));
    when.extend(entered("binding").map(|binding| ("binding".to_owned(), (binding == "true").into())));
    let days = form.iter().filter(|(name, _)| name == "weekday").filter_map(|(_, day)| day.parse::<u8>().ok());
    let days: Vec<Value> = days.map(Value::from).collect();
    if !days.is_empty() {
        when.insert("weekday".to_owned(), days.into());
    }
    let act = entered("do").unwrap_or_default();
    let mut then = Map::from_iter([("do".to_owned(), Value::from(act))]);
    for name in USES.iter().find(|(known, _)| *known == act).map_or(&[][..], |(_, uses)| uses) {
        let Some(text) = entered(&format!("then_{name}")) else { continue };
        let value = match (*name, text.parse::<u16>()) {
            ("max_minutes" | "timeout_ms", Ok(number)) => number.into(),
            ("record", _) => (text == "true").into(),
            _ => text.into(),
        };
        then.insert((*name).to_owned(), value);
    }
    json!({ "name": entered("name").unwrap_or_default(), "when": when, "then": then })
}

/// `22:00-07:00` with any dash.
fn span(text: &Value) -> Value {
    let text = text.as_str().unwrap_or_default();
    let (from, to) = text.split_once(['-', '–', '~']).unwrap_or((text, ""));
    json!({ "from": from.trim(), "to": to.trim() })
}

fn one(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(span) => format!("{}-{}", one(&span["from"]), one(&span["to"])),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_goes_through_its_form_unchanged() {
        let rules = [
            json!({"name": "night", "when": {"asks": "call", "time": [{"from": "22:00", "to": "07:00"}], "weekday": [6, 7],
                   "caller": ["13812345601", "+86755*"], "binding": false}, "then": {"do": "close", "tone": "n.wav"}}),
            json!({"name": "boss", "when": {"not_holiday": ["golden-week"]}, "then": {"do": "connect", "to": "13912345603",
                   "max_minutes": 30, "record": true, "hint_tone": "h.wav"}}),
            json!({"name": "crm", "when": {}, "then": {"do": "ask", "url": "https://crm.example/ask", "timeout_ms": 300}}),
            json!({"name": "sms", "when": {"asks": "sms"}, "then": {"do": "discard"}}),
        ];
        for said in rules {
            let form = RuleForm::new(Lang::Zh, (1, ""), &said);
            let chosen = |choices: &[Choice]| choices.iter().find(|c| c.chosen).map_or("", |c| c.value).to_owned();
            let mut sent: Pairs = vec![
                ("name".to_owned(), form.name.clone()),
                ("asks".to_owned(), chosen(&form.asks)),
                ("binding".to_owned(), chosen(&form.binding)),
                ("do".to_owned(), chosen(&form.acts)),
                ("then_record".to_owned(), form.record.to_string()),
            ];
            let days = form.weekdays.iter().filter(|day| day.chosen);
            sent.extend(days.map(|day| ("weekday".to_owned(), day.value.to_owned())));
            sent.extend(form.when.iter().map(|field| (format!("when_{}", field.name), field.value.clone())));
            sent.extend(form.then.iter().map(|field| (format!("then_{}", field.name), field.value.clone())));
            assert_eq!(read(&sent), said);
            let rule: Rule = serde_json::from_value(said).unwrap();
            assert_eq!(RuleForm::of(Lang::Zh, 1, Some(&rule)).name, rule.name);
        }
    }
}
