//! How a simulated call ends, and how each platform says so.
//!
//! About 65 % of the calls are answered, as in published call-centre figures for China; the
//! rest is spread over everything that a platform's code tables distinguish, so that every
//! outcome of the dashboard occurs within a few hundred calls.

use fastrand::Rng;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Fate {
    /// The parties talked; the caller hung up.
    Answered,
    /// The parties talked until the longest allowed time.
    MaxDuration,
    NoAnswer,
    Busy,
    Rejected,
    PoweredOff,
    Unreachable,
    Suspended,
    NoSuchNumber,
    CallerGaveUp,
    NotBound,
    /// A rate limit of the platform.
    FrequencyControl,
    Failed,
}

/// Shares in per mille; they add up to 1,000.
const SHARES: [(Fate, u32); 13] = [
    (Fate::Answered, 645),
    (Fate::MaxDuration, 7),
    (Fate::NoAnswer, 110),
    (Fate::Busy, 60),
    (Fate::Rejected, 45),
    (Fate::PoweredOff, 32),
    (Fate::Unreachable, 28),
    (Fate::Suspended, 10),
    (Fate::NoSuchNumber, 8),
    (Fate::CallerGaveUp, 35),
    (Fate::NotBound, 8),
    (Fate::FrequencyControl, 8),
    (Fate::Failed, 4),
];

impl Fate {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let mut left = rng.u32(0..1_000);
        for (fate, share) in SHARES {
            if left < share {
                return fate;
            }
            left -= share;
        }
        Self::Answered
    }

    pub(super) fn is_answered(self) -> bool {
        matches!(self, Self::Answered | Self::MaxDuration)
    }

    /// Whether the called phone rang.
    pub(super) fn rings(self) -> bool {
        self.is_answered() || matches!(self, Self::NoAnswer | Self::Rejected | Self::CallerGaveUp)
    }

    /// Whether the platform got as far as dialling the callee.
    pub(super) fn dials(self) -> bool {
        !matches!(self, Self::NotBound | Self::FrequencyControl)
    }

    /// The Q.850 value of the failed leg; 16 is a normal clearing.
    pub(super) fn q850(self) -> u64 {
        match self {
            Self::Answered | Self::MaxDuration | Self::NotBound | Self::FrequencyControl => 0,
            Self::CallerGaveUp => 16,
            Self::NoAnswer => 19,
            Self::Busy => 17,
            Self::Rejected => 21,
            Self::PoweredOff => 27,
            Self::Unreachable => 20,
            Self::Suspended => 31,
            Self::NoSuchNumber => 1,
            Self::Failed => 41,
        }
    }

    /// The SIP status of the failure; 0 in good calls.
    pub(super) fn sip(self) -> u64 {
        match self {
            Self::Answered | Self::MaxDuration | Self::NotBound | Self::FrequencyControl => 0,
            Self::CallerGaveUp => 487,
            Self::NoAnswer | Self::PoweredOff | Self::Unreachable => 480,
            Self::Busy => 486,
            Self::Rejected => 603,
            Self::Suspended => 403,
            Self::NoSuchNumber => 404,
            Self::Failed => 503,
        }
    }

    /// 隐私保护通话: `stateCode` and its English text. Its `ulFailReason` is the same number.
    pub(super) fn private_code(self, unbound: u64) -> (u64, &'static str) {
        match self {
            Self::Answered => (0, "The user releases the call."),
            Self::MaxDuration => (8010, "The call duration reaches the maximum value."),
            Self::NoAnswer => (8101, "The called party does not answer the call."),
            Self::Busy => (8102, "The called party is busy."),
            Self::Rejected => (7503, "The called party rejects the call."),
            Self::PoweredOff => (8104, "The called party is powered off."),
            Self::Unreachable => (8103, "The called party is temporarily unreachable."),
            Self::Suspended => (8105, "The called party is suspended."),
            Self::NoSuchNumber => (8100, "The called number does not exist."),
            Self::CallerGaveUp => (7502, "The calling party hangs up during ringing."),
            Self::NotBound => (unbound, "No binding relationship."),
            Self::FrequencyControl => (7002, "The application frequency is controlled."),
            Self::Failed => (8020, "Service exception."),
        }
    }

    /// 语音通话: `stateCode` and its English text.
    pub(super) fn voice_code(self) -> (u64, &'static str) {
        match self {
            Self::Answered => (0, "The user releases the call."),
            Self::MaxDuration => (8010, "The call duration reaches the maximum value."),
            Self::NoAnswer => (8101, "The called party does not answer the call."),
            Self::Busy => (8102, "The called party is busy."),
            Self::Rejected => (8004, "The user hangs up during ringing."),
            Self::PoweredOff => (8104, "The called party is powered off."),
            Self::Unreachable => (8103, "The called party is temporarily unreachable."),
            Self::Suspended => (8105, "The called party is suspended."),
            Self::NoSuchNumber => (8100, "The called number does not exist."),
            Self::CallerGaveUp => (8009, "The calling party hangs up before connection."),
            Self::NotBound | Self::Failed => (8001, "The user is not connected."),
            Self::FrequencyControl => (7002, "The application frequency is controlled."),
        }
    }

    /// 语音通话: the release point. 0 is normal, 516 a local cancel, 518 a failed remote leg.
    pub(super) fn voice_release_point(self) -> u64 {
        match self {
            Self::Answered => 0,
            Self::MaxDuration => 8010,
            Self::NoAnswer => 514,
            Self::CallerGaveUp => 516,
            Self::FrequencyControl => 7002,
            _ => 518,
        }
    }

    /// 玖云 `byeType`; `first_leg` when A could not be reached, `odd` for the value that is in
    /// the published sample and in no list.
    pub(super) fn bye_type(self, first_leg: bool, odd: bool) -> u64 {
        match (self, first_leg) {
            (Self::Answered | Self::CallerGaveUp, _) if odd => 200,
            (Self::Answered | Self::CallerGaveUp, _) => 0,
            (Self::MaxDuration, _) => 5,
            (Self::Busy, true) => 3,
            (Self::Busy, false) => 4,
            (Self::Failed, _) => 6,
            (Self::FrequencyControl, _) => 255,
            (_, true) => 1,
            (_, false) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_complete() {
        assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<u32>(), 1_000);
    }
}
