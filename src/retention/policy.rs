//! What is kept for how long, and holds beyond that: named values of the state. The default keeps
//! everything. Days count back from the moment of a run.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::RetentionError;
use crate::domain::{Call, PhoneNumber, Wording};
use crate::limits::{KEEP_DAYS_MAX, KEEP_DAYS_MIN};
use crate::store::SmsRow;

pub(super) const POLICY: &str = "retention/policy";
pub(super) const HOLD: &str = "hold/";

/// For how many days each kind is kept; absent is for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Callbacks as received: body, headers, answer. What they said stays longer.
    pub raw_days: Option<u32>,
    /// Calls, and the callbacks that named them.
    pub call_days: Option<u32>,
    /// Text messages.
    pub sms_days: Option<u32>,
    /// The personal part of the audit trail. Who did what to which object stays.
    pub audit_days: Option<u32>,
    /// Archived recordings.
    pub recording_days: Option<u32>,
    /// When the nightly run begins: minutes after midnight, Beijing time.
    pub at_minute: u16,
}

/// Something that must be kept whatever the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Hold {
    /// Its id, eight letters.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Only this app, by its id.
    #[serde(default)]
    pub app: Option<u32>,
    /// Only calls and messages of this number, by its end.
    #[serde(default)]
    pub number: Option<String>,
    /// Only this session.
    #[serde(default)]
    pub session: Option<String>,
    /// Only what happened from here on, RFC 3339.
    #[serde(default)]
    pub from: Option<String>,
    /// Only what happened before, RFC 3339.
    #[serde(default)]
    pub to: Option<String>,
    /// Who set it.
    pub by: String,
    /// What kind of one that is: `user`, `token`, `command_line`; null where it was not noted.
    #[serde(default)]
    pub by_kind: Option<String>,
    /// When, RFC 3339.
    pub created_at: String,
}

impl Policy {
    #[must_use]
    pub fn removes_something(&self) -> bool {
        self.days().iter().any(|(_, _, days)| days.is_some())
    }

    /// Callbacks are kept no longer than calls and messages made from them.
    #[must_use]
    pub fn effective_raw_days(&self) -> Option<u32> {
        [self.raw_days, self.call_days, self.sms_days].into_iter().flatten().min()
    }

    /// Name, title and days of each kind.
    fn days(&self) -> [(&'static str, &'static str, Option<u32>); 5] {
        [
            ("raw_days", "原始回调", self.raw_days),
            ("call_days", "通话", self.call_days),
            ("sms_days", "短信", self.sms_days),
            ("audit_days", "审计中的个人内容", self.audit_days),
            ("recording_days", "录音", self.recording_days),
        ]
    }

    pub fn check(&self) -> Result<(), RetentionError> {
        self.problem().map_or(Ok(()), |problem| Err(RetentionError::Invalid(problem)))
    }

    fn problem(&self) -> Option<Wording> {
        for (name, title, days) in self.days() {
            if days.is_some_and(|days| !(KEEP_DAYS_MIN..=KEEP_DAYS_MAX).contains(&days)) {
                return Some(Wording::new(
                    format!("{title}应保留 {KEEP_DAYS_MIN} 到 {KEEP_DAYS_MAX} 天，留空为永久"),
                    format!("{name} is {KEEP_DAYS_MIN} to {KEEP_DAYS_MAX} days, or absent for ever"),
                ));
            }
        }
        (self.at_minute >= 24 * 60).then(|| Wording::new("开始时间应为 00:00 到 23:59", "at_minute is 0 to 1439"))
    }
}

pub(super) fn cut_at(now: Timestamp, days: Option<u32>) -> Option<Timestamp> {
    now.checked_sub(SignedDuration::from_hours(24 * i64::from(days?))).ok()
}

impl Hold {
    /// Refuses an empty hold.
    pub fn check(&self) -> Result<(), RetentionError> {
        self.problem().map_or(Ok(()), |problem| Err(RetentionError::Invalid(problem)))
    }

    fn problem(&self) -> Option<Wording> {
        if self.name.trim().is_empty() || self.reason.trim().is_empty() {
            return Some(Wording::new("请填写名称和原因", "a hold has a name and a reason"));
        }
        for (name, text) in [("from", &self.from), ("to", &self.to)] {
            if text.as_ref().is_some_and(|text| text.parse::<Timestamp>().is_err()) {
                let said = format!("{name} is an instant such as 2026-11-21T00:00:00Z");
                return Some(Wording::new(format!("{name} 应为时间，如 2026-11-21T00:00:00Z"), said));
            }
        }
        let bound = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
        // It would hold nothing.
        if bound(&self.from).zip(bound(&self.to)).is_some_and(|(from, to)| from >= to) {
            return Some(Wording::new("结束时间应晚于开始时间", "to comes after from: nothing lies between them"));
        }
        if self.number.as_ref().is_some_and(|number| digits(number).len() < 4) {
            return Some(Wording::new("号码至少填四位数字", "number has four digits or more"));
        }
        let says = self.app.is_some() || self.number.is_some() || self.session.is_some();
        let says = says || self.from.is_some() || self.to.is_some();
        (!says).then(|| {
            Wording::new("请指明应用、号码、会话号或时间段", "a hold names an app, a number, a session or a span")
        })
    }

    #[must_use]
    pub fn covers_call(&self, call: &Call) -> bool {
        self.covers(
            call.app.0,
            call.t,
            call.session.reveal(),
            [&call.caller, &call.callee, &call.x, &call.y].into_iter().flatten(),
        )
    }

    #[must_use]
    pub fn covers_sms(&self, row: &SmsRow) -> bool {
        let numbers = [&row.sms.from, &row.sms.to, &row.sms.x].into_iter().flatten();
        self.covers(row.app.0, row.received_at, &row.sms.sms_id, numbers)
    }

    /// Whether it may cover an undecoded callback of this app and time.
    pub(super) fn covers_unknown(&self, app: u32, at: Timestamp) -> bool {
        self.number.is_none() && self.session.is_none() && self.covers(app, at, "", std::iter::empty())
    }

    fn covers<'a>(
        &self,
        app: u32,
        at: Timestamp,
        session: &str,
        mut numbers: impl Iterator<Item = &'a PhoneNumber>,
    ) -> bool {
        let bound = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
        self.app.is_none_or(|only| only == app)
            && bound(&self.from).is_none_or(|from| from <= at)
            && bound(&self.to).is_none_or(|to| at < to)
            && self.session.as_ref().is_none_or(|only| only == session)
            && self.number.as_ref().is_none_or(|only| {
                let only = digits(only);
                numbers.any(|number| digits(number.reveal()).ends_with(&only))
            })
    }
}

/// Digits without the country code of China.
fn digits(number: &str) -> String {
    let typed = PhoneNumber::typed(number);
    let as_sent = || number.chars().filter(char::is_ascii_digit).collect();
    typed.map_or_else(as_sent, |number| number.national().to_owned())
}
