//! A segment open for reading: plain with marks, or compressed with its frame table.
//!
//! A plain segment gets its marks when it is first read in the middle, by one scan; opening the journal
//! reads only the last segment.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use super::Damage;
use super::catalog::{self, Mark};
use super::frames::{self, Table};
use super::line::reason;
use super::scan::{Piece, Scan};
use crate::domain::Seq;
use crate::limits::{LINE_MAX, MARK_BYTES, READ_CHUNK};

/// Stays readable when another file takes its name.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) first: Seq,
    pub(super) generation: u64,
    pub(super) file: File,
    pub(super) layout: Layout,
}

#[derive(Debug)]
pub(super) enum Layout {
    Plain(Mutex<Option<Arc<Vec<Mark>>>>),
    Frames(Table),
}

impl Opened {
    /// Detects the layout by the first and last bytes; also returns damage in the table.
    pub(super) fn new(file: File, first: Seq, generation: u64) -> io::Result<(Self, Option<Damage>)> {
        let mut damage = None;
        let bytes = file.metadata()?.len();
        let layout = if frames::is_compressed(&file, bytes)? {
            Layout::Frames(match Table::load(&file, bytes)? {
                Some(table) => table,
                None => {
                    let segment = catalog::name(first);
                    damage = Some(Damage { segment, line: 0, seq: first, reason: reason::TABLE });
                    let mut content = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX)];
                    file.read_exact_at(&mut content, 0)?;
                    frames::walk(&content, first)
                }
            })
        } else {
            Layout::Plain(Mutex::new(None))
        };
        Ok((Self { first, generation, file, layout }, damage))
    }

    pub(super) fn walk(&self, bytes: u64) -> PlainWalk<'_> {
        let start = Mark { seq: self.first, line: 1, offset: 0 };
        PlainWalk::new(catalog::name(self.first), &self.file, start, bytes)
    }

    pub(super) fn mark(&self, marks: &Mutex<Option<Arc<Vec<Mark>>>>, seq: Seq, bytes: u64) -> io::Result<Mark> {
        let start = Mark { seq: self.first, line: 1, offset: 0 };
        if seq <= self.first {
            return Ok(start);
        }
        let mut marks = marks.lock().unwrap_or_else(PoisonError::into_inner);
        let marks = match &*marks {
            Some(marks) => Arc::clone(marks),
            None => {
                let mut walk = self.walk(bytes);
                walk.run(|_, _| Ok(()))?;
                Arc::clone(marks.insert(Arc::new(walk.marks)))
            }
        };
        Ok(catalog::mark_before(&marks, seq).unwrap_or(start))
    }
}

/// Scans a plain segment from a mark on and makes new marks.
#[derive(Debug)]
pub(super) struct PlainWalk<'f> {
    file: &'f File,
    pub(super) scan: Scan,
    pub(super) marks: Vec<Mark>,
    offset: u64,
    end: u64,
    pub(super) last: Option<Mark>,
}

impl<'f> PlainWalk<'f> {
    fn new(segment: String, file: &'f File, from: Mark, end: u64) -> Self {
        let scan = Scan::new(segment, from.line, from.seq);
        Self { file, scan, marks: Vec::new(), offset: from.offset, end, last: None }
    }

    /// Calls `each` for every piece, with whether it is the last of a file that ends within a line.
    pub(super) fn run(&mut self, mut each: impl FnMut(Piece<'_>, bool) -> io::Result<()>) -> io::Result<()> {
        loop {
            let chunk = read_lines(self.file, self.offset, self.end, READ_CHUNK)?;
            if chunk.is_empty() {
                return Ok(());
            }
            let mut marked = self.marks.last().map(|mark| mark.offset);
            for piece in self.scan.pieces(&chunk) {
                let unended = piece.end() == chunk.len() && !chunk.ends_with(b"\n");
                each(piece, unended)?;
                let Piece::Whole { seq, line, start, end, .. } = piece else { continue };
                if !unended {
                    self.last = Some(Mark { seq, line, offset: self.offset + end as u64 });
                }
                let offset = self.offset + start as u64;
                if marked.is_none_or(|last| offset - last >= MARK_BYTES) {
                    self.marks.push(Mark { seq, line, offset });
                    marked = Some(offset);
                }
            }
            self.offset += chunk.len() as u64;
        }
    }
}

/// Whole lines from `offset`, about `bytes`, before `end`; empty at the end. Only an overlong line comes
/// without its end.
pub(super) fn read_lines(file: &File, offset: u64, end: u64, bytes: usize) -> io::Result<Vec<u8>> {
    let left = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
    let mut want = bytes;
    loop {
        let mut chunk = vec![0; want.min(left)];
        let got = read_full_at(file, &mut chunk, offset)?;
        chunk.truncate(got);
        if got == left || got < want {
            return Ok(chunk);
        }
        if let Some(line_end) = memchr::memrchr(b'\n', &chunk) {
            chunk.truncate(line_end + 1);
            return Ok(chunk);
        }
        if want > LINE_MAX {
            return Ok(chunk);
        }
        want *= 4;
    }
}

fn read_full_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < bytes.len() {
        match file.read_at(&mut bytes[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}
