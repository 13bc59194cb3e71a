//! Why a call ended, and who should act on it.
//!
//! A platform's code keeps its table and its number; what they mean stands in the provider's own
//! tables, because the same number means different things to different platforms.

use std::borrow::Cow;

use super::Text;

/// A code as the platform sent it, with the table that explains it.
///
/// The set of codes is open on every platform: the published 玖云 sample itself carries a
/// `byeType` that is not in its list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CauseCode {
    /// The platform's field name: `stateCode`, `ulFailReason`, `q850`, `sip`, `byeType`.
    pub table: Cow<'static, str>,
    pub code: String,
}

impl CauseCode {
    #[must_use]
    pub fn new(table: &'static str, code: impl Into<String>) -> Self {
        Self { table: Cow::Borrowed(table), code: code.into() }
    }
}

/// One side of a call. A called leg belongs to `Callee`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// The one who called (leg A).
    Caller,
    /// The one who was called (leg B).
    Callee,
    Platform,
}

impl Party {
    pub const ALL: [Self; 3] = [Self::Caller, Self::Callee, Self::Platform];

    /// `caller`, `callee`, `platform`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Platform => "platform",
        }
    }

    #[must_use]
    pub fn word(self) -> Text {
        match self {
            Self::Caller => Text::new("主叫", "Caller"),
            Self::Callee => Text::new("被叫", "Callee"),
            Self::Platform => Text::new("平台", "Platform"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Nobody needs to: the call ended as calls do.
    Nobody,
    Caller,
    Callee,
    /// The phone company.
    Carrier,
    /// The platform's support.
    Platform,
    /// Us: our binding, our setting, our account.
    Us,
}

impl Who {
    /// `nobody`, `caller`, `callee`, `carrier`, `platform`, `us`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Carrier => "carrier",
            Self::Platform => "platform",
            Self::Us => "us",
        }
    }
}
