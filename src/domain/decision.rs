//! What is remembered of a decision beside its answer: which rule made it, from what, how fast.
//!
//! The answer itself stands with the callback that asked. Kept in the journal, so that months later
//! somebody can still be told why a call went where it went.

use super::{BindingId, PhoneNumber, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecisionAction {
    Connect,
    Close,
    Forward,
    /// The message was dropped.
    Discard,
}

impl DecisionAction {
    pub const ALL: [Self; 4] = [Self::Connect, Self::Close, Self::Forward, Self::Discard];

    /// `connect`, `close`, `forward`, `discard`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Close => "close",
            Self::Forward => "forward",
            Self::Discard => "discard",
        }
    }

    /// Reads [`DecisionAction::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Connect => Text::new("接通", "Connect"),
            Self::Close => Text::new("挂断", "Close"),
            Self::Forward => Text::new("转发短信", "Forward"),
            Self::Discard => Text::new("丢弃短信", "Discard"),
        }
    }
}

/// How asking the company's own system went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asking {
    Decided,
    /// It left the decision to the next rule.
    Passed,
    /// It did not answer in time.
    Late,
    /// There was no connection, or it broke.
    Unreachable,
    /// It answered with a status that is no answer.
    Refused,
    /// It answered something that is no decision, or one that the platform would not take.
    Invalid,
    /// It was not asked: it had failed several times just before.
    Resting,
    /// It was not asked: too many questions were waiting for it, or no time was left.
    Busy,
}

impl Asking {
    pub const ALL: [Self; 8] = [
        Self::Decided,
        Self::Passed,
        Self::Late,
        Self::Unreachable,
        Self::Refused,
        Self::Invalid,
        Self::Resting,
        Self::Busy,
    ];

    /// `decided`, `passed`, `late`, `unreachable`, `refused`, `invalid`, `resting`, `busy`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Passed => "passed",
            Self::Late => "late",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Invalid => "invalid",
            Self::Resting => "resting",
            Self::Busy => "busy",
        }
    }

    /// Reads [`Asking::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asking| asking.name() == name)
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Decided => Text::new("已决定", "decided"),
            Self::Passed => Text::new("交给下一条", "left it to the next rule"),
            Self::Late => Text::new("超时", "too late"),
            Self::Unreachable => Text::new("连不上", "unreachable"),
            Self::Refused => Text::new("拒绝", "refused"),
            Self::Invalid => Text::new("答复无效", "no valid answer"),
            Self::Resting => Text::new("暂停询问", "left alone for a while"),
            Self::Busy => Text::new("太忙", "too busy"),
        }
    }
}

/// One time that the company's own system was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedNote {
    /// By which rule, counted from 1.
    pub rule: u32,
    pub asking: Asking,
    /// How long it took.
    pub millis: u32,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asks {
    /// Where a call should go.
    Call,
    /// What should become of a message.
    Sms,
}

impl Asks {
    pub const ALL: [Self; 2] = [Self::Call, Self::Sms];

    /// `call`, `sms`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Sms => "sms",
        }
    }

    /// Reads [`Asks::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asks| asks.name() == name)
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Call => Text::new("来电", "Call"),
            Self::Sms => Text::new("短信", "Message"),
        }
    }
}

/// A question that was decided, as lists know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedQuestion {
    pub asks: Asks,
    /// The privacy number that was called or written to.
    pub x: Option<PhoneNumber>,
    /// Who called or wrote.
    pub from: Option<PhoneNumber>,
    pub note: DecisionNote,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionNote {
    pub action: DecisionAction,
    /// To whom it was connected or forwarded.
    pub to: Option<PhoneNumber>,
    /// The version of the app's rules; 0 while nobody has set any.
    pub version: u64,
    /// The rule that decided, counted from 1, and its name; none is the default.
    pub rule: Option<(u32, String)>,
    pub binding: Option<BindingId>,
    /// From the receipt of the question to the decision, in microseconds.
    pub micros: u64,
    /// When the company's own system was asked, how that went.
    pub asked: Vec<AskedNote>,
}
