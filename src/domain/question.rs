//! A question that a platform asks while the phone rings, and what we may decide.
//!
//! The platform waits while this is decided, and asks again when it hears nothing: whoever decides
//! must be quick, and must say the same thing twice. Writing a decision in a platform's notation is
//! its provider's business.

use super::{Asks, PhoneNumber, SessionId};

/// A question. Its identity is the app and [`Question::key`]: however often it is asked, the
/// answer is the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The session (calls) or the platform's SMS id.
    pub id: String,
    /// The privacy number that was called or written to.
    pub x: Option<PhoneNumber>,
    /// Who calls or writes.
    pub from: Option<PhoneNumber>,
    pub kind: QuestionKind,
}

impl Question {
    #[must_use]
    pub fn asks(&self) -> Asks {
        match self.kind {
            QuestionKind::Call { .. } => Asks::Call,
            QuestionKind::Sms { .. } => Asks::Sms,
        }
    }

    /// What names it within its app. The platform numbers calls and messages apart, so equal
    /// ids of the two are two questions.
    #[must_use]
    pub fn key(&self) -> String {
        match self.kind {
            QuestionKind::Call { .. } => format!("call:{}", self.id),
            QuestionKind::Sms { .. } => format!("sms:{}", self.id),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionKind {
    /// Where should this call go? (X mode `callin`, `Block`)
    Call {
        /// The session that the decision belongs to.
        session: SessionId,
    },
    /// Should this message be forwarded, and to whom? (SMS `Block`)
    Sms {
        /// The text, where sent.
        content: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Call(CallDecision),
    Sms(SmsDecision),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallDecision {
    /// Connect it. Boxed because it is far larger than the other variant.
    Connect(Box<Connect>),
    /// Hang up, after an announcement if one is named.
    Close {
        /// The file name of an approved announcement; none hangs up at once.
        tone: Option<String>,
        /// Echoed in later events and the record.
        user_data: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// The real callee, E.164.
    pub callee: PhoneNumber,
    /// The number shown; carriers force the X of this call.
    pub display: Option<PhoneNumber>,
    /// Minutes from answer, 0 to 1440; 0 or none is unlimited.
    pub max_minutes: Option<u16>,
    pub record: bool,
    /// The announcement that recorded calls must carry.
    pub hint_tone: Option<String>,
    /// The ring-back tone file.
    pub wait_tone: Option<String>,
    /// Played one minute before the end.
    pub last_minute_tone: Option<String>,
    /// Echoed in later events and the record.
    pub user_data: Option<String>,
}

/// What happens to the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmsDecision {
    Forward {
        /// The real receiver.
        to: PhoneNumber,
        /// The real sender, as in the question.
        from: PhoneNumber,
    },
    Discard,
}
