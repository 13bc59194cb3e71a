//! Opening a journal: scans the last segment and sets a torn tail aside.
//!
//! Everything after the last whole line is torn: an unfinished write that was never acknowledged. It is
//! copied to `torn/` before it is cut off. If it has complete lines (a disk lost pages), their numbers
//! are not reused: the next segment's name is above them. Earlier segments are not read, so opening a
//! large log is as fast as a small one.
//!
//! A segment that is a link is not written to: in a copy of the directory it leads to the original's
//! file. A new segment follows it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::Damage;
use super::catalog::{self, Catalog, Mark};
use super::disk::{Disk, LogFile, sync_dir};
use super::frames::Table;
use super::opened::{Layout, Opened};
use super::scan::Scan;
use super::writer::Live;
use crate::domain::Seq;

pub(super) struct Recovered {
    /// `None` if the last segment is compressed, or there is none.
    pub(super) live: Option<Live>,
    pub(super) last: Seq,
    pub(super) next: Seq,
    pub(super) damages: Vec<Damage>,
    pub(super) torn: u64,
}

pub(super) fn recover(catalog: &mut Catalog, disk: &dyn Disk, torn: &Path) -> io::Result<Recovered> {
    let Some(first) = catalog.last() else {
        return Ok(Recovered { live: None, last: 0, next: 1, damages: Vec::new(), torn: 0 });
    };
    let (opened, damage) = Opened::new(File::open(catalog.path(first))?, first, 0)?;
    let mut recovered = match &opened.layout {
        Layout::Frames(table) => Recovered {
            live: None,
            last: last_in_frames(&opened, table)?.unwrap_or(0),
            next: table.end().map_or(first, |end| end.seq.max(first)),
            damages: damage.into_iter().collect(),
            torn: 0,
        },
        Layout::Plain(_) => plain(catalog, &opened, disk, torn)?,
    };
    recovered.last = match recovered.last {
        0 => last_before(catalog, first)?,
        last => last,
    };
    recovered.next = recovered.next.max(recovered.last + 1);
    Ok(recovered)
}

fn plain(catalog: &mut Catalog, opened: &Opened, disk: &dyn Disk, torn: &Path) -> io::Result<Recovered> {
    let first = opened.first;
    let bytes = opened.file.metadata()?.len();
    let mut walk = opened.walk(bytes);
    walk.run(|_, _| Ok(()))?;
    walk.scan.forget_tail();
    let end = walk.last.unwrap_or(Mark { seq: 0, line: 0, offset: 0 });
    let file = disk.open(&catalog.path(first))?;
    let mut recovered = Recovered {
        live: None,
        last: end.seq,
        next: first.max(end.seq + 1),
        damages: walk.scan.take_damages(),
        torn: 0,
    };
    let segment = catalog.get_mut(first).expect("the segment was listed");
    segment.bytes = end.offset;
    segment.marks = walk.marks;
    segment.marks.retain(|mark| mark.offset < end.offset);
    if end.offset < bytes {
        recovered.next += set_aside(catalog, opened, end.offset, bytes, torn)?;
        recovered.torn = 1;
        file.cut(end.offset)?;
    }
    // Writes of a killed process may not be on disk yet.
    file.sync()?;
    catalog.live = Some(first);
    let live = Live { first, file, len: end.offset, lines: end.line };
    let linked = fs::symlink_metadata(catalog.path(first))?.is_symlink();
    if linked {
        // An empty segment has the name its successor would have.
        recovered.next = recovered.next.max(first + 1);
    }
    recovered.live = Some(if recovered.next == first.max(end.seq + 1) && !linked {
        live
    } else {
        start_behind(catalog, disk, recovered.next)?
    });
    Ok(recovered)
}

/// Returns the number of complete lines.
fn set_aside(catalog: &Catalog, opened: &Opened, offset: u64, bytes: u64, torn: &Path) -> io::Result<u64> {
    let mut tail = vec![0; usize::try_from(bytes - offset).unwrap_or(usize::MAX)];
    opened.file.read_exact_at(&mut tail, offset)?;
    fs::create_dir_all(torn)?;
    let log = catalog.dir.file_name().and_then(OsStr::to_str).unwrap_or("log");
    let segment = catalog::name(opened.first);
    let path = (1..)
        .map(|n| torn.join(format!("{log}-{segment}-{offset}-{n}")))
        .find(|path| !path.exists())
        .expect("the numbers do not end");
    let file = File::create_new(path)?;
    file.write_all_at(&tail, 0)?;
    file.sync_all()?;
    sync_dir(torn)?;
    tracing::warn!(segment, offset, size_bytes = tail.len(), "a torn tail of the journal was set aside");
    Ok(memchr::memchr_iter(b'\n', &tail).count() as u64)
}

pub(super) fn start_behind(catalog: &mut Catalog, disk: &dyn Disk, next: Seq) -> io::Result<Live> {
    let file: Box<dyn LogFile> = disk.create(&catalog.path(next))?;
    disk.sync_dir(&catalog.dir)?;
    catalog.start(next);
    Ok(Live { first: next, file, len: 0, lines: 0 })
}

fn last_before(catalog: &Catalog, first: Seq) -> io::Result<Seq> {
    let mut firsts: Vec<Seq> = catalog.sizes().map(|(first, _)| first).filter(|other| *other < first).collect();
    while let Some(first) = firsts.pop() {
        let (opened, _) = Opened::new(File::open(catalog.path(first))?, first, 0)?;
        let last = match &opened.layout {
            Layout::Frames(table) => last_in_frames(&opened, table)?,
            Layout::Plain(_) => {
                let bytes = opened.file.metadata()?.len();
                let mut walk = opened.walk(bytes);
                walk.run(|_, _| Ok(()))?;
                walk.last.map(|mark| mark.seq)
            }
        };
        if let Some(last) = last {
            return Ok(last);
        }
    }
    Ok(0)
}

fn last_in_frames(opened: &Opened, table: &Table) -> io::Result<Option<Seq>> {
    for n in (0..table.len()).rev() {
        let Some((frame, _)) = table.frame(n) else { continue };
        let Some(lines) = table.lines(&opened.file, n)? else { continue };
        let mut scan = Scan::new(catalog::name(opened.first), frame.line, frame.seq);
        if let Some(last) = scan.pieces(&lines).filter_map(|piece| piece.seq()).last() {
            return Ok(Some(last));
        }
    }
    Ok(None)
}
