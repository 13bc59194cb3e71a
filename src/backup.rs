//! Copies a data directory so that the copy is whole, also while a server writes it.
//!
//! It needs no lock and no server: segments keep their names for life, what changes one does so
//! by a rename over the same name, and the last segment only grows. The journal is copied
//! first, then what its records refer to, so that nothing in the copy names something that is
//! not there. `store/` is derived and left behind, as are `tmp/`, `reserve`, `LOCK` and the
//! socket. The copy is a data directory: `ringback --data COPY serve` runs on it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What is copied, in this order.
const PARTS: [&str; 6] = ["journal", "recordings", "certs", "state", "keys", "torn"];
/// How much of a segment's end is searched for its last whole line: more than the longest line.
const TAIL: u64 = crate::limits::LINE_MAX as u64;

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// How many files.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something at the destination already.
    #[error("{} is not empty; a copy goes into a new or an empty directory", .0.display())]
    NotEmpty(PathBuf),
    /// The destination lies inside what is copied.
    #[error("{} lies inside the data directory", .0.display())]
    Inside(PathBuf),
    /// A file could not be read or written.
    #[error("copying {}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Copies the data directory `data` to `dest`, and returns when the copy is on the disk.
///
/// # Errors
/// When `dest` is not empty or lies inside `data`, or a file cannot be copied.
pub fn copy(data: &Path, dest: &Path) -> Result<Copied, BackupError> {
    make_dir(dest)?;
    let (whole_data, whole_dest) = (canonical(data)?, canonical(dest)?);
    if whole_dest.starts_with(&whole_data) {
        return Err(BackupError::Inside(dest.to_owned()));
    }
    if fs::read_dir(dest).map_err(at(dest))?.next().is_some() {
        return Err(BackupError::NotEmpty(dest.to_owned()));
    }
    let mut copied = Copied::default();
    for part in PARTS {
        let from = data.join(part);
        if from.is_dir() {
            copy_dir(&from, &dest.join(part), part == "journal" || part == "state", &mut copied)?;
        }
    }
    sync_dir(dest)?;
    Ok(copied)
}

fn copy_dir(from: &Path, to: &Path, segments: bool, copied: &mut Copied) -> Result<(), BackupError> {
    make_dir(to)?;
    let entries = fs::read_dir(from).map_err(at(from))?;
    let mut names =
        entries.map(|entry| entry.map(|e| e.file_name())).collect::<Result<Vec<_>, _>>().map_err(at(from))?;
    names.sort();
    for name in names {
        let (from, to) = (from.join(&name), to.join(&name));
        let Ok(meta) = fs::symlink_metadata(&from) else {
            continue; // Retention dropped it since the directory was listed.
        };
        if meta.is_dir() {
            copy_dir(&from, &to, segments, copied)?;
        } else if meta.is_file() {
            match copy_file(&from, &to, segments) {
                Ok(bytes) => *copied = Copied { files: copied.files + 1, bytes: copied.bytes + bytes },
                Err(error) if error.kind() == io::ErrorKind::NotFound && !from.exists() => {}
                Err(source) => return Err(BackupError::Io { path: from, source }),
            }
        }
    }
    sync_dir(to)
}

/// Copies one file as long as it is now. A segment is copied to its last whole line: what a
/// writer is in the middle of has not been acknowledged.
fn copy_file(from: &Path, to: &Path, segment: bool) -> io::Result<u64> {
    let mut source = File::open(from)?;
    let meta = source.metadata()?;
    let length = if segment { whole_lines(&mut source, meta.len())? } else { meta.len() };
    let mode = meta.permissions().mode() & 0o777;
    let mut target = OpenOptions::new().write(true).create_new(true).mode(mode).open(to)?;
    io::copy(&mut source.take(length), &mut target)?;
    target.flush()?;
    target.sync_all()?;
    Ok(length)
}

/// The length of a plain segment up to its last line's end; a compressed one is whole.
fn whole_lines(file: &mut File, length: u64) -> io::Result<u64> {
    let mut first = [0];
    let is_plain = file.read(&mut first)? == 1 && first[0] == b'{';
    let mut whole = length;
    if is_plain {
        let from = length.saturating_sub(TAIL);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.take(length - from).read_to_end(&mut tail)?;
        whole = memchr::memrchr(b'\n', &tail).map_or(0, |end| from + end as u64 + 1);
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(whole)
}

/// Gives `path` and what lies in it the owner of `like`, where that is another one and we may:
/// files that root made for a service must not lock it out.
///
/// # Errors
/// When a file's owner cannot be read or changed.
pub fn own_like(path: &Path, like: &Path) -> io::Result<()> {
    let owner = fs::metadata(like)?;
    own(path, owner.uid(), owner.gid())
}

fn own(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    if (meta.uid(), meta.gid()) != (uid, gid) {
        std::os::unix::fs::lchown(path, Some(uid), Some(gid))?;
    }
    if meta.is_dir() {
        for entry in fs::read_dir(path)? {
            own(&entry?.path(), uid, gid)?;
        }
    }
    Ok(())
}

fn make_dir(path: &Path) -> Result<(), BackupError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at(path))
}

fn canonical(path: &Path) -> Result<PathBuf, BackupError> {
    path.canonicalize().map_err(at(path))
}

fn sync_dir(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|dir| dir.sync_all()).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_truth_and_leaves_the_derived_behind() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        for (name, text) in [
            ("journal/000000000001", "{\"seq\":1}\n{\"seq\":2}\n{\"se"),
            ("recordings/2026-11-21/a.wav", "RIFF"),
            ("keys/seal", "00"),
            ("store/db", "derived"),
            ("reserve", "space"),
        ] {
            let path = data.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::set_permissions(data.join("keys/seal"), fs::Permissions::from_mode(0o600)).unwrap();
        let dest = dir.path().join("copy");
        assert_eq!(copy(&data, &dest).unwrap(), Copied { files: 3, bytes: 20 + 4 + 2 });
        assert_eq!(fs::read_to_string(dest.join("journal/000000000001")).unwrap(), "{\"seq\":1}\n{\"seq\":2}\n");
        assert_eq!(fs::read_to_string(dest.join("recordings/2026-11-21/a.wav")).unwrap(), "RIFF");
        assert_eq!(fs::metadata(dest.join("keys/seal")).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!dest.join("store").exists() && !dest.join("reserve").exists());

        assert!(matches!(copy(&data, &dest), Err(BackupError::NotEmpty(_))));
        assert!(matches!(copy(&data, &data.join("inside")), Err(BackupError::Inside(_))));
    }
}
