//! Reads records by number while others are appended, compressed and removed.
//!
//! There are no cursors: a read starts at the mark or frame before its first number, at most 64 KiB or
//! one cached frame away. Only durable bytes are read. Every line is checked; damaged ones are skipped
//! and recorded.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalog::{self, Mark, Shared};
use super::frames::Table;
use super::line::{self, reason};
use super::opened::{Layout, Opened, read_lines};
use super::scan::{Piece, Scan};
use super::{Damage, ReadError, Record};
use crate::domain::Seq;
use crate::limits::{DAMAGES_KEPT, KEPT_FRAMES, OPEN_SEGMENTS, READ_CHUNK};

/// Between two marks.
const CHUNK_MIN: usize = 64 << 10;

#[derive(Debug)]
pub(super) struct Reader {
    catalog: Shared,
    opened: Mutex<Vec<Arc<Opened>>>,
    frames: Mutex<Vec<KeptFrame>>,
    damages: Mutex<BTreeMap<(String, u64), Damage>>,
}

#[derive(Debug)]
struct KeptFrame {
    first: Seq,
    generation: u64,
    n: usize,
    lines: Arc<Vec<u8>>,
}

struct View {
    opened: Arc<Opened>,
    bytes: u64,
    mark: Option<Mark>,
    /// The next segment, looked up together with `bytes`: the live segment may grow before its successor
    /// begins, and those records must not be skipped.
    next: Option<Seq>,
}

struct Wanted {
    from: Seq,
    until: Seq,
    left: usize,
    found: Vec<Record>,
    line: Vec<u8>,
    done: bool,
}

impl Reader {
    pub(super) fn new(catalog: Shared) -> Self {
        Self { catalog, opened: Mutex::default(), frames: Mutex::default(), damages: Mutex::default() }
    }

    pub(super) fn read(&self, from: Seq, max_bytes: usize) -> Result<Vec<Record>, ReadError> {
        let mut wanted = Wanted::new(from, Seq::MAX, max_bytes);
        let mut at = self.catalog.read().holding(from);
        while let Some(first) = at {
            at = self.read_segment(first, &mut wanted)?.filter(|_| !wanted.done);
        }
        Ok(wanted.found)
    }

    pub(super) fn get(&self, seq: Seq) -> Result<Option<Record>, ReadError> {
        Ok(self.one(seq)?.found.pop())
    }

    pub(super) fn line(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        let wanted = self.one(seq)?;
        Ok((!wanted.found.is_empty()).then_some(wanted.line))
    }

    fn one(&self, seq: Seq) -> Result<Wanted, ReadError> {
        let mut wanted = Wanted::new(seq, seq, 0);
        let first = self.catalog.read().holding(seq);
        if let Some(first) = first {
            self.read_segment(first, &mut wanted)?;
        }
        Ok(wanted)
    }

    pub(super) fn damages(&self) -> Vec<Damage> {
        self.damages.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Records each damage once.
    pub(super) fn note(&self, damages: impl IntoIterator<Item = Damage>) {
        let mut kept = self.damages.lock().unwrap_or_else(PoisonError::into_inner);
        for damage in damages {
            if kept.len() >= DAMAGES_KEPT {
                return;
            }
            let key = (damage.segment.clone(), damage.line);
            if let Entry::Vacant(vacant) = kept.entry(key) {
                let Damage { segment, line, seq, reason } = &damage;
                tracing::warn!(segment, line, seq, reason, "the journal is damaged");
                vacant.insert(damage);
            }
        }
    }

    /// Returns the next segment.
    fn read_segment(&self, first: Seq, wanted: &mut Wanted) -> Result<Option<Seq>, ReadError> {
        let read = match self.view(first, wanted.from) {
            Ok(Some(view)) => self.read_view(&view, wanted).map(|()| view.next),
            Ok(None) => Ok(self.catalog.read().after(first)),
            Err(error) => Err(error),
        };
        match read {
            // Removed by hand: the rest must stay readable.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.note([Damage { segment: catalog::name(first), line: 0, seq: first, reason: reason::MISSING }]);
                Ok(self.catalog.read().after(first))
            }
            other => other.map_err(|source| ReadError { segment: catalog::name(first), source }),
        }
    }

    fn read_view(&self, view: &View, wanted: &mut Wanted) -> io::Result<()> {
        match &view.opened.layout {
            Layout::Plain(marks) => {
                let mark = match view.mark {
                    Some(mark) => mark,
                    None => view.opened.mark(marks, wanted.from, view.bytes)?,
                };
                self.read_plain(view, mark, wanted)
            }
            Layout::Frames(table) => self.read_frames(&view.opened, table, wanted),
        }
    }

    fn read_plain(&self, view: &View, mark: Mark, wanted: &mut Wanted) -> io::Result<()> {
        let mut scan = Scan::new(catalog::name(view.opened.first), mark.line, mark.seq);
        let mut offset = mark.offset;
        while !wanted.done {
            let chunk = read_lines(&view.opened.file, offset, view.bytes, wanted.left.clamp(CHUNK_MIN, READ_CHUNK))?;
            if chunk.is_empty() {
                break;
            }
            offset += chunk.len() as u64;
            self.take(&mut scan, &chunk, wanted);
        }
        self.note(scan.take_damages());
        Ok(())
    }

    fn read_frames(&self, opened: &Opened, table: &Table, wanted: &mut Wanted) -> io::Result<()> {
        let mut scan = Scan::new(catalog::name(opened.first), 1, opened.first);
        for n in table.holding(wanted.from)..table.len() {
            if wanted.done {
                break;
            }
            let Some((frame, _)) = table.frame(n) else { break };
            if frame.seq > wanted.until {
                break;
            }
            scan.jump(frame.line, frame.seq);
            match self.frame(opened, table, n)? {
                Some(lines) => self.take(&mut scan, &lines, wanted),
                None => scan.report(frame.line, frame.seq, reason::FRAME),
            }
        }
        self.note(scan.take_damages());
        Ok(())
    }

    fn take(&self, scan: &mut Scan, lines: &[u8], wanted: &mut Wanted) {
        let mut strange = Vec::new();
        for piece in scan.pieces(lines) {
            let Piece::Whole { seq, text, line, .. } = piece else { continue };
            match wanted.take(seq, text) {
                ControlFlow::Continue(true) => {}
                ControlFlow::Continue(false) => strange.push((line, seq)),
                ControlFlow::Break(()) => break,
            }
        }
        for (line, seq) in strange {
            scan.report(line, seq, reason::NOT_UNDERSTOOD);
        }
    }

    /// The catalog stays locked, so that no other file takes the name meanwhile.
    fn view(&self, first: Seq, from: Seq) -> io::Result<Option<View>> {
        let catalog = self.catalog.read();
        let Some(segment) = catalog.get(first) else { return Ok(None) };
        let (generation, bytes, next) = (segment.generation, segment.bytes, catalog.after(first));
        let mark = catalog::mark_before(&segment.marks, from).or_else(|| segment.marks.first().copied());
        if let Some(opened) = self.kept(first, generation) {
            return Ok(Some(View { opened, bytes, mark, next }));
        }
        let file = File::open(catalog.path(first))?;
        drop(catalog);
        let (opened, damage) = Opened::new(file, first, generation)?;
        self.note(damage);
        let opened = Arc::new(opened);
        let mut kept = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.first != first);
        kept.push(Arc::clone(&opened));
        if kept.len() > OPEN_SEGMENTS {
            kept.remove(0);
        }
        Ok(Some(View { opened, bytes, mark, next }))
    }

    fn kept(&self, first: Seq, generation: u64) -> Option<Arc<Opened>> {
        let mut kept = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let n = kept.iter().position(|opened| opened.first == first && opened.generation == generation)?;
        let opened = kept.remove(n);
        kept.push(Arc::clone(&opened));
        Some(opened)
    }

    fn frame(&self, opened: &Opened, table: &Table, n: usize) -> io::Result<Option<Arc<Vec<u8>>>> {
        let (first, generation) = (opened.first, opened.generation);
        let mut kept = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |frame: &KeptFrame| frame.first == first && frame.generation == generation && frame.n == n;
        if let Some(at) = kept.iter().position(same) {
            let frame = kept.remove(at);
            let lines = Arc::clone(&frame.lines);
            kept.push(frame);
            return Ok(Some(lines));
        }
        drop(kept);
        let Some(lines) = table.lines(&opened.file, n)?.map(Arc::new) else { return Ok(None) };
        let mut kept = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(KeptFrame { first, generation, n, lines: Arc::clone(&lines) });
        if kept.len() > KEPT_FRAMES {
            kept.remove(0);
        }
        Ok(Some(lines))
    }
}

impl Wanted {
    fn new(from: Seq, until: Seq, max_bytes: usize) -> Self {
        Self { from, until, left: max_bytes, found: Vec::new(), line: Vec::new(), done: false }
    }

    /// Adds a wanted line; returns whether it could be decoded, and whether to stop.
    fn take(&mut self, seq: Seq, text: &[u8]) -> ControlFlow<(), bool> {
        if seq < self.from {
            return ControlFlow::Continue(true);
        }
        if seq > self.until || (self.left < text.len() && !self.found.is_empty()) {
            self.done = true;
            return ControlFlow::Break(());
        }
        self.from = seq + 1;
        self.left = self.left.saturating_sub(text.len());
        let Some(record) = line::decode(text) else { return ControlFlow::Continue(false) };
        self.found.push(record);
        self.done = self.left == 0 || seq == self.until;
        if seq == self.until {
            self.line = text.to_vec();
        }
        if self.done { ControlFlow::Break(()) } else { ControlFlow::Continue(true) }
    }
}
