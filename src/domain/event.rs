//! One thing that happened in a call, as a platform reported it.
//!
//! An event says what its platform knew at that moment. Parties and times of the call are decided
//! by its record where there is one, see [`crate::correlate`].

use jiff::Timestamp;

use super::{CallKey, CauseCode, Identity, Party, PhoneNumber, Product, Text, vocabulary};

/// An instant together with the text it was read from.
///
/// Platforms write local time, UTC without a zone, and ISO 8601; the text is kept because
/// "eight hours off" can only be argued with the original in hand.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stamp {
    /// The instant; `None` when the text could not be read as a time.
    pub at: Option<Timestamp>,
    pub text: String,
}

impl Stamp {
    /// Whether this is how a program writes that something did not happen: nothing but zeros, or
    /// the zero of a clock or calendar (1970, 1900, year 1), which in another time zone is hours
    /// off. Nobody called through a platform before that.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match self.at {
            Some(at) => at.as_second() <= 24 * 3600,
            None => {
                let is_mark = |c| matches!(c, '-' | '/' | ':' | '.' | '+' | ' ' | 'T' | 't' | 'Z' | 'z');
                self.text.contains('0') && self.text.chars().all(|c| c == '0' || is_mark(c))
            }
        }
    }

    /// Whether it says a time at all: a zero does where it reads like a date, as 1970. Somebody's
    /// program made a time of nothing.
    #[must_use]
    pub fn is_dated(&self) -> bool {
        !self.is_zero() || self.has_digits()
    }

    /// Whether it says that something happened, though nobody may believe when: a zero says that
    /// it did not, and a word says nothing.
    #[must_use]
    pub fn happened(&self) -> bool {
        !self.is_zero() && (self.at.is_some() || self.has_digits())
    }

    fn has_digits(&self) -> bool {
        self.text.chars().any(|c| c.is_ascii_digit() && c != '0')
    }

    /// The text with one blank where a platform wrote several: how many there are means nothing,
    /// and must make neither another event nor a record that disagrees.
    #[must_use]
    pub fn one_blank(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

vocabulary! {
    /// What kind of thing happened.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum EventKind {
        /// A caller reached the platform.
        Offered "offered" "呼入" "Call arrives",
        /// The platform dials a party.
        Dialled "dialled" "拨打" "Dialled",
        /// That party's phone rings.
        Alerted "alerted" "振铃" "Rings",
        /// That party picked up.
        Answered "answered" "接听" "Answers",
        DigitsCollected "digits_collected" "收号" "Digits",
        /// The call ended.
        Released "released" "挂机" "Hangs up",
        Recorded "recorded" "录音" "Recording",
        /// The call record (话单, CDR) arrived.
        Rated "rated" "话单" "Call record",
    }
}

/// The word for what a callback told first, by its label.
#[must_use]
pub fn label_word(label: &str) -> Option<Text> {
    match label {
        "record" => Some(EventKind::Rated.word()),
        "sms" => Some(Text::new("短信", "Message")),
        "number" => Some(Text::new("号码状态", "Number state")),
        _ => EventKind::parse(label).map(EventKind::word),
    }
}

/// An event of a call, decoded but not yet joined to its call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallEvent {
    pub key: CallKey,
    /// The provider's identity of this event.
    pub identity: Identity,
    pub kind: EventKind,
    /// When, by the platform.
    pub at: Option<Stamp>,
    /// The product where the event alone tells it.
    pub product: Option<Product>,
    /// The leg where the event alone tells it; otherwise [`crate::correlate`] finds it by
    /// comparing `dialled` with the parties of the record.
    pub leg: Option<Party>,
    /// The number this event's leg was dialled to, for platforms that do not name the leg.
    pub dialled: Option<PhoneNumber>,
    /// The caller, as far as the event knows: the record is authoritative.
    pub caller: Option<PhoneNumber>,
    /// The callee, likewise.
    pub callee: Option<PhoneNumber>,
    /// The privacy number, where the event tells it.
    pub x: Option<PhoneNumber>,
    /// Digits that were entered.
    pub digits: Option<String>,
    /// Why the call ended, most telling first.
    pub causes: Vec<CauseCode>,
    /// Who hung up, where the platform says so.
    pub by: Option<Party>,
    /// The customer's own reference, echoed by the platform.
    pub user_data: Option<String>,
    /// The platform's id of the binding.
    pub binding_id: Option<String>,
}
