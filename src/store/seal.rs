//! Sealing: the oldest rows of the hot part become a segment.

use roaring::RoaringBitmap;

use super::checkpoint::bitmap_bytes;
use super::kv::KvBatch;
use super::open::{APPLIED, segment_key};
use super::writer::{WriteError, Writer};
use super::{call_doc, row};
use crate::correlate::join;
use crate::domain::CallId;

impl Writer {
    /// Seals what is more than enough. Runs right after a checkpoint, so every row it takes
    /// out of the hot part also stands on disk until the segment counts.
    pub(super) fn seal(&mut self) -> Result<(), WriteError> {
        while self.shared.rows().calls.view.hot.len() >= self.shared.sizes.hot_calls {
            self.seal_calls()?;
        }
        if self.shared.rows().callbacks.view.hot.len() >= self.shared.sizes.sealed_callbacks {
            self.seal_chunks(b'b')?;
        }
        if self.shared.rows().sms.view.hot.len() >= self.shared.sizes.sealed_callbacks {
            self.seal_chunks(b's')?;
        }
        if self.shared.rows().audit.view.hot.len() >= self.shared.sizes.sealed_callbacks {
            self.seal_chunks(b'a')?;
        }
        self.thin_segments()
    }

    fn next_segment(&mut self) -> u64 {
        let mut rows = self.shared.rows_mut();
        let number = rows.next_segment;
        rows.next_segment += 1;
        self.applied.next_segment = rows.next_segment;
        number
    }

    fn seal_calls(&mut self) -> Result<(), WriteError> {
        let number = self.next_segment();
        let tmp = self.shared.dir.join("segment.tmp");
        let segment = self
            .shared
            .rows()
            .calls
            .write_segment(number, self.shared.sizes.sealed_calls, &tmp)
            .map_err(WriteError::new)?;
        let mut batch = KvBatch::default();
        {
            let mut rows = self.shared.rows_mut();
            for id in rows.calls.cool(self.shared.sizes.sealed_calls) {
                self.chunks.release(&id);
            }
            rows.calls.attach(segment, RoaringBitmap::new());
            batch.put(segment_key(&rows.calls, Some(number)), bitmap_bytes(&RoaringBitmap::new()));
        }
        self.chunks.write_live(&mut batch);
        self.commit(batch)?;
        self.chunks.written();
        Ok(())
    }

    /// Seals a collection whose rows never change, whole.
    fn seal_chunks(&mut self, prefix: u8) -> Result<(), WriteError> {
        let number = self.next_segment();
        let tmp = self.shared.dir.join("segment.tmp");
        let (segment, count) = {
            let rows = self.shared.rows();
            let collection = match prefix {
                b'b' => &rows.callbacks,
                b's' => &rows.sms,
                _ => &rows.audit,
            };
            let count = collection.view.hot.len();
            (collection.write_segment(number, count, &tmp).map_err(WriteError::new)?, count)
        };
        let mut batch = KvBatch::default();
        batch.remove_all(&self.shared.kv(), prefix).map_err(WriteError::new)?;
        {
            let mut rows = self.shared.rows_mut();
            let collection = match prefix {
                b'b' => &mut rows.callbacks,
                b's' => &mut rows.sms,
                _ => &mut rows.audit,
            };
            collection.cool(count);
            collection.attach(segment, RoaringBitmap::new());
            batch.put(segment_key(collection, Some(number)), bitmap_bytes(&RoaringBitmap::new()));
        }
        self.commit(batch)
    }

    /// Takes the living rows of a segment that is mostly dead back into the hot part, and
    /// drops it: late changes would otherwise leave their old versions on disk for good.
    fn thin_segments(&mut self) -> Result<(), WriteError> {
        let thin = {
            let rows = self.shared.rows();
            let thin = rows.calls.view.sealed.iter().find(|s| s.dead.len() * 2 > u64::from(s.segment.rows()));
            thin.cloned()
        };
        let Some(thin) = thin else { return Ok(()) };
        let mut batch = KvBatch::default();
        let mut docs = Vec::new();
        for position in (0..thin.segment.rows()).filter(|position| !thin.dead.contains(*position)) {
            let old = thin.segment.doc(position).map_err(WriteError::new)?;
            let facts = row::decode(CallId(old.id), &old.row, self.shared.catalog.provider).map_err(WriteError::new)?;
            let doc = call_doc(&facts, &join(&facts, &self.shared.catalog));
            docs.push(doc);
        }
        self.chunks.write(&mut batch, &docs.iter().collect::<Vec<_>>()).map_err(WriteError::new)?;
        self.chunks.write_live(&mut batch);
        let file = {
            let mut rows = self.shared.rows_mut();
            rows.calls.detach(thin.segment.number);
            for doc in docs {
                rows.calls.put(doc);
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
        batch.put(APPLIED, postcard::to_stdvec(&self.applied).map_err(WriteError::new)?);
        self.shared.kv().write(batch).map_err(WriteError::new)
    }
}
