//! The index of bindings: a redb file derived from the log.
//!
//! Bindings are looked up while a phone rings, among millions, by one range of a B-tree that need not be
//! in memory. The file is bound to its place as the store is (see [`crate::store`]): if it was copied, is
//! of another version or cannot be opened, it is removed and made again from the log.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use redb::{Database, Durability, ReadTransaction, ReadableDatabase as _, ReadableTableMetadata as _, TableDefinition};
use serde::{Deserialize, Serialize};

use super::keys::{self, End, OfApp, Pair};
use super::row;
use crate::domain::{AppId, Binding, PhoneNumber, Seq};
use crate::limits::{BINDINGS_CACHE_BYTES, BINDINGS_DURABLE_EVERY};

/// Increased with every change of an encoding.
const VERSION: u32 = 1;
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
pub(super) const ROWS: TableDefinition<'_, Seq, &[u8]> = TableDefinition::new("rows");
pub(super) const PAIRS: TableDefinition<'_, Pair, ()> = TableDefinition::new("pairs");
pub(super) const ENDS: TableDefinition<'_, End, ()> = TableDefinition::new("ends");
pub(super) const APPS: TableDefinition<'_, OfApp, ()> = TableDefinition::new("apps");

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    version: u32,
    installation: String,
    device: u64,
    inode: u64,
    changed: (i64, i64),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Applied {
    pub(super) seq: Seq,
    /// Tells the record from another with the same number.
    pub(super) print: u64,
}

#[derive(Debug)]
pub(super) struct Index {
    db: Database,
    /// Changes since the last sync.
    loose: std::sync::atomic::AtomicU64,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    #[error("the index of bindings in {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the index of bindings")]
    File(#[source] Box<redb::Error>),
    #[error("row {0} of the index of bindings is damaged; remove store/bindings/ and start again")]
    Row(Seq),
}

impl<E: Into<redb::Error>> From<E> for IndexError {
    fn from(error: E) -> Self {
        Self::File(Box::new(error.into()))
    }
}

impl Index {
    /// Makes an empty index if the present one cannot be trusted.
    pub(super) fn open(
        dir: &Path,
        installation: &str,
        print: &dyn Fn(Seq) -> Option<u64>,
    ) -> Result<(Self, Applied), IndexError> {
        let io = |source| IndexError::Io { path: dir.to_owned(), source };
        let file = dir.join("index.redb");
        if file.is_file() {
            match load(dir, &file, installation, print) {
                Ok(opened) => return Ok(opened),
                Err(reason) => tracing::warn!(%reason, "the index of bindings is made again from their log"),
            }
        }
        if dir.exists() {
            fs::remove_dir_all(dir).map_err(io)?;
        }
        fs::create_dir_all(dir).map_err(io)?;
        fs::write(dir.join("marker"), "Ringback: this directory is derived from ../../bindings and may be deleted.\n")
            .map_err(io)?;
        let place = place(dir, installation).map_err(io)?;
        let place = postcard::to_stdvec(&place).expect("a place holds nothing that postcard cannot write");
        fs::write(dir.join("place"), place).map_err(io)?;
        let db = database(&file)?;
        let made = db.begin_write()?;
        {
            made.open_table(META)?;
            made.open_table(ROWS)?;
            made.open_table(PAIRS)?;
            made.open_table(ENDS)?;
            made.open_table(APPS)?;
        }
        made.commit()?;
        Ok((Self { db, loose: 0.into() }, Applied::default()))
    }

    /// Applies the latest state of these bindings in one transaction. Idempotent.
    pub(super) fn apply(&self, bindings: Vec<Binding>, applied: Applied) -> Result<(), IndexError> {
        use std::sync::atomic::Ordering::Relaxed;
        let loose = self.loose.fetch_add(bindings.len() as u64, Relaxed) + bindings.len() as u64;
        let mut write = self.db.begin_write()?;
        // After a crash, lost changes are read from the log again.
        if loose < BINDINGS_DURABLE_EVERY {
            write.set_durability(Durability::None).map_err(|error| IndexError::File(Box::new(error.into())))?;
        } else {
            write.set_quick_repair(true);
            self.loose.store(0, Relaxed);
        }
        {
            let mut rows = write.open_table(ROWS)?;
            let mut gone = (Vec::new(), Vec::new());
            let mut put = (Vec::new(), Vec::new(), Vec::new());
            for binding in last_of_each(bindings) {
                let id = binding.id.0;
                if let Some(old) = rows.insert(id, row::write(&binding).as_slice())? {
                    let old = row::read(id, old.value()).ok_or(IndexError::Row(id))?;
                    gone.0.extend(keys::pairs(old.app, &old.terms, id));
                    gone.1.extend(keys::ends(&old));
                }
                if binding.ended_at.is_none() {
                    put.0.push(keys::pairs(binding.app, &binding.terms, id));
                }
                put.1.extend(keys::ends(&binding));
                put.2.push(keys::of_app(binding.app, id));
            }
            let mut put_pairs: Vec<Pair> = put.0.into_iter().flatten().collect();
            // In the order of the tree: each page is touched once.
            put_pairs.sort_unstable();
            put.1.sort_unstable();
            put.2.sort_unstable();
            let (mut pairs, mut ends, mut apps) =
                (write.open_table(PAIRS)?, write.open_table(ENDS)?, write.open_table(APPS)?);
            for key in gone.0 {
                pairs.remove(key)?;
            }
            for key in gone.1 {
                ends.remove(key)?;
            }
            for key in put_pairs {
                pairs.insert(key, ())?;
            }
            for key in put.1 {
                ends.insert(key, ())?;
            }
            for key in put.2 {
                apps.insert(key, ())?;
            }
            let applied = postcard::to_stdvec(&applied).expect("numbers");
            write.open_table(META)?.insert("applied", applied.as_slice())?;
        }
        write.commit()?;
        Ok(())
    }

    pub(super) fn applied(&self) -> Result<Applied, IndexError> {
        applied(&self.db)
    }

    /// A snapshot.
    pub(super) fn look(&self) -> Result<Look, IndexError> {
        Ok(Look(self.db.begin_read()?))
    }

    /// Blocks all other writers.
    #[cfg(test)]
    pub(super) fn hold(&self) -> redb::WriteTransaction {
        self.db.begin_write().unwrap()
    }

    /// Syncs.
    pub(super) fn flush(&self) -> Result<(), IndexError> {
        let mut write = self.db.begin_write()?;
        write.set_quick_repair(true);
        Ok(write.commit()?)
    }
}

pub(super) struct Look(ReadTransaction);

impl Look {
    pub(super) fn get(&self, id: Seq) -> Result<Option<Binding>, IndexError> {
        let rows = self.0.open_table(ROWS)?;
        let Some(row) = rows.get(id)? else { return Ok(None) };
        row::read(id, row.value()).map(Some).ok_or(IndexError::Row(id))
    }

    /// Bindings for a call of `caller` to `dialled`, newest first, without ended ones.
    pub(super) fn asked(
        &self,
        app: AppId,
        dialled: &PhoneNumber,
        caller: Option<&PhoneNumber>,
        mut visit: impl FnMut(Binding) -> bool,
    ) -> Result<(), IndexError> {
        let (rows, pairs) = (self.0.open_table(ROWS)?, self.0.open_table(PAIRS)?);
        let span = keys::pair(app, dialled, caller, 0)..=keys::pair(app, dialled, caller, Seq::MAX);
        for key in pairs.range(span)?.rev() {
            let id = keys::id(&key?.0.value());
            let Some(row) = rows.get(id)? else { continue };
            if !visit(row::read(id, row.value()).ok_or(IndexError::Row(id))?) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn count(&self) -> Result<u64, IndexError> {
        Ok(self.0.open_table(ROWS)?.len()?)
    }

    pub(super) fn transaction(&self) -> &ReadTransaction {
        &self.0
    }
}

fn database(file: &Path) -> Result<Database, IndexError> {
    Ok(Database::builder().set_cache_size(BINDINGS_CACHE_BYTES).create(file)?)
}

fn place(dir: &Path, installation: &str) -> io::Result<Place> {
    let marker = fs::metadata(dir.join("marker"))?;
    Ok(Place {
        version: VERSION,
        installation: installation.to_owned(),
        device: marker.dev(),
        inode: marker.ino(),
        changed: (marker.ctime(), marker.ctime_nsec()),
    })
}

/// The error says why the file cannot be trusted.
fn load(
    dir: &Path,
    file: &Path,
    installation: &str,
    print: &dyn Fn(Seq) -> Option<u64>,
) -> Result<(Index, Applied), String> {
    let unreadable = |error: IndexError| crate::error_chain::Chain(&error).to_string();
    let here = place(dir, installation).map_err(|_| "its marker is missing".to_owned())?;
    let bound = fs::read(dir.join("place")).ok();
    if bound.and_then(|bytes| postcard::from_bytes::<Place>(&bytes).ok()).as_ref() != Some(&here) {
        return Err("it was copied, or is of another version or installation".to_owned());
    }
    let db = database(file).map_err(unreadable)?;
    let applied = applied(&db).map_err(unreadable)?;
    if applied.seq > 0 && print(applied.seq) != Some(applied.print) {
        return Err("it belongs to another log".to_owned());
    }
    Ok((Index { db, loose: 0.into() }, applied))
}

fn applied(db: &Database) -> Result<Applied, IndexError> {
    let meta = db.begin_read()?.open_table(META)?;
    let applied = meta.get("applied")?;
    Ok(applied.and_then(|bytes| postcard::from_bytes(bytes.value()).ok()).unwrap_or_default())
}

/// The last version of each, by id.
fn last_of_each(mut bindings: Vec<Binding>) -> impl Iterator<Item = Binding> {
    // The sort is stable: later records of an id stay later.
    bindings.sort_by_key(|binding| binding.id);
    let mut rest = bindings.into_iter().peekable();
    std::iter::from_fn(move || {
        let mut binding = rest.next()?;
        while rest.peek().is_some_and(|next| next.id == binding.id) {
            binding = rest.next()?;
        }
        Some(binding)
    })
}
