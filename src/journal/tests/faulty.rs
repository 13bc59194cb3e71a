//! A real disk that fails when a test says so.
//!
//! Bytes go to real files; only the moment of failure is ours: a short write, a sync that fails, a
//! cut that fails, a write that hangs until it is let go.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use crate::journal::disk::{Disk, FileStanding, LogFile, RealDisk};

/// What goes wrong, and what was counted.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// The next writes that fail, each after so many bytes and with this error number.
    pub(super) writes: Mutex<Vec<(usize, i32)>>,
    pub(super) syncs: AtomicU64,
    pub(super) cuts: AtomicU64,
    /// Files that cannot be made.
    pub(super) creates: AtomicU64,
    pub(super) synced: AtomicU64,
    pub(super) dirs_synced: AtomicU64,
    blocked: Mutex<bool>,
    changed: Condvar,
    waiting: AtomicU64,
}

impl Faults {
    /// Syncs do not return until [`Faults::unblock`].
    pub(super) fn block(&self) {
        *self.blocked.lock().unwrap() = true;
    }

    pub(super) fn unblock(&self) {
        *self.blocked.lock().unwrap() = false;
        self.changed.notify_all();
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct FaultyDisk(pub(super) Arc<Faults>);

struct FaultyFile {
    file: Box<dyn LogFile>,
    faults: Arc<Faults>,
}

const EIO: i32 = 5;

fn strikes(count: &AtomicU64) -> io::Result<()> {
    let struck = count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if struck.is_ok() { Err(io::Error::from_raw_os_error(EIO)) } else { Ok(()) }
}

impl Disk for FaultyDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        strikes(&self.0.creates)?;
        Ok(Box::new(FaultyFile { file: RealDisk.create(path)?, faults: Arc::clone(&self.0) }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(FaultyFile { file: RealDisk.open(path)?, faults: Arc::clone(&self.0) }))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.0.dirs_synced.fetch_add(1, Ordering::SeqCst);
        RealDisk.sync_dir(path)
    }
}

impl LogFile for FaultyFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let fault = {
            let mut writes = self.faults.writes.lock().unwrap();
            if writes.is_empty() { None } else { Some(writes.remove(0)) }
        };
        let Some((written, error)) = fault else { return self.file.write_at(bytes, offset) };
        self.file.write_at(&bytes[..written.min(bytes.len())], offset)?;
        Err(io::Error::from_raw_os_error(error))
    }

    fn sync(&self) -> io::Result<()> {
        self.faults.waiting.fetch_add(1, Ordering::SeqCst);
        let blocked = self.faults.blocked.lock().unwrap();
        drop(self.faults.changed.wait_while(blocked, |blocked| *blocked).unwrap());
        self.faults.waiting.fetch_sub(1, Ordering::SeqCst);
        strikes(&self.faults.syncs)?;
        self.faults.synced.fetch_add(1, Ordering::SeqCst);
        self.file.sync()
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        strikes(&self.faults.cuts)?;
        self.file.cut(len)
    }

    fn read_back(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_back(bytes, offset)
    }

    fn standing(&self, path: &Path, len: u64) -> io::Result<FileStanding> {
        self.file.standing(path, len)
    }
}
