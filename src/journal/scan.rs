//! Splits a segment into lines, checks each, and numbers damaged ones.
//!
//! Reader, recovery, compression, rewriting and verification all use [`Scan`], so they agree on what is
//! a record and what is damage. Every byte belongs to exactly one [`Piece`].
//!
//! ```text
//! one line ──► checksum holds, number above the last ──► Whole
//!          └─► does not ─► is there a `{"seq":` inside?  ── no ──► Damaged
//!                          └ yes: a line end was damaged: two lines, each judged by itself
//! ```

use super::Damage;
use super::line::{self, reason};
use crate::domain::Seq;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Whole {
        seq: Seq,
        text: &'a [u8],
        line: u64,
        /// Offsets in the scanned bytes, of this piece and the next.
        start: usize,
        end: usize,
    },
    Damaged {
        bytes: &'a [u8],
        end: usize,
    },
}

impl Piece<'_> {
    pub(super) fn end(&self) -> usize {
        match self {
            Self::Whole { end, .. } | Self::Damaged { end, .. } => *end,
        }
    }

    pub(super) fn seq(&self) -> Option<Seq> {
        match self {
            Self::Whole { seq, .. } => Some(*seq),
            Self::Damaged { .. } => None,
        }
    }
}

/// May be fed in several parts of whole lines.
#[derive(Debug)]
pub(super) struct Scan {
    segment: String,
    /// The current line, counted from 1.
    line: u64,
    last: Seq,
    /// Damage before the next whole record.
    pending: Vec<Damage>,
    damages: Vec<Damage>,
}

impl Scan {
    /// Starts at `line` (counted from 1), expecting numbers from `first`.
    pub(super) fn new(segment: impl Into<String>, line: u64, first: Seq) -> Self {
        Self {
            segment: segment.into(),
            line: line - 1,
            last: first.saturating_sub(1),
            pending: Vec::new(),
            damages: Vec::new(),
        }
    }

    /// Of the last whole record, or one less than the first expected.
    pub(super) fn last(&self) -> Seq {
        self.last
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A last line without its end is its own piece.
    pub(super) fn pieces<'s, 'b>(&'s mut self, bytes: &'b [u8]) -> Pieces<'s, 'b> {
        Pieces { scan: self, bytes, at: 0, line_end: 0 }
    }

    pub(super) fn report(&mut self, line: u64, seq: Seq, reason: &'static str) {
        let segment = self.segment.clone();
        self.settle(seq);
        self.damages.push(Damage { segment, line, seq, reason });
    }

    /// Continues after a damaged frame.
    pub(super) fn jump(&mut self, line: u64, first: Seq) {
        self.settle(first);
        self.line = line - 1;
        self.last = self.last.max(first.saturating_sub(1));
    }

    /// Call at the end of a segment.
    pub(super) fn take_damages(&mut self) -> Vec<Damage> {
        self.settle(Seq::MAX);
        std::mem::take(&mut self.damages)
    }

    /// Discards damage after the last whole record: it is a torn tail.
    pub(super) fn forget_tail(&mut self) {
        self.pending.clear();
    }

    fn whole(&mut self, seq: Seq) {
        self.settle(seq);
        self.last = seq;
    }

    /// Gives damaged lines the numbers between their neighbours.
    fn settle(&mut self, next: Seq) {
        for mut damage in self.pending.drain(..) {
            damage.seq = damage.seq.min(next.saturating_sub(1)).max(self.last);
            self.damages.push(damage);
        }
    }

    fn damaged(&mut self, reason: &'static str) {
        if self.pending.last().is_some_and(|damage| damage.line == self.line) {
            return;
        }
        let seq = self.last + 1 + self.pending.len() as u64;
        self.pending.push(Damage { segment: self.segment.clone(), line: self.line, seq, reason });
    }

    fn repaired(&mut self, seq: Seq) {
        let segment = self.segment.clone();
        self.damages.push(Damage { segment, line: self.line, seq, reason: reason::LINE_END });
    }

    fn judge(&self, line: &[u8]) -> Result<Seq, &'static str> {
        let seq = line::check(line)?;
        if seq > self.last { Ok(seq) } else { Err(reason::ORDER) }
    }
}

#[derive(Debug)]
pub(super) struct Pieces<'s, 'b> {
    scan: &'s mut Scan,
    bytes: &'b [u8],
    at: usize,
    line_end: usize,
}

impl<'b> Pieces<'_, 'b> {
    fn whole(&mut self, seq: Seq, text: &'b [u8], end: usize) -> Piece<'b> {
        let start = self.at;
        self.scan.whole(seq);
        self.at = end;
        Piece::Whole { seq, text, line: self.scan.line, start, end }
    }
}

impl<'b> Iterator for Pieces<'_, 'b> {
    type Item = Piece<'b>;

    fn next(&mut self) -> Option<Piece<'b>> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return None;
        }
        if self.at >= self.line_end {
            self.line_end = memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |n| self.at + n + 1);
            self.scan.line += 1;
        }
        let bytes = &self.bytes[self.at..self.line_end];
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let why = match self.scan.judge(line) {
            Ok(seq) => return Some(self.whole(seq, line, self.line_end)),
            Err(why) => why,
        };
        // A damaged line end joins two lines; the first may be whole.
        let Some(inner) = line.get(1..).and_then(|tail| memchr::memmem::find(tail, line::BEGINNING)) else {
            self.at = self.line_end;
            self.scan.damaged(why);
            return Some(Piece::Damaged { bytes, end: self.at });
        };
        let end = self.at + inner + 1;
        let head = &line[..=inner];
        for line in [head, &head[..inner]] {
            if let Ok(seq) = self.scan.judge(line) {
                let piece = self.whole(seq, line, end);
                self.scan.repaired(seq);
                return Some(piece);
            }
        }
        self.at = end;
        self.scan.damaged(why);
        Some(Piece::Damaged { bytes: head, end })
    }
}
