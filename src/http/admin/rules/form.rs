//! One rule as boxes of a form. Read back it is by `rule_reading.rs`.
//!
//! The boxes are those of the notation: several values stand in one box with commas between.
//! Each says for which actions it is, so that the page shows no other.

use serde_json::Value;

use crate::control::Rule;
use crate::domain::{Lang, Text};
use crate::http::admin::request::Pairs;

#[derive(Debug)]
pub(crate) struct RuleForm {
    /// Where the rule that is edited stands now; 0 is a new one.
    pub(crate) number: usize,
    /// By what that rule is found again: its name before the form was opened.
    pub(crate) was: String,
    pub(crate) name: String,
    pub(crate) asks: Vec<Choice>,
    pub(crate) binding: Vec<Choice>,
    pub(crate) weekdays: Vec<Choice>,
    /// Conditions: several values in one box.
    pub(crate) when: Vec<TextField>,
    pub(crate) acts: Vec<Choice>,
    pub(crate) then: Vec<TextField>,
    pub(crate) record: bool,
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    pub(crate) chosen: bool,
}

#[derive(Debug)]
pub(crate) struct TextField {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) value: String,
    pub(crate) offers: Option<&'static str>,
    pub(crate) acts: String,
}

fn offers(name: &str) -> Option<&'static str> {
    match name {
        "region" | "not_region" => Some("number-lists"),
        "holiday" | "not_holiday" => Some("day-lists"),
        _ => None,
    }
}

pub(crate) const WHEN: [(&str, Text, Text); 8] = [
    ("x", Text::new("X 号码", "X"), Text::new("全号或 +86755* 这样的开头", "whole, or a beginning such as +86755*")),
    (
        "caller",
        Text::new("主叫或发送方是", "Caller or sender is"),
        Text::new("全号或开头，多个用逗号", "whole or a beginning; several with commas"),
    ),
    ("not_caller", Text::new("主叫或发送方不是", "Caller or sender is not"), Text::new("同上", "the same")),
    (
        "region",
        Text::new("主叫或发送方来自", "Caller or sender is from"),
        Text::new("区号 0755 或号码名单的名称", "an area code (0755) or a list of numbers"),
    ),
    ("not_region", Text::new("主叫或发送方不来自", "Caller or sender is not from"), Text::new("同上", "the same")),
    (
        "time",
        Text::new("时间（北京）", "Time, Asia/Shanghai"),
        Text::new("9:00-12:00，14:00-18:00", "9:00-12:00, 14:00-18:00"),
    ),
    (
        "holiday",
        Text::new("今天在名单内", "Today is in"),
        Text::new("日期名单的名称，如节假日", "the name of a list of days"),
    ),
    ("not_holiday", Text::new("今天不在名单内", "Today is not in"), Text::new("同上", "the same")),
];

pub(crate) const THEN: [(&str, Text, Text); 11] = [
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

pub(crate) const USES: [(&str, &[&str]); 6] = [
    ("follow_binding", &[]),
    ("connect", &["to", "display", "max_minutes", "hint_tone", "wait_tone", "last_minute_tone", "user_data", "record"]),
    ("close", &["tone", "user_data"]),
    ("forward", &["to", "from"]),
    ("discard", &[]),
    ("ask", &["url", "timeout_ms"]),
];

impl RuleForm {
    pub(crate) fn of(lang: Lang, number: usize, rule: Option<&Rule>) -> Self {
        let rule = rule.and_then(|rule| serde_json::to_value(rule).ok()).unwrap_or_default();
        Self::written(lang, number, &rule)
    }

    fn written(lang: Lang, number: usize, rule: &Value) -> Self {
        let value = |name: &str| match name.split_once('_') {
            Some(("when", name)) => text(&rule["when"][name]),
            Some(("then", name)) => text(&rule["then"][name]),
            _ if name == "name" => text(&rule["name"]),
            _ if name == "do" => text(&rule["then"]["do"]),
            _ => text(&rule["when"][name]),
        };
        Self::new(lang, (number, &text(&rule["name"])), &value)
    }

    /// What was entered, for a form that is shown again: about the rule of this place and name.
    pub(crate) fn entered(lang: Lang, edited: (usize, &str), form: &Pairs) -> Self {
        Self::new(lang, edited, &|name| {
            let all: Vec<_> = form.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str()).collect();
            all.join(", ")
        })
    }

    fn new(lang: Lang, (number, was): (usize, &str), value: &dyn Fn(&str) -> String) -> Self {
        let field = |part: &str, (name, label, hint): &(&'static str, Text, Text)| TextField {
            name,
            label: label.get(lang),
            hint: hint.get(lang),
            value: value(&format!("{part}_{name}")),
            offers: offers(name),
            acts: acts_of(name),
        };
        let choices = |of: &[(&'static str, Text)], chosen: &str| -> Vec<Choice> {
            let choice = |(value, label): &(&'static str, Text)| Choice {
                value,
                label: label.get(lang),
                chosen: *value == chosen,
            };
            of.iter().map(choice).collect()
        };
        let days = value("weekday");
        let mut weekdays = choices(&WEEKDAYS, "");
        weekdays.iter_mut().for_each(|day| day.chosen = days.split(", ").any(|chosen| chosen == day.value));
        Self {
            number,
            was: was.to_owned(),
            name: value("name"),
            asks: choices(&ASKS, &value("asks")),
            binding: choices(&BINDING, &value("binding")),
            weekdays,
            when: WHEN.iter().map(|of| field("when", of)).collect(),
            acts: choices(&ACTS, &value("do")),
            then: THEN.iter().map(|of| field("then", of)).collect(),
            record: value("then_record") == "true",
        }
    }
}

/// The actions that read a box, as words with blanks between.
fn acts_of(name: &str) -> String {
    let acts = USES.iter().filter(|(_, uses)| uses.contains(&name)).map(|(act, _)| *act);
    acts.collect::<Vec<_>>().join(" ")
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
pub(crate) const ACTS: [(&str, Text); 6] = [
    ("follow_binding", Text::new("按绑定接通（短信转给另一方）", "follow the binding")),
    ("connect", Text::new("接通到指定号码", "connect to a number")),
    ("close", Text::new("挂断", "close the call")),
    ("forward", Text::new("转发短信", "forward the message")),
    ("discard", Text::new("丢弃短信", "drop the message")),
    ("ask", Text::new("询问公司系统", "ask our own system")),
];

fn text(value: &Value) -> String {
    match value {
        Value::Array(values) => values.iter().map(one).collect::<Vec<_>>().join(", "),
        other => one(other),
    }
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
    use serde_json::json;

    use super::*;
    use crate::http::admin::rules::rule_input::read;

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
            let form = RuleForm::written(Lang::Zh, 1, &said);
            let chosen = |choices: &[Choice]| choices.iter().find(|c| c.chosen).map_or("", |c| c.value).to_owned();
            let mut sent: Pairs = vec![
                ("name".to_owned(), form.name.clone()),
                ("asks".to_owned(), chosen(&form.asks)),
                ("binding".to_owned(), chosen(&form.binding)),
                ("do".to_owned(), chosen(&form.acts)),
            ];
            sent.extend(form.record.then(|| ("then_record".to_owned(), "true".to_owned())));
            let days = form.weekdays.iter().filter(|day| day.chosen);
            sent.extend(days.map(|day| ("weekday".to_owned(), day.value.to_owned())));
            sent.extend(form.when.iter().map(|field| (format!("when_{}", field.name), field.value.clone())));
            sent.extend(form.then.iter().map(|field| (format!("then_{}", field.name), field.value.clone())));
            let rule: Rule = serde_json::from_value(said).unwrap();
            assert_eq!(read(Lang::Zh, &sent), Ok(rule.clone()));
            let again = RuleForm::entered(Lang::Zh, (1, &rule.name), &sent);
            let of = RuleForm::of(Lang::Zh, 1, Some(&rule));
            assert_eq!(format!("{again:?}"), format!("{of:?}"), "shown again it is the same form");
        }
    }
}
