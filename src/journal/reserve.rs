//! Disk space held back for a full disk: a file that is deleted when a write finds no room, so that
//! callbacks are kept for a while longer.
//!
//! It never blocks the journal: a reserve that cannot be made is reported and tried again, and is only
//! made when there is ample room.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use rustix::fs::FallocateFlags;
use rustix::io::Errno;

#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    bytes: u64,
    held: bool,
}

impl Reserve {
    pub(super) fn open(path: PathBuf, bytes: u64) -> Self {
        let held = fs::metadata(&path).is_ok_and(|metadata| metadata.len() >= bytes);
        let mut reserve = Self { path, bytes, held };
        if !held {
            reserve.restore(1);
            if !reserve.held {
                tracing::warn!(size_bytes = bytes, "no room for the reserve against a full disk");
            }
        }
        reserve
    }

    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// Whether clearly more is free than the reserve: then the disk is not full, only perhaps too small
    /// for one.
    pub(super) fn has_room(&self) -> bool {
        self.free().is_some_and(|free| free >= self.bytes + self.bytes / 4)
    }

    /// `false` if there was none.
    pub(super) fn give_up(&mut self) -> bool {
        let given = self.held && fs::remove_file(&self.path).is_ok();
        self.held = false;
        given
    }

    /// Makes it again if `times` its size stays free.
    pub(super) fn restore(&mut self, times: u64) {
        if self.held || self.free().is_none_or(|free| free < self.bytes.saturating_mul(times + 1)) {
            return;
        }
        match self.allocate() {
            Ok(()) => self.held = true,
            Err(error) => {
                // A partial reserve takes space and gives no alarm.
                let _ = fs::remove_file(&self.path);
                tracing::debug!(%error, "the reserve was not made");
            }
        }
    }

    fn free(&self) -> Option<u64> {
        let stat = rustix::fs::statvfs(self.path.parent()?).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn allocate(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&self.path)?;
        match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, self.bytes) {
            Ok(()) => {}
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => write_zeros(&file, self.bytes)?,
            Err(error) => return Err(error.into()),
        }
        file.sync_all()
    }
}

fn write_zeros(mut file: &File, bytes: u64) -> io::Result<()> {
    let zeros = [0; 64 << 10];
    let mut left = bytes;
    while left > 0 {
        let n = left.min(zeros.len() as u64);
        file.write_all(&zeros[..usize::try_from(n).expect("at most 64 KiB")])?;
        left -= n;
    }
    Ok(())
}
