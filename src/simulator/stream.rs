//! All pushes of a simulated world, one after the other, in the order in which they leave.
//!
//! ```text
//! starts ──► call ──► jiuyun / voice / private ──► heap by time ──┐
//!                                    └─ records ──► batches ──────┴──► next push
//! ```
//!
//! Lazy: it holds only what is under way, so that ten million calls need no more memory than
//! those that overlap. Everything comes from one seed; the clock is never asked.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use fastrand::Rng;

use super::account::Account;
use super::batch::Batches;
use super::call::{Call, Scene};
use super::people::World;
use super::platform::Platform;
use super::push::{Decided, Next, Push, Sink};
use super::sms::{self, Message};
use super::stamp::Millis;
use super::starts::Starts;

/// What becomes of questions while a stream is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Questions {
    /// They stay open: who sends them hears the answer and follows it.
    Ask,
    /// The usual answer is assumed and followed.
    Assume,
    /// There is nothing but questions: X mode, and messages that ask.
    Only,
}

#[derive(Debug)]
pub(super) struct Stream {
    base: Millis,
    starts: Starts,
    world: World,
    accounts: Vec<(Platform, Account)>,
    questions: Questions,
    rng: Rng,
    calls: u64,
    next_start: Option<Millis>,
    heap: BinaryHeap<Reverse<Waiting>>,
    pushed: u64,
    batches: Batches,
}

impl Stream {
    pub(super) fn new(
        starts: Starts,
        world: World,
        accounts: Vec<(Platform, Account)>,
        questions: Questions,
        mut rng: Rng,
    ) -> Self {
        let base = starts.base();
        let mut starts = starts;
        let next_start = starts.next(&mut rng);
        Self {
            base,
            starts,
            world,
            accounts,
            questions,
            rng,
            calls: 0,
            next_start,
            heap: BinaryHeap::new(),
            pushed: 0,
            batches: Batches::default(),
        }
    }

    fn begin_call(&mut self, at: Millis) {
        let (platform, account) = &self.accounts[self.rng.usize(0..self.accounts.len())];
        let platform = *platform;
        let mut sink = Sink::default();
        if self.questions == Questions::Only {
            let call = Call::of(Scene::X, platform, self.calls, at, &self.world, &mut self.rng);
            super::private::write(&call, account, &mut sink);
            // Beside one call in four a message.
            if self.rng.u8(..) < 64 {
                let message = Message::draw(self.calls, at, &self.world, account, &mut self.rng).asking();
                sms::write(&message, account, &mut sink);
            }
            self.calls += 1;
            self.keep(platform, sink);
            return;
        }
        let call = Call::draw(platform, self.calls, at, &self.world, &mut self.rng);
        match platform {
            Platform::Jiuyun => super::jiuyun::write(&call, account, &mut sink),
            Platform::HuaweiVoice => super::voice::write(&call, account, &mut sink),
            Platform::HuaweiPrivate => {
                super::private::write(&call, account, &mut sink);
                // Beside one call in sixteen a message, in three hundred a number's new state.
                if self.rng.u8(..) < 16 {
                    let sent = at + self.rng.i64(0..20_000);
                    let message = Message::draw(self.calls, sent, &self.world, account, &mut self.rng);
                    sms::write(&message, account, &mut sink);
                }
                if self.rng.u32(0..300) == 0 {
                    sms::write_number_status(at + 500, &self.world, &mut self.rng, &mut sink);
                }
            }
        }
        self.calls += 1;
        self.keep(platform, sink);
    }

    fn keep(&mut self, platform: Platform, sink: Sink) {
        for record in sink.records {
            self.batches.add(platform, record);
        }
        for push in sink.pushes {
            if self.questions == Questions::Assume {
                let follow = push.assumed().map(|decided| push.follow(&decided)).unwrap_or_default();
                follow.into_iter().for_each(|push| self.wait(push));
            }
            self.wait(push);
        }
    }

    fn wait(&mut self, push: Push) {
        self.pushed += 1;
        self.heap.push(Reverse(Waiting { at: push.at, order: self.pushed, push }));
    }
}

impl Iterator for Stream {
    type Item = Push;

    fn next(&mut self) -> Option<Push> {
        loop {
            let waiting = self.heap.peek().map(|Reverse(w)| w.at);
            let batch = self.batches.next_at();
            let due = match (waiting, batch) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            // No push of a call leaves before the call begins.
            if let Some(start) = self.next_start.filter(|&start| due.is_none_or(|due| start <= due)) {
                self.begin_call(start);
                self.next_start = self.starts.next(&mut self.rng);
                continue;
            }
            let mut push = match (waiting, batch) {
                (None, None) => return None,
                (Some(a), Some(b)) if b < a => self.batches.pop()?,
                (None, Some(_)) => self.batches.pop()?,
                (Some(_), _) => self.heap.pop()?.0.push,
            };
            push.due = Duration::from_millis((push.at - self.base).max(0).unsigned_abs());
            return Some(push);
        }
    }
}

impl Push {
    /// What a well-kept customer would answer: seven calls in eight connected, two messages in
    /// three passed on.
    fn assumed(&self) -> Option<Decided> {
        Some(match self.next.as_deref()? {
            Next::Call(call, _) if call.vary(61, 8) == 0 => Decided::Close { user_data: None },
            Next::Call(call, _) => Decided::Connect {
                callee: call.callee.clone(),
                record: call.recorded,
                user_data: call.user_data.clone(),
            },
            Next::Sms(message, _) => message.assumed(),
        })
    }
}

#[derive(Debug)]
struct Waiting {
    at: Millis,
    order: u64,
    push: Push,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}
