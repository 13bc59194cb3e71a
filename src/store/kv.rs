//! The ordered map of bytes under the store: sled, which no other file names.
//!
//! It holds what is derived and in no segment. The first byte of a key says what it is:
//!
//! ```text
//! m    name                          what binds the store to its place; how far it goes
//! c k  chunk u64                     a chunk of hot calls; the bitmap of those alive
//! b s  order i64                     a chunk of hot callbacks; of hot messages
//! a    order i64                     a chunk of hot entries of the audit trail
//! g    collection ':' number u64     the bitmap of a segment's dead rows
//! h x r  hour u32, app u32           counters of an hour: of it, by number, of talks under way
//! d y  day u32, app u32              counters of a day: of it, by number
//! n    app u32, number               the states of a privacy number
//! l    app u32                       when an app last sent a callback
//! ```
//!
//! Numbers are big-endian, so that a range is read in their order. One thread writes, in batches
//! that are applied whole and flushed. sled panics where its files are not as it left them, so
//! whoever opens it and reads it for the first time does so under [`guarded`].

use std::fs;
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::limits;

/// Clones share everything.
#[derive(Debug, Clone)]
pub(super) struct Kv(sled::Db);

/// Applied together or not at all.
#[derive(Debug, Default)]
pub(super) struct KvBatch(sled::Batch);

pub(super) type KvBytes = sled::IVec;
pub(super) type KvRow = (KvBytes, KvBytes);

/// Prefix of its directory; a number follows that rises whenever the store starts empty while it is
/// open.
const NAME: &str = "sled-";

pub(super) fn key(prefix: u8, rest: [u8; 8]) -> [u8; 9] {
    let mut key = [prefix; 9];
    key[1..].copy_from_slice(&rest);
    key
}

/// Runs `work`, in which sled may panic; the error names `what`.
pub(super) fn guarded<T>(what: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| format!("sled panicked while {what} it"))?
}

pub(super) fn unreadable(error: &io::Error) -> String {
    format!("sled cannot read it: {error}")
}

impl Kv {
    /// Whole or not.
    pub(super) fn is_in(dir: &Path) -> io::Result<bool> {
        Ok(!directories(dir)?.is_empty())
    }

    /// The error says why the map cannot be trusted.
    pub(super) fn open(dir: &Path) -> Result<Self, String> {
        // Two of them: the process ended between making one and removing the other.
        let path = the_only(dir).ok().filter(|path| path.is_dir()).ok_or("it was being made anew")?;
        guarded("opening", || open(&path).map_err(|error| format!("sled cannot open it: {error}"))).map(Self)
    }

    pub(super) fn make(dir: &Path, first: (&[u8], &[u8])) -> io::Result<Self> {
        Self::make_numbered(dir, 1, first)
    }

    /// Creates an empty map beside this one, with the row at `kept`; returns also the directory of this
    /// one, to be removed.
    pub(super) fn make_next(&self, dir: &Path, kept: &[u8]) -> io::Result<(Self, PathBuf)> {
        let present = the_only(dir)?;
        let number = present.file_name().and_then(|name| name.to_str()?.strip_prefix(NAME)?.parse::<u64>().ok());
        let kept = (kept, &*self.get(kept)?.unwrap_or_default());
        Ok((Self::make_numbered(dir, number.unwrap_or(0) + 1, kept)?, present))
    }

    fn make_numbered(dir: &Path, number: u64, (key, value): (&[u8], &[u8])) -> io::Result<Self> {
        let made = Self(open(&dir.join(format!("{NAME}{number}")))?);
        let mut batch = KvBatch::default();
        batch.put(key, value);
        made.write(batch)?;
        Ok(made)
    }

    pub(super) fn get(&self, key: impl AsRef<[u8]>) -> io::Result<Option<KvBytes>> {
        Ok(self.0.get(key)?)
    }

    /// Ascending.
    pub(super) fn scan(&self, prefix: &[u8]) -> impl DoubleEndedIterator<Item = io::Result<KvRow>> + use<> {
        self.0.scan_prefix(prefix).map(|row| Ok(row?))
    }

    /// Ascending.
    pub(super) fn range(&self, keys: Range<[u8; 9]>) -> impl Iterator<Item = io::Result<KvRow>> + use<> {
        self.0.range(keys).map(|row| Ok(row?))
    }

    /// On disk when this returns.
    pub(super) fn write(&self, batch: KvBatch) -> io::Result<()> {
        self.0.apply_batch(batch.0)?;
        self.0.flush()?;
        Ok(())
    }

    pub(super) fn size_on_disk(&self) -> u64 {
        self.0.size_on_disk().unwrap_or(0)
    }
}

impl KvBatch {
    pub(super) fn put(&mut self, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) {
        self.0.insert(key.as_ref(), value.as_ref());
    }

    pub(super) fn remove(&mut self, key: impl AsRef<[u8]>) {
        self.0.remove(key.as_ref());
    }

    /// Removes the rows that `kv` has under this prefix.
    pub(super) fn remove_all(&mut self, kv: &Kv, prefix: u8) -> io::Result<()> {
        kv.scan(&[prefix]).try_for_each(|row| {
            self.remove(row?.0);
            Ok(())
        })
    }
}

fn directories(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let is_ours = |name: &str| name.starts_with(NAME.trim_end_matches('-'));
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_ours) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn the_only(dir: &Path) -> io::Result<PathBuf> {
    let [path] = <[PathBuf; 1]>::try_from(directories(dir)?).map_err(|_| io::ErrorKind::NotFound)?;
    Ok(path)
}

/// Opens sled. Its own lock may outlive the last use of an earlier handle by a moment: its
/// threads let go of it when they end, and a child process has it until it executes.
fn open(path: &Path) -> io::Result<sled::Db> {
    // One writer flushes at its checkpoints; sled's own timer would only compete with it.
    let config = sled::Config::new().path(path).cache_capacity(limits::SLED_CACHE_BYTES).flush_every_ms(None);
    let mut tries = limits::STORE_LOCK_TRIES;
    loop {
        match config.open() {
            // sled gives a lock that is held no kind of its own.
            Err(sled::Error::Io(error)) if error.kind() == io::ErrorKind::Other && tries > 0 => {
                tries -= 1;
                std::thread::sleep(limits::STORE_LOCK_WAIT);
            }
            opened => return Ok(opened?),
        }
    }
}
