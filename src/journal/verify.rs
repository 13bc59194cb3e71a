//! Verifies a whole log: every line, checksum and frame.
//!
//! Read-only and lock-free, so it can run beside a server or on a backup. An unfinished write looks like
//! a torn tail and is reported as one, not as damage.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Damage;
use super::catalog::{self, SegmentEntry};
use super::frames::Table;
use super::line::{self, reason};
use super::opened::{Layout, Opened};
use super::record::Record;
use super::scan::{Piece, Scan};
use super::watermark::{Missing, Noted};
use crate::domain::Seq;
use crate::limits::{DAMAGES_KEPT, READ_CHUNK};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogReport {
    pub segments: u64,
    /// On disk.
    pub bytes: u64,
    pub records: BTreeMap<String, u64>,
    pub numbers: Option<(Seq, Seq)>,
    /// Of the earliest and the latest record.
    pub instants: Option<(Timestamp, Timestamp)>,
    /// Ranges of numbers without a record, both ends included: erased, never written or damaged. At
    /// most a thousand.
    pub gaps: Vec<(Seq, Seq)>,
    /// In all gaps, listed or not.
    pub missing: u64,
    /// At most a thousand.
    pub damages: Vec<Damage>,
    pub damaged: u64,
    pub torn: Option<Torn>,
    /// Acknowledged records that are missing according to the watermark.
    pub lost: Vec<Missing>,
    /// The original's last number, if this is a copy of a running directory: a shorter log is no loss
    /// then.
    pub original: Option<Seq>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    pub segment: String,
    pub offset: u64,
    pub bytes: u64,
}

impl LogReport {
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damaged == 0 && self.lost.is_empty()
    }

    #[must_use]
    pub fn total(&self) -> u64 {
        self.records.values().sum()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("reading {path}")]
pub struct VerifyError {
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

pub fn verify(dir: &Path) -> Result<LogReport, VerifyError> {
    verify_each(dir, &mut |_| ())
}

/// Also calls `each` with every whole record, in order.
pub fn verify_each(dir: &Path, each: &mut dyn FnMut(&Record)) -> Result<LogReport, VerifyError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| VerifyError { path, source }
    };
    let mut report = LogReport::default();
    let (marks, log) = (dir.with_file_name("marks"), dir.file_name().and_then(OsStr::to_str).unwrap_or("log"));
    // Read before the log, so that a running server is not ahead of what is read.
    let noted = Noted::read(&marks, log).map_err(failed(&marks))?;
    let segments = match catalog::list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && noted.is_some() => Vec::new(),
        listed => listed.map_err(failed(dir))?,
    };
    let last = segments.last().map(|(first, _)| *first);
    let mut present = BTreeSet::new();
    let mut ends = Ends::of(noted.as_ref());
    for (first, found) in segments {
        let path = dir.join(catalog::name(first));
        let reason = match found {
            SegmentEntry::File(_) => None,
            SegmentEntry::Dangling => Some(reason::MISSING),
            SegmentEntry::Strange => Some(reason::NO_FILE),
        };
        if let Some(reason) = reason {
            report.damages_found([Damage { segment: catalog::name(first), line: 0, seq: first, reason }]);
            continue;
        }
        let file = match File::open(&path) {
            Ok(file) => file,
            // Removed by retention since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(&path)(error)),
        };
        present.insert(first);
        let mut each = |record: &Record| {
            ends.see(record.seq);
            each(record);
        };
        report.segment(file, first, Some(first) == last, &mut each).map_err(failed(&path))?;
    }
    if let Some(mut noted) = noted {
        // Segments removed by retention meanwhile are not missing.
        let now = Noted::read(&marks, log).map_err(failed(&marks))?.unwrap_or_else(|| noted.clone());
        noted.segments.retain(|first, _| now.segments.contains_key(first));
        let end = report.numbers.map_or(0, |(_, last)| last);
        report.lost = noted.missing_from(&present, end, |seq| ends.seen.contains(&seq));
        report.original = (!noted.holds() && noted.last > end).then_some(noted.last);
    }
    Ok(report)
}

/// Last numbers of missing ranges that exist after all.
struct Ends {
    wanted: BTreeSet<Seq>,
    seen: BTreeSet<Seq>,
}

impl Ends {
    fn of(noted: Option<&Noted>) -> Self {
        let missing = noted.map_or(&[][..], |noted| &noted.missing);
        Self { wanted: missing.iter().map(|missing| missing.to).collect(), seen: BTreeSet::new() }
    }

    fn see(&mut self, seq: Seq) {
        if self.wanted.contains(&seq) {
            self.seen.insert(seq);
        }
    }
}

fn holds_a_line_end(opened: &Opened, from: u64, to: u64) -> io::Result<bool> {
    let mut at = from;
    let mut buffer = vec![0; READ_CHUNK];
    while at < to {
        let n = usize::try_from(to - at).map_or(READ_CHUNK, |left| left.min(READ_CHUNK));
        opened.file.read_exact_at(&mut buffer[..n], at)?;
        if memchr::memchr(b'\n', &buffer[..n]).is_some() {
            return Ok(true);
        }
        at += n as u64;
    }
    Ok(false)
}

impl LogReport {
    fn segment(&mut self, file: File, first: Seq, is_last: bool, each: &mut dyn FnMut(&Record)) -> io::Result<()> {
        let (opened, damage) = Opened::new(file, first, 0)?;
        let bytes = opened.file.metadata()?.len();
        self.segments += 1;
        self.bytes += bytes;
        self.damages_found(damage);
        match &opened.layout {
            Layout::Plain(_) => self.plain(&opened, bytes, is_last, each),
            Layout::Frames(table) => self.frames(&opened, table, each),
        }
    }

    fn plain(&mut self, opened: &Opened, bytes: u64, is_last: bool, each: &mut dyn FnMut(&Record)) -> io::Result<()> {
        let mut walk = opened.walk(bytes);
        let mut strange = Vec::new();
        walk.run(|piece, unended| {
            if !(unended && is_last) {
                strange.extend(self.piece(&opened.first, piece, each));
            }
            Ok(())
        })?;
        let end = walk.last.map_or(0, |mark| mark.offset);
        if is_last && end < bytes {
            // A write under way has no line end yet. A line end here followed a record that was damaged
            // since.
            if !holds_a_line_end(opened, end, bytes)? {
                walk.scan.forget_tail();
            }
            let segment = catalog::name(opened.first);
            self.torn = Some(Torn { segment, offset: end, bytes: bytes - end });
        }
        self.damages_found(walk.scan.take_damages());
        self.damages_found(strange);
        Ok(())
    }

    fn frames(&mut self, opened: &Opened, table: &Table, each: &mut dyn FnMut(&Record)) -> io::Result<()> {
        let mut scan = Scan::new(catalog::name(opened.first), 1, opened.first);
        let mut strange = Vec::new();
        for n in 0..table.len() {
            let Some((frame, _)) = table.frame(n) else { break };
            scan.jump(frame.line, frame.seq);
            match table.lines(&opened.file, n)? {
                Some(lines) => {
                    strange.extend(scan.pieces(&lines).filter_map(|piece| self.piece(&opened.first, piece, each)));
                }
                None => scan.report(frame.line, frame.seq, reason::FRAME),
            }
        }
        self.damages_found(scan.take_damages());
        self.damages_found(strange);
        Ok(())
    }

    /// Counts a record; returns the damage if this version cannot decode it.
    fn piece(&mut self, first: &Seq, piece: Piece<'_>, each: &mut dyn FnMut(&Record)) -> Option<Damage> {
        let Piece::Whole { seq, text, line, .. } = piece else { return None };
        let out_of_order = self.numbers.is_some_and(|(_, last)| seq <= last);
        let understood = line::decode(text).zip(line::kind(text)).filter(|_| !out_of_order);
        let Some((record, kind)) = understood else {
            let reason = if out_of_order { reason::ORDER } else { reason::NOT_UNDERSTOOD };
            return Some(Damage { segment: catalog::name(*first), line, seq, reason });
        };
        each(&record);
        if let Some(count) = self.records.get_mut(kind) {
            *count += 1;
        } else {
            self.records.insert(kind.to_owned(), 1);
        }
        let (least, last) = self.numbers.unwrap_or((seq, seq - 1));
        if seq > last + 1 {
            self.missing += seq - last - 1;
            if self.gaps.len() < DAMAGES_KEPT {
                self.gaps.push((last + 1, seq - 1));
            }
        }
        self.numbers = Some((least, seq));
        let (earliest, latest) = self.instants.unwrap_or((record.at, record.at));
        self.instants = Some((earliest.min(record.at), latest.max(record.at)));
        None
    }

    fn damages_found(&mut self, damages: impl IntoIterator<Item = Damage>) {
        for damage in damages {
            self.damaged += 1;
            if self.damages.len() < DAMAGES_KEPT {
                self.damages.push(damage);
            }
        }
    }
}
