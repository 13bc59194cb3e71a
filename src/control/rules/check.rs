//! Whether a rule set may be kept: every word understood, every list there, every answer such as
//! the platform takes.
//!
//! Checked when it is set and never while a phone rings, so that a rule that is kept can only
//! ever give valid answers.

use jiff::Timestamp;
use jiff::civil::Time;

use super::evaluate::{Facts, compose};
use super::{Rule, RuleSet, Then, TimeSpan, When};
use crate::control::lists::{ListKind, Lists};
use crate::domain::{Asks, CallDecision, Decision, PhoneNumber, SmsDecision, Wording};
use crate::limits::{DECISION_DEADLINES_MS, DECISION_MARGIN, NAME_CHARS_MAX, RULE_VALUES_MAX, RULES_MAX};
use crate::outgoing::{self, OutgoingError};
use crate::platforms::{InvalidAnswer, Provider};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("{}", .0.en)]
    Set(Wording),
    #[error("rule {rule} ({name}): {field} {rule_text}", rule_text = .why.en)]
    Rule {
        /// Counted from 1.
        rule: usize,
        name: String,
        field: String,
        /// Follows the name of the field.
        why: Wording,
    },
}

type Wrong = (String, Wording);

pub(in crate::control) fn check(set: &RuleSet, provider: &dyn Provider, lists: &Lists) -> Result<(), RuleError> {
    if !DECISION_DEADLINES_MS.contains(&set.deadline_ms) {
        let (least, most) = (DECISION_DEADLINES_MS.start(), DECISION_DEADLINES_MS.end());
        return Err(RuleError::Set(Wording::new(
            format!("时限应为 {least} 到 {most} 毫秒"),
            format!("deadline_ms is {least} to {most} milliseconds"),
        )));
    }
    if set.rules.len() > RULES_MAX {
        return Err(RuleError::Set(Wording::new(
            format!("一个应用最多 {RULES_MAX} 条规则"),
            format!("an app has at most {RULES_MAX} rules"),
        )));
    }
    for (at, rule) in set.rules.iter().enumerate() {
        let wrong = |(field, why): Wrong| RuleError::Rule { rule: at + 1, name: rule.name.clone(), field, why };
        if set.rules[..at].iter().any(|other| other.name == rule.name) {
            let why = Wording::new("与另一条规则重名", "is another rule's already");
            return Err(wrong(("name".to_owned(), why)));
        }
        one(rule, set.deadline_ms, provider, lists).map_err(wrong)?;
    }
    Ok(())
}

fn one(rule: &Rule, deadline_ms: u16, provider: &dyn Provider, lists: &Lists) -> Result<(), Wrong> {
    let chars = rule.name.trim().chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX || rule.name.chars().any(char::is_control) {
        return Err(wrong(
            "name",
            format!("应为 1 到 {NAME_CHARS_MAX} 个字符"),
            format!("has 1 to {NAME_CHARS_MAX} characters"),
        ));
    }
    if let (Some(asks), Some(decides)) = (rule.when.asks, rule.then.decides())
        && decides != asks.into()
    {
        let zh = match decides {
            Asks::Call => "只能用于来电",
            Asks::Sms => "只能用于短信",
        };
        return Err(wrong("then", zh, format!("decides about a {} only", decides.name())));
    }
    conditions(&rule.when, lists)?;
    match &rule.then {
        Then::Ask { url, timeout_ms } => ask(url, *timeout_ms, deadline_ms),
        then => answer(then, &rule.when, provider),
    }
}

fn conditions(when: &When, lists: &Lists) -> Result<(), Wrong> {
    for (field, numbers) in [("when.x", &when.x), ("when.caller", &when.caller), ("when.not_caller", &when.not_caller)]
    {
        few(field, numbers.len())?;
        if let Some(bad) = numbers.iter().find(|number| !is_pattern(number)) {
            return Err(wrong(
                field,
                format!("“{bad}”不对：请写全号，或带星号的开头，如 +86755*"),
                format!("has {bad:?}: write a whole number, or a beginning with a star: +86755*"),
            ));
        }
    }
    for (field, regions) in [("when.region", &when.region), ("when.not_region", &when.not_region)] {
        few(field, regions.len())?;
        for region in regions {
            let area = region.starts_with('0') && region.bytes().all(|byte| byte.is_ascii_digit());
            if !area && lists.get(region, ListKind::Numbers).is_none() {
                return Err(wrong(
                    field,
                    format!("“{region}”既不是区号，也不是号码名单"),
                    format!("has {region:?}: it is no area code, and there is no such list of numbers"),
                ));
            }
        }
    }
    for (field, days) in [("when.holiday", &when.holiday), ("when.not_holiday", &when.not_holiday)] {
        few(field, days.len())?;
        if let Some(missing) = days.iter().find(|name| lists.get(name, ListKind::Days).is_none()) {
            let zh = format!("“{missing}”不是日期名单");
            return Err(wrong(field, zh, format!("has {missing:?}: there is no such list of days")));
        }
    }
    few("when.time", when.time.len())?;
    if let Some(bad) = when.time.iter().find(|span| span.minutes().is_none()) {
        let (from, to) = (&bad.from, &bad.to);
        return Err(wrong(
            "when.time",
            format!("“{from}”到“{to}”不对：请写成 22:00-07:00 这样，起止不能相同"),
            format!("has {from} to {to}: write HH:MM, two different times"),
        ));
    }
    if when.weekday.iter().any(|day| !(1..=7).contains(day)) {
        return Err(wrong("when.weekday", "应为 1（周一）到 7（周日）", "has days from 1 (Monday) to 7"));
    }
    Ok(())
}

/// Whether the platform takes the answer, with sample numbers for those known only later.
fn answer(then: &Then, when: &When, provider: &dyn Provider) -> Result<(), Wrong> {
    let stand_in = "+8613800000000";
    let from = PhoneNumber::from_stored(stand_in);
    let then = match then {
        Then::Forward { to: None, from } => Then::Forward { to: Some(stand_in.to_owned()), from: from.clone() },
        then => then.clone(),
    };
    let facts = Facts { asks: Asks::Call, x: None, from: Some(&from), at: Timestamp::UNIX_EPOCH, bound: None };
    // What follows a binding was checked when the binding was made.
    let Some(decision) = compose(&then, &facts) else { return Ok(()) };
    let named = |error: InvalidAnswer| (format!("then.{}", error.field), error.rule);
    fits(&decision, None, provider).map_err(named)?;
    let mut asked_about = when.x.iter().filter_map(|x| PhoneNumber::parse(x));
    asked_about.try_for_each(|x| fits(&decision, Some(&x), provider).map_err(named))
}

/// Problems use the names of fields in rules and the webhook.
pub(in crate::control) fn fits(
    decision: &Decision,
    x: Option<&PhoneNumber>,
    provider: &dyn Provider,
) -> Result<(), InvalidAnswer> {
    let reached = match decision {
        Decision::Call(CallDecision::Connect(connect)) => Some(&connect.callee),
        Decision::Sms(SmsDecision::Forward { to, .. }) => Some(to),
        Decision::Call(CallDecision::Close { .. }) | Decision::Sms(SmsDecision::Discard) => None,
    };
    if reached.is_some() && reached == x {
        let rule = Wording::new(
            "不能是 X 本身：那样隐私号会接到它自己",
            "is X itself: a privacy number does not reach itself",
        );
        return Err(InvalidAnswer { field: "to", rule });
    }
    provider.check(decision).map_err(|error| {
        let field = match error.field {
            "callee" => "to",
            "close_tone" => "tone",
            field => field,
        };
        InvalidAnswer { field, ..error }
    })
}

/// Checks the address, and that the time leaves room for writing the answer before the deadline.
fn ask(url: &str, timeout_ms: u16, deadline_ms: u16) -> Result<(), Wrong> {
    let cannot = |why: &str| {
        let zh = "不能询问：地址以 https:// 开头，有主机名，不含用户名和密码；只有本机可以用 http://";
        wrong("then.url", zh, format!("cannot be asked: {why}"))
    };
    let uri: http::Uri = url.parse().map_err(|_| cannot("write an address such as https://calls.example.com/route"))?;
    outgoing::admit(&uri).map_err(|error| match error {
        OutgoingError::Address(why) => cannot(why),
        _ => cannot("write an address such as https://calls.example.com/route"),
    })?;
    let margin = u16::try_from(DECISION_MARGIN.as_millis()).unwrap_or(u16::MAX);
    let (least, most) = (*DECISION_DEADLINES_MS.start(), deadline_ms.saturating_sub(margin));
    if least > most {
        let needed = least.saturating_add(margin);
        return Err(wrong(
            "then",
            format!("来不及询问：时限应为 {needed} 毫秒以上"),
            format!("asks nobody in time: deadline_ms has to be {needed} or more for that"),
        ));
    }
    if !(least..=most).contains(&timeout_ms) {
        return Err(wrong(
            "then.timeout_ms",
            format!("应为 {least} 到 {most} 毫秒：时限为 {deadline_ms}，其中 {margin} 毫秒用于保存应答"),
            format!("is {least} to {most} milliseconds: the deadline is {deadline_ms}, and {margin} are ours"),
        ));
    }
    Ok(())
}

fn few(field: &str, values: usize) -> Result<(), Wrong> {
    if values > RULE_VALUES_MAX {
        return Err(wrong(
            field,
            format!("最多 {RULE_VALUES_MAX} 个值：更多的请放进名单"),
            format!("has at most {RULE_VALUES_MAX} values: put more of them into a list"),
        ));
    }
    Ok(())
}

/// A whole number, or a prefix with a star.
fn is_pattern(text: &str) -> bool {
    let text = PhoneNumber::tidy(text);
    let digits = text.strip_suffix('*').unwrap_or(&text);
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn wrong(field: &str, zh: impl Into<String>, en: impl Into<String>) -> Wrong {
    (field.to_owned(), Wording::new(zh, en))
}

impl TimeSpan {
    /// In minutes after midnight; `None` where one is no time, or both are the same.
    pub(in crate::control) fn minutes(&self) -> Option<(u16, u16)> {
        let (from, to) = (minute(&self.from)?, minute(&self.to)?);
        (from != to && from < 24 * 60).then_some((from, to))
    }
}

fn minute(text: &str) -> Option<u16> {
    if text == "24:00" {
        return Some(24 * 60);
    }
    if text.len() != 5 {
        return None;
    }
    let time: Time = Time::strptime("%H:%M", text).ok()?;
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
}
