//! The boxes above the call list.

use super::filter_words;
use super::list_form::{Form, Maker};
use super::request::Pairs;
use crate::domain::{Anomaly, CallOutcome, CallState, Direction, Lang, Product, RecordingState, Text};

/// The form for an address; `apps` are the names of all apps.
pub(super) fn form(lang: Lang, pairs: &Pairs, apps: &[String]) -> Form {
    let make = Maker { lang, pairs };
    let digits = Text::new("后四位或全号", "last digits or all");
    let mut form = Form::new(make, "/calls", Text::new("查找通话", "Find calls"));
    form.main = vec![
        make.text(
            "number",
            Text::new("号码", "Number"),
            Text::new("任一方，后四位即可", "any party, last four digits"),
        ),
        make.text(
            "q",
            Text::new("会话 / 订单号", "Session or order id"),
            Text::new("会话号、通话号或随路数据", "session, call id or your reference"),
        ),
    ];
    form.more = vec![
        make.text("caller", Text::new("主叫", "Caller"), digits),
        make.text("callee", Text::new("被叫", "Callee"), digits),
        make.text("x", Text::new("X 号码", "X number"), digits),
        make.text("session", Text::new("会话号", "Session"), Text::new("完全一致", "exactly")),
        make.text(
            "cause",
            Text::new("原因码", "Cause code"),
            Text::new("7014 或 stateCode:7014", "7014 or stateCode:7014"),
        ),
        make.text(
            "hour",
            Text::new("时段（小时）", "Hour of day"),
            Text::new("0–23，可多个：18, 19", "0–23, several: 18, 19"),
        ),
    ];
    form.amounts = vec![
        make.amount("talk", Text::new("通话秒数", "Talk, s")),
        make.amount("ring", Text::new("振铃秒数", "Ring, s")),
    ];
    form.flags = vec![make.flag("has_recording", Text::new("录音", "Recording"))];
    let group = |name, label, values: Vec<String>| {
        let shown = move |value: String| {
            let word = filter_words::filter_value(lang, name, &value).unwrap_or_else(|| value.clone());
            (value, word)
        };
        make.choices(name, label, values.into_iter().map(shown))
    };
    let owned = |name: &'static str| name.to_owned();
    form.choices = vec![
        group("outcome", Text::new("结果", "Outcome"), CallOutcome::ALL.map(|o| owned(o.name())).to_vec()),
        make.apps(apps),
        make.providers(),
        group("product", Text::new("产品", "Product"), Product::ALL.map(|p| owned(p.name())).to_vec()),
        group("direction", Text::new("方向", "Direction"), Direction::ALL.map(|d| owned(d.name())).to_vec()),
        group("state", Text::new("状态", "State"), CallState::ALL.map(|s| owned(s.name())).to_vec()),
        group(
            "recording_state",
            Text::new("录音在哪", "Recording is"),
            RecordingState::ALL.map(|s| owned(s.name())).to_vec(),
        ),
        group("anomaly", Text::new("异常", "Odd"), Anomaly::ALL.map(|a| owned(a.name())).to_vec()),
        group("weekday", Text::new("星期", "Weekday"), (1..=7).map(|day| day.to_string()).collect()),
    ];
    form.finish(make)
}
