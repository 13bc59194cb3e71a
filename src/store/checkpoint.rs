//! Checkpoints: what changed in memory reaches `store/`, all or nothing.
//!
//! One batch and one flush. A crash before it loses what came since the last one, which
//! the journal gives back; there is no moment at which half of a change is on disk. Right after
//! a checkpoint [`super::seal`] moves what no longer changes into segments.

use super::collection::Collection;
use super::indexed_row::IndexedRow;
use super::kv::KvBatch;
use super::numbers;
use super::writer::{WriteError, Writer};
use crate::domain::CallId;
use crate::limits;

impl Writer {
    /// Whether the disk has room for a checkpoint. sled does not come back from a write that
    /// failed for lack of space, so it is not asked for one that might; the changes wait in
    /// memory, and the journal has them.
    fn has_room(&self, bytes: usize) -> bool {
        let Ok(disk) = rustix::fs::statvfs(&self.shared.dir) else { return true };
        disk.f_bavail.saturating_mul(disk.f_frsize) >= limits::STORE_ROOM + 4 * bytes as u64
    }

    /// Writes what changed to `store/`, all or nothing, and seals what no longer changes.
    ///
    /// # Errors
    /// When the disk or sled refuses; the changes stay in memory and the next checkpoint tries
    /// again.
    pub fn checkpoint(&mut self) -> Result<(), WriteError> {
        if !self.has_room(self.changed_rows() * limits::ROW_BYTES_TYPICAL) {
            return Err(WriteError::new(std::io::Error::from(std::io::ErrorKind::StorageFull)));
        }
        let mut batch = KvBatch::default();
        {
            let rows = self.shared.rows();
            self.calls.extend(self.chunks.sparse().into_iter().map(CallId));
            let indexed_rows: Vec<&IndexedRow> = self.calls.iter().filter_map(|id| rows.calls.hot_row(&id.0)).collect();
            self.chunks.write(&mut batch, &indexed_rows).map_err(WriteError::new)?;
            self.chunks.write_live(&mut batch);
            for collection in rows.collections() {
                collection.write(&self.shared.kv(), &mut batch).map_err(WriteError::new)?;
            }
            for app in &self.apps {
                let at = rows.last_seen.get(app).copied().unwrap_or_default();
                let mut key = vec![b'l'];
                key.extend_from_slice(&app.0.to_be_bytes());
                batch.put(key, at.to_be_bytes());
            }
            self.applied.next_segment = rows.next_segment;
        }
        {
            let mut hours = self.shared.hours();
            hours.close_days(&self.shared.kv(), self.received).map_err(WriteError::new)?;
            hours.write(&mut batch);
            self.applied.open_from = hours.open_from;
            let numbers = self.shared.numbers();
            for key in &numbers.changed {
                batch.put(numbers::key(key), numbers.value(key));
            }
        }
        self.commit(batch)?;
        self.chunks.written();
        self.calls.clear();
        self.apps.clear();
        self.shared.rows_mut().collections_mut().into_iter().for_each(Collection::written);
        self.shared.hours().written();
        self.shared.numbers().changed.clear();
        self.drop_empty_segments()?;
        self.seal()
    }
}
