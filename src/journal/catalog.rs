//! The segments of a journal, how far each may be read, and the marks of the live one.
//!
//! Changed by the committer, the compressor and the rewriter; readers look things up. It holds no file:
//! a segment replaced on disk gets a new generation here, and a reader with the old file open sees that
//! it must open it again. A segment keeps its name, twelve digits of its first possible number, for
//! life.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::frames;
use crate::domain::Seq;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// For damaged lines, the lowest possible number.
    pub(super) seq: Seq,
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) offset: u64,
}

#[derive(Debug)]
pub(super) struct Segment {
    /// Readable bytes: of the live segment, the durable ones.
    pub(super) bytes: u64,
    /// Rises when another file takes this name.
    pub(super) generation: u64,
    /// Made while the segment was written; empty for those found on disk.
    pub(super) marks: Vec<Mark>,
}

#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<RwLock<Catalog>>);

impl Shared {
    pub(super) fn new(catalog: Catalog) -> Self {
        Self(Arc::new(RwLock::new(catalog)))
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Catalog> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Catalog> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) dir: PathBuf,
    segments: BTreeMap<Seq, Segment>,
    /// The segment being written: never compressed, rewritten or removed.
    pub(super) live: Option<Seq>,
}

impl Catalog {
    /// Lists a directory by names and sizes.
    ///
    /// # Errors
    /// When it cannot be listed, or a non-file has a segment's name: starting without that segment would
    /// start another journal.
    pub(super) fn list(dir: &Path) -> io::Result<Self> {
        let mut segments = BTreeMap::new();
        for (first, found) in list(dir)? {
            let bytes = found.bytes(first)?;
            segments.insert(first, Segment { bytes, generation: 0, marks: Vec::new() });
        }
        Ok(Self { dir: dir.to_owned(), segments, live: None })
    }

    pub(super) fn path(&self, first: Seq) -> PathBuf {
        self.dir.join(name(first))
    }

    /// Older marks are dropped: those segments are read less often, and compressed soon.
    pub(super) fn start(&mut self, first: Seq) {
        let previous = self.live;
        for (key, segment) in &mut self.segments {
            if Some(*key) != previous {
                segment.marks = Vec::new();
            }
        }
        self.segments.insert(first, Segment { bytes: 0, generation: 0, marks: Vec::new() });
        self.live = Some(first);
    }

    pub(super) fn get(&self, first: Seq) -> Option<&Segment> {
        self.segments.get(&first)
    }

    pub(super) fn get_mut(&mut self, first: Seq) -> Option<&mut Segment> {
        self.segments.get_mut(&first)
    }

    pub(super) fn replaced(&mut self, first: Seq, bytes: u64) {
        if let Some(segment) = self.segments.get_mut(&first) {
            segment.bytes = bytes;
            segment.generation += 1;
            segment.marks = Vec::new();
        }
    }

    pub(super) fn remove(&mut self, first: Seq) {
        self.segments.remove(&first);
    }

    /// For a number before every segment, the first segment.
    pub(super) fn holding(&self, seq: Seq) -> Option<Seq> {
        let below = self.segments.range(..=seq).next_back();
        below.or_else(|| self.segments.iter().next()).map(|(first, _)| *first)
    }

    pub(super) fn after(&self, first: Seq) -> Option<Seq> {
        self.segments.range(first + 1..).next().map(|(next, _)| *next)
    }

    pub(super) fn last(&self) -> Option<Seq> {
        self.segments.keys().next_back().copied()
    }

    pub(super) fn sizes(&self) -> impl Iterator<Item = (Seq, u64)> {
        self.segments.iter().map(|(first, segment)| (*first, segment.bytes))
    }
}

pub(super) fn name(first: Seq) -> String {
    format!("{first:012}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SegmentEntry {
    /// A file of this size, or a link to one, perhaps on another disk.
    File(u64),
    Dangling,
    Strange,
}

#[derive(Debug, thiserror::Error)]
enum NoFile {
    #[error("{} is a link to a file that is not there; put the file back where it was, or remove the link if it is lost", name(*.0))]
    Dangling(Seq),
    #[error("{} has a segment's name and is no file; move it out of this directory", name(*.0))]
    Strange(Seq),
}

impl SegmentEntry {
    pub(super) fn bytes(self, first: Seq) -> io::Result<u64> {
        match self {
            Self::File(bytes) => Ok(bytes),
            Self::Dangling => Err(io::Error::new(io::ErrorKind::NotFound, NoFile::Dangling(first))),
            Self::Strange => Err(io::Error::new(io::ErrorKind::InvalidInput, NoFile::Strange(first))),
        }
    }
}

/// Everything with a segment's name, in order.
pub(super) fn list(dir: &Path) -> io::Result<Vec<(Seq, SegmentEntry)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Some(first) = entry.file_name().to_str().and_then(parse) else { continue };
        match fs::metadata(entry.path()) {
            Ok(metadata) if metadata.is_file() => found.push((first, SegmentEntry::File(metadata.len()))),
            Ok(_) => found.push((first, SegmentEntry::Strange)),
            // A link without a target; or it was removed since the directory was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::symlink_metadata(entry.path()).is_ok() {
                    found.push((first, SegmentEntry::Dangling));
                }
            }
            Err(error) => return Err(error),
        }
    }
    found.sort_unstable_by_key(|(first, _)| *first);
    Ok(found)
}

/// Whether the log in `dir` has no segment, or only empty ones.
pub fn is_empty(dir: &Path) -> io::Result<bool> {
    match list(dir) {
        Ok(segments) => Ok(segments.iter().all(|(_, found)| *found == SegmentEntry::File(0))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Counts compressed segments by their last bytes.
pub fn compressed(dir: &Path) -> io::Result<u64> {
    let is_compressed = |(first, found): &(Seq, SegmentEntry)| {
        let SegmentEntry::File(bytes) = *found else { return false };
        let opened = File::open(dir.join(name(*first)));
        opened.and_then(|file| frames::is_compressed(&file, bytes)).unwrap_or(false)
    };
    Ok(list(dir)?.iter().filter(|segment| is_compressed(segment)).count() as u64)
}

fn parse(text: &str) -> Option<Seq> {
    let seq = text.parse().ok()?;
    (text == name(seq)).then_some(seq)
}

pub(super) fn mark_before(marks: &[Mark], seq: Seq) -> Option<Mark> {
    let n = marks.partition_point(|mark| mark.seq <= seq);
    n.checked_sub(1).map(|n| marks[n])
}
