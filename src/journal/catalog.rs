//! Which segments there are, how far each may be read, and the marks of the one being written.
//!
//! The committer, the compressor and the rewriter change it; readers look things up. It holds
//! no file: a segment replaced on disk gets another generation here, and whoever has the old
//! file open sees by that number that it must open it again.
//!
//! A segment keeps its name, twelve digits of its first possible number, for life.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::frames;
use crate::domain::Seq;

/// A place in a segment where a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The number of the record there; in a damaged place, the least it can be.
    pub(super) seq: Seq,
    /// The line, counted from 1.
    pub(super) line: u64,
    /// The byte it begins at.
    pub(super) offset: u64,
}

/// One segment.
#[derive(Debug)]
pub(super) struct Segment {
    /// How far it may be read: for the one being written, what is durable.
    pub(super) bytes: u64,
    /// Grows whenever another file takes its name.
    pub(super) generation: u64,
    /// Marks made while it was written; absent for those found on disk.
    pub(super) marks: Vec<Mark>,
}

/// A catalog that readers and writers share.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<RwLock<Catalog>>);

impl Shared {
    pub(super) fn new(catalog: Catalog) -> Self {
        Self(Arc::new(RwLock::new(catalog)))
    }

    /// A panic elsewhere leaves the catalog as consistent as it was.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Catalog> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Catalog> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every segment of one journal, by its first possible number.
#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) dir: PathBuf,
    segments: BTreeMap<Seq, Segment>,
    /// The one being written, if any: never compressed, rewritten or removed.
    pub(super) live: Option<Seq>,
}

impl Catalog {
    /// Lists a directory. Only names and sizes are looked at.
    pub(super) fn list(dir: &Path) -> io::Result<Self> {
        let mut segments = BTreeMap::new();
        for (first, bytes) in list(dir)? {
            segments.insert(first, Segment { bytes, generation: 0, marks: Vec::new() });
        }
        Ok(Self { dir: dir.to_owned(), segments, live: None })
    }

    /// Where a segment is.
    pub(super) fn path(&self, first: Seq) -> PathBuf {
        self.dir.join(name(first))
    }

    /// Adds the segment that is written from now on. Older marks are dropped: their segments
    /// are read less and less, and are soon replaced by compressed ones.
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

    /// Another file has taken the segment's name.
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

    /// The segment that holds `seq` if any does; for numbers before all, the first.
    pub(super) fn holding(&self, seq: Seq) -> Option<Seq> {
        let below = self.segments.range(..=seq).next_back();
        below.or_else(|| self.segments.iter().next()).map(|(first, _)| *first)
    }

    /// The segment after one.
    pub(super) fn after(&self, first: Seq) -> Option<Seq> {
        self.segments.range(first + 1..).next().map(|(next, _)| *next)
    }

    pub(super) fn last(&self) -> Option<Seq> {
        self.segments.keys().next_back().copied()
    }

    /// Every segment with its size, in order.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (Seq, u64)> {
        self.segments.iter().map(|(first, segment)| (*first, segment.bytes))
    }
}

/// A segment's file name.
pub(super) fn name(first: Seq) -> String {
    format!("{first:012}")
}

/// The segments in a directory with their sizes, in order. Other files are not ours.
pub(super) fn list(dir: &Path) -> io::Result<Vec<(Seq, u64)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Some(first) = entry.file_name().to_str().and_then(parse) else { continue };
        match entry.metadata() {
            Ok(metadata) if metadata.is_file() => found.push((first, metadata.len())),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// How many segments of the journal in `dir` are compressed. Looks at their ends.
///
/// # Errors
/// When the directory cannot be listed.
pub fn compressed(dir: &Path) -> io::Result<u64> {
    let is_compressed = |(first, bytes): &(Seq, u64)| {
        let opened = File::open(dir.join(name(*first)));
        opened.and_then(|file| frames::is_compressed(&file, *bytes)).unwrap_or(false)
    };
    Ok(list(dir)?.iter().filter(|segment| is_compressed(segment)).count() as u64)
}

fn parse(text: &str) -> Option<Seq> {
    let seq = text.parse().ok()?;
    (text == name(seq)).then_some(seq)
}

/// The greatest mark at or before `seq`.
pub(super) fn mark_before(marks: &[Mark], seq: Seq) -> Option<Mark> {
    let n = marks.partition_point(|mark| mark.seq <= seq);
    n.checked_sub(1).map(|n| marks[n])
}
