//! What an app's platform pushed before now: the calls of past days, each push with the instant at
//! which it arrived, in that order.
//!
//! ```text
//! stream ─► (lost, late, repeated, nonsense) ─► by time of arrival ─► the receiver's answer
//!    ▲                                                                      │
//!    └──────────────── what follows a decision ◄────────────────────────────┘
//! ```
//!
//! Nothing is sent: who has a receiver at hand gives it what [`Past::next`] gives. A few pushes in a
//! thousand go wrong, as in life, so that the pages for what needs attention have something to show.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use super::answer::judge;
use super::chaos::{nonsense, wrong_case};
use super::people::mix;
use super::platform::{Platform, PushKind};
use super::push::{Expectation, Push};
use super::sign::Signer;
use super::stamp::{Millis, timestamp};
use super::stream::Stream;

/// Of a hundred thousand pushes: records that never come, by Huawei, whose hang-up comes apart.
const LOST: u32 = 600;
/// Pushes that the receiver did not take at first and that come again where the platform repeats.
const LATE: u32 = 400;
/// Pushes that come twice, as after an answer that got lost.
const REPEATED: u32 = 600;
/// Beside a push: the same with a name in the wrong case, something else, an event nobody knows.
const WRONG_CASE: u32 = 30;
const GARBAGE: u32 = 20;
const UNKNOWN: u32 = 15;
/// How long after the first the second of two equal pushes comes, in seconds.
const REPEATED_AFTER: std::ops::Range<i64> = 20..90;
/// How long after a question its platform goes on, at least, in milliseconds.
const HEARD_AFTER: Millis = 40;

/// A push with the instant at which it arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    pub at: Millis,
    pub push: Push,
}

#[derive(Debug)]
pub(super) struct Past {
    stream: Peekable<Stream>,
    /// What was made up beside the stream, or comes later than it was written.
    others: BinaryHeap<Reverse<Other>>,
    base: Millis,
    rng: Rng,
    made: u64,
}

impl Past {
    pub(super) fn new(stream: Stream, base: Millis, seed: u64) -> Self {
        let rng = Rng::with_seed(mix(seed ^ 0x9a57));
        Self { stream: stream.peekable(), others: BinaryHeap::new(), base, rng, made: 0 }
    }

    pub(super) fn next_at(&mut self) -> Option<Millis> {
        let due = self.stream.peek().map(|push| push.at);
        let other = self.others.peek().map(|Reverse(other)| other.at);
        match (due, other) {
            (Some(due), Some(other)) => Some(due.min(other)),
            (due, other) => due.or(other),
        }
    }

    /// What arrives at [`Past::next_at`]: nothing where that push is lost, or comes later.
    pub(super) fn next(&mut self) -> Option<Arrived> {
        let at = self.next_at()?;
        let push = match self.others.peek() {
            Some(Reverse(other)) if other.at == at => self.others.pop().map(|Reverse(other)| other.push),
            _ => self.stream.next().and_then(|push| self.disturbed(push)),
        };
        push.map(|push| Arrived { at, push })
    }

    /// Follows the answer to a question.
    pub(super) fn answered(&mut self, arrived: &Arrived, status: u16, body: &[u8]) {
        let Ok(Some(decided)) = judge(arrived.push.expects, status, body) else { return };
        for push in arrived.push.follow(&decided) {
            // The platform had to hear the answer first.
            self.later(push.at.max(arrived.at + HEARD_AFTER), push);
        }
    }

    /// The stream from here on, and what else is to come.
    pub(super) fn rest(self) -> (Peekable<Stream>, Vec<Push>) {
        let others = self.others.into_sorted_vec();
        (self.stream, others.into_iter().rev().map(|Reverse(other)| other.push).collect())
    }

    /// What arrives of a push when it is due: mostly itself.
    fn disturbed(&mut self, push: Push) -> Option<Push> {
        if push.next.is_some() {
            return Some(push);
        }
        let mut left = self.rng.u32(0..100_000);
        let mut is = |share: u32| {
            let hit = left < share;
            left = left.wrapping_sub(share);
            hit
        };
        let apart = push.kind == PushKind::Record && push.platform != Platform::Jiuyun;
        if is(LOST) {
            return (!apart).then_some(push);
        }
        if is(LATE) {
            let Some(gap) = push.platform.retry_gaps(push.kind).first() else { return Some(push) };
            self.later(push.at + gap.as_millis() as Millis, push);
            return None;
        }
        if is(REPEATED) {
            let after = self.rng.i64(REPEATED_AFTER) * 1_000;
            self.later(push.at + after, push.clone());
        } else if let Some(body) = if is(WRONG_CASE) {
            Some(wrong_case(&push))
        } else if is(GARBAGE) {
            Some(b"<html><body>502 Bad Gateway</body>".to_vec())
        } else {
            is(UNKNOWN).then(|| unknown_event(push.platform).to_vec())
        } {
            self.later(push.at + 400, nonsense(&push, body));
        }
        Some(push)
    }

    fn later(&mut self, at: Millis, mut push: Push) {
        push.due = Duration::from_millis((at - self.base).max(0).unsigned_abs());
        self.made += 1;
        self.others.push(Reverse(Other { at, order: self.made, push }));
    }
}

impl Arrived {
    /// Whether it asked: what comes next depends on the answer.
    pub(super) fn asks(&self) -> bool {
        matches!(self.push.expects, Expectation::CallDecision | Expectation::SmsDecision)
    }

    /// Its headers, signed at the instant of its arrival.
    pub(super) fn headers(&self, signer: Option<&Signer>) -> Vec<(&'static str, String)> {
        let plain = self.push.headers().into_iter().map(|(name, value)| (name, value.to_owned()));
        let nonce = || format!("{:032X}", u128::from(mix(self.at.unsigned_abs())) << 64 | self.push.body.len() as u128);
        let signed = signer.into_iter().flat_map(|signer| signer.headers(&nonce(), self.when()));
        plain.chain(signed).collect()
    }

    pub(super) fn when(&self) -> Timestamp {
        timestamp(self.at)
    }
}

pub(super) fn unknown_event(platform: Platform) -> &'static [u8] {
    match platform {
        Platform::Jiuyun => b"<?xml version='1.0'?><req><action>CallHold</action><type>1</type></req>",
        Platform::HuaweiVoice | Platform::HuaweiPrivate => {
            br#"{"eventType":"callhold","statusInfo":{"sessionId":"1201_1_4294967295_20261121000000@callenabler0"}}"#
        }
    }
}

#[derive(Debug)]
struct Other {
    at: Millis,
    order: u64,
    push: Push,
}

impl Ord for Other {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl PartialOrd for Other {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Other {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Other {}
