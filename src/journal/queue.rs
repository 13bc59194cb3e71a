//! What waits for the committer: bounded, and taken many at a time.
//!
//! A record is in the queue the moment [`Queue::push`] returns; what becomes of the future that
//! waits for it has no influence any more. The committer takes everything that waits with one
//! lock, so that the queue costs the less per record the more there is to do.

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
    /// Most have none.
    pub(super) condition: Option<Box<Condition>>,
    /// Released when the committer takes the record.
    pub(super) place: OwnedSemaphorePermit,
}

/// When a record is taken; see [`super::Seen`].
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// The first of this group; nothing may have come after `seen`: nothing at all, or nothing of this
    /// kind.
    After { group: u64, seen: Seq, kind: Option<String> },
    /// Directly behind another of this group.
    Behind(u64),
}

#[derive(Debug)]
pub(super) enum Work {
    Batch(Vec<Waiting>),
    Roll(SyncSender<io::Result<()>>),
    Idle,
    /// Nothing comes any more.
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

    /// Asks the committer to finish the segment. Dropped once the queue is closed: the waiting side
    /// sees its sender go.
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

    /// Waits for records of about `bytes` (one at least), or [`Work::Idle`] after `idle`.
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

    /// Every change is one step, so a panic elsewhere leaves the queue consistent.
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
