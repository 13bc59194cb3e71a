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
use crate::domain::{Asks, PhoneNumber};
use crate::limits::{DECISION_DEADLINES_MS, DECISION_MARGIN, NAME_CHARS_MAX, RULE_VALUES_MAX, RULES_MAX};
use crate::outgoing::{self, OutgoingError};
use crate::providers::Provider;

/// Why a rule set cannot be kept: which rule, which field, what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Something of the whole set.
    #[error("{0}")]
    Set(String),
    /// Something of one rule.
    #[error("rule {rule} ({name}): {field} {rule_text}", rule_text = .why)]
    Rule {
        /// Which, counted from 1.
        rule: usize,
        /// Its name.
        name: String,
        /// Which field.
        field: String,
        /// What would do.
        why: String,
    },
}

/// What is wrong with a field.
type Wrong = (String, String);

/// Checks a set for an app of this provider.
pub(in crate::control) fn check(set: &RuleSet, provider: &dyn Provider, lists: &Lists) -> Result<(), RuleError> {
    if !DECISION_DEADLINES_MS.contains(&set.deadline_ms) {
        return Err(RuleError::Set(format!(
            "deadline_ms is {} to {} milliseconds",
            DECISION_DEADLINES_MS.start(),
            DECISION_DEADLINES_MS.end()
        )));
    }
    if set.rules.len() > RULES_MAX {
        return Err(RuleError::Set(format!("an app has at most {RULES_MAX} rules")));
    }
    for (at, rule) in set.rules.iter().enumerate() {
        let wrong = |(field, why): Wrong| RuleError::Rule { rule: at + 1, name: rule.name.clone(), field, why };
        if set.rules[..at].iter().any(|other| other.name == rule.name) {
            return Err(wrong(("name".to_owned(), "is another rule's already".to_owned())));
        }
        one(rule, set.deadline_ms, provider, lists).map_err(wrong)?;
    }
    Ok(())
}

fn one(rule: &Rule, deadline_ms: u16, provider: &dyn Provider, lists: &Lists) -> Result<(), Wrong> {
    let chars = rule.name.trim().chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX || rule.name.chars().any(char::is_control) {
        return Err(wrong("name", format!("has 1 to {NAME_CHARS_MAX} characters")));
    }
    if let (Some(asks), Some(decides)) = (rule.when.asks, rule.then.decides())
        && decides != asks.into()
    {
        return Err(wrong("then", format!("decides about a {} only", decides.name())));
    }
    conditions(&rule.when, lists)?;
    match &rule.then {
        Then::Ask { url, timeout_ms } => ask(url, *timeout_ms, deadline_ms),
        then => answer(then, provider),
    }
}

fn conditions(when: &When, lists: &Lists) -> Result<(), Wrong> {
    for (field, numbers) in [("when.x", &when.x), ("when.caller", &when.caller), ("when.not_caller", &when.not_caller)]
    {
        few(field, numbers.len())?;
        if let Some(bad) = numbers.iter().find(|number| !is_pattern(number)) {
            return Err(wrong(
                field,
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
                    format!("has {region:?}: it is no area code, and there is no such list of numbers"),
                ));
            }
        }
    }
    for (field, days) in [("when.holiday", &when.holiday), ("when.not_holiday", &when.not_holiday)] {
        few(field, days.len())?;
        if let Some(missing) = days.iter().find(|name| lists.get(name, ListKind::Days).is_none()) {
            return Err(wrong(field, format!("has {missing:?}: there is no such list of days")));
        }
    }
    few("when.time", when.time.len())?;
    if let Some(bad) = when.time.iter().find(|span| span.minutes().is_none()) {
        return Err(wrong("when.time", format!("has {} to {}: write HH:MM, two different times", bad.from, bad.to)));
    }
    if when.weekday.iter().any(|day| !(1..=7).contains(day)) {
        return Err(wrong("when.weekday", "has days from 1 (Monday) to 7".to_owned()));
    }
    Ok(())
}

/// Whether the answer is one that the platform takes, with numbers in the place of those that are
/// known only when it asks.
fn answer(then: &Then, provider: &dyn Provider) -> Result<(), Wrong> {
    let stand_in = "+8613800000000";
    let from = PhoneNumber::from_stored(stand_in);
    let then = match then {
        Then::Forward { to: None, from } => Then::Forward { to: Some(stand_in.to_owned()), from: from.clone() },
        then => then.clone(),
    };
    let facts = Facts { asks: Asks::Call, x: None, from: Some(&from), at: Timestamp::UNIX_EPOCH, bound: None };
    // What follows a binding was checked when the binding was made.
    let Some(decision) = compose(&then, &facts) else { return Ok(()) };
    provider.check(&decision).map_err(|error| {
        let field = match error.field {
            "callee" => "to",
            "close_tone" => "tone",
            field => field,
        };
        wrong(&format!("then.{field}"), error.rule)
    })
}

/// An address that may be asked, and a time that it can really have: what keeping the answer
/// takes comes out of the deadline as well.
fn ask(url: &str, timeout_ms: u16, deadline_ms: u16) -> Result<(), Wrong> {
    let uri: http::Uri = url
        .parse()
        .map_err(|_| wrong("then.url", "is an address such as https://calls.example.com/route".to_owned()))?;
    outgoing::admit(&uri).map_err(|error| match error {
        OutgoingError::Address(why) => wrong("then.url", format!("cannot be asked: {why}")),
        _ => wrong("then.url", "is an address such as https://calls.example.com/route".to_owned()),
    })?;
    let margin = u16::try_from(DECISION_MARGIN.as_millis()).unwrap_or(u16::MAX);
    let (least, most) = (*DECISION_DEADLINES_MS.start(), deadline_ms.saturating_sub(margin));
    if least > most {
        let needed = least.saturating_add(margin);
        return Err(wrong("then", format!("asks nobody in time: deadline_ms has to be {needed} or more for that")));
    }
    if !(least..=most).contains(&timeout_ms) {
        let why = format!("is {least} to {most} milliseconds: the deadline is {deadline_ms}, and {margin} are ours");
        return Err(wrong("then.timeout_ms", why));
    }
    Ok(())
}

fn few(field: &str, values: usize) -> Result<(), Wrong> {
    if values > RULE_VALUES_MAX {
        return Err(wrong(field, format!("has at most {RULE_VALUES_MAX} values: put more of them into a list")));
    }
    Ok(())
}

/// A whole number, or the beginning of one with a star behind it.
fn is_pattern(text: &str) -> bool {
    let digits = text.strip_suffix('*').unwrap_or(text);
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn wrong(field: &str, why: String) -> Wrong {
    (field.to_owned(), why)
}

impl TimeSpan {
    /// Both ends in minutes after midnight; `None` where one is no time, or both are the same.
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
