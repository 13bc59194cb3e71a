//! Everything that goes wrong between a platform and a receiver, from the plan's seed.
//!
//! | disturbance | what the receiver sees |
//! | --- | --- |
//! | duplicate | the same push twice, up to half a minute apart |
//! | delayed | a push after those that followed it |
//! | cut short | half a body; the push comes again where the platform repeats |
//! | hung up | a push whose answer nobody hears; likewise |
//! | forged | a push with a wrong signature, then the right one where the platform repeats |
//! | garbage, wrong case | an extra push that no healthy platform sends |

use std::time::Duration;

use fastrand::Rng;

use super::client::Delivery;
use super::ledger::Ledger;
use super::people::mix;
use super::platform::{Platform, PushKind};
use super::push::{Expectation, Push};

#[derive(Debug)]
pub(super) struct Disturbed {
    pub push: Push,
    /// Later than due by this much, in the time of the calls.
    pub delay: Duration,
    pub delivery: Delivery,
    pub forged: bool,
    /// Whether the answer to a question is acted on; not for its duplicates.
    pub follows: bool,
}

impl Disturbed {
    pub(super) fn not(push: Push) -> Self {
        Self { push, delay: Duration::ZERO, delivery: Delivery::Whole, forged: false, follows: true }
    }
}

#[derive(Debug)]
pub(super) struct Chaos {
    rng: Rng,
    signs: bool,
}

impl Chaos {
    pub(super) fn new(seed: u64, signs: bool) -> Self {
        Self { rng: Rng::with_seed(mix(seed ^ 0xc4a0_5000)), signs }
    }

    pub(super) fn disturb(&mut self, push: Push, ledger: &mut Ledger) -> Vec<Disturbed> {
        let mut first = Disturbed::not(push.clone());
        let mut extra = None;
        match self.rng.u32(0..100) {
            0..5 => {
                ledger.disturbed("duplicates");
                let delay = Duration::from_millis(self.rng.u64(0..30_000));
                extra = Some(Disturbed { delay, follows: false, ..Disturbed::not(push) });
            }
            5..11 => {
                ledger.disturbed("delayed");
                first.delay = Duration::from_millis(self.rng.u64(500..60_000));
            }
            11..14 => {
                ledger.disturbed("cut short");
                first.delivery = Delivery::CutShort;
            }
            14..16 => {
                ledger.disturbed("hung up");
                first.delivery = Delivery::HangUp;
            }
            16..18 if self.signs => {
                ledger.disturbed("forged");
                first.forged = true;
            }
            18..20 => {
                ledger.disturbed("garbage");
                let body = self.garbage(&push.body);
                extra = Some(Disturbed::not(nonsense(&push, body)));
            }
            20..22 => {
                ledger.disturbed("wrong case");
                extra = Some(Disturbed::not(nonsense(&push, wrong_case(&push))));
            }
            _ => {}
        }
        std::iter::once(first).chain(extra).collect()
    }

    fn garbage(&mut self, body: &[u8]) -> Vec<u8> {
        match self.rng.u8(0..5) {
            0 => Vec::new(),
            1 => b"hello, is anybody there?".to_vec(),
            2 => body[..self.rng.usize(0..body.len())].to_vec(),
            3 => b"<?xml version='1.0'?><!DOCTYPE req [<!ENTITY a 'a'>]><req>&a;</req>".to_vec(),
            _ => (0..self.rng.usize(1..400)).map(|_| self.rng.u8(..)).collect(),
        }
    }
}

/// A push with the names of its identifying fields in the wrong case.
pub(super) fn wrong_case(push: &Push) -> Vec<u8> {
    let (from, to): (&[u8], &[u8]) = match push.platform {
        Platform::Jiuyun => (b"callId", b"callid"),
        Platform::HuaweiVoice | Platform::HuaweiPrivate => (b"sessionId", b"sessionid"),
    };
    let mut out = Vec::with_capacity(push.body.len());
    let mut rest = push.body.as_slice();
    while let Some(at) = memchr::memmem::find(rest, from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// A push that no healthy platform sends, beside `push`.
pub(super) fn nonsense(push: &Push, body: Vec<u8>) -> Push {
    Push {
        kind: PushKind::Garbage,
        expects: Expectation::Anything,
        sessions: Vec::new(),
        body,
        next: None,
        ..push.clone()
    }
}
