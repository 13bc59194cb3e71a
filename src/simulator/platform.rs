//! The three platforms that can be played, what each pushes, and when it pushes again.
//!
//! The gaps between tries are the platforms' published ones: 隐私保护通话 repeats after 1, 4, 9,
//! 106, 203 and 300 minutes (its SMS interval is set by an administrator, we take the same),
//! 语音通话 repeats records six times an hour apart and status never, 玖云 promises nothing.
//! The receiving side keeps its own table in [`crate::platforms`]; the two are written apart on
//! purpose, so that one mistake does not confirm the other.

use std::time::Duration;

use crate::domain::{ProviderId, vocabulary};

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Platform {
        Jiuyun "jiuyun",
        HuaweiVoice "huawei-voice",
        HuaweiPrivate "huawei-private",
    }
}

impl Platform {
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

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum PushKind {
        Event "event",
        /// A call is over: Huawei `fee`, 玖云 `Hangup` and `IncomeHangup`.
        Record "record",
        /// The platform asks where a call should go.
        CallQuestion "call question",
        /// The platform asks whether a message should be forwarded.
        SmsQuestion "sms question",
        /// A message was forwarded.
        SmsNotice "sms notice",
        NumberStatus "number status",
        /// Not what a healthy platform sends: garbage, wrong-case names, unknown events.
        Garbage "garbage",
    }
}
