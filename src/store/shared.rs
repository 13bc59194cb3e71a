//! What the writer and all readers share.
//!
//! The writer changes rows under a lock that it holds for one batch; readers hold it while they
//! take a [`View`], and read from disk afterwards: one search that is dear would otherwise stop the
//! projector, and behind the waiting writer every page. Counters have a lock of their own, so that
//! a page of figures never waits for a list.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwap;
use tokio::sync::broadcast;

use super::Change;
use super::collection::{Collection, View};
use super::hours::Hours;
use super::kv::Kv;
use super::numbers::Numbers;
use crate::clock::Clock;
use crate::correlate::Catalog;
use crate::domain::{AppId, Seq};

/// Smaller in tests, so that they seal at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Calls in the hot part at which the oldest are sealed.
    pub(super) hot_calls: usize,
    pub(super) sealed_calls: usize,
    /// Callbacks, messages, and entries of the audit trail, in one segment.
    pub(super) sealed_callbacks: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            hot_calls: crate::limits::HOT_CALLS,
            sealed_calls: crate::limits::SEALED_CALLS,
            sealed_callbacks: crate::limits::SEALED_CALLBACKS,
        }
    }
}

pub(super) struct Shared {
    pub(super) dir: PathBuf,
    /// Replaced when the store starts empty.
    kv: ArcSwap<Kv>,
    pub(super) catalog: Catalog,
    pub(super) clock: Clock,
    pub(super) sizes: Sizes,
    pub(super) changes: broadcast::Sender<Change>,
    pub(super) rebuild_wanted: AtomicBool,
    rows: RwLock<Rows>,
    hours: Mutex<Hours>,
    numbers: Mutex<Numbers>,
}

/// The key of what tells which version made a store, and where.
pub(super) const META: &[u8] = b"m:meta";

pub(super) const COLLECTIONS: usize = 4;

#[derive(Debug)]
pub(super) struct Rows {
    pub(super) calls: Collection,
    pub(super) callbacks: Collection,
    pub(super) sms: Collection,
    pub(super) audit: Collection,
    /// Some call or message may be a test: only then must they be filtered out.
    pub(super) tests: bool,
    /// When a callback of each app was last received, in microseconds; tests are none of its platform's.
    pub(super) last_seen: HashMap<AppId, i64>,
    pub(super) applied: Seq,
    pub(super) durable: Seq,
    pub(super) rebuild: Option<(Seq, Seq)>,
    pub(super) next_segment: u64,
    /// How often the store started empty since it was opened.
    pub(super) generation: u64,
    /// The journal's last record when this process started to follow it.
    pub(super) began: Seq,
    /// Callbacks behind it that are applied.
    pub(super) followed: HashMap<AppId, u64>,
}

impl Rows {
    pub(super) fn new(dir: &std::path::Path) -> Self {
        Self {
            calls: Collection::new("calls", None, dir),
            callbacks: Collection::new("callbacks", Some(b'b'), dir),
            sms: Collection::new("sms", Some(b's'), dir),
            audit: Collection::new("audit", Some(b'a'), dir),
            tests: false,
            last_seen: HashMap::new(),
            applied: 0,
            durable: 0,
            rebuild: None,
            next_segment: 1,
            generation: 0,
            began: 0,
            followed: HashMap::new(),
        }
    }

    pub(super) fn collections(&self) -> [&Collection; COLLECTIONS] {
        [&self.calls, &self.callbacks, &self.sms, &self.audit]
    }

    pub(super) fn collections_mut(&mut self) -> [&mut Collection; COLLECTIONS] {
        [&mut self.calls, &mut self.callbacks, &mut self.sms, &mut self.audit]
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.collections()
            .into_iter()
            .flat_map(|collection| collection.view.sealed.iter().map(|sealed| collection.file(sealed.segment.number)))
            .collect()
    }
}

impl Shared {
    pub(super) fn new(dir: PathBuf, kv: Kv, catalog: Catalog, clock: Clock, rows: Rows, numbers: Numbers) -> Self {
        Self {
            dir,
            kv: ArcSwap::from_pointee(kv),
            catalog,
            clock,
            sizes: Sizes::default(),
            changes: broadcast::Sender::new(crate::limits::LIVE_BACKLOG),
            rebuild_wanted: AtomicBool::new(false),
            rows: RwLock::new(rows),
            hours: Mutex::new(Hours::default()),
            numbers: Mutex::new(numbers),
        }
    }

    pub(super) fn kv(&self) -> Arc<Kv> {
        self.kv.load_full()
    }

    /// Puts an empty map in the place of the present one and removes what that had on disk: sled
    /// itself keeps the bytes of removed rows for as long as it likes.
    pub(super) fn begin_anew(&self) -> std::io::Result<()> {
        let (fresh, old) = self.kv().make_next(&self.dir, META)?;
        self.kv.store(Arc::new(fresh));
        std::fs::remove_dir_all(old)
    }

    // A panic while a lock is held is a bug that was reported; what the lock guards is derived
    // and replaced whole, so readers go on.

    pub(super) fn rows(&self) -> RwLockReadGuard<'_, Rows> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// With the last record that it is made from.
    pub(super) fn view(&self, of: impl FnOnce(&Rows) -> &Collection) -> (View, Seq) {
        let rows = self.rows();
        (of(&rows).view.clone(), rows.applied)
    }

    pub(super) fn rows_mut(&self) -> RwLockWriteGuard<'_, Rows> {
        self.rows.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hours(&self) -> MutexGuard<'_, Hours> {
        self.hours.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("dir", &self.dir).finish_non_exhaustive()
    }
}
