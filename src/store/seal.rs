//! Sealing: the oldest rows of the hot part become a segment.

use roaring::RoaringBitmap;

use super::collection::{bitmap_bytes, segment_key};
use super::encoding;
use super::kv::KvBatch;
use super::open::APPLIED;
use super::shared::COLLECTIONS;
use super::writer::{WriteError, Writer};
use super::{call_row, index_call};
use crate::correlate::join;
use crate::domain::CallId;

impl Writer {
    /// Seals rows above the bound. Runs right after a checkpoint, so every row it takes out of the hot
    /// part is also on disk until the segment counts.
    pub(super) fn seal(&mut self) -> Result<(), WriteError> {
        let sizes = self.shared.sizes;
        for at in 0..COLLECTIONS {
            loop {
                let (hot, is_chunked) = {
                    let rows = self.shared.rows();
                    let collection = rows.collections()[at];
                    (collection.view.hot.len(), collection.chunks().is_some())
                };
                // Rows that never change are sealed all together.
                let (full, sealed) =
                    if is_chunked { (sizes.sealed_callbacks, hot) } else { (sizes.hot_calls, sizes.sealed_calls) };
                if hot < full {
                    break;
                }
                self.seal_oldest(at, sealed)?;
            }
        }
        self.compact_segments()
    }

    fn next_segment(&mut self) -> u64 {
        let mut rows = self.shared.rows_mut();
        let number = rows.next_segment;
        rows.next_segment += 1;
        self.applied.next_segment = rows.next_segment;
        number
    }

    fn seal_oldest(&mut self, at: usize, count: usize) -> Result<(), WriteError> {
        let number = self.next_segment();
        let tmp = self.shared.dir.join("segment.tmp");
        let segment = self.shared.rows().collections()[at].write_segment(number, count, &tmp);
        let segment = segment.map_err(WriteError::new)?;
        let mut batch = KvBatch::default();
        {
            let mut rows = self.shared.rows_mut();
            let collection = &mut *rows.collections_mut()[at];
            let evicted = collection.evict(count);
            match collection.chunks() {
                Some(prefix) => batch.remove_all(&self.shared.kv(), prefix).map_err(WriteError::new)?,
                None => evicted.iter().for_each(|id| self.chunks.release(id)),
            }
            collection.attach(segment, RoaringBitmap::new());
            batch.put(segment_key(collection, Some(number)), bitmap_bytes(&RoaringBitmap::new()));
        }
        self.chunks.write_live(&mut batch);
        self.commit(batch)?;
        self.chunks.written();
        Ok(())
    }

    /// Moves the living rows of a mostly deleted segment back into the hot part and drops it: otherwise
    /// old versions stay on disk for good.
    fn compact_segments(&mut self) -> Result<(), WriteError> {
        let thin = {
            let rows = self.shared.rows();
            let thin = rows.calls.view.sealed.iter().find(|s| s.tombstones.len() * 2 > u64::from(s.segment.rows()));
            thin.cloned()
        };
        let Some(thin) = thin else { return Ok(()) };
        let mut batch = KvBatch::default();
        let mut indexed_rows = Vec::new();
        for position in (0..thin.segment.rows()).filter(|position| !thin.tombstones.contains(*position)) {
            let old = thin.segment.row(position).map_err(WriteError::new)?;
            let facts =
                call_row::decode(CallId(old.id), &old.row, self.shared.catalog.provider).map_err(WriteError::new)?;
            let indexed = index_call(&facts, &join(&facts, &self.shared.catalog));
            indexed_rows.push(indexed);
        }
        self.chunks.write(&mut batch, &indexed_rows.iter().collect::<Vec<_>>()).map_err(WriteError::new)?;
        self.chunks.write_live(&mut batch);
        let file = {
            let mut rows = self.shared.rows_mut();
            rows.calls.detach(thin.segment.number);
            for indexed in indexed_rows {
                rows.calls.put(indexed);
            }
            batch.remove(segment_key(&rows.calls, Some(thin.segment.number)));
            rows.calls.file(thin.segment.number)
        };
        self.commit(batch)?;
        self.chunks.written();
        // A reader may still hold it open; its bytes go when the last one lets go.
        std::fs::remove_file(file).map_err(WriteError::new)
    }

    pub(super) fn commit(&self, mut batch: KvBatch) -> Result<(), WriteError> {
        batch.put(APPLIED, encoding::encode(&self.applied));
        self.shared.kv().write(batch).map_err(WriteError::new)
    }
}
