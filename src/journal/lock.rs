//! One process at a time writes a data directory.
//!
//! The lock is `flock` on `DIR/LOCK`, which the system releases when the process ends. The file's
//! existence means nothing, and the process id in it is only for people.
//!
//! People remove "stale" lock files, and a new `LOCK` is a file that nobody has locked. So the directory
//! itself is locked as well, where the file system can do that.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::limits::{LOCK_LOOK_TIME, LOCK_LOOKS};

const NAME: &str = "LOCK";

#[derive(Debug)]
pub struct DataLock {
    _file: File,
    _directory: File,
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("the data directory {dir} is in use by {}", holder(*.pid))]
    Held {
        dir: PathBuf,
        /// As written in the file.
        pid: Option<u32>,
    },
    #[error("locking the data directory {dir}")]
    Io {
        dir: PathBuf,
        #[source]
        source: io::Error,
    },
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

impl DataLock {
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        let io = |source| LockError::Io { dir: dir.to_owned(), source };
        let path = dir.join(NAME);
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(io)?;
        let directory = File::open(dir).map_err(io)?;
        for look in 1.. {
            let held = match file.try_lock() {
                Ok(()) => is_locked(&directory.try_lock()),
                Err(TryLockError::WouldBlock) => true,
                Err(TryLockError::Error(source)) => return Err(io(source)),
            };
            if !held {
                break;
            }
            // A process with only one of the locks must not keep it from others.
            file.unlock().map_err(io)?;
            if look >= LOCK_LOOKS {
                return Err(LockError::Held { dir: dir.to_owned(), pid: read_pid(&mut file) });
            }
            std::thread::sleep(LOCK_LOOK_TIME);
        }
        let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(io)?;
        Ok(Self { _file: file, _directory: directory })
    }

    /// Whether any process, this one included, holds the lock.
    pub fn is_held(dir: &Path) -> io::Result<bool> {
        let there = |opened: io::Result<File>| match opened {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        if let Some(file) = there(File::open(dir.join(NAME)))? {
            match file.try_lock_shared() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(true),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(there(File::open(dir))?.is_some_and(|directory| is_locked(&directory.try_lock_shared())))
    }
}

/// Never on a file system without locks.
fn is_locked(tried: &Result<(), TryLockError>) -> bool {
    matches!(tried, Err(TryLockError::WouldBlock))
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_directory_has_one_writer_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!DataLock::is_held(dir.path()).unwrap());
        let lock = DataLock::take(dir.path()).unwrap();
        assert!(DataLock::is_held(dir.path()).unwrap());
        let refused = DataLock::take(dir.path()).unwrap_err().to_string();
        assert!(refused.ends_with(&format!("is in use by process {}", std::process::id())), "{refused}");
        drop(lock);
        assert!(!DataLock::is_held(dir.path()).unwrap());
        DataLock::take(dir.path()).unwrap();
    }

    #[test]
    fn a_removed_lock_file_lets_no_second_process_in() {
        let dir = tempfile::tempdir().unwrap();
        let lock = DataLock::take(dir.path()).unwrap();
        std::fs::remove_file(dir.path().join(NAME)).unwrap();
        assert!(DataLock::is_held(dir.path()).unwrap());
        assert!(matches!(DataLock::take(dir.path()), Err(LockError::Held { .. })));
        // A refused process leaves its file behind; that does not count as a lock.
        assert!(DataLock::is_held(dir.path()).unwrap());
        assert!(matches!(DataLock::take(dir.path()), Err(LockError::Held { .. })));
        drop(lock);
        assert!(!DataLock::is_held(dir.path()).unwrap());
        DataLock::take(dir.path()).unwrap();
    }

    #[test]
    fn a_lock_file_left_behind_locks_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(NAME), "4294967295\n").unwrap();
        assert!(!DataLock::is_held(dir.path()).unwrap());
        let lock = DataLock::take(dir.path()).unwrap();
        let text = std::fs::read_to_string(dir.path().join(NAME)).unwrap();
        assert_eq!(text.trim(), std::process::id().to_string());
        drop(lock);
    }
}
