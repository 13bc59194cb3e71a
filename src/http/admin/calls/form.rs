//! The boxes above the call list.

use crate::domain::{Anomaly, CallOutcome, CallState, Direction, Lang, Product, RecordingState, Text};
use crate::http::admin::parts::filter_words;
use crate::http::admin::parts::list_form::{Form, Maker};
use crate::http::admin::request::Pairs;

/// The form for an address; `apps` are the names of all apps.
pub(crate) fn form(lang: Lang, pairs: &Pairs, apps: &[String]) -> Form {
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
            Text::new("查找", "Find"),
            Text::new("号码或订单号的后四位、会话号", "end of a number or order, session, call id"),
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
        make.amount("pdd", Text::new("接续秒数", "PDD, s")),
    ];
    form.flags = vec![
        make.flag("has_recording", Text::new("录音", "Recording")),
        make.flag("answered", Text::new("接通", "Answered")),
    ];
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Form {
        let pairs: Pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        form(Lang::En, &pairs, &["hotline".to_owned(), "test".to_owned()])
    }

    fn hidden(query: &str) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&of(query).hidden).finish()
    }

    #[test]
    fn what_no_box_can_show_goes_along_hidden() {
        for shown in [
            "number=0021&number=0022&not_caller=0023&q=order+7",
            "app=hotline&not_outcome=busy&not_outcome=failed&weekday=6&min_talk=3&max_ring=9",
            "not_talk=10..60&has_recording=false&from=2026-11-21T00%3A00%3A00Z&cursor=x",
            "not_has_recording=true&cause=7014&cause=stateCode%3A7",
        ] {
            assert_eq!(hidden(shown), "", "{shown}");
        }
        assert_eq!(hidden("app=hotline&not_app=test"), "not_app=test");
        assert_eq!(hidden("app=%233&app=test"), "app=%233");
        assert_eq!(hidden("talk=..10&talk=60.."), "talk=60..");
        assert_eq!(hidden("q=a&q=b&limit=200"), "q=b&limit=200");
        assert_eq!(hidden("number=0021&not_number=0022"), "not_number=0022");
    }

    #[test]
    fn boxes_show_what_the_address_asks() {
        let form = of("not_talk=10..60&min_ring=5&not_cause=7&cause=8&not_has_recording=true&not_state=released");
        let amount = |name: &str| form.amounts.iter().find(|a| a.name == name).unwrap();
        let (talk, ring) = (amount("talk"), amount("ring"));
        assert_eq!((talk.min.as_str(), talk.max.as_str(), talk.not), ("10", "60", true));
        assert_eq!((ring.min.as_str(), ring.max.as_str(), ring.not), ("5", "", false));
        assert_eq!(form.flags[0].value, Some(false));
        assert!(form.open && form.choices.iter().any(|c| c.name == "state" && c.not));
        assert!(!of("number=0021&not_q=7&from=2026-11-21T00%3A00%3A00Z").open);
        let labels: Vec<&str> = form.active.iter().map(|a| a.label.as_str()).collect();
        assert_eq!(labels[..2], ["not talk 10..60", "ring ≥ 5"]);
    }

    /// Digits typed into the box at the top stood as a session, under `q 4416`.
    #[test]
    fn what_was_typed_at_the_top_is_named_as_what_it_is() {
        let form = of("q=4416");
        assert_eq!(form.active.iter().map(|a| a.label.as_str()).collect::<Vec<_>>(), ["find 4416"]);
        let find = form.main.iter().find(|of| of.name == "q").unwrap();
        assert_eq!((find.label, find.value.as_str()), ("Find", "4416"));
    }
}
