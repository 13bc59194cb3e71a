//! Text messages through a privacy number, and the state of privacy numbers.
//!
//! A message that asks and the notice of the same message are two things with one id. States of
//! numbers come without a call and without a time of their own.

use super::{Identity, PhoneNumber, Stamp, Text, vocabulary};

vocabulary! {
    /// Whether the platform tells or asks.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum SmsMode {
        /// It tells: the message was forwarded.
        Notify "notify" "已转发" "Forwarded",
        /// It asks what to do with the message.
        Block "block" "询问我方" "Asked us",
    }
}

/// A text message notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsEvent {
    /// (app key, smsIdentifier, mode).
    pub identity: Identity,
    /// The platform's id; a question and its later notice share it.
    pub sms_id: String,
    /// Tells or asks.
    pub mode: SmsMode,
    /// The real sender.
    pub from: Option<PhoneNumber>,
    /// The real receiver, where sent.
    pub to: Option<PhoneNumber>,
    pub x: Option<PhoneNumber>,
    pub at: Option<Stamp>,
    /// The platform's id of the binding.
    pub binding_id: Option<String>,
    /// The text, only where the customer had that switched on.
    pub content: Option<String>,
    /// The platform's result of sending; its values are not documented.
    pub result: Option<String>,
    /// The kind as sent, blanks removed: `TextSMS`.
    pub kind: Option<String>,
    /// The number of parts of a long message.
    pub parts: Option<u32>,
}

impl SmsEvent {
    pub fn parties(&self) -> impl Iterator<Item = &PhoneNumber> {
        [&self.from, &self.to, &self.x].into_iter().flatten()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NumberState {
    /// Usable (5).
    Normal,
    /// Paused (9): bindings, calls and SMS fail.
    Paused,
    /// Unavailable (10).
    Unavailable,
    /// No new bindings (11); existing ones go on.
    Frozen,
    /// A value that is not documented, kept as sent.
    Unknown(String),
}

impl NumberState {
    /// The name in the API: `normal`, `paused`, `unavailable`, `frozen`, or the value as sent.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Normal => "normal",
            Self::Paused => "paused",
            Self::Unavailable => "unavailable",
            Self::Frozen => "frozen",
            Self::Unknown(text) => text,
        }
    }

    /// The word for people; `None` where the platform's own stands.
    #[must_use]
    pub fn word(&self) -> Option<Text> {
        Some(match self {
            Self::Normal => Text::new("正常", "Normal"),
            Self::Paused => Text::new("暂停", "Paused"),
            Self::Unavailable => Text::new("不可用", "Unavailable"),
            Self::Frozen => Text::new("冻结新绑定", "No new bindings"),
            Self::Unknown(_) => return None,
        })
    }
}

/// A notice that a privacy number changed its state. The last one wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberStatus {
    pub number: PhoneNumber,
    pub state: NumberState,
    /// The documented cause code, as sent.
    pub cause: Option<String>,
}
