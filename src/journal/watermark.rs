//! How far a log came, kept in a file beside it.
//!
//! A log that lost its end or a whole segment looks as if it never had more. So each log has a file in
//! `marks/` with its last number: missing records are found, and no number is given out twice.
//!
//! ```text
//! last 00000000000000000064 open   9ae0daaf                    written over after every commit
//! {"place":[…],"segments":[[1,64],[65,0]],"missing":[]} 1b2c3d4e    replaced with the whole file
//! └─────────────── CRC-32C of these bytes ────────────┘              when a segment comes or goes
//! ```
//!
//! The first line is written after a commit and before its replies, so it is never ahead of the log. It
//! is synced once a second; no callback waits for that.
//!
//! **A copy may have a newer watermark than its segments**, since `cp -r` reads them in any order. So
//! the file is bound to its place by inode and change time of `marks/place`, which a copy changes. In
//! another place it counts only if the log was closed when it was written; the copy of a running
//! directory may be shorter without loss.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::disk::sync_dir;
use crate::domain::Seq;
use crate::error_chain::Chain;
use crate::limits::{WATERMARK_MAX, WATERMARK_NUMBERS, WATERMARK_SYNC};

const PLACE: &str = "place";

/// Both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    pub from: Seq,
    pub to: Seq,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Noted {
    pub(super) last: Seq,
    /// Nothing came after `last`.
    pub(super) closed: bool,
    /// With their last numbers, 0 while unknown.
    pub(super) segments: BTreeMap<Seq, Seq>,
    pub(super) missing: Vec<Missing>,
    /// Not a copy.
    pub(super) in_place: bool,
}

#[derive(Serialize, Deserialize)]
struct Rest {
    place: FileIdentity,
    segments: Vec<(Seq, Seq)>,
    missing: Vec<(Seq, Seq)>,
}

/// Inode and change time of [`PLACE`]: a device number may change at a reboot.
type FileIdentity = (u64, i64, i64);

impl Noted {
    /// `None` if there is no readable watermark.
    pub(super) fn read(marks: &Path, log: &str) -> io::Result<Option<Self>> {
        let text = match File::open(marks.join(log)) {
            Ok(file) => {
                let mut text = String::new();
                match io::Read::read_to_string(&mut io::Read::take(file, WATERMARK_MAX), &mut text) {
                    Ok(_) => text,
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        Ok(parse(&text, place(marks)?))
    }

    /// Whether the note can be compared with the log: only in its original place, or if the log was
    /// closed.
    pub(super) fn holds(&self) -> bool {
        self.in_place || self.closed
    }

    /// Missing records of a log with these segments and this last number; `has` tests a record's
    /// presence.
    pub(super) fn missing_from(&self, present: &BTreeSet<Seq>, last: Seq, has: impl Fn(Seq) -> bool) -> Vec<Missing> {
        if !self.holds() {
            return Vec::new();
        }
        let mut found: Vec<Missing> = self.missing.iter().copied().filter(|missing| !has(missing.to)).collect();
        for (first, noted) in self.segments.iter().filter(|(first, _)| !present.contains(first)) {
            let next = self.segments.range(first + 1..).next().map(|(next, _)| *next);
            let to = match (*noted, next) {
                (0, Some(next)) => next - 1,
                (0, None) => self.last,
                (noted, _) => noted,
            };
            found.push(Missing { from: *first, to });
        }
        // Records may be removed from finished segments, never from the live one.
        let written = self.segments.keys().next_back().copied().unwrap_or(0);
        found.push(Missing { from: written.max(last + 1), to: self.last });
        union(found)
    }
}

fn union(mut ranges: Vec<Missing>) -> Vec<Missing> {
    ranges.retain(|range| range.from <= range.to);
    ranges.sort_unstable();
    let mut joined: Vec<Missing> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(before) if range.from <= before.to.saturating_add(1) => before.to = before.to.max(range.to),
            _ => joined.push(range),
        }
    }
    joined
}

/// The watermark of an open log; inert for a log without one. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Watermark(Option<Arc<Mutex<Kept>>>);

#[derive(Debug)]
struct Kept {
    marks: PathBuf,
    log: String,
    noted: Noted,
    file: Option<File>,
    behind: bool,
    /// Since when the file may not be on disk.
    unsynced: Option<Instant>,
    synced: Seq,
    /// A write error was logged.
    said: bool,
}

impl Watermark {
    pub(super) fn none() -> Self {
        Self(None)
    }

    pub(super) fn begin(marks: &Path, log: &str, before: Option<&Noted>, noted: Noted) -> Self {
        let same = before.is_some_and(|before| before.in_place && Noted { in_place: true, ..noted.clone() } == *before);
        let empty = before.is_none() && noted.last == 0;
        let path = marks.join(log);
        let file = if same { OpenOptions::new().write(true).open(path).ok() } else { None };
        let mut kept = Kept {
            marks: marks.to_owned(),
            log: log.to_owned(),
            synced: noted.last,
            behind: file.is_none() && !empty,
            noted: Noted { in_place: true, ..noted },
            file,
            unsynced: None,
            said: false,
        };
        kept.write_if_behind();
        Self(Some(Arc::new(Mutex::new(kept))))
    }

    fn kept(&self) -> Option<MutexGuard<'_, Kept>> {
        Some(self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records that everything up to `last` is durable, with one write into the page cache.
    pub(super) fn reached(&self, last: Seq) {
        let Some(mut kept) = self.kept() else { return };
        kept.noted.last = kept.noted.last.max(last);
        kept.noted.closed = false;
        kept.write_last();
    }

    pub(super) fn settle(&self) {
        let Some(mut kept) = self.kept() else { return };
        kept.write_if_behind();
        let due = kept.unsynced.is_some_and(|since| since.elapsed() >= WATERMARK_SYNC)
            || kept.noted.last.saturating_sub(kept.synced) >= WATERMARK_NUMBERS;
        if due {
            kept.sync();
        }
    }

    pub(super) fn started(&self, first: Seq) {
        let Some(mut kept) = self.kept() else { return };
        let last = kept.noted.last;
        if let Some((before, end)) = kept.noted.segments.iter_mut().next_back()
            && *end == 0
            && last >= *before
        {
            *end = last;
        }
        kept.noted.segments.insert(first, 0);
        // An empty log has no watermark.
        kept.behind = kept.file.is_some() || last > 0;
        kept.write_if_behind();
    }

    /// Call before removing a segment, or it is reported as missing.
    pub(super) fn removed(&self, first: Seq) {
        let Some(mut kept) = self.kept() else { return };
        if kept.noted.segments.remove(&first).is_some() {
            kept.behind = true;
            kept.write_if_behind();
        }
    }

    pub(super) fn lost(&self, lost: Vec<Missing>) {
        let Some(mut kept) = self.kept() else { return };
        let missing = union([std::mem::take(&mut kept.noted.missing), lost].concat());
        kept.noted.missing = missing;
        kept.behind = true;
        kept.write_if_behind();
    }

    pub(super) fn missing_segments(&self, is_there: impl Fn(Seq) -> bool) -> Vec<Missing> {
        let Some(kept) = self.kept() else { return Vec::new() };
        let present = kept.noted.segments.keys().copied().filter(|first| is_there(*first)).collect();
        kept.noted.missing_from(&present, kept.noted.last, |_| true)
    }

    pub(super) fn accept(&self) -> Vec<Missing> {
        let Some(mut kept) = self.kept() else { return Vec::new() };
        let accepted = std::mem::take(&mut kept.noted.missing);
        let is_gone = |first: Seq| accepted.iter().any(|missing| missing.from <= first && first <= missing.to);
        kept.noted.segments.retain(|first, last| *last == 0 || !is_gone(*first));
        if !accepted.is_empty() {
            kept.behind = true;
            kept.write_if_behind();
        }
        accepted
    }

    pub(super) fn missing(&self) -> Vec<Missing> {
        self.kept().map(|kept| kept.noted.missing.clone()).unwrap_or_default()
    }

    pub(super) fn close(&self) {
        let Some(mut kept) = self.kept() else { return };
        kept.write_if_behind();
        if !kept.noted.closed && kept.file.is_some() {
            kept.noted.closed = true;
            kept.write_last();
            kept.sync();
        }
    }
}

impl Kept {
    fn write_last(&mut self) {
        let Some(file) = &self.file else {
            self.behind = true;
            return self.write_if_behind();
        };
        let written = file.write_all_at(first_line(&self.noted).as_bytes(), 0);
        self.unsynced.get_or_insert_with(Instant::now);
        self.tell(written);
    }

    fn write_if_behind(&mut self) {
        if !self.behind {
            return;
        }
        let written = write(&self.marks, &self.log, &self.noted).map(|file| {
            (self.file, self.behind, self.unsynced, self.synced) = (Some(file), false, None, self.noted.last);
        });
        self.tell(written);
    }

    fn sync(&mut self) {
        let synced = self.file.as_ref().map_or(Ok(()), File::sync_data);
        (self.unsynced, self.synced) = (None, self.noted.last);
        self.tell(synced);
    }

    /// Logs only the first failed write; callbacks are accepted all the same.
    fn tell(&mut self, done: io::Result<()>) {
        match done {
            Ok(()) => self.said = false,
            Err(error) if !self.said => {
                self.said = true;
                tracing::warn!(log = self.log, error = %Chain(&error), "how far the log came cannot be noted");
            }
            Err(_) => {}
        }
    }
}

pub(super) fn write(marks: &Path, log: &str, noted: &Noted) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(marks)?;
    let place = match place(marks)? {
        Some(place) => place,
        None => make_place(marks)?,
    };
    let rest = Rest {
        place,
        segments: noted.segments.iter().map(|(first, last)| (*first, *last)).collect(),
        missing: noted.missing.iter().map(|missing| (missing.from, missing.to)).collect(),
    };
    let rest = serde_json::to_string(&rest).map_err(io::Error::other)?;
    let text = format!("{}{rest} {:08x}\n", first_line(noted), crc32c::crc32c(rest.as_bytes()));
    let unfinished = marks.join(format!("{log}.new"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, marks.join(log))?;
    sync_dir(marks)?;
    Ok(file)
}

pub(crate) fn forget(marks: &Path, log: &str) -> io::Result<()> {
    match fs::remove_file(marks.join(log)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) => Ok(()),
        Ok(()) => sync_dir(marks),
    }
}

/// 0 if unknown.
pub fn had_records(data: &Path, log: &str) -> io::Result<Seq> {
    let noted = Noted::read(&data.join("marks"), log)?;
    Ok(noted.filter(Noted::holds).map_or(0, |noted| noted.last))
}

fn place(marks: &Path) -> io::Result<Option<FileIdentity>> {
    match fs::metadata(marks.join(PLACE)) {
        Ok(metadata) => Ok(Some((metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

fn make_place(marks: &Path) -> io::Result<FileIdentity> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(marks.join(PLACE))?;
    file.write_all(b"Ringback: how far each log came. Keep this directory with the others.\n")?;
    file.sync_all()?;
    sync_dir(marks)?;
    place(marks)?.ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn first_line(noted: &Noted) -> String {
    let text = format!("last {:020} {:<6}", noted.last, if noted.closed { "closed" } else { "open" });
    format!("{text} {:08x}\n", crc32c::crc32c(text.as_bytes()))
}

fn parse(text: &str, place: Option<FileIdentity>) -> Option<Noted> {
    let (first, rest) = text.split_once('\n')?;
    let words: Vec<&str> = sealed(first)?.split_ascii_whitespace().collect();
    let [_, last, state] = words[..] else { return None };
    let rest: Rest = serde_json::from_str(sealed(rest.trim_end())?).ok()?;
    let missing = rest.missing.into_iter().map(|(from, to)| Missing { from, to });
    Some(Noted {
        last: last.parse().ok()?,
        closed: state == "closed",
        segments: rest.segments.into_iter().collect(),
        missing: missing.collect(),
        in_place: place == Some(rest.place),
    })
}

/// The line without its checksum; `None` if that is wrong.
pub(super) fn sealed(line: &str) -> Option<&str> {
    let (text, crc) = line.rsplit_once(' ')?;
    (u32::from_str_radix(crc, 16).ok()? == crc32c::crc32c(text.as_bytes())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(last: Seq, segments: &[(Seq, Seq)]) -> Noted {
        Noted { last, closed: true, segments: segments.iter().copied().collect(), ..Noted::default() }
    }

    fn ranges(missing: &[Missing]) -> Vec<(Seq, Seq)> {
        missing.iter().map(|missing| (missing.from, missing.to)).collect()
    }

    #[test]
    fn missing_records_are_reported_by_their_numbers() {
        let noted = noted(80, &[(1, 20), (21, 64), (65, 0)]);
        let check = |present: &[Seq], last, expected: &[(Seq, Seq)]| {
            let present = present.iter().copied().collect();
            assert_eq!(ranges(&noted.missing_from(&present, last, |_| false)), expected, "{present:?} {last}");
        };
        check(&[1, 21, 65], 80, &[]);
        check(&[1, 21, 65, 81], 90, &[]);
        check(&[1, 21, 65], 70, &[(71, 80)]);
        check(&[1, 21], 64, &[(65, 80)]);
        check(&[1, 65], 80, &[(21, 64)]);
        check(&[21], 64, &[(1, 20), (65, 80)]);
        check(&[], 0, &[(1, 80)]);
    }

    #[test]
    fn restored_records_are_no_longer_missing() {
        let noted = Noted { missing: vec![Missing { from: 21, to: 64 }], ..noted(80, &[(1, 0)]) };
        let present = BTreeSet::from([1]);
        assert_eq!(ranges(&noted.missing_from(&present, 80, |_| false)), [(21, 64)]);
        assert_eq!(noted.missing_from(&present, 80, |seq| seq == 64), []);
    }

    #[test]
    fn a_watermark_reads_as_written_and_a_damaged_one_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let before = Noted { missing: vec![Missing { from: 2, to: 3 }], ..noted(80, &[(1, 64), (65, 0)]) };
        write(dir.path(), "journal", &before).unwrap();
        let read = Noted::read(dir.path(), "journal").unwrap().unwrap();
        assert_eq!(read, Noted { in_place: true, ..before });
        let path = dir.path().join("journal");
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() - 1 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            let read = Noted::read(dir.path(), "journal").unwrap();
            assert!(read.is_none_or(|noted| noted.last == 80), "byte {at}");
        }
    }

    #[test]
    fn a_copy_knows_that_it_is_one_also_when_it_is_laid_over_the_original() {
        let dir = tempfile::tempdir().unwrap();
        let (marks, copy) = (dir.path().join("marks"), dir.path().join("copy"));
        write(&marks, "journal", &noted(80, &[(1, 0)])).unwrap();
        let cp = |from: &Path, to: &Path| {
            assert!(std::process::Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap().success());
        };
        cp(&marks, &copy);
        assert!(!Noted::read(&copy, "journal").unwrap().unwrap().in_place);
        assert!(Noted::read(&marks, "journal").unwrap().unwrap().in_place);
        cp(&copy.join("."), &marks);
        assert!(!Noted::read(&marks, "journal").unwrap().unwrap().in_place);
    }
}
