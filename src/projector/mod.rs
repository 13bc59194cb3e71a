//! Journal to store: one thread that follows the journal and applies what it says, in batches.
//!
//! It reads from the journal's files, never from memory, so it may lag behind without holding
//! anything back; the lag is a metric. After a start with a store that was lost or not
//! trusted it begins at the first record and shows its progress; records are applied in the
//! order of their numbers then too, so that of two equal callbacks the same one is the
//! duplicate as before.

mod meaning;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::watch;
use xxhash_rust::xxh3::Xxh3;

pub use self::meaning::{cut_entry, project, summarise};

use crate::correlate::{Catalog, Meaning};
use crate::domain::Seq;
use crate::error_chain::Chain;
use crate::journal::{Body, Journal, Record};
use crate::limits;
use crate::platforms::{self, CallShape};
use crate::store::{WriteError, Writer};

#[derive(Debug)]
pub struct Projector {
    stop: Arc<AtomicBool>,
    wake: watch::Sender<()>,
    thread: Option<JoinHandle<Writer>>,
}

impl Projector {
    pub fn start(writer: Writer, journal: Arc<dyn Journal>) -> std::io::Result<Self> {
        writer.began(*journal.durable().borrow());
        let stop = Arc::new(AtomicBool::new(false));
        let (wake, woken) = watch::channel(());
        let follow = Follow { writer, journal, stop: stop.clone(), woken, next: 0, rebuild: None };
        let thread = std::thread::Builder::new().name("projector".to_owned()).spawn(move || follow.run())?;
        Ok(Self { stop, wake, thread: Some(thread) })
    }

    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.wake.send(());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the projector panicked; the store is rebuilt at the next start");
        }
    }
}

impl Drop for Projector {
    fn drop(&mut self) {
        self.end();
    }
}

#[must_use]
pub fn catalog() -> Catalog {
    Catalog {
        meaning: |provider, cause| {
            let code = platforms::explain(provider, cause)?;
            Some(Meaning { outcome: code.outcome, by: code.by })
        },
        recording_days: |provider| platforms::by_id(provider).map_or(0, platforms::Provider::recording_days),
        provider: |name| platforms::by_name(name).map(platforms::Provider::id),
        dials_caller: |product| product.info().shape == CallShape::Callback,
        with_digits: |product| product.info().with_digits.unwrap_or(product),
    }
}

/// Differs for another record of the same number: binds a store to its journal.
#[must_use]
pub fn fingerprint(record: &Record) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&record.seq.to_be_bytes());
    hash.update(&record.at.as_microsecond().to_be_bytes());
    if let Body::Callback(callback) = &record.body {
        hash.update(&callback.body);
    }
    hash.digest()
}

struct Follow {
    writer: Writer,
    journal: Arc<dyn Journal>,
    stop: Arc<AtomicBool>,
    woken: watch::Receiver<()>,
    next: Seq,
    rebuild: Option<(Seq, Seq)>,
}

impl Follow {
    fn run(mut self) -> Writer {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let Ok(runtime) = runtime else {
            tracing::error!("the projector cannot start: no timer");
            return self.writer;
        };
        let mut durable = self.journal.durable();
        self.next = self.writer.applied() + 1;
        self.begin_rebuild(*durable.borrow_and_update());
        let mut saved = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            let last = *durable.borrow_and_update();
            self.writer.note_durable(last);
            if self.writer.rebuild_wanted() {
                self.start_over(last);
            }
            let worked = self.next <= last && self.step(last);
            let due =
                saved.elapsed() >= limits::CHECKPOINT_TIME || self.writer.changed_rows() >= limits::CHECKPOINT_ROWS;
            if due && self.writer.has_changes() {
                self.checkpoint();
                saved = Instant::now();
            }
            if !worked {
                let idle = async {
                    tokio::select! {
                        _ = durable.changed() => {}
                        _ = self.woken.changed() => {}
                        () = tokio::time::sleep(limits::CHECKPOINT_TIME) => {}
                    }
                };
                runtime.block_on(idle);
            }
        }
        self.checkpoint();
        self.writer
    }

    fn start_over(&mut self, durable: Seq) {
        if let Err(error) = self.writer.reset() {
            self.report(&error);
        }
        self.next = 1;
        self.begin_rebuild(durable);
    }

    fn begin_rebuild(&mut self, durable: Seq) {
        if self.writer.applied() == 0 && durable > 0 {
            self.rebuild = Some((1, durable));
            self.writer.note_rebuild(self.rebuild);
            tracing::info!(journal.last = durable, "rebuilding the store");
        }
    }

    /// `false` when there was nothing to apply.
    fn step(&mut self, last: Seq) -> bool {
        let records = match self.journal.read(self.next, limits::PROJECT_BATCH_BYTES) {
            Ok(records) => records,
            Err(error) => {
                tracing::error!(error = %Chain(&error), "reading the journal failed; trying again");
                return false;
            }
        };
        let Some(newest) = records.last() else {
            // Nothing readable up to the end: damaged or erased records at the tail.
            self.next = last + 1;
            self.end_rebuild(last);
            return false;
        };
        let (seq, print) = (newest.seq, fingerprint(newest));
        let applied = records.into_iter().map(project).collect();
        if let Err(error) = self.writer.apply(applied, print) {
            // Half a batch may be counted now: only beginning again gives the right sums.
            tracing::error!(error = %Chain(&error), "the store cannot be read and is rebuilt from the journal");
            self.start_over(last);
            return true;
        }
        self.next = seq + 1;
        self.end_rebuild(seq);
        true
    }

    fn end_rebuild(&mut self, seq: Seq) {
        if self.rebuild.is_some_and(|(_, target)| seq >= target) {
            self.rebuild = None;
            self.writer.note_rebuild(None);
            tracing::info!("the store is rebuilt");
        }
    }

    fn checkpoint(&mut self) {
        if let Err(error) = self.writer.checkpoint() {
            self.report(&error);
        }
    }

    fn report(&self, error: &WriteError) {
        tracing::error!(error = %Chain(error), "writing the store failed; the journal is not affected");
        std::thread::park_timeout(limits::STORE_RETRY);
    }
}
