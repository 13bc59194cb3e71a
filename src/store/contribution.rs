//! What one call counts: its contribution of the counters.
//!
//! Two calls that count the same have equal contributions, and a call that changed without its contribution
//! changing costs nothing. A contribution follows from the call and the providers' tables alone, never
//! from what was counted before: else taking it back would not be exact.

use serde::{Deserialize, Serialize};

use super::hours::{hour_of, talk_bucket};
use super::words;
use crate::domain::{AppId, Call, CallState};
use crate::limits::COUNTED_TALK_HOURS;

/// What calls of one kind in one hour add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sums {
    pub(super) calls: i64,
    /// Those that are in talk among them.
    pub(super) answered: i64,
    pub(super) talking: i64,
    pub(super) talk_seconds: i64,
    pub(super) rung: i64,
    pub(super) ring_seconds: i64,
    pub(super) with_pdd: i64,
    pub(super) pdd_seconds: i64,
}

impl Sums {
    pub(super) fn named(&self) -> [(&'static str, i64); 8] {
        let Self { calls, answered, talking, talk_seconds, rung, ring_seconds, with_pdd, pdd_seconds } = *self;
        [
            ("calls", calls),
            ("answered", answered),
            ("talking", talking),
            ("talk_seconds", talk_seconds),
            ("rung", rung),
            ("ring_seconds", ring_seconds),
            ("with_pdd", with_pdd),
            ("pdd_seconds", pdd_seconds),
        ]
    }

    pub(super) fn add(&mut self, other: &Self, sign: i64) {
        self.calls += sign * other.calls;
        self.answered += sign * other.answered;
        self.talking += sign * other.talking;
        self.talk_seconds += sign * other.talk_seconds;
        self.rung += sign * other.rung;
        self.ring_seconds += sign * other.ring_seconds;
        self.with_pdd += sign * other.with_pdd;
        self.pdd_seconds += sign * other.pdd_seconds;
    }
}

/// What a call was and why it ended; product and outcome are bytes of [`words`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct CallKind {
    pub(super) product: u8,
    pub(super) outcome: u8,
    pub(super) cause: Cause,
}

/// Why a call ended, as it is counted. The provider's tables bound how many there can be: a
/// platform that makes up codes must not grow the counters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cause {
    /// No code was given.
    None,
    /// A code that no table lists.
    Other,
    /// A table and a code of it.
    Listed(String, String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contribution {
    pub(super) hour: i64,
    pub(super) app: AppId,
    pub(super) provider: &'static str,
    pub(super) kind: CallKind,
    pub(super) x: Option<String>,
    pub(super) bucket: usize,
    pub(super) sums: Sums,
    /// The talk's first second and the one after its last.
    pub(super) talk: Option<(i64, i64)>,
}

impl Contribution {
    /// Tests count nothing.
    pub(super) fn of(call: &Call) -> Self {
        let contribution = Self::of_any(call);
        if call.test { Self { sums: Sums::default(), talk: None, ..contribution } } else { contribution }
    }

    fn of_any(call: &Call) -> Self {
        let pdd = call.pdd_seconds();
        let cause = match &call.release {
            None => Cause::None,
            Some(release) if !release.listed => Cause::Other,
            Some(release) => Cause::Listed(release.cause.table.clone().into_owned(), release.cause.code.clone()),
        };
        let talking = call.state == CallState::Answered;
        let talk = call.answered_at.zip(call.released_at).map(|(from, to)| (from.as_second(), to.as_second()));
        Self {
            hour: hour_of(call.t),
            app: call.app,
            provider: call.provider.0,
            kind: CallKind { product: words::byte_if(call.product), outcome: words::byte_if(call.outcome), cause },
            x: call.x.as_ref().map(|x| x.reveal().to_owned()),
            bucket: talk_bucket(call.talk_seconds),
            sums: Sums {
                calls: 1,
                answered: i64::from(call.is_answered()),
                talking: i64::from(talking),
                talk_seconds: i64::from(call.talk_seconds),
                rung: i64::from(call.ring_seconds.is_some()),
                ring_seconds: i64::from(call.ring_seconds.unwrap_or(0)),
                with_pdd: i64::from(pdd.is_some()),
                pdd_seconds: i64::from(pdd.unwrap_or(0)),
            },
            talk: talk.filter(|(from, to)| from < to),
        }
    }

    /// The talk, cut at the hours' borders: each hour with the first second in it and the one
    /// after the last, from 0 to 3,600.
    pub(super) fn running(&self) -> impl Iterator<Item = (i64, u16, u16)> {
        let (from, to) = self.talk.unwrap_or((0, 0));
        let hours = from.div_euclid(3600)..(to + 3599).div_euclid(3600);
        hours.take(COUNTED_TALK_HOURS).map(move |hour| {
            let within = |second: i64| u16::try_from((second - hour * 3600).clamp(0, 3600)).expect("at most 3600");
            (hour, within(from), within(to))
        })
    }
}
