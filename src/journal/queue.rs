//! The committer's bounded queue, drained as a whole.
//!
//! A record is queued when [`Queue::push`] returns, whatever becomes of the future that waits for it.
//! The committer drains the queue under one lock, so the cost per record falls with the load.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::AppendError;
use super::line::Unsealed;
use crate::domain::Seq;
use crate::limits;

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) line: Unsealed,
    pub(super) reply: oneshot::Sender<Result<Seq, AppendError>>,
    pub(super) condition: Option<Box<Condition>>,
    pub(super) place: OwnedSemaphorePermit,
}

/// See [`super::Seen`].
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// First of this group: nothing, or nothing of this kind, may have come after `seen`.
    After { group: u64, seen: Seq, kind: Option<String> },
    /// Directly after another record of this group.
    Behind(u64),
}

#[derive(Debug)]
pub(super) enum Work {
    Batch(Vec<Waiting>),
    Roll(SyncSender<io::Result<()>>),
    Idle,
    Closed,
}

#[derive(Debug, Default)]
struct Inner {
    records: VecDeque<Waiting>,
    rolls: VecDeque<SyncSender<io::Result<()>>>,
    closed: bool,
}

#[derive(Debug)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
    arrived: Condvar,
    places: Arc<Semaphore>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            inner: Mutex::new(Inner::default()),
            arrived: Condvar::new(),
            places: Arc::new(Semaphore::new(limits::COMMIT_QUEUE)),
        }
    }

    pub(super) fn try_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    pub(super) async fn place(&self) -> Result<OwnedSemaphorePermit, AppendError> {
        let place = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(limits::COMMIT_QUEUE_WAIT, place).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(AppendError::Closed),
            Err(_) => Err(AppendError::QueueFull),
        }
    }

    pub(super) fn push(&self, waiting: Waiting) -> Result<(), AppendError> {
        let mut inner = self.lock();
        if inner.closed {
            return Err(AppendError::Closed);
        }
        inner.records.push_back(waiting);
        drop(inner);
        self.arrived.notify_one();
        Ok(())
    }

    /// Asks the committer to finish the segment. Once the queue is closed the sender is dropped.
    pub(super) fn roll(&self, reply: SyncSender<io::Result<()>>) {
        let mut inner = self.lock();
        if !inner.closed {
            inner.rolls.push_back(reply);
            self.arrived.notify_one();
        }
    }

    /// Refuses new records; queued ones are still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.places.close();
        self.arrived.notify_all();
    }

    /// Waits for about `bytes` of records (at least one), or [`Work::Idle`] after `idle`.
    pub(super) fn take(&self, bytes: usize, idle: Option<Duration>) -> Work {
        let mut inner = self.lock();
        loop {
            if let Some(reply) = inner.rolls.pop_front() {
                return Work::Roll(reply);
            }
            if !inner.records.is_empty() {
                return Work::Batch(inner.batch(bytes));
            }
            if inner.closed {
                return Work::Closed;
            }
            let Some(idle) = idle else {
                inner = self.arrived.wait(inner).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (guard, waited) = self.arrived.wait_timeout(inner, idle).unwrap_or_else(PoisonError::into_inner);
            inner = guard;
            if waited.timed_out() && inner.records.is_empty() && inner.rolls.is_empty() && !inner.closed {
                return Work::Idle;
            }
        }
    }

    /// Every change is one step, so a poisoned lock is still consistent.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn batch(&mut self, bytes: usize) -> Vec<Waiting> {
        let mut sum = 0;
        let fits = self.records.iter().take_while(|waiting| {
            let first = sum == 0;
            sum += waiting.line.len();
            first || sum <= bytes
        });
        let n = fits.count();
        self.records.drain(..n).collect()
    }
}
