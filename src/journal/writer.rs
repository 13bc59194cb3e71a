//! The live segment: one write and one sync a batch, and what follows a failure.
//!
//! ```text
//! write fails ─► cut back to the last synced byte ─► same segment, same numbers
//!                 └ cannot be cut ┐
//! sync fails ─────────────────────┴► cut back if possible, never written again;
//!                                    the batch's numbers are never given out again
//! ```
//!
//! A segment that was removed, moved, replaced or cut is given up before its batch is acknowledged. The
//! check takes two system calls of microseconds beside a sync of hundreds, so every batch makes it. A
//! removed file is restored from the open one.
//!
//! After a failed `fdatasync` it is unknown which lines are on disk: Linux reports the failure once and
//! marks the pages clean. Lines of the batch may appear after a crash, so their numbers are never
//! reused.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use super::catalog::{self, Mark, Shared};
use super::disk::{Disk, FileStanding, LogFile};
use super::opened::{Layout, Opened};
use super::watermark::{Missing, Watermark};
use crate::domain::Seq;
use crate::error_chain::Chain;
use crate::limits::{MARK_BYTES, READ_CHUNK};

pub(super) struct Writer {
    disk: Arc<dyn Disk>,
    catalog: Shared,
    segment_bytes: u64,
    watermark: Watermark,
    live: Option<Live>,
    next: Seq,
    given_up: Option<GivenUp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GivenUp {
    pub(super) first: Seq,
    pub(super) standing: FileStanding,
    pub(super) lost: Option<Missing>,
}

impl std::fmt::Display for GivenUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let happened = match self.standing {
            FileStanding::Here | FileStanding::Gone => "removed or moved",
            FileStanding::Replaced => "replaced by another file",
            FileStanding::Shorter => "cut",
        };
        write!(f, "the segment {} was {happened} while it was written; ", catalog::name(self.first))?;
        match self.lost {
            None => write!(f, "its records were put back"),
            Some(Missing { from, to }) => write!(f, "its records {from} to {to} are gone"),
        }
    }
}

pub(super) struct Live {
    pub(super) first: Seq,
    pub(super) file: Box<dyn LogFile>,
    pub(super) len: u64,
    pub(super) lines: u64,
}

#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    pub(super) starts: Vec<usize>,
}

impl Writer {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        catalog: Shared,
        segment_bytes: u64,
        watermark: Watermark,
        live: Option<Live>,
        next: Seq,
    ) -> Self {
        Self { disk, catalog, segment_bytes, watermark, live, next, given_up: None }
    }

    pub(super) fn watermark(&self) -> &Watermark {
        &self.watermark
    }

    /// The segment given up since the last call; a failed commit into it may be retried.
    pub(super) fn take_given_up(&mut self) -> Option<GivenUp> {
        self.given_up.take()
    }

    /// Checks that the live segment is in its place.
    pub(super) fn look(&mut self) {
        if let Ok(standing @ (FileStanding::Gone | FileStanding::Replaced | FileStanding::Shorter)) = self.standing(0) {
            self.give_up(standing, 0);
        }
    }

    /// As [`Writer::look`], with `more` bytes than were published.
    fn standing(&self, more: u64) -> io::Result<FileStanding> {
        let Some(live) = &self.live else { return Ok(FileStanding::Here) };
        live.file.standing(&self.path(live.first), live.len + more)
    }

    fn path(&self, first: Seq) -> std::path::PathBuf {
        self.catalog.read().path(first)
    }

    pub(super) fn next(&self) -> Seq {
        self.next
    }

    pub(super) fn live(&self) -> Option<Seq> {
        self.live.as_ref().map(|live| live.first)
    }

    /// Bytes until the segment is full.
    pub(super) fn room(&self) -> u64 {
        match &self.live {
            Some(live) if live.len < self.segment_bytes => self.segment_bytes - live.len,
            _ => self.segment_bytes,
        }
    }

    /// Writes and syncs a batch that starts at [`Writer::next`].
    ///
    /// # Errors
    /// Nothing of the batch may be acknowledged; [`Writer::next`] may have changed.
    pub(super) fn commit(&mut self, batch: &Batch) -> io::Result<()> {
        // Before the write, which would lengthen a cut file again.
        self.look();
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
        match self.standing(batch.bytes.len() as u64) {
            Ok(FileStanding::Here) => {}
            Ok(standing) => {
                self.give_up(standing, batch.starts.len() as u64);
                return Err(io::Error::new(io::ErrorKind::NotFound, "the segment is not where it was written"));
            }
            Err(error) => {
                self.abandon(batch);
                return Err(error);
            }
        }
        self.publish(batch);
        Ok(())
    }

    /// Starts the next segment; its name keeps the next number whatever happens to earlier records.
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
        let file = match self.disk.create(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_again(&dir)?;
                self.disk.create(&path)?
            }
            created => created?,
        };
        self.disk.sync_dir(&dir)?;
        self.live = Some(Live { first: self.next, file, len: 0, lines: 0 });
        self.catalog.write().start(self.next);
        self.watermark.started(self.next);
        Ok(())
    }

    /// The file is not in its place: never writes this segment or the batch's numbers again.
    fn give_up(&mut self, standing: FileStanding, batch: u64) {
        let Some(live) = self.live.take() else { return };
        let last = self.next - 1;
        self.next += batch;
        let path = self.path(live.first);
        let back = standing == FileStanding::Gone && self.put_back(&live, &path);
        let there = if back { last } else { last_there(&path, live.first) };
        let lost = (there < last && last >= live.first).then(|| Missing { from: live.first.max(there + 1), to: last });
        // Readers open the file at the path from now on.
        let bytes = if back { live.len } else { fs::metadata(&path).map_or(0, |file| file.len().min(live.len)) };
        self.catalog.write().replaced(live.first, bytes);
        let given_up = GivenUp { first: live.first, standing, lost };
        tracing::error!(segment = live.first, "{given_up}");
        let mut missing = self.watermark.missing_segments(|first| self.path(first).exists());
        missing.extend(lost);
        self.watermark.lost(missing);
        self.given_up = Some(given_up);
    }

    /// Restores the open file's content under its name; `false` on failure.
    fn put_back(&self, live: &Live, path: &Path) -> bool {
        let unfinished = path.with_extension("new");
        let dir = path.parent().unwrap_or(path);
        let put = || -> io::Result<()> {
            if !dir.exists() {
                make_again(dir)?;
            }
            let _ = fs::remove_file(&unfinished);
            let file = self.disk.create(&unfinished)?;
            let mut at = 0;
            let mut chunk = vec![0; READ_CHUNK];
            while at < live.len {
                let n = usize::try_from(live.len - at).map_or(READ_CHUNK, |left| left.min(READ_CHUNK));
                live.file.read_back(&mut chunk[..n], at)?;
                file.write_at(&chunk[..n], at)?;
                at += n as u64;
            }
            file.sync()?;
            fs::rename(&unfinished, path)?;
            self.disk.sync_dir(dir)
        };
        let put = put();
        if let Err(error) = &put {
            tracing::error!(segment = live.first, error = %Chain(error), "a removed segment could not be put back");
            let _ = fs::remove_file(&unfinished);
        }
        put.is_ok()
    }

    /// Never writes this segment or the batch's numbers again.
    fn abandon(&mut self, batch: &Batch) {
        if let Some(live) = self.live.take() {
            // Best effort: what cannot be cut is beyond the readable length.
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
        self.watermark.reached(self.next - 1);
    }
}

/// The whole directory was moved away: makes a new one.
fn make_again(dir: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(dir)?;
    dir.parent().map_or(Ok(()), super::disk::sync_dir)
}

/// The last readable number in a file, or `first - 1`.
fn last_there(path: &Path, first: Seq) -> Seq {
    let last = || -> io::Result<Option<Seq>> {
        let (opened, _) = Opened::new(File::open(path)?, first, 0)?;
        let Layout::Plain(_) = &opened.layout else { return Ok(None) };
        let mut walk = opened.walk(opened.file.metadata()?.len());
        walk.run(|_, _| Ok(()))?;
        Ok(walk.last.map(|mark| mark.seq))
    };
    last().ok().flatten().unwrap_or(first - 1)
}
