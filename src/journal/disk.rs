//! The committer's view of the disk, so that tests can inject failures.
//!
//! Only writes go through it: a failed write decides what is acknowledged. Reads use plain files.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use crate::limits::READ_CHUNK;

pub(super) trait Disk: Debug + Send + Sync {
    /// Creates an empty file. Reuses a leftover without a whole line; anything else is an error and
    /// stays.
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>>;
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
}

pub(super) trait LogFile: Send {
    /// After an error any part of `bytes` may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    fn sync(&self) -> io::Result<()>;
    fn cut(&self, len: u64) -> io::Result<()>;
    /// Works on a deleted file too.
    fn read_back(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;
    /// Whether the file is still the one at `path`, with `len` bytes.
    fn standing(&self, path: &Path, len: u64) -> io::Result<FileStanding>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileStanding {
    Here,
    Gone,
    Replaced,
    Shorter,
}

#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(no_follow());
        match options.clone().create_new(true).open(path) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let file = options.open(path)?;
                if !file.metadata()?.is_file() || holds_a_line(&file)? {
                    return Err(error);
                }
                file.set_len(0)?;
                Ok(Box::new(file))
            }
            Err(error) => Err(error),
        }
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(OpenOptions::new().read(true).write(true).open(path)?))
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

    fn read_back(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.read_exact_at(bytes, offset)
    }

    fn standing(&self, path: &Path, len: u64) -> io::Result<FileStanding> {
        let there = match fs::metadata(path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FileStanding::Gone),
            Err(error) => return Err(error),
        };
        let ours = self.metadata()?;
        Ok(if (there.dev(), there.ino()) != (ours.dev(), ours.ino()) {
            FileStanding::Replaced
        } else if ours.len() < len {
            FileStanding::Shorter
        } else {
            FileStanding::Here
        })
    }
}

/// Refuses a symbolic link as the last component.
fn no_follow() -> i32 {
    i32::try_from(OFlags::NOFOLLOW.bits()).expect("a flag fits")
}

fn holds_a_line(file: &File) -> io::Result<bool> {
    let mut chunk = vec![0; READ_CHUNK];
    let mut at = 0;
    loop {
        let n = file.read_at(&mut chunk, at)?;
        if n == 0 {
            return Ok(false);
        }
        if memchr::memchr(b'\n', &chunk[..n]).is_some() {
            return Ok(true);
        }
        at += n as u64;
    }
}

pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
