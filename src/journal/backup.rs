//! Copies a data directory while it is being written.
//!
//! A segment keeps its name for life and is only appended to or replaced whole, so copying the files in
//! the order of their names copies every callback acknowledged before the copy began. The journal goes
//! first: what it names (recordings, apps, keys) exists before it is named. Derived data and the
//! process's own files are left out, and a directory that holds something is refused.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::catalog;
use super::disk::sync_dir;
use super::frames::{self, Table};
use super::given::{APPS, highest_given, note_given};
use super::line;
use super::opened::read_lines;
use super::watermark::{self, Noted};
use crate::domain::Seq;
use crate::error_chain::Chain;
use crate::limits::{LINE_MAX, READ_CHUNK};

/// In the order in which they are copied.
const LOGS: [&str; 3] = ["journal", "state", "bindings"];
const PLAIN: [&str; 3] = ["recordings", "keys", "certs"];
/// Written new for the copy.
const MARKS: &str = "marks";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    pub segments: u64,
    pub files: u64,
    pub bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0} is not empty; a backup goes into a new or empty directory")]
    NotEmpty(PathBuf),
    #[error("{0} is inside the data directory; choose a place outside")]
    Inside(PathBuf),
    #[error("{0} has no journal; is it a data directory?")]
    NoJournal(PathBuf),
    #[error("copying {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Copies the data directory `from` to `to`, which must be absent or empty, and syncs it.
pub fn copy(from: &Path, to: &Path) -> Result<Copied, CopyError> {
    if !from.join(LOGS[0]).is_dir() {
        return Err(CopyError::NoJournal(from.to_owned()));
    }
    prepare(from, to)?;
    let mut copied = Copied::default();
    for log in LOGS {
        in_dir(from, to, log, |log, to| copy_log(from, log, to, &mut copied))?;
    }
    let marks = from.join(MARKS);
    // Useful only after a loss: without it the copy is still complete.
    let highest = highest_given(&marks, APPS).unwrap_or_else(|error| {
        tracing::warn!(error = %Chain(&error), "which ids apps had cannot be read, so the copy does not say it");
        None
    });
    if let Some(highest) = highest {
        let marks = to.join(MARKS);
        note_given(&marks, APPS, highest).map_err(failed(&marks))?;
    }
    for dir in PLAIN {
        in_dir(from, to, dir, |from, to| copy_tree(from, to, &mut Vec::new(), &mut copied))?;
    }
    sync_dir(to).map_err(failed(to))?;
    Ok(copied)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    move |source| CopyError::Io { path: path.to_owned(), source }
}

fn prepare(from: &Path, to: &Path) -> Result<(), CopyError> {
    let made = match fs::read_dir(to) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => return Err(CopyError::NotEmpty(to.to_owned())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(to)
        }
        Err(error) => Err(error),
    };
    made.map_err(failed(to))?;
    let inside = fs::canonicalize(to).map_err(failed(to))?;
    let outside = fs::canonicalize(from).map_err(failed(from))?;
    if inside.starts_with(outside) {
        // `remove_dir` removes only an empty directory.
        let _ = fs::remove_dir(to);
        return Err(CopyError::Inside(to.to_owned()));
    }
    Ok(())
}

fn in_dir(
    from: &Path,
    to: &Path,
    name: &str,
    copy: impl FnOnce(&Path, &Path) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let (from, to) = (from.join(name), to.join(name));
    let mode = match fs::metadata(&from) {
        Ok(metadata) if metadata.is_dir() => metadata.mode() & 0o7777,
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(&from)(error)),
    };
    DirBuilder::new().mode(mode).create(&to).map_err(failed(&to))?;
    copy(&from, &to)?;
    sync_dir(&to).map_err(failed(&to))
}

/// Copies a log and writes the copy's own watermark, so that a later loss in the copy is found too.
fn copy_log(data: &Path, from: &Path, to: &Path, copied: &mut Copied) -> Result<(), CopyError> {
    let log = to.file_name().and_then(OsStr::to_str).unwrap_or("log");
    let marks = data.join(MARKS);
    let missing = Noted::read(&marks, log).map_err(failed(&marks))?.filter(Noted::holds);
    let missing = missing.map(|noted| noted.missing).unwrap_or_default();
    let mut noted = Noted { closed: true, missing, ..Noted::default() };
    for (first, found) in catalog::list(from).map_err(failed(from))? {
        let name = catalog::name(first);
        let path = from.join(&name);
        let mut last = None;
        let mut copy_segment = || {
            found.bytes(first)?;
            let Some(mut source) = open_if_there(&path)? else { return Ok(None) };
            // Anything appended from now on belongs to the next backup.
            let bytes = source.metadata()?.len();
            let bytes = if frames::is_compressed(&source, bytes)? {
                last = Table::load(&source, bytes)?.and_then(|table| Some(table.end()?.seq - 1));
                bytes
            } else {
                let bytes = whole_lines(&source, bytes)?;
                last = last_line(&source, bytes)?;
                bytes
            };
            write_copy(&mut source, bytes, &to.join(&name)).map(Some)
        };
        if let Some(bytes) = copy_segment().map_err(failed(&path))? {
            copied.segments += 1;
            copied.bytes += bytes;
            let last = last.filter(|last| *last >= first).unwrap_or(0);
            noted.segments.insert(first, last);
            noted.last = noted.last.max(last);
        }
    }
    if noted.last > 0 {
        let marks = to.with_file_name(MARKS);
        watermark::write(&marks, log, &noted).map_err(failed(&marks))?;
    }
    Ok(())
}

/// Copies a directory, following links: a copied link would point at the original, or nowhere. `above`
/// holds the parent directories, to detect cycles.
fn copy_tree(from: &Path, to: &Path, above: &mut Vec<(u64, u64)>, copied: &mut Copied) -> Result<(), CopyError> {
    let here = fs::metadata(from).map_err(failed(from))?;
    let here = (here.dev(), here.ino());
    if above.contains(&here) {
        return Ok(());
    }
    above.push(here);
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let entry = entry.map_err(failed(from))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = match fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            // Removed since the directory was read, or a link without a target.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(&path)(error)),
        };
        if kind.is_dir() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            in_dir(from, to, name, |from, to| copy_tree(from, to, above, copied))?;
        } else if kind.is_file() {
            let copy_file = || {
                let Some(mut source) = open_if_there(&path)? else { return Ok(None) };
                let bytes = source.metadata()?.len();
                write_copy(&mut source, bytes, &target).map(Some)
            };
            if let Some(bytes) = copy_file().map_err(failed(&path))? {
                copied.files += 1;
                copied.bytes += bytes;
            }
        }
    }
    above.pop();
    Ok(())
}

fn last_line(file: &File, bytes: u64) -> io::Result<Option<Seq>> {
    let start = bytes.saturating_sub(LINE_MAX as u64);
    let tail = read_lines(file, start, bytes, LINE_MAX)?;
    let Some(lines) = tail.strip_suffix(b"\n") else { return Ok(None) };
    let begin = memchr::memrchr(b'\n', lines).map_or(0, |end| end + 1);
    Ok(line::check(&lines[begin..]).ok())
}

/// `None` when it was removed since it was listed.
fn open_if_there(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The length of a plain segment up to its last whole line.
fn whole_lines(file: &File, bytes: u64) -> io::Result<u64> {
    let mut window = READ_CHUNK as u64;
    loop {
        let start = bytes.saturating_sub(window);
        let tail = read_lines(file, start, bytes, READ_CHUNK.max(usize::try_from(window).unwrap_or(usize::MAX)))?;
        if let Some(end) = memchr::memrchr(b'\n', &tail) {
            return Ok(start + end as u64 + 1);
        }
        if start == 0 {
            return Ok(0);
        }
        window *= 4;
    }
}

fn write_copy(source: &mut File, bytes: u64, to: &Path) -> io::Result<u64> {
    let mode = source.metadata()?.permissions().mode() & 0o7777;
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(mode).open(to)?;
    source.seek(SeekFrom::Start(0))?;
    let copied = io::copy(&mut source.take(bytes), &mut copy)?;
    copy.sync_all()?;
    Ok(copied)
}
