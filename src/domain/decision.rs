//! What is remembered of a decision beside its answer: which rule made it, from what, how fast.
//!
//! The answer itself stands with the callback that asked. Kept in the journal, so that months later
//! somebody can still be told why a call went where it went.

use super::{BindingId, PhoneNumber, vocabulary};

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum DecisionAction {
        Connect "connect" "接通" "Connect",
        Close "close" "挂断" "Close",
        Forward "forward" "转发短信" "Forward",
        /// The message was dropped.
        Discard "discard" "丢弃短信" "Discard",
    }
}

vocabulary! {
    /// How asking the company's own system went.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Asking {
        Decided "decided" "已决定" "decided",
        /// It left the decision to the next rule.
        Passed "passed" "交给下一条" "left it to the next rule",
        /// It did not answer in time.
        Late "late" "超时" "too late",
        /// There was no connection, or it broke.
        Unreachable "unreachable" "连不上" "unreachable",
        /// It answered with a status that is no answer.
        Refused "refused" "拒绝" "refused",
        /// It answered something that is no decision, or one that the platform would not take.
        Invalid "invalid" "答复无效" "no valid answer",
        /// It was not asked: it had failed several times just before.
        Resting "resting" "暂停询问" "left alone for a while",
        /// It was not asked: too many questions were waiting for it, or no time was left.
        Busy "busy" "太忙" "too busy",
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

vocabulary! {
    /// What a question is about.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Asks {
        /// Where a call should go.
        Call "call" "来电" "Call",
        /// What should become of a message.
        Sms "sms" "短信" "Message",
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
