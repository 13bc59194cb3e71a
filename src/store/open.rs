//! Opens the store, or finds that it must be made again.
//!
//! A copied sled directory often opens and sometimes panics, so a copy is never trusted. The
//! store is bound to its place by a marker file whose device, inode and change time sled
//! remembers, to its installation by id, and to its journal by the last record applied. Any
//! difference, or a panic while opening, means: remove and rebuild.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::collection::Collection;
use super::count::count;
use super::doc::Doc;
use super::hot_chunks::{self, HotChunks};
use super::numbers::Numbers;
use super::segment::Segment;
use super::shared::{Rows, Shared, Sizes};
use super::terms::{TEST, Terms};
use super::want::Want;
use super::{Store, Writer};
use crate::clock::Clock;
use crate::correlate::Catalog;
use crate::domain::{AppId, Seq};
use crate::limits;

/// Changes with every change of a row's notation, and of what a call is made of: an older store
/// is rebuilt.
const VERSION: u32 = 14;
pub(super) const META: &[u8] = b"m:meta";
pub(super) const APPLIED: &[u8] = b"m:applied";

/// The notation of this version's rows.
pub const FORMAT: u32 = VERSION;

/// What binds a store to its place.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Meta {
    version: u32,
    installation: String,
    device: u64,
    inode: u64,
    changed: (i64, i64),
}

/// How far a store goes.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AppliedRow {
    pub(super) seq: Seq,
    /// The fingerprint of that record.
    pub(super) fingerprint: u64,
    pub(super) next_segment: u64,
    /// The first day whose counters are not summed up.
    pub(super) open_from: i64,
}

/// What opening found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The store is sound and goes on from its last record.
    Sound,
    /// There was none.
    Fresh,
    /// It was removed and must be rebuilt; why.
    Removed(String),
}

/// Why no store can be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be made, read or emptied.
    #[error("opening the store {path}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// sled cannot make a new store.
    #[error("making the store {path}")]
    Make {
        /// Where.
        path: PathBuf,
        /// What sled said.
        #[source]
        source: sled::Error,
    },
}

impl Store {
    /// Opens the store in `dir`. `fingerprint` gives the fingerprint of a record of the
    /// journal, if it has that record.
    ///
    /// # Errors
    /// When the directory cannot be used; a store that cannot be trusted is no error.
    pub fn open(
        dir: &Path,
        installation: &str,
        catalog: Catalog,
        clock: &Clock,
        fingerprint: &dyn Fn(Seq) -> Option<u64>,
    ) -> Result<(Self, Writer, Opened), OpenError> {
        Self::open_with(dir, installation, catalog, clock, fingerprint, Sizes::default())
    }

    /// The same with few rows in the hot part and in each segment, so that tests seal at all.
    #[cfg(test)]
    pub(crate) fn open_small(
        dir: &Path,
        installation: &str,
        catalog: Catalog,
        clock: &Clock,
        fingerprint: &dyn Fn(Seq) -> Option<u64>,
    ) -> Result<(Self, Writer, Opened), OpenError> {
        let sizes = Sizes { hot_calls: 60, sealed_calls: 25, sealed_callbacks: 90 };
        Self::open_with(dir, installation, catalog, clock, fingerprint, sizes)
    }

    pub(super) fn open_with(
        dir: &Path,
        installation: &str,
        catalog: Catalog,
        clock: &Clock,
        fingerprint: &dyn Fn(Seq) -> Option<u64>,
        sizes: Sizes,
    ) -> Result<(Self, Writer, Opened), OpenError> {
        let share = |db, rows, numbers| {
            let mut shared = Shared::new(dir.to_owned(), db, catalog, clock.clone(), rows, numbers);
            shared.sizes = sizes;
            Arc::new(shared)
        };
        let io = |source| OpenError::Io { path: dir.to_owned(), source };
        fs::create_dir_all(dir).map_err(io)?;
        let mut opened = Opened::Fresh;
        if sled_dir(dir).map_err(io)?.is_some() {
            match load(dir, installation, fingerprint) {
                Ok((db, rows, numbers, applied, chunks)) => {
                    let shared = share(db, rows, numbers);
                    return Ok((Self::from(shared.clone()), Writer::new(shared, applied, chunks), Opened::Sound));
                }
                Err(reason) => {
                    tracing::warn!(store.reason = %reason, "the store is not trusted and will be rebuilt from the journal");
                    opened = Opened::Removed(reason);
                }
            }
        }
        empty(dir).map_err(io)?;
        fs::create_dir_all(dir.join("sealed")).map_err(io)?;
        fs::write(dir.join("marker"), "Ringback: this directory is derived from ../journal and may be deleted.\n")
            .map_err(io)?;
        let meta = meta(dir, installation).map_err(io)?;
        let bytes = postcard::to_stdvec(&meta).expect("meta holds nothing that postcard cannot write");
        let db = make_sled(&dir.join(format!("{SLED}1")), bytes)?;
        let rows = Rows::new(&dir.join("sealed"));
        let shared = share(db, rows, Numbers::default());
        let fresh = AppliedRow { next_segment: 1, ..AppliedRow::default() };
        Ok((Self::from(shared.clone()), Writer::new(shared, fresh, HotChunks::default()), opened))
    }
}

/// What the name of sled's directory begins with; a number follows that grows whenever the
/// store begins anew while it is open.
const SLED: &str = "sled-";

/// sled's directory. More than one is none: the process ended between making one and removing
/// the other.
fn sled_dir(dir: &Path) -> io::Result<Option<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(SLED.trim_end_matches('-'))) {
            found.push(entry.path());
        }
    }
    match <[PathBuf; 1]>::try_from(found) {
        Ok([path]) => Ok(Some(path)),
        Err(found) if found.is_empty() => Ok(None),
        Err(_) => Ok(Some(dir.join(SLED))),
    }
}

/// An empty sled beside the present one, bound as that is; and the present one's directory.
pub(super) fn replacement(dir: &Path, present: &sled::Db) -> Result<(sled::Db, PathBuf), OpenError> {
    let failed = |source| OpenError::Make { path: dir.to_owned(), source };
    let bound = present.get(META).map_err(failed)?.map(|bytes| bytes.to_vec()).unwrap_or_default();
    let old = sled_dir(dir).and_then(|path| path.ok_or_else(|| io::ErrorKind::NotFound.into()));
    let old = old.map_err(|source| OpenError::Io { path: dir.to_owned(), source })?;
    let number = old.file_name().and_then(|name| name.to_str()?.strip_prefix(SLED)?.parse::<u64>().ok()).unwrap_or(0);
    let fresh = make_sled(&dir.join(format!("{SLED}{}", number + 1)), bound)?;
    Ok((fresh, old))
}

/// Makes an empty sled that is bound to its place.
fn make_sled(path: &Path, bound: Vec<u8>) -> Result<sled::Db, OpenError> {
    let failed = |source| OpenError::Make { path: path.to_owned(), source };
    let db = open_sled(path).map_err(failed)?;
    db.insert(META, bound).and_then(|_| db.flush()).map_err(failed)?;
    Ok(db)
}

fn config(path: &Path) -> sled::Config {
    // One writer flushes at its checkpoints; sled's own timer would only compete with it.
    sled::Config::new().path(path).cache_capacity(limits::SLED_CACHE_BYTES).flush_every_ms(None)
}

/// Opens sled. Its own lock may outlive the last use of an earlier handle by a moment: its
/// threads let go of it when they end, and a child process has it until it executes.
fn open_sled(path: &Path) -> sled::Result<sled::Db> {
    let mut tries = limits::STORE_LOCK_TRIES;
    loop {
        match config(path).open() {
            // sled gives a lock that is held no kind of its own.
            Err(sled::Error::Io(error)) if error.kind() == io::ErrorKind::Other && tries > 0 => {
                tries -= 1;
                std::thread::sleep(limits::STORE_LOCK_WAIT);
            }
            opened => return opened,
        }
    }
}

fn meta(dir: &Path, installation: &str) -> io::Result<Meta> {
    let marker = fs::metadata(dir.join("marker"))?;
    Ok(Meta {
        version: VERSION,
        installation: installation.to_owned(),
        device: marker.dev(),
        inode: marker.ino(),
        changed: (marker.ctime(), marker.ctime_nsec()),
    })
}

/// Loads what is there; the error says why it cannot be trusted.
fn load(
    dir: &Path,
    installation: &str,
    fingerprint: &dyn Fn(Seq) -> Option<u64>,
) -> Result<(sled::Db, Rows, Numbers, AppliedRow, HotChunks), String> {
    let here = meta(dir, installation).map_err(|_| "its marker is missing".to_owned())?;
    let path = sled_dir(dir).ok().flatten().filter(|path| path.is_dir());
    let path = path.ok_or_else(|| "it was being made anew".to_owned())?;
    let db = catch_unwind(AssertUnwindSafe(|| open_sled(&path)))
        .map_err(|_| "sled panicked while opening it".to_owned())?
        .map_err(|error| format!("sled cannot open it: {error}"))?;
    let read = |key: &[u8]| db.get(key).map_err(|error| format!("sled cannot read it: {error}"));
    let there: Option<Meta> = read(META)?.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    if there.as_ref() != Some(&here) {
        return Err("it was copied, moved or made by another version or installation".to_owned());
    }
    let applied: AppliedRow = match read(APPLIED)? {
        Some(bytes) => postcard::from_bytes(&bytes).map_err(|_| "its last record is unreadable".to_owned())?,
        None => AppliedRow { next_segment: 1, ..AppliedRow::default() },
    };
    if applied.seq > 0 && fingerprint(applied.seq) != Some(applied.fingerprint) {
        return Err("it belongs to another journal".to_owned());
    }
    let mut rows = Rows::new(&dir.join("sealed"));
    rows.applied = applied.seq;
    rows.next_segment = applied.next_segment;
    let mut numbers = Numbers::default();
    let mut chunks = HotChunks::default();
    catch_unwind(AssertUnwindSafe(|| load_rows(&db, &mut rows, &mut numbers, &mut chunks)))
        .map_err(|_| "sled panicked while reading it".to_owned())??;
    remove_orphans(dir, &rows).map_err(|error| format!("its segments cannot be listed: {error}"))?;
    Ok((db, rows, numbers, applied, chunks))
}

fn load_rows(db: &sled::Db, rows: &mut Rows, numbers: &mut Numbers, chunks: &mut HotChunks) -> Result<(), String> {
    let damaged = || "a row of it is damaged".to_owned();
    let scan =
        |prefix: u8| db.scan_prefix([prefix]).map(|row| row.map_err(|error| format!("sled cannot read it: {error}")));
    for collection in [&mut rows.calls, &mut rows.callbacks, &mut rows.sms, &mut rows.audit] {
        attach_segments(db, collection)?;
    }
    for row in scan(b'c') {
        let (key, value) = row?;
        let number = key.get(1..9).and_then(|b| b.try_into().ok()).map(u64::from_be_bytes).ok_or_else(damaged)?;
        let live = db.get(hot_chunks::key(b'k', number)).map_err(|error| format!("sled cannot read it: {error}"))?;
        let live = live.ok_or_else(damaged)?;
        for doc in chunks.load(&key, &live, &value).ok_or_else(damaged)? {
            rows.calls.put(doc);
        }
    }
    for (prefix, collection) in [(b'b', &mut rows.callbacks), (b's', &mut rows.sms), (b'a', &mut rows.audit)] {
        for row in scan(prefix) {
            for doc in read_chunk(&row?.1) {
                collection.put(doc.ok_or_else(damaged)?);
            }
        }
    }
    let test = Want { all: vec![vec![Terms::one(TEST)]], ..Want::default() };
    for collection in [&rows.calls, &rows.sms] {
        rows.tests |= count(&collection.view, &test).map_err(|_| damaged())?.rows > 0;
    }
    for row in scan(b'n') {
        let (key, value) = row?;
        numbers.load(&key, &value).ok_or_else(damaged)?;
    }
    for row in scan(b'l') {
        let (key, value) = row?;
        let app = key.get(1..5).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes).ok_or_else(damaged)?;
        let at = value.as_ref().try_into().map(i64::from_be_bytes).map_err(|_| damaged())?;
        rows.last_seen.insert(AppId(app), at);
    }
    Ok(())
}

fn attach_segments(db: &sled::Db, collection: &mut Collection) -> Result<(), String> {
    for row in db.scan_prefix(segment_key(collection, None)) {
        let (key, dead) = row.map_err(|error| format!("sled cannot read it: {error}"))?;
        let number = key.get(key.len() - 8..).and_then(|b| b.try_into().ok()).map(u64::from_be_bytes);
        let number = number.ok_or_else(|| "a row of it is damaged".to_owned())?;
        let segment = Segment::open(&collection.file(number), number).map_err(|error| error.to_string())?;
        let dead = RoaringBitmap::deserialize_from(dead.as_ref()).map_err(|_| "a row of it is damaged".to_owned())?;
        collection.attach(Arc::new(segment), dead);
    }
    Ok(())
}

/// The key of a segment in sled, `'g' name number u64`; its value is the bitmap of dead rows.
pub(super) fn segment_key(collection: &Collection, number: Option<u64>) -> Vec<u8> {
    let mut key = vec![b'g'];
    key.extend_from_slice(collection.name().as_bytes());
    key.push(b':');
    if let Some(number) = number {
        key.extend_from_slice(&number.to_be_bytes());
    }
    key
}

/// Rows written together: n × (length u32, row).
pub(super) fn write_chunk<'a>(docs: impl Iterator<Item = &'a Doc>) -> Vec<u8> {
    let mut chunk = Vec::new();
    for doc in docs {
        let at = chunk.len();
        chunk.extend_from_slice(&[0; 4]);
        doc.write_hot(&mut chunk);
        let length = u32::try_from(chunk.len() - at - 4).expect("a row is far below 4 GiB");
        chunk[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }
    chunk
}

pub(super) fn read_chunk(mut bytes: &[u8]) -> impl Iterator<Item = Option<Doc>> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let row = rest.get(..u32::from_le_bytes(*length) as usize);
        bytes = row.map_or(&[][..], |row| &rest[row.len()..]);
        Some(row.and_then(Doc::read_hot))
    })
}

/// Files of segments that were written but never came to count.
fn remove_orphans(dir: &Path, rows: &Rows) -> io::Result<()> {
    let known: HashSet<PathBuf> = rows.files().into_iter().collect();
    for entry in fs::read_dir(dir.join("sealed"))? {
        let path = entry?.path();
        if !known.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn empty(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}
