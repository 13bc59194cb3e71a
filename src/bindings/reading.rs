//! Reads the log into the index, in a thread if it is long.
//!
//! Ten million bindings take minutes to read, and a server that waited would lose callbacks meanwhile. So
//! it starts at once; until the last record is applied, every look-up and every change is refused, and
//! questions are decided by rules that need no binding.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::index::{Applied, Index};
use super::{OpenError, fingerprint, wire};
use crate::domain::Seq;
use crate::error_chain::Chain;
use crate::journal::Rewrite;
use crate::limits::{BINDINGS_APPLY, BINDINGS_READ_BYTES};

#[derive(Debug)]
pub(super) struct Reading {
    span: (Seq, Seq),
    read: AtomicU64,
    whole: AtomicBool,
    stop: AtomicBool,
    thread: Mutex<Option<JoinHandle<Result<(), OpenError>>>>,
}

impl Reading {
    /// Reads a few missing records at once, more in a thread.
    pub(super) fn start(
        log: Arc<dyn Rewrite>,
        index: Arc<Index>,
        applied: Applied,
        few: u64,
    ) -> Result<Arc<Self>, OpenError> {
        let last = *log.durable().borrow();
        let reading = Arc::new(Self {
            span: (applied.seq, last),
            read: applied.seq.into(),
            whole: false.into(),
            stop: false.into(),
            thread: Mutex::new(None),
        });
        if last.saturating_sub(applied.seq) <= few {
            catch_up(&*log, &index, applied, |_| true)?;
            reading.is_whole();
            return Ok(reading);
        }
        tracing::info!(records = last - applied.seq, "the bindings are read from their log");
        let told = reading.clone();
        let work = move || told.run(&*log, &index, applied);
        let thread = thread::Builder::new().name("bindings".to_owned()).spawn(work);
        *reading.thread.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(thread.map_err(|error| OpenError::Index(Box::new(error)))?);
        Ok(reading)
    }

    fn run(&self, log: &dyn Rewrite, index: &Index, applied: Applied) -> Result<(), OpenError> {
        let done = catch_up(log, index, applied, |seq| {
            self.read.store(seq, Relaxed);
            !self.stop.load(Relaxed)
        });
        match &done {
            Ok(true) => {
                tracing::info!("every binding is looked up");
                self.is_whole();
            }
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = %Chain(error), "the bindings cannot be read; remove store/bindings/ and start again");
            }
        }
        done.map(drop)
    }

    /// 0 to 1; `None` when done.
    pub(super) fn progress(&self) -> Option<f64> {
        if self.whole.load(Relaxed) {
            return None;
        }
        let (first, last) = self.span;
        Some((self.read.load(Relaxed) - first) as f64 / (last - first).max(1) as f64)
    }

    pub(super) fn is_whole(&self) {
        self.whole.store(true, Relaxed);
    }

    pub(super) fn wait(&self) -> Result<(), OpenError> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return Ok(()) };
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// The next start continues from here.
    pub(super) fn stop(&self) {
        self.stop.store(true, Relaxed);
        let _ = self.wait();
    }
}

/// Applies records after `applied` while it may go on; `true` at the end.
pub(super) fn catch_up(
    log: &dyn Rewrite,
    index: &Index,
    mut applied: Applied,
    mut go_on: impl FnMut(Seq) -> bool,
) -> Result<bool, OpenError> {
    let mut bindings = Vec::new();
    let mut known = applied.seq;
    loop {
        let records = log.read(applied.seq + 1, BINDINGS_READ_BYTES)?;
        if let Some(last) = records.last() {
            applied = Applied { seq: last.seq, print: fingerprint(last) };
            bindings.extend(records.iter().filter_map(wire::read));
        }
        let over = records.is_empty();
        // In batches, since each rewrites pages of a large tree.
        if applied.seq > known && (over || bindings.len() >= BINDINGS_APPLY) {
            index.apply(std::mem::take(&mut bindings), applied).map_err(|error| OpenError::Index(Box::new(error)))?;
            known = applied.seq;
        }
        if over || !go_on(applied.seq) {
            return Ok(over);
        }
    }
}
