//! The one thread that writes: takes everything that waits, one write, one sync, then replies.
//!
//! The longer a sync takes, the more records wait for the next one, so the batch size follows the load
//! without a timer. After a sync it publishes the readable length, then the durable number, then the
//! replies: whoever gets a reply can read the record.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use super::AppendError;
use super::queue::{Condition, Queue, Waiting, Work};
use super::reserve::Reserve;
use super::writer::{Batch, Writer};
use crate::domain::Seq;
use crate::error_chain::Chain;
use crate::limits::{COMMIT_BATCH_BYTES, RECOVERY_PROBE, RESERVE_ROOM};

#[derive(Debug, Clone, Default)]
pub(super) struct WriteHealth {
    pub(super) failing: Option<String>,
    /// The reserve was freed, and the disk does not have that much free again.
    pub(super) reserve_used: bool,
    /// What happened to the live segment from outside.
    pub(super) given_up: Option<String>,
}

pub(super) struct Committer {
    pub(super) queue: Arc<Queue>,
    pub(super) writer: Writer,
    pub(super) durable: watch::Sender<Seq>,
    pub(super) health: Arc<Mutex<WriteHealth>>,
    pub(super) order: Order,
    pub(super) reserve: Option<Reserve>,
    pub(super) finished: Box<dyn Fn() + Send>,
    pub(super) probe: Box<dyn Fn() -> io::Result<()> + Send>,
}

#[derive(Debug, Default)]
pub(super) struct Order {
    /// The last number at opening: records up to it count for every kind.
    opened: Seq,
    /// The last number of each conditional kind since then.
    kinds: HashMap<String, Seq>,
    group: Option<u64>,
}

impl Order {
    pub(super) fn new(opened: Seq) -> Self {
        Self { opened, ..Self::default() }
    }

    /// Whether a record at this place in its batch is accepted; `last` is durable.
    fn admits(&mut self, condition: Option<&Condition>, place: usize, last: Seq) -> bool {
        let admitted = match condition {
            None => true,
            Some(Condition::After { seen, kind: None, .. }) => place == 0 && *seen >= last,
            Some(Condition::After { seen, kind: Some(kind), .. }) => {
                *seen >= self.kinds.get(kind).copied().unwrap_or(self.opened)
            }
            Some(Condition::Behind(group)) => self.group == Some(*group),
        };
        if admitted {
            self.group = condition.map(|(Condition::After { group, .. } | Condition::Behind(group))| *group);
            if let Some(Condition::After { kind: Some(kind), .. }) = condition {
                // It has no number yet: until then `MAX` refuses every other of its kind.
                self.kinds.insert(kind.clone(), Seq::MAX);
            }
        }
        admitted
    }

    /// Gives the accepted kinds the number `last`. After a failed write the rest of the group is refused.
    fn settle(&mut self, last: Seq, written: bool) {
        self.kinds.values_mut().filter(|seq| **seq == Seq::MAX).for_each(|seq| *seq = last);
        self.group = self.group.filter(|_| written);
    }
}

struct CloseOnExit(Arc<Queue>);

impl Drop for CloseOnExit {
    fn drop(&mut self) {
        self.0.close();
        while let Work::Batch(_) | Work::Roll(_) = self.0.take(usize::MAX, None) {}
    }
}

impl Committer {
    pub(super) fn run(mut self) {
        let _close = CloseOnExit(Arc::clone(&self.queue));
        let mut batch = Batch::default();
        let mut cared_at = Instant::now();
        loop {
            let room = usize::try_from(self.writer.room()).unwrap_or(usize::MAX).min(COMMIT_BATCH_BYTES);
            match self.queue.take(room, Some(RECOVERY_PROBE)) {
                Work::Batch(waiting) => {
                    self.commit(waiting, &mut batch);
                    self.writer.watermark().settle();
                    if self.needs_care() && cared_at.elapsed() >= RECOVERY_PROBE {
                        self.restore_reserve();
                        cared_at = Instant::now();
                    }
                }
                Work::Roll(reply) => {
                    let rolled = self.writer.roll();
                    (self.finished)();
                    // The caller may be gone.
                    let _ = reply.send(rolled);
                }
                Work::Idle => self.care(),
                Work::Closed => {
                    self.writer.watermark().close();
                    return;
                }
            }
        }
    }

    fn commit(&mut self, waiting: Vec<Waiting>, batch: &mut Batch) {
        let mut replies = Vec::with_capacity(waiting.len());
        let mut lines = Vec::with_capacity(waiting.len());
        let last = *self.durable.borrow();
        for Waiting { line, reply, place, condition } in waiting {
            drop(place);
            if self.order.admits(condition.as_deref(), lines.len(), last) {
                replies.push(reply);
                lines.push(line);
            } else {
                let _ = reply.send(Err(AppendError::Overtaken));
            }
        }
        if lines.is_empty() {
            return;
        }
        let seal = |batch: &mut Batch, first: Seq| {
            batch.bytes.clear();
            batch.starts.clear();
            for (seq, line) in (first..).zip(&lines) {
                batch.starts.push(batch.bytes.len());
                line.seal(seq, &mut batch.bytes);
            }
        };
        let segment = self.writer.live();
        let mut first = self.writer.next();
        seal(batch, first);
        let mut written = self.writer.commit(batch);
        if written.as_ref().is_err_and(is_full) && self.give_up_reserve() {
            first = self.writer.next();
            seal(batch, first);
            written = self.writer.commit(batch);
        }
        if self.report_given_up() && written.is_err() {
            first = self.writer.next();
            seal(batch, first);
            written = self.writer.commit(batch);
        }
        batch.bytes.shrink_to(COMMIT_BATCH_BYTES);
        self.remember(&written);
        match written {
            Ok(()) => {
                let last = first + replies.len() as u64 - 1;
                self.order.settle(last, true);
                self.durable.send_replace(last);
                for (seq, reply) in (first..).zip(replies) {
                    // The caller may be gone (a platform hung up); the record stays.
                    let _ = reply.send(Ok(seq));
                }
                if segment != self.writer.live() {
                    (self.finished)();
                }
            }
            Err(error) => {
                self.order.settle(last, false);
                let error = Arc::new(error);
                for reply in replies {
                    let _ = reply.send(Err(AppendError::Write(Arc::clone(&error))));
                }
            }
        }
    }

    fn needs_care(&self) -> bool {
        let failing = self.health.lock().unwrap_or_else(PoisonError::into_inner).failing.is_some();
        failing || self.reserve.as_ref().is_some_and(|reserve| !reserve.is_held())
    }

    fn report_given_up(&mut self) -> bool {
        let Some(given_up) = self.writer.take_given_up() else { return false };
        self.health.lock().unwrap_or_else(PoisonError::into_inner).given_up = Some(given_up.to_string());
        (self.finished)();
        true
    }

    /// When idle: checks the live segment's place and retries what failed.
    fn care(&mut self) {
        self.writer.look();
        self.report_given_up();
        self.writer.watermark().settle();
        let failing = self.health.lock().unwrap_or_else(PoisonError::into_inner).failing.is_some();
        if failing {
            let probed = (self.probe)();
            if probed.is_ok() {
                self.remember(&probed);
            }
        }
        self.restore_reserve();
    }

    fn remember(&mut self, written: &io::Result<()>) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        match written {
            Ok(()) => {
                if health.failing.take().is_some() {
                    tracing::info!("the journal can be written again");
                }
            }
            Err(error) => {
                if health.failing.is_none() {
                    tracing::error!(error = %Chain(error), "the journal cannot be written");
                }
                health.failing = Some(format!("writing the journal: {}", Chain(error)));
            }
        }
    }

    fn give_up_reserve(&mut self) -> bool {
        let given = self.reserve.as_mut().is_some_and(Reserve::give_up);
        if given {
            tracing::warn!("the disk is full: the reserve is given to the journal");
            self.health.lock().unwrap_or_else(PoisonError::into_inner).reserve_used = true;
        }
        given
    }

    fn restore_reserve(&mut self) {
        let Some(reserve) = &mut self.reserve else { return };
        reserve.restore(RESERVE_ROOM);
        if reserve.is_held() || reserve.has_room() {
            let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut health.reserve_used) {
                tracing::info!(reserve.held = reserve.is_held(), "there is room on the disk again");
            }
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
