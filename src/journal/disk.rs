//! What the committer asks of a disk, so that tests can have one that fails.
//!
//! Only writing goes through here: a failing write decides what is acknowledged, and must be
//! tried with real failures. Reading uses plain files. The one real implementation is
//! [`RealDisk`]; the other one lives in the tests.

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Makes and opens the segment that is written.
pub(super) trait Disk: Debug + Send + Sync {
    /// Makes an empty file; one that a failed attempt left there is emptied.
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;
    /// Opens a file to write on.
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;
    /// Makes new names in a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
}

/// The segment that is written.
pub(super) trait LogFile: Send {
    /// Writes all of `bytes` at `offset`; after an error any part of it may stand there.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes what was written durable.
    fn sync(&self) -> io::Result<()>;
    /// Cuts the file.
    fn cut(&self, len: u64) -> io::Result<()>;
}

/// The machine's file system.
#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        Ok(Box::new(file))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(OpenOptions::new().write(true).open(path)?))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        sync_dir(path)
    }
}

impl LogFile for File {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// Makes the names in a directory durable.
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
