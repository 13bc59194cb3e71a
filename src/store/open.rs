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
use std::path::{Path, PathBuf};
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::collection::{Collection, segment_key};
use super::count::count;
use super::hot_chunks::HotChunks;
use super::indexed_row::read_chunk;
use super::kv::{self, Kv, unreadable};
use super::numbers::Numbers;
use super::query_plan::QueryPlan;
use super::segment::Segment;
use super::shared::{META, Rows, Shared, Sizes};
use super::terms::{TEST, Terms};
use super::{Store, Writer};
use crate::clock::Clock;
use crate::correlate::Catalog;
use crate::domain::{AppId, Seq};

/// Changes with every change of how rows are encoded, and of what a call is made of: an older store
/// is rebuilt.
const VERSION: u32 = 14;
pub(super) const APPLIED: &[u8] = b"m:applied";

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    Sound,
    Fresh,
    /// Removed, for this reason; to be rebuilt.
    Removed(String),
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("opening the store {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
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
        let contribution = |kv, rows, numbers| {
            let mut shared = Shared::new(dir.to_owned(), kv, catalog, clock.clone(), rows, numbers);
            shared.sizes = sizes;
            Arc::new(shared)
        };
        let io = |source| OpenError::Io { path: dir.to_owned(), source };
        fs::create_dir_all(dir).map_err(io)?;
        let mut opened = Opened::Fresh;
        if Kv::is_in(dir).map_err(io)? {
            match load(dir, installation, fingerprint) {
                Ok((kv, rows, numbers, applied, chunks)) => {
                    let shared = contribution(kv, rows, numbers);
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
        let kv = Kv::make(dir, (META, &bytes)).map_err(io)?;
        let rows = Rows::new(&dir.join("sealed"));
        let shared = contribution(kv, rows, Numbers::default());
        let fresh = AppliedRow { next_segment: 1, ..AppliedRow::default() };
        Ok((Self::from(shared.clone()), Writer::new(shared, fresh, HotChunks::default()), opened))
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
) -> Result<(Kv, Rows, Numbers, AppliedRow, HotChunks), String> {
    let here = meta(dir, installation).map_err(|_| "its marker is missing".to_owned())?;
    let kv = Kv::open(dir)?;
    let there: Option<Meta> =
        kv.get(META).map_err(|error| unreadable(&error))?.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    if there.as_ref() != Some(&here) {
        return Err("it was copied, moved or made by another version or installation".to_owned());
    }
    let applied: AppliedRow = match kv.get(APPLIED).map_err(|error| unreadable(&error))? {
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
    kv::guarded("reading", || load_rows(&kv, &mut rows, &mut numbers, &mut chunks))?;
    remove_orphans(dir, &rows).map_err(|error| format!("its segments cannot be listed: {error}"))?;
    Ok((kv, rows, numbers, applied, chunks))
}

fn load_rows(kv: &Kv, rows: &mut Rows, numbers: &mut Numbers, chunks: &mut HotChunks) -> Result<(), String> {
    let damaged = || "a row of it is damaged".to_owned();
    let scan = |prefix: u8| kv.scan(&[prefix]).map(|row| row.map_err(|error| unreadable(&error)));
    for collection in [&mut rows.calls, &mut rows.callbacks, &mut rows.sms, &mut rows.audit] {
        attach_segments(kv, collection)?;
    }
    for row in scan(b'c') {
        let (key, value) = row?;
        let number = key.get(1..9).and_then(|b| b.try_into().ok()).map(u64::from_be_bytes).ok_or_else(damaged)?;
        let live = kv.get(kv::key(b'k', number.to_be_bytes())).map_err(|error| unreadable(&error))?;
        let live = live.ok_or_else(damaged)?;
        for indexed in chunks.load(&key, &live, &value).ok_or_else(damaged)? {
            rows.calls.put(indexed);
        }
    }
    for (prefix, collection) in [(b'b', &mut rows.callbacks), (b's', &mut rows.sms), (b'a', &mut rows.audit)] {
        for row in scan(prefix) {
            for indexed in read_chunk(&row?.1) {
                collection.put(indexed.ok_or_else(damaged)?);
            }
        }
    }
    let test = QueryPlan { all: vec![vec![Terms::one(TEST)]], ..QueryPlan::default() };
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

fn attach_segments(kv: &Kv, collection: &mut Collection) -> Result<(), String> {
    for row in kv.scan(&segment_key(collection, None)) {
        let (key, tombstones) = row.map_err(|error| unreadable(&error))?;
        let number = key.get(key.len() - 8..).and_then(|b| b.try_into().ok()).map(u64::from_be_bytes);
        let number = number.ok_or_else(|| "a row of it is damaged".to_owned())?;
        let segment = Segment::open(&collection.file(number), number).map_err(|error| error.to_string())?;
        let tombstones =
            RoaringBitmap::deserialize_from(tombstones.as_ref()).map_err(|_| "a row of it is damaged".to_owned())?;
        collection.attach(Arc::new(segment), tombstones);
    }
    Ok(())
}

/// Removes segments that were written but never registered.
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
