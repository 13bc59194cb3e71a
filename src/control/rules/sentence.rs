//! A rule as a sentence, in both languages: what a person reads before trusting it.
//!
//! Numbers are written by the caller's hand: whoever may not see them whole gets them masked.

use super::{AsksWord, ConnectTo, Rule, Then};
use crate::domain::{Asks, Lang};

/// `When 22:00–07:00 and nobody is bound: close the call with night.wav.` `number` writes a number.
#[must_use]
pub fn sentence(rule: &Rule, lang: Lang, number: &dyn Fn(&str) -> String) -> String {
    let conditions = conditions(rule, lang, number);
    let then = action(&rule.then, lang, number);
    match (conditions.is_empty(), lang) {
        (true, Lang::Zh) => format!("总是：{then}。"),
        (true, Lang::En) => format!("Always: {then}."),
        (false, Lang::Zh) => format!("当{}：{then}。", conditions.join("，并且")),
        (false, Lang::En) => format!("When {}: {then}.", conditions.join(" and ")),
    }
}

fn conditions(rule: &Rule, lang: Lang, number: &dyn Fn(&str) -> String) -> Vec<String> {
    let when = &rule.when;
    // Nobody calls with a message.
    let writes = when.asks.map(Asks::from).or(rule.then.decides()) == Some(Asks::Sms);
    let t = |zh: &str, en: &str, values: String| match lang {
        Lang::Zh => zh.replace("{}", &values),
        Lang::En => en.replace("{}", &values),
    };
    let or = match lang {
        Lang::Zh => " 或 ",
        Lang::En => " or ",
    };
    let numbers = |list: &[String]| list.iter().map(|text| number(text)).collect::<Vec<_>>().join(or);
    let words = |list: &[String]| list.join(or);
    let mut said = Vec::new();
    match when.asks {
        Some(AsksWord::Call) => said.push(t("有来电", "a call comes", String::new())),
        Some(AsksWord::Sms) => said.push(t("有短信", "a message comes", String::new())),
        None => {}
    }
    let mut say = |is: bool, zh: &str, en: &str, values: String| {
        if is {
            said.push(t(zh, en, values));
        }
    };
    say(!when.x.is_empty(), "号码 X 是 {}", "X is {}", numbers(&when.x));
    let (zh, en) = if writes { ("发送方", "the sender") } else { ("主叫", "the caller") };
    let mut party = |values: &[String], is: (&str, &str), said: String| {
        say(!values.is_empty(), &format!("{zh}{} {{}}", is.0), &format!("{en} {} {{}}", is.1), said);
    };
    party(&when.caller, ("是", "is"), numbers(&when.caller));
    party(&when.not_caller, ("不是", "is not"), numbers(&when.not_caller));
    party(&when.region, ("来自", "is from"), words(&when.region));
    party(&when.not_region, ("不来自", "is not from"), words(&when.not_region));
    let spans: Vec<_> = when.time.iter().map(|span| format!("{}–{}", span.from, span.to)).collect();
    say(!spans.is_empty(), "时间在 {}", "the time is {}", spans.join(or));
    let days: Vec<_> = when.weekday.iter().map(|day| weekday(*day, lang)).collect();
    say(!days.is_empty(), "今天是 {}", "it is {}", days.join(or));
    say(!when.holiday.is_empty(), "今天在 {} 之内", "today is in {}", words(&when.holiday));
    say(!when.not_holiday.is_empty(), "今天不在 {} 之内", "today is not in {}", words(&when.not_holiday));
    match when.binding {
        Some(true) => say(true, "有绑定", "somebody is bound", String::new()),
        Some(false) => say(true, "没有绑定", "nobody is bound", String::new()),
        None => {}
    }
    said
}

fn action(then: &Then, lang: Lang, number: &dyn Fn(&str) -> String) -> String {
    let zh = lang == Lang::Zh;
    let pick = |chinese: String, english: String| if zh { chinese } else { english };
    match then {
        Then::FollowBinding {} => pick(
            "接通到绑定的另一方（短信转发给另一方）".to_owned(),
            "connect to the other party of the binding (a message goes to them)".to_owned(),
        ),
        Then::Connect(to) => connect(to, zh, number),
        Then::Close { tone, user_data } => {
            let said = match tone {
                Some(tone) => pick(format!("播放 {tone} 后挂断"), format!("close the call with {tone}")),
                None => pick("挂断".to_owned(), "close the call".to_owned()),
            };
            said + &given_back(user_data.as_deref(), zh)
        }
        Then::Forward { to, from } => {
            let mut said = match to {
                Some(to) => {
                    let to = number(to);
                    pick(format!("把短信转发给 {to}"), format!("forward the message to {to}"))
                }
                None => pick(
                    "把短信转发给绑定的另一方".to_owned(),
                    "forward the message to the other party of the binding".to_owned(),
                ),
            };
            if let Some(from) = from {
                let from = number(from);
                said += &pick(format!("，发送方改为 {from}"), format!(" as from {from}"));
            }
            said
        }
        Then::Discard {} => pick("丢弃短信".to_owned(), "drop the message".to_owned()),
        Then::Ask { url, timeout_ms } => {
            let host = url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
            let host = host.unwrap_or_default();
            pick(
                format!("询问公司系统 {host}（{timeout_ms} 毫秒内）"),
                format!("ask our system at {host} (within {timeout_ms} ms)"),
            )
        }
    }
}

/// Everything that the caller or the callee will notice.
fn connect(to: &ConnectTo, zh: bool, number: &dyn Fn(&str) -> String) -> String {
    let pick = |chinese: String, english: String| if zh { chinese } else { english };
    let callee = number(&to.to);
    let mut said = pick(format!("接通到 {callee}"), format!("connect to {callee}"));
    if let Some(display) = to.display.as_deref().map(number) {
        said += &pick(format!("，显示 {display}"), format!(", showing {display}"));
    }
    if let Some(tone) = &to.wait_tone {
        said += &pick(format!("，等待音 {tone}"), format!(", with {tone} while it rings"));
    }
    if let Some(minutes) = to.max_minutes {
        said += &pick(format!("，最长 {minutes} 分钟"), format!(", for {minutes} min at most"));
    }
    if let Some(tone) = &to.last_minute_tone {
        said += &pick(format!("（最后一分钟播放 {tone}）"), format!(" ({tone} a minute before)"));
    }
    if to.record {
        said += &pick("，录音".to_owned(), ", recorded".to_owned());
        if let Some(tone) = &to.hint_tone {
            said += &pick(format!("（先播放 {tone}）"), format!(" (after {tone})"));
        }
    }
    said + &given_back(to.user_data.as_deref(), zh)
}

fn given_back(user_data: Option<&str>, zh: bool) -> String {
    match user_data {
        None => String::new(),
        Some(data) if zh => format!("，随路数据 {data}"),
        Some(data) => format!(", user data {data}"),
    }
}

fn weekday(day: u8, lang: Lang) -> String {
    const ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    const EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let names = if lang == Lang::Zh { ZH } else { EN };
    names.get(usize::from(day).wrapping_sub(1)).map_or_else(|| day.to_string(), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_a_sender_and_a_call_a_caller() {
        let said = |asks: &str, then: &str| {
            let when = serde_json::json!({"caller": ["106*"], "not_region": ["0755"]});
            let mut rule = serde_json::json!({"name": "a", "when": when, "then": {"do": then}});
            if !asks.is_empty() {
                rule["when"]["asks"] = asks.into();
            }
            let rule = serde_json::from_value(rule).unwrap();
            (sentence(&rule, Lang::Zh, &str::to_owned), sentence(&rule, Lang::En, &str::to_owned))
        };
        for (asks, then) in [("sms", "follow_binding"), ("", "discard")] {
            let (zh, en) = said(asks, then);
            assert!(zh.contains("发送方是 106*，并且发送方不来自 0755") && !zh.contains("主叫"), "{zh}");
            assert!(en.contains("the sender is 106* and the sender is not from 0755"), "{en}");
        }
        let (zh, en) = said("call", "follow_binding");
        assert!(zh.contains("主叫是 106*") && en.contains("the caller is not from 0755"), "{zh} {en}");
    }
}
