//! A rule's form read back as a rule, or what is wrong with it in the reader's words.
//!
//! Nothing that was entered is left out: a box that the chosen action has no use for is refused,
//! because whoever filled it in means something by it. Whether the rule may be kept is checked by
//! the control room.

use serde_json::{Map, Value, json};

use crate::control::Rule;
use crate::domain::{Lang, Wording};
use crate::http::admin::request::{Pairs, find};
use crate::http::admin::rules::form::{THEN, USES, WHEN};
use crate::http::admin::rules::{typed, words as rule_words};
use crate::limits::DECISION_DEADLINES_MS;

type Wrong = (String, Wording);

pub(crate) fn read(lang: Lang, form: &Pairs) -> Result<Rule, String> {
    rule(lang, form).map_err(|(field, why)| rule_words::of_box(lang, &field, why.get(lang)))
}

fn rule(lang: Lang, form: &Pairs) -> Result<Rule, Wrong> {
    let (when, then) = (conditions(form)?, action(lang, form)?);
    let said = json!({ "name": entered(form, "name").unwrap_or_default(), "when": when, "then": then });
    let unreadable = Wording::new("无法识别，请重新打开本页填写", "cannot be read: open the page again");
    serde_json::from_value(said).map_err(|_| ("then".to_owned(), unreadable))
}

fn entered<'a>(form: &'a Pairs, name: &str) -> Option<&'a str> {
    find(form, name).map(str::trim).filter(|text| !text.is_empty())
}

fn conditions(form: &Pairs) -> Result<Map<String, Value>, Wrong> {
    let mut when = Map::new();
    for (name, _, _) in WHEN {
        let Some(text) = entered(form, &format!("when_{name}")) else { continue };
        let value = |part: &str| match name {
            "time" => {
                let (from, to) = typed::times(part).map_err(|why| ("when.time".to_owned(), why))?;
                Ok(json!({ "from": from, "to": to }))
            }
            "x" | "caller" | "not_caller" => Ok(typed::number(part).into()),
            _ => Ok(part.into()),
        };
        let values: Result<Vec<Value>, Wrong> = typed::values(text).into_iter().map(value).collect();
        when.insert(name.to_owned(), values?.into());
    }
    when.extend(entered(form, "asks").map(|asks| ("asks".to_owned(), asks.into())));
    if let Some(bound) = entered(form, "binding") {
        when.insert("binding".to_owned(), truth("when.binding", bound)?.into());
    }
    let days = form.iter().filter(|(name, _)| name == "weekday");
    let days = days.map(|(_, day)| day.parse::<u8>().map(Value::from).map_err(|_| unread("when.weekday")));
    let days: Vec<Value> = days.collect::<Result<_, _>>()?;
    if !days.is_empty() {
        when.insert("weekday".to_owned(), days.into());
    }
    Ok(when)
}

fn action(lang: Lang, form: &Pairs) -> Result<Map<String, Value>, Wrong> {
    let act = entered(form, "do").unwrap_or_default();
    let choose = || ("then".to_owned(), Wording::new("请选择一项", "choose one"));
    let (_, uses) = USES.iter().find(|(known, _)| *known == act).ok_or_else(choose)?;
    useless(lang, form, act, uses)?;
    let mut then = Map::from_iter([("do".to_owned(), Value::from(act))]);
    for name in *uses {
        let Some(text) = entered(form, &format!("then_{name}")) else { continue };
        let value = match *name {
            "max_minutes" => {
                whole(text, "1 到 1440 的整数；不限请留空", "a whole number from 1 to 1440; empty is unlimited")
                    .map_err(|why| ("then.max_minutes".to_owned(), why))?
            }
            "timeout_ms" => {
                let (least, most) = (DECISION_DEADLINES_MS.start(), DECISION_DEADLINES_MS.end());
                let (zh, en) =
                    (format!("{least} 到 {most} 的整数毫秒"), format!("a whole number from {least} to {most}"));
                whole(text, &zh, &en).map_err(|why| ("then.timeout_ms".to_owned(), why))?
            }
            "record" => truth("then.record", text)?.into(),
            _ => text.into(),
        };
        then.insert((*name).to_owned(), value);
    }
    if act == "ask" && !then.contains_key("url") {
        let why = Wording::new(
            "必填，如 https://calls.example.com/route",
            "is needed, such as https://calls.example.com/route",
        );
        return Err(("then.url".to_owned(), why));
    }
    Ok(then)
}

/// A choice of two; another word is none of them.
fn truth(field: &str, text: &str) -> Result<bool, Wrong> {
    text.parse().map_err(|_| unread(field))
}

fn unread(field: &str) -> Wrong {
    (field.to_owned(), Wording::new("选项无效，请重新选择", "is none of those offered; choose again"))
}

fn whole(text: &str, zh: &str, en: &str) -> Result<Value, Wording> {
    let number = text.parse::<u16>().ok().filter(|number| *number > 0);
    number.map(Value::from).ok_or_else(|| Wording::new(format!("应为 {zh}"), format!("is {en}")))
}

/// Refuses what the action would leave out.
fn useless(lang: Lang, form: &Pairs, act: &str, uses: &[&str]) -> Result<(), Wrong> {
    let boxes = THEN.iter().map(|(name, _, _)| *name).chain(["record"]);
    let filled: Vec<&str> = boxes.filter(|name| entered(form, &format!("then_{name}")).is_some()).collect();
    let of_no_use: Vec<&&str> = filled.iter().filter(|name| !uses.contains(*name)).collect();
    if let Some(first) = of_no_use.first() {
        let names: Vec<_> = of_no_use.iter().map(|name| rule_words::label(lang, &format!("then.{name}"))).collect();
        let act = rule_words::act(lang, act);
        let why = Wording::new(
            format!("“{act}”用不上{}，请清空，或改选别的做法", quoted(&names, "、")),
            format!("“{act}” has no use for {}: empty it, or choose what else to do", quoted(&names, ", ")),
        );
        return Err((format!("then.{first}"), why));
    }
    let lacks = |of: &str, needed: &str| filled.contains(&of) && !filled.contains(&needed);
    if lacks("hint_tone", "record") {
        let why = Wording::new(
            "只在录音时播放，请勾选“接通时录音”，或清空它",
            "plays only where the call is recorded: tick that, or empty this",
        );
        return Err(("then.hint_tone".to_owned(), why));
    }
    if lacks("last_minute_tone", "max_minutes") {
        let why = Wording::new(
            "只在限时通话中播放，请填写“最长分钟”，或清空它",
            "plays only in a limited call: enter the minutes, or empty this",
        );
        return Err(("then.last_minute_tone".to_owned(), why));
    }
    Ok(())
}

fn quoted(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_is_none_of_those_offered_is_refused_and_not_taken_for_another() {
        for wrong in
            [("binding", "yes"), ("binding", "1"), ("weekday", "monday"), ("then_record", "on"), ("asks", "fax")]
        {
            let fields = [("name", "n"), ("do", "connect"), ("then_to", "13800000021"), wrong];
            assert!(said(&fields).is_err(), "{wrong:?}");
        }
    }

    fn said(fields: &[(&str, &str)]) -> Result<Value, String> {
        let form: Pairs = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        read(Lang::Zh, &form).map(|rule| serde_json::to_value(rule).unwrap())
    }

    #[test]
    fn several_times_and_numbers_stand_in_one_box_as_people_write_them() {
        let rule = said(&[
            ("name", "day"),
            ("when_time", "9:00-12:00，14：00－18:00"),
            ("when_caller", "138-0000-0021、0755*"),
            ("do", "close"),
        ]);
        let expected = json!({"name": "day", "when": {"caller": ["13800000021", "0755*"], "time": [
            {"from": "09:00", "to": "12:00"}, {"from": "14:00", "to": "18:00"}]}, "then": {"do": "close"}});
        assert_eq!(rule, Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_box_in_the_words_of_the_page() {
        let connect = |name, value| vec![("do", "connect"), ("then_to", "13912345603"), (name, value)];
        for (fields, expected) in [
            (connect("then_max_minutes", "-1"), "“最长分钟”：应为 1 到 1440 的整数"),
            (connect("then_max_minutes", "abc"), "“最长分钟”：应为 1 到 1440 的整数"),
            (connect("then_max_minutes", "99999"), "“最长分钟”：应为 1 到 1440 的整数"),
            (connect("then_hint_tone", "h.wav"), "“录音提示音”：只在录音时播放"),
            (connect("then_last_minute_tone", "l.wav"), "“最后一分钟提示音”：只在限时通话中播放"),
            (connect("when_time", "9:00"), "“时间（北京）”：“9:00”不是一段时间"),
            (vec![("do", "ask")], "“公司系统地址”：必填"),
            (
                vec![("do", "ask"), ("then_url", "https://a.example"), ("then_timeout_ms", "soon")],
                "“最多等待毫秒”：应为",
            ),
            (vec![("do", "close"), ("then_to", "13912345603")], "“挂断”用不上“接到”"),
            (vec![("do", "discard"), ("then_record", "true")], "“丢弃短信”用不上“接通时录音”"),
            (vec![("do", "close"), ("then_to", "1391"), ("then_url", "x")], "用不上“接到”、“公司系统地址”"),
            (vec![("do", "sing")], "“怎么做”：请选择一项"),
        ] {
            let why = said(&fields).unwrap_err();
            assert!(why.contains(expected), "{fields:?}: {why}");
        }
    }
}
