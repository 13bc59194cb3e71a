//! Rules: in which order an app's questions are decided, as people write them.
//!
//! A rule set is an ordered list; the first rule whose conditions all hold, and whose action can
//! be done, decides. What no rule decides the default does: a binding is followed, and without
//! one a call is closed and a message dropped. The words here are those of the API.

mod check;
mod cover;
mod evaluate;
mod sentence;

pub use self::check::RuleError;
pub(super) use self::check::{check, fits};
pub use self::cover::{Covered, covered};
pub(super) use self::evaluate::{Compiled, compose};
pub use self::evaluate::{Facts, Step, Verdict};
pub use self::sentence::sentence;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Asks;
use crate::limits::{DECISION_DEADLINE_MS, RULE_ASK_MS};

/// An app's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Milliseconds after which the platform must have its answer, 50 to 5,000; 150 or more where a
    /// rule asks the company's own system.
    #[serde(default = "deadline")]
    pub deadline_ms: u16,
    /// In the order in which they are looked at.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What people call it; unique in its app.
    pub name: String,
    /// Whether it is passed over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
    /// What must hold, all of it.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// What is done then.
    pub then: Then,
}

/// What must hold. A condition that is empty always does; of several values one is enough.
///
/// Numbers are whole (`+8613800000021`, `13800000021`), or beginnings with a star (`+86755*`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// `call` or `sms`; both when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks: Option<AsksWord>,
    /// The privacy number that was called or written to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub x: Vec<String>,
    /// Who calls or writes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caller: Vec<String>,
    /// Who must not be it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_caller: Vec<String>,
    /// Where the caller's number is from: an area code (`0755`) or the name of a list of numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub region: Vec<String>,
    /// Where it must not be from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_region: Vec<String>,
    /// Times of day in Asia/Shanghai; `22:00` to `07:00` goes over midnight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub time: Vec<TimeSpan>,
    /// Days of the week, 1 (Monday) to 7.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekday: Vec<u8>,
    /// Names of lists of days that today must be on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holiday: Vec<String>,
    /// Names of lists of days that today must not be on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_holiday: Vec<String>,
    /// Whether a binding answers the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binding: Option<bool>,
}

/// What a question is about, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AsksWord {
    /// A call.
    Call,
    /// A message.
    Sms,
}

/// A part of the day, its end not included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeSpan {
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`; `24:00` is the end of the day.
    pub to: String,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Then {
    /// Connects the call, or forwards the message, to the other party of the binding. Without a
    /// binding the next rule is looked at.
    FollowBinding {},
    /// Connects the call.
    Connect(ConnectTo),
    /// Closes the call.
    Close {
        /// The file name of an approved announcement; none hangs up at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tone: Option<String>,
        /// Echoed in later events and the record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_data: Option<String>,
    },
    /// Forwards the message.
    Forward {
        /// To whom; the binding's other party when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// As from whom; the sender when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// Drops the message.
    Discard {},
    /// Asks the company's own system, over HTTP. Where that does not decide in time, the next
    /// rule is looked at.
    Ask {
        /// Its address: `https://…`, or `http://` on this machine.
        url: String,
        /// Milliseconds it has, 50 to the app's deadline less 100.
        #[serde(default = "ask_time")]
        timeout_ms: u16,
    },
}

/// Where and how a call is connected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectTo {
    /// The callee.
    pub to: String,
    /// The number shown; carriers block any but X.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Minutes from answer, up to 1,440; unlimited when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_minutes: Option<u16>,
    /// Whether to record.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub record: bool,
    /// The announcement that a recorded call begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint_tone: Option<String>,
    /// What the caller hears instead of the ring-back tone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_tone: Option<String>,
    /// Played one minute before the end of a limited call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_minute_tone: Option<String>,
    /// Echoed in later events and the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<String>,
}

impl Default for RuleSet {
    fn default() -> Self {
        Self { deadline_ms: DECISION_DEADLINE_MS, rules: Vec::new() }
    }
}

impl When {
    #[must_use]
    pub fn is_always(&self) -> bool {
        *self == Self::default()
    }

    #[must_use]
    pub fn looks_into(&self, list: &str) -> bool {
        let lists = [&self.region, &self.not_region, &self.holiday, &self.not_holiday];
        lists.into_iter().flatten().any(|name| name == list)
    }
}

impl From<AsksWord> for Asks {
    fn from(word: AsksWord) -> Self {
        match word {
            AsksWord::Call => Self::Call,
            AsksWord::Sms => Self::Sms,
        }
    }
}

impl Then {
    /// `None` is both.
    #[must_use]
    pub fn decides(&self) -> Option<Asks> {
        match self {
            Self::Connect(_) | Self::Close { .. } => Some(Asks::Call),
            Self::Forward { .. } | Self::Discard {} => Some(Asks::Sms),
            Self::FollowBinding {} | Self::Ask { .. } => None,
        }
    }
}

fn deadline() -> u16 {
    DECISION_DEADLINE_MS
}

fn ask_time() -> u16 {
    RULE_ASK_MS
}
