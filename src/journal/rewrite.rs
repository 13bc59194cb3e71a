//! Changes finished segments, one at a time: compresses them, drops or erases records, removes them.
//!
//! A new file is written in `tmp/`, synced, renamed **over the same name**, and the directory is synced.
//! A copy of the data directory gets the old or the new file, each complete; under a new name `cp -r`
//! could miss both. Damaged lines are carried over unchanged: somebody may still read them.
//!
//! If a segment is a link to another disk, its target is replaced or removed: replacing the link would
//! leave the data behind.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::catalog::{self, Shared};
use super::disk::sync_dir;
use super::frames::FrameWriter;
use super::line::{self, Unsealed};
use super::opened::{Layout, Opened};
use super::record::{Body, NewRecord, Record};
use super::scan::{Piece, Scan};
use super::summary::CallbackSummary;
use super::watermark::Watermark;
use crate::domain::Seq;
use crate::limits::{READ_CHUNK, ZSTD_LEVEL};

#[derive(Debug, Clone, PartialEq)]
pub enum RecordAction {
    Keep,
    /// Another body, same number and time.
    Replace(Body),
    /// Stored with the SHA-256 of the old line as `was`.
    Summarise(Box<CallbackSummary>),
    /// Leaves an `erased` record with the SHA-256 of the old line.
    Erase,
    Drop,
}

/// Decides about each record of a segment; implemented for closures.
pub trait Decide {
    fn record(&mut self, record: &Record) -> RecordAction;
    /// For bytes that this version cannot decode. Kept unless this returns [`RecordAction::Drop`].
    fn unreadable(&mut self, _bytes: &[u8]) -> RecordAction {
        RecordAction::Keep
    }
}

impl<F: FnMut(&Record) -> RecordAction> Decide for F {
    fn record(&mut self, record: &Record) -> RecordAction {
        self(record)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Best compression, for background work.
    Small,
    /// Fast compression, for a person waiting.
    Fast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rewritten {
    pub kept: u64,
    /// Includes erased ones.
    pub replaced: u64,
    pub dropped: u64,
}

/// After an error the segment is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    #[error("the segment {0} is still being written")]
    Live(String),
    #[error("there is no segment {0}")]
    NotFound(String),
    #[error("rewriting the segment {segment}")]
    Io {
        segment: String,
        #[source]
        source: io::Error,
    },
}

impl RewriteError {
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull)
    }
}

#[derive(Debug)]
pub(super) struct Rewriter {
    catalog: Shared,
    tmp: PathBuf,
    /// Of unfinished files in `tmp/`.
    prefix: String,
    compress: bool,
    watermark: Watermark,
    one_at_a_time: Mutex<()>,
}

/// Part of the name of an unfinished file on another disk.
const UNFINISHED: &str = "rewriting";

impl Rewriter {
    /// Removes unfinished files from `tmp`.
    pub(super) fn new(
        catalog: Shared,
        tmp: PathBuf,
        log: &str,
        compress: bool,
        watermark: Watermark,
    ) -> io::Result<Self> {
        let prefix = format!("{log}-");
        fs::create_dir_all(&tmp)?;
        for entry in fs::read_dir(&tmp)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&prefix)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { catalog, tmp, prefix, compress, watermark, one_at_a_time: Mutex::new(()) })
    }

    /// `false` if there was nothing to do.
    pub(super) fn compress(&self, first: Seq) -> Result<bool, RewriteError> {
        let _one = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let (opened, bytes) = self.open(first)?;
        if matches!(opened.layout, Layout::Frames(_)) || bytes == 0 {
            return Ok(false);
        }
        let compressed = self.write(&opened, bytes, Some(ZSTD_LEVEL), |_, piece, out| out.push(piece));
        compressed.map(|()| true).map_err(|source| RewriteError::Io { segment: catalog::name(first), source })
    }

    /// Applies `decide`, compressing at `level`. Removes a segment that has no record left; leaves one
    /// alone that keeps every record.
    pub(super) fn rewrite(&self, first: Seq, level: i32, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError> {
        let _one = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let (opened, bytes) = self.open(first)?;
        let io = |source| RewriteError::Io { segment: catalog::name(first), source };
        let mut done = Rewritten::default();
        let compress = self.compress || matches!(opened.layout, Layout::Frames(_));
        let mut damaged = false;
        self.write(&opened, bytes, compress.then_some(level), |done_writing, piece, out| {
            let is_damaged = matches!(piece, Piece::Damaged { .. });
            let dropped = done.dropped;
            let outcome = rewrite_piece(piece, decide, &mut done, out);
            damaged |= is_damaged && done.dropped == dropped;
            *done_writing = done.replaced + done.dropped > 0;
            outcome
        })
        .map_err(io)?;
        if done.kept + done.replaced == 0 && !damaged && done.dropped > 0 {
            self.remove(first).map_err(io)?;
        }
        Ok(done)
    }

    pub(super) fn survey(&self, first: Seq, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError> {
        let (opened, bytes) = self.look(first)?;
        let mut done = Rewritten::default();
        let surveyed = for_each_piece(&opened, bytes, |piece| {
            let verdict = match piece {
                Piece::Whole { text, .. } => match line::decode(text) {
                    Some(record) => decide.record(&record),
                    None => decide.unreadable(text),
                },
                Piece::Damaged { bytes, .. } => decide.unreadable(bytes),
            };
            match verdict {
                RecordAction::Keep => done.kept += 1,
                RecordAction::Drop => done.dropped += 1,
                RecordAction::Erase | RecordAction::Replace(_) | RecordAction::Summarise(_) => done.replaced += 1,
            }
            Ok(())
        });
        surveyed.map(|()| done).map_err(|source| RewriteError::Io { segment: catalog::name(first), source })
    }

    pub(super) fn digest(&self, first: Seq) -> Result<Option<String>, RewriteError> {
        let path = self.catalog.read().path(first);
        let read = || -> io::Result<Option<String>> {
            let mut file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            let mut hash = Sha256::new();
            let mut buffer = vec![0; READ_CHUNK];
            loop {
                let n = io::Read::read(&mut file, &mut buffer)?;
                if n == 0 {
                    return Ok(Some(hex(&hash.finalize())));
                }
                hash.update(&buffer[..n]);
            }
        };
        read().map_err(|source| RewriteError::Io { segment: catalog::name(first), source })
    }

    pub(super) fn remove_before(&self, seq: Seq) -> Result<u64, RewriteError> {
        let _one = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let mut removed = 0;
        loop {
            let first = {
                let catalog = self.catalog.read();
                let Some((first, _)) = catalog.sizes().next() else { break };
                let is_below = catalog.after(first).is_some_and(|next| next <= seq);
                if !is_below || catalog.live == Some(first) {
                    break;
                }
                first
            };
            self.remove(first).map_err(|source| RewriteError::Io { segment: catalog::name(first), source })?;
            removed += 1;
        }
        Ok(removed)
    }

    fn remove(&self, first: Seq) -> io::Result<()> {
        self.watermark.removed(first);
        let mut catalog = self.catalog.write();
        let path = catalog.path(first);
        let target = fs::canonicalize(&path)?;
        if fs::symlink_metadata(&path)?.is_symlink() {
            fs::remove_file(&target)?;
            sync_dir(parent(&target))?;
        }
        fs::remove_file(&path)?;
        catalog.remove(first);
        let dir = catalog.dir.clone();
        drop(catalog);
        sync_dir(&dir)
    }

    fn open(&self, first: Seq) -> Result<(Opened, u64), RewriteError> {
        {
            let catalog = self.catalog.read();
            // Keep the last one if none is live: its name and end give the next number.
            if catalog.live == Some(first) || catalog.after(first).is_none() {
                return Err(RewriteError::Live(catalog::name(first)));
            }
        }
        self.look(first)
    }

    fn look(&self, first: Seq) -> Result<(Opened, u64), RewriteError> {
        let catalog = self.catalog.read();
        let name = catalog::name(first);
        let Some(bytes) = catalog.get(first).map(|segment| segment.bytes) else {
            return Err(RewriteError::NotFound(name));
        };
        let opened = File::open(catalog.path(first)).and_then(|file| Opened::new(file, first, 0));
        let (opened, _) = opened.map_err(|source| RewriteError::Io { segment: name, source })?;
        Ok((opened, bytes))
    }

    /// Writes the pieces to a new file, compressed if there is a level, and renames it into place unless
    /// `each` left its first argument `false`.
    fn write(
        &self,
        opened: &Opened,
        bytes: u64,
        level: Option<i32>,
        mut each: impl FnMut(&mut bool, Piece<'_>, &mut Output) -> io::Result<()>,
    ) -> io::Result<()> {
        let place = fs::canonicalize(self.catalog.read().path(opened.first))?;
        let path = self.unfinished(&place, opened.first)?;
        let file = BufWriter::with_capacity(READ_CHUNK, File::create(&path)?);
        let written = (|| {
            let mut out = Output::new(file, level, opened.first)?;
            let mut changed = level.is_some() && matches!(opened.layout, Layout::Plain(_));
            for_each_piece(opened, bytes, |piece| each(&mut changed, piece, &mut out))?;
            let file = out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            if changed { self.put_in_place(opened, &path, &place, bytes) } else { fs::remove_file(&path) }
        })();
        if written.is_err() {
            // If this fails, the next start removes it.
            let _ = fs::remove_file(&path);
        }
        written
    }

    /// In `tmp`, or beside a link's target: renaming works only within one disk.
    fn unfinished(&self, place: &Path, first: Seq) -> io::Result<PathBuf> {
        if fs::metadata(&self.tmp)?.dev() == fs::metadata(parent(place))?.dev() {
            return Ok(self.tmp.join(format!("{}{}", self.prefix, catalog::name(first))));
        }
        let path = place.with_extension(UNFINISHED);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(path),
        }
    }

    fn put_in_place(&self, opened: &Opened, path: &Path, place: &Path, bytes: u64) -> io::Result<()> {
        let before = opened.file.metadata()?;
        fs::set_permissions(path, before.permissions())?;
        if fs::metadata(path)?.uid() != before.uid() {
            // Only root can write for others, and may change the owner.
            chown(path, Some(before.uid()), Some(before.gid()))?;
        }
        // Readers open files under the catalog's lock, so each gets the file described there.
        let mut catalog = self.catalog.write();
        fs::rename(path, place)?;
        catalog.replaced(opened.first, bytes);
        drop(catalog);
        sync_dir(parent(place))
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn rewrite_piece(piece: Piece<'_>, decide: &mut dyn Decide, done: &mut Rewritten, out: &mut Output) -> io::Result<()> {
    let unreadable = |decide: &mut dyn Decide, bytes: &[u8]| decide.unreadable(bytes) == RecordAction::Drop;
    let Piece::Whole { text, line, start, end, .. } = piece else {
        let Piece::Damaged { bytes, .. } = &piece else { return out.push(piece) };
        if unreadable(decide, bytes) {
            done.dropped += 1;
            return Ok(());
        }
        return out.push(piece);
    };
    let Some(record) = line::decode(text) else {
        if unreadable(decide, text) {
            done.dropped += 1;
            return Ok(());
        }
        return out.push(piece);
    };
    let body = match decide.record(&record) {
        RecordAction::Keep => {
            done.kept += 1;
            return out.push(piece);
        }
        RecordAction::Drop => {
            done.dropped += 1;
            return Ok(());
        }
        RecordAction::Erase => Body::Erased { was: digest(text) },
        RecordAction::Summarise(mut summary) => {
            summary.was = Some(digest(text));
            Body::Entry(summary.entry())
        }
        RecordAction::Replace(body) => body,
    };
    done.replaced += 1;
    let mut sealed = Vec::new();
    Unsealed::new(&NewRecord { at: record.at, body }).seal(record.seq, &mut sealed);
    sealed.pop();
    out.push(Piece::Whole { seq: record.seq, text: &sealed, line, start, end })
}

fn digest(line: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(line)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
        text
    })
}

/// Fails on a frame that cannot be decompressed: it could not be carried over.
fn for_each_piece(opened: &Opened, bytes: u64, mut each: impl FnMut(Piece<'_>) -> io::Result<()>) -> io::Result<()> {
    match &opened.layout {
        Layout::Plain(_) => {
            opened.walk(bytes).run(|piece, _| each(piece))?;
        }
        Layout::Frames(table) => {
            let mut scan = Scan::new(catalog::name(opened.first), 1, opened.first);
            for n in 0..table.len() {
                let lines = table.lines(&opened.file, n)?;
                let lines = lines.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, line::reason::FRAME))?;
                scan.pieces(&lines).try_for_each(&mut each)?;
            }
        }
    }
    Ok(())
}

enum Output {
    Plain(BufWriter<File>),
    Frames(Box<FrameWriter<BufWriter<File>>>),
}

impl Output {
    fn new(file: BufWriter<File>, level: Option<i32>, first: Seq) -> io::Result<Self> {
        match level {
            Some(level) => FrameWriter::new(file, first, level).map(Box::new).map(Self::Frames),
            None => Ok(Self::Plain(file)),
        }
    }

    fn push(&mut self, piece: Piece<'_>) -> io::Result<()> {
        match (self, piece) {
            (Self::Frames(frames), piece) => frames.push(piece),
            (Self::Plain(file), Piece::Whole { text, .. }) => {
                file.write_all(text)?;
                file.write_all(b"\n")
            }
            (Self::Plain(file), Piece::Damaged { bytes, .. }) => file.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<BufWriter<File>> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Frames(frames) => frames.finish(),
        }
    }
}
