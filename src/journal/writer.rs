//! The segment that is written: one write and one sync a batch, and what follows when either
//! fails.
//!
//! ```text
//! write fails ─► cut back to the last synced byte ─► same segment, same numbers
//!                 └ cannot be cut ┐
//! sync fails ─────────────────────┴► cut back if possible, never written again;
//!                                    the batch's numbers are never given out again
//! ```
//!
//! After a failed `fdatasync` nobody knows what of the batch is on the disk: Linux reports the
//! failure once and marks the pages clean. So lines of the batch may appear after a crash;
//! their numbers must not belong to other records then.

use std::io;
use std::sync::Arc;

use super::catalog::{Mark, Shared};
use super::disk::{Disk, LogFile};
use crate::domain::Seq;
use crate::limits::MARK_BYTES;

/// Writes batches into segments.
pub(super) struct Writer {
    disk: Arc<dyn Disk>,
    catalog: Shared,
    segment_bytes: u64,
    live: Option<Live>,
    next: Seq,
}

/// The segment being written.
pub(super) struct Live {
    pub(super) first: Seq,
    pub(super) file: Box<dyn LogFile>,
    /// What is synced.
    pub(super) len: u64,
    /// Lines in it.
    pub(super) lines: u64,
}

/// A batch as it goes to the disk.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    /// Where each line begins.
    pub(super) starts: Vec<usize>,
}

impl Writer {
    pub(super) fn new(disk: Arc<dyn Disk>, catalog: Shared, segment_bytes: u64, live: Option<Live>, next: Seq) -> Self {
        Self { disk, catalog, segment_bytes, live, next }
    }

    /// The number the next record gets.
    pub(super) fn next(&self) -> Seq {
        self.next
    }

    /// The segment being written.
    pub(super) fn live(&self) -> Option<Seq> {
        self.live.as_ref().map(|live| live.first)
    }

    /// What still fits into the segment that the next batch goes to.
    pub(super) fn room(&self) -> u64 {
        match &self.live {
            Some(live) if live.len < self.segment_bytes => self.segment_bytes - live.len,
            _ => self.segment_bytes,
        }
    }

    /// Writes and syncs a batch whose first line has the number [`Writer::next`].
    ///
    /// # Errors
    /// When nothing of it may be acknowledged. [`Writer::next`] may have changed then.
    pub(super) fn commit(&mut self, batch: &Batch) -> io::Result<()> {
        if self.live.as_ref().is_none_or(|live| live.len >= self.segment_bytes) {
            self.start_segment()?;
        }
        let live = self.live.as_mut().expect("a segment was started");
        if let Err(error) = live.file.write_at(&batch.bytes, live.len) {
            if live.file.cut(live.len).is_err() {
                self.abandon(batch);
            }
            return Err(error);
        }
        if let Err(error) = live.file.sync() {
            self.abandon(batch);
            return Err(error);
        }
        self.publish(batch);
        Ok(())
    }

    /// Finishes the segment being written and starts the next, so that its name remembers the
    /// number that comes next whatever happens to the records before.
    pub(super) fn roll(&mut self) -> io::Result<()> {
        if self.live.as_ref().is_some_and(|live| live.len == 0 && live.first == self.next) {
            return Ok(());
        }
        self.start_segment()
    }

    fn start_segment(&mut self) -> io::Result<()> {
        let (path, dir) = {
            let catalog = self.catalog.read();
            (catalog.path(self.next), catalog.dir.clone())
        };
        let file = self.disk.create(&path)?;
        self.disk.sync_dir(&dir)?;
        self.live = Some(Live { first: self.next, file, len: 0, lines: 0 });
        self.catalog.write().start(self.next);
        Ok(())
    }

    /// Never writes this segment again, nor uses the batch's numbers.
    fn abandon(&mut self, batch: &Batch) {
        if let Some(live) = self.live.take() {
            // Best effort: what cannot be cut stays behind the readable length.
            let cut = live.file.cut(live.len).and_then(|()| live.file.sync());
            tracing::warn!(segment = live.first, cut = cut.is_ok(), "journal segment given up after a failed sync");
        }
        self.next += batch.starts.len() as u64;
    }

    fn publish(&mut self, batch: &Batch) {
        let live = self.live.as_mut().expect("a batch was written");
        let mut catalog = self.catalog.write();
        let segment = catalog.get_mut(live.first).expect("the segment being written is never removed");
        let mut marked = segment.marks.last().map(|mark| mark.offset);
        for (n, start) in (0u64..).zip(&batch.starts) {
            let offset = live.len + *start as u64;
            if marked.is_none_or(|last| offset - last >= MARK_BYTES) {
                segment.marks.push(Mark { seq: self.next + n, line: live.lines + n + 1, offset });
                marked = Some(offset);
            }
        }
        live.len += batch.bytes.len() as u64;
        live.lines += batch.starts.len() as u64;
        segment.bytes = live.len;
        self.next += batch.starts.len() as u64;
    }
}
