//! Checkpoints: what changed in memory reaches `store/`, all or nothing.
//!
//! One batch and one flush. A crash before it loses what came since the last one, which
//! the journal gives back; there is no moment at which half of a change is on disk. Right after
//! a checkpoint [`super::seal`] moves what no longer changes into segments.

use roaring::RoaringBitmap;

use super::collection::Collection;
use super::doc::Doc;
use super::kv::{self, KvBatch};
use super::numbers;
use super::open::{segment_key, write_chunk};
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
            let docs: Vec<&Doc> = self.calls.iter().filter_map(|id| rows.calls.hot_doc(&id.0)).collect();
            self.chunks.write(&mut batch, &docs).map_err(WriteError::new)?;
            self.chunks.write_live(&mut batch);
            for (prefix, places, collection, anew) in [
                (b'b', &self.callbacks, &rows.callbacks, self.rewrite_callbacks),
                (b's', &self.sms, &rows.sms, self.rewrite_sms),
                (b'a', &self.audit, &rows.audit, false),
            ] {
                if anew {
                    self.write_anew(&mut batch, prefix, collection)?;
                } else if let Some(first) = places.first() {
                    let docs = places.iter().filter_map(|place| collection.view.hot.get(place));
                    batch.put(kv::key(prefix, first.0.to_be_bytes()), write_chunk(docs));
                }
            }
            for number in &self.buried {
                for collection in [&rows.calls, &rows.callbacks, &rows.sms] {
                    if let Some(dead) = collection.dead(*number) {
                        batch.put(segment_key(collection, Some(*number)), bitmap_bytes(dead));
                    }
                }
            }
            for app in &self.apps {
                let at = rows.last_seen.get(app).copied().unwrap_or_default();
                let mut key = vec![b'l'];
                key.extend_from_slice(&app.0.to_be_bytes());
                batch.put(key, &at.to_be_bytes());
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
        self.callbacks.clear();
        self.sms.clear();
        self.audit.clear();
        self.apps.clear();
        self.buried.clear();
        self.rewrite_callbacks = false;
        self.rewrite_sms = false;
        self.shared.hours().written();
        self.shared.numbers().changed.clear();
        self.drop_dead_segments()?;
        self.seal()
    }

    /// Puts the hot rows of a collection into the batch in the place of all its chunks: some
    /// were taken away, which a chunk of rows that never change has no way to say.
    fn write_anew(&self, batch: &mut KvBatch, prefix: u8, collection: &Collection) -> Result<(), WriteError> {
        batch.remove_all(&self.shared.kv(), prefix).map_err(WriteError::new)?;
        if let Some(first) = collection.view.hot.iter().next() {
            batch.put(kv::key(prefix, first.k.to_be_bytes()), write_chunk(collection.view.hot.iter()));
        }
        Ok(())
    }
}

pub(super) fn bitmap_bytes(bitmap: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(bitmap.serialized_size());
    bitmap.serialize_into(&mut bytes).expect("memory takes every write");
    bytes
}
