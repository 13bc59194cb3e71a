//! The three platforms that can be played, what each pushes, and when it pushes again.
//!
//! The gaps between tries are the platforms' published ones: 隐私保护通话 repeats after 1, 4, 9,
//! 106, 203 and 300 minutes (its SMS interval is set by an administrator, we take the same),
//! 语音通话 repeats records six times an hour apart and status never, 玖云 promises nothing.
//! The receiving side keeps its own table in [`crate::platforms`]; the two are written apart on
//! purpose, so that one mistake does not confirm the other.

use std::time::Duration;

use crate::domain::ProviderId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    Jiuyun,
    HuaweiVoice,
    HuaweiPrivate,
}

impl Platform {
    pub const ALL: [Self; 3] = [Self::Jiuyun, Self::HuaweiVoice, Self::HuaweiPrivate];

    /// The provider's name in commands: `huawei-voice`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jiuyun => "jiuyun",
            Self::HuaweiVoice => "huawei-voice",
            Self::HuaweiPrivate => "huawei-private",
        }
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }

    /// The provider that receives what this platform pushes.
    #[must_use]
    pub fn provider(self) -> ProviderId {
        ProviderId(self.name())
    }

    /// The gaps between the tries of a push that was not acknowledged; empty: it is lost.
    #[must_use]
    pub fn retry_gaps(self, kind: PushKind) -> &'static [Duration] {
        match (self, kind) {
            (_, PushKind::Garbage) | (Self::Jiuyun, _) => &[],
            (Self::HuaweiVoice, PushKind::Record) => &HOURLY,
            (Self::HuaweiVoice, _) => &[],
            // Nothing is published for numStatus.
            (Self::HuaweiPrivate, PushKind::NumberStatus) => &[],
            (Self::HuaweiPrivate, _) => &GROWING,
        }
    }
}

const HOURLY: [Duration; 6] = [Duration::from_secs(3600); 6];
const GROWING: [Duration; 6] = [minutes(1), minutes(4), minutes(9), minutes(106), minutes(203), minutes(300)];

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PushKind {
    Event,
    /// A call is over: Huawei `fee`, 玖云 `Hangup` and `IncomeHangup`.
    Record,
    /// The platform asks where a call should go.
    CallQuestion,
    /// The platform asks whether a message should be forwarded.
    SmsQuestion,
    /// A message was forwarded.
    SmsNotice,
    NumberStatus,
    /// Not what a healthy platform sends: garbage, wrong-case names, unknown events.
    Garbage,
}

impl PushKind {
    /// Every kind, in the order of the ledger's lines.
    pub const ALL: [Self; 7] = [
        Self::Event,
        Self::Record,
        Self::CallQuestion,
        Self::SmsQuestion,
        Self::SmsNotice,
        Self::NumberStatus,
        Self::Garbage,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Record => "record",
            Self::CallQuestion => "call question",
            Self::SmsQuestion => "sms question",
            Self::SmsNotice => "sms notice",
            Self::NumberStatus => "number status",
            Self::Garbage => "garbage",
        }
    }
}
