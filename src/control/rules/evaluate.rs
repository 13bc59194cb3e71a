//! Which rule decides: conditions against the facts of one question, in order.
//!
//! Everything that can be prepared is when the rules are read: a number is compared as text, a
//! list is looked up. Nothing here waits; asking the company's own system is the caller's.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, tz};

use super::{Rule, RuleSet, Then, When};
use crate::control::lists::{ListKind, Lists};
use crate::domain::{Asks, BindingTerms, CallDecision, Connect, Decision, PhoneNumber, SmsDecision, Wording};

#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub asks: Asks,
    pub x: Option<&'a PhoneNumber>,
    pub from: Option<&'a PhoneNumber>,
    pub at: Timestamp,
    pub bound: Option<(&'a PhoneNumber, &'a BindingTerms)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Off,
    Unmet(&'static str),
    /// For another kind of question, or without something that the action needs.
    NotFor(&'static str),
    Asked(crate::domain::Asking),
    Decided,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Counted from 1.
    pub rule: u32,
    pub name: String,
    pub verdict: Verdict,
    pub problem: Option<Wording>,
}

#[derive(Debug)]
pub(in crate::control) struct Compiled {
    pub(in crate::control) version: u64,
    pub(in crate::control) set: RuleSet,
    ready: Vec<Ready>,
}

#[derive(Debug)]
struct Ready {
    x: Vec<Pattern>,
    caller: Vec<Pattern>,
    not_caller: Vec<Pattern>,
    region: Vec<Region>,
    not_region: Vec<Region>,
    time: Vec<(u16, u16)>,
    holiday: Vec<Arc<BTreeSet<Date>>>,
    not_holiday: Vec<Arc<BTreeSet<Date>>>,
}

#[derive(Debug)]
enum Pattern {
    Whole(PhoneNumber),
    Beginning(String),
}

#[derive(Debug)]
enum Region {
    Area(String),
    List(Arc<crate::control::lists::Numbers>),
}

impl Compiled {
    pub(in crate::control) fn new(version: u64, set: RuleSet, lists: &Lists) -> Self {
        let ready = set.rules.iter().map(|rule| Ready::new(&rule.when, lists)).collect();
        Self { version, set, ready }
    }

    pub(in crate::control) fn look(&self, at: usize, facts: &Facts<'_>) -> Option<Verdict> {
        let (rule, ready) = (&self.set.rules[at], &self.ready[at]);
        if rule.off {
            return Some(Verdict::Off);
        }
        if let Some(unmet) = ready.unmet(&rule.when, facts) {
            return Some(Verdict::Unmet(unmet));
        }
        not_for(rule, facts).map(Verdict::NotFor)
    }
}

fn not_for(rule: &Rule, facts: &Facts<'_>) -> Option<&'static str> {
    match (&rule.then, rule.then.decides()) {
        (_, Some(asks)) if asks != facts.asks => Some("asks"),
        (Then::FollowBinding {} | Then::Forward { to: None, .. }, _) if facts.bound.is_none() => Some("binding"),
        // A message is forwarded as its sender's, who must be known then.
        (Then::FollowBinding {}, _) if facts.asks == Asks::Sms && facts.from.is_none() => Some("caller"),
        (Then::Forward { from: None, .. }, _) if facts.from.is_none() => Some("caller"),
        _ => None,
    }
}

/// `None` where something that the action needs is missing.
pub(in crate::control) fn compose(then: &Then, facts: &Facts<'_>) -> Option<Decision> {
    let number = |text: &str| PhoneNumber::parse(text).unwrap_or_else(|| PhoneNumber::from_stored(text));
    Some(match then {
        Then::FollowBinding {} => {
            let (other, terms) = facts.bound?;
            match facts.asks {
                Asks::Call => Decision::Call(CallDecision::Connect(Box::new(terms.connect(other)))),
                Asks::Sms => Decision::Sms(SmsDecision::Forward { to: other.clone(), from: facts.from?.clone() }),
            }
        }
        Then::Connect(to) => Decision::Call(CallDecision::Connect(Box::new(Connect {
            callee: number(&to.to),
            display: to.display.as_deref().map(number),
            max_minutes: to.max_minutes,
            record: to.record,
            hint_tone: to.hint_tone.clone(),
            wait_tone: to.wait_tone.clone(),
            last_minute_tone: to.last_minute_tone.clone(),
            user_data: to.user_data.clone(),
        }))),
        Then::Close { tone, user_data } => {
            Decision::Call(CallDecision::Close { tone: tone.clone(), user_data: user_data.clone() })
        }
        Then::Forward { to, from: as_from } => Decision::Sms(SmsDecision::Forward {
            to: to.as_deref().map(number).or_else(|| facts.bound.map(|(other, _)| other.clone()))?,
            from: as_from.as_deref().map(number).or_else(|| facts.from.cloned())?,
        }),
        Then::Discard {} => Decision::Sms(SmsDecision::Discard),
        Then::Ask { .. } => return None,
    })
}

impl Ready {
    fn new(when: &When, lists: &Lists) -> Self {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::read(text)).collect();
        let regions = |names: &[String]| names.iter().filter_map(|name| Region::read(name, lists)).collect();
        let days = |names: &[String]| {
            names.iter().filter_map(|name| lists.get(name, ListKind::Days)).map(|list| list.days.clone()).collect()
        };
        Self {
            x: patterns(&when.x),
            caller: patterns(&when.caller),
            not_caller: patterns(&when.not_caller),
            region: regions(&when.region),
            not_region: regions(&when.not_region),
            time: when.time.iter().filter_map(super::TimeSpan::minutes).collect(),
            holiday: days(&when.holiday),
            not_holiday: days(&when.not_holiday),
        }
    }

    fn unmet(&self, when: &When, facts: &Facts<'_>) -> Option<&'static str> {
        let any = |patterns: &[Pattern], number: Option<&PhoneNumber>| {
            number.is_some_and(|number| patterns.iter().any(|pattern| pattern.takes(number)))
        };
        let from_there =
            |regions: &[Region]| facts.from.is_some_and(|from| regions.iter().any(|region| region.takes(from)));
        let local = facts.at.to_zoned(tz::TimeZone::fixed(tz::offset(8)));
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or_default();
        let on = |days: &[Arc<BTreeSet<Date>>]| days.iter().any(|days| days.contains(&local.date()));
        let weekday = local.weekday().to_monday_one_offset();
        let checks = [
            (when.asks.is_none_or(|asks| Asks::from(asks) == facts.asks), "asks"),
            (when.x.is_empty() || any(&self.x, facts.x), "x"),
            (when.caller.is_empty() || any(&self.caller, facts.from), "caller"),
            (!any(&self.not_caller, facts.from), "not_caller"),
            (when.region.is_empty() || from_there(&self.region), "region"),
            (!from_there(&self.not_region), "not_region"),
            (when.time.is_empty() || self.time.iter().any(|span| within(*span, minute)), "time"),
            (when.weekday.is_empty() || when.weekday.iter().any(|day| i8::try_from(*day) == Ok(weekday)), "weekday"),
            (when.holiday.is_empty() || on(&self.holiday), "holiday"),
            (!on(&self.not_holiday), "not_holiday"),
            (when.binding.is_none_or(|bound| bound == facts.bound.is_some()), "binding"),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map(|(_, name)| name)
    }
}

/// The span may cross midnight.
fn within((from, to): (u16, u16), minute: u16) -> bool {
    if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
}

impl Pattern {
    fn read(text: &str) -> Self {
        match PhoneNumber::tidy(text).strip_suffix('*') {
            Some(beginning) => Self::Beginning(beginning.trim_start_matches('+').to_owned()),
            None => Self::Whole(PhoneNumber::parse(text).unwrap_or_else(|| PhoneNumber::from_stored(text))),
        }
    }

    /// A beginning is compared with and without the country code, as people write it.
    fn takes(&self, number: &PhoneNumber) -> bool {
        match self {
            Self::Whole(whole) => whole == number,
            Self::Beginning(digits) => {
                number.reveal().trim_start_matches('+').starts_with(digits) || number.national().starts_with(digits)
            }
        }
    }
}

impl Region {
    fn read(name: &str, lists: &Lists) -> Option<Self> {
        if name.starts_with('0') && name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Area(name[1..].to_owned()));
        }
        lists.get(name, ListKind::Numbers).map(|list| Self::List(list.numbers.clone()))
    }

    /// An area code is a landline's: no mobile of China begins like one.
    fn takes(&self, number: &PhoneNumber) -> bool {
        match self {
            Self::Area(code) => {
                let national = number.national();
                let landline =
                    number.reveal().starts_with("+86") && !(national.starts_with('1') && national.len() == 11);
                landline && national.starts_with(code.as_str())
            }
            Self::List(numbers) => numbers.takes(number),
        }
    }
}
