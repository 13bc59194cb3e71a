//! A set of rows: a hot part in memory that may still change, and sealed segments behind it.
//!
//! The hot part is bounded (`limits::HOT_CALLS`, `limits::SEALED_CALLBACKS`), so walking it is
//! too. Its rows also stand in the map of [`super::kv`], from which it is loaded at the start. Whoever only reads
//! takes a [`View`] and walks that: the writer does not wait for it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::hot_rows::HotRows;
use super::indexed_row::{IndexedRow, RowKey, write_chunk};
use super::kv::{self, Kv, KvBatch};
use super::segment::{self, Segment, SegmentError};
use super::terms::Terms;
use crate::limits::BLOCK_ROWS;

/// One kind of row, as the writer holds it.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    name: &'static str,
    chunks: Option<u8>,
    dir: PathBuf,
    keys: HashMap<[u8; 16], i64>,
    pub(super) view: View,
    unsaved: Unsaved,
}

#[derive(Debug, Clone, Default)]
struct Unsaved {
    appended: Vec<RowKey>,
    /// Whether hot rows were removed: a chunk of rows that never change has no way to say so.
    rewrite: bool,
    /// Segments with more tombstones.
    tombstones: BTreeSet<u64>,
}

/// The rows as they are at one moment. Clones share what has not changed since, and cost next to
/// nothing; the files of a segment are read for as long as a view has it open.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    pub(super) hot: HotRows,
    /// By newest row, newest first.
    pub(super) sealed: Arc<Vec<Sealed>>,
    rows: u64,
}

/// A segment and its rows that are deleted or replaced in the hot part.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) segment: Arc<Segment>,
    pub(super) tombstones: Arc<RoaringBitmap>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowLocation {
    Hot,
    Sealed { number: u64, position: u32 },
}

impl Collection {
    /// An empty collection whose segments are kept in `dir` under names that begin with `name`, and
    /// the chunks of its hot part under keys that begin with `chunks`.
    pub(super) fn new(name: &'static str, chunks: Option<u8>, dir: &Path) -> Self {
        let (keys, view, unsaved) = (HashMap::new(), View::default(), Unsaved::default());
        Self { name, chunks, dir: dir.to_owned(), keys, view, unsaved }
    }

    pub(super) fn file(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{}-{number:08}", self.name))
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// What the keys of its chunks begin with, where its rows are only appended and removed.
    pub(super) fn chunks(&self) -> Option<u8> {
        self.chunks
    }

    pub(super) fn hot_row(&self, id: &[u8; 16]) -> Option<&IndexedRow> {
        self.view.hot.get(&(*self.keys.get(id)?, *id))
    }

    pub(super) fn attach(&mut self, segment: Arc<Segment>, tombstones: RoaringBitmap) {
        self.view.rows += u64::from(segment.rows()) - tombstones.len();
        let sealed = Arc::make_mut(&mut self.view.sealed);
        sealed.push(Sealed { segment, tombstones: Arc::new(tombstones) });
        sealed.sort_by_key(|sealed| std::cmp::Reverse(sealed.segment.newest()));
    }

    pub(super) fn detach(&mut self, number: u64) {
        if let Some(at) = self.view.sealed.iter().position(|s| s.segment.number == number) {
            let sealed = Arc::make_mut(&mut self.view.sealed).remove(at);
            self.view.rows -= u64::from(sealed.segment.rows()) - sealed.tombstones.len();
        }
    }

    /// Replaces an older version of the row.
    pub(super) fn put(&mut self, indexed: IndexedRow) {
        match self.keys.insert(indexed.id, indexed.k) {
            Some(k) if k == indexed.k => {}
            Some(k) => {
                self.view.hot.remove(&(k, indexed.id));
            }
            None => self.view.rows += 1,
        }
        self.view.hot.insert(indexed);
    }

    pub(super) fn append(&mut self, indexed: IndexedRow) {
        self.unsaved.appended.push(indexed.key());
        self.put(indexed);
    }

    pub(super) fn remove(&mut self, id: &[u8; 16], found: RowLocation) {
        match found {
            RowLocation::Hot => {
                self.unsaved.rewrite = true;
                if let Some(k) = self.keys.remove(id) {
                    self.view.hot.remove(&(k, *id));
                    self.view.rows -= 1;
                }
            }
            RowLocation::Sealed { number, position } => self.mark_deleted(number, position),
        }
    }

    pub(super) fn empty_segments(&self) -> Vec<u64> {
        let empty = self.view.sealed.iter().filter(|s| s.tombstones.len() == u64::from(s.segment.rows()));
        empty.map(|s| s.segment.number).collect()
    }

    pub(super) fn mark_deleted(&mut self, number: u64, position: u32) {
        if let Some(sealed) = Arc::make_mut(&mut self.view.sealed).iter_mut().find(|s| s.segment.number == number)
            && Arc::make_mut(&mut sealed.tombstones).insert(position)
        {
            self.view.rows -= 1;
            self.unsaved.tombstones.insert(number);
        }
    }

    /// Since the last checkpoint.
    pub(super) fn appended(&self) -> usize {
        self.unsaved.appended.len()
    }

    pub(super) fn has_changes(&self) -> bool {
        self.unsaved.rewrite || !self.unsaved.tombstones.is_empty()
    }

    /// Adds changes to a batch, except the chunks of calls.
    pub(super) fn write(&self, kv: &Kv, batch: &mut KvBatch) -> std::io::Result<()> {
        let hot = &self.view.hot;
        if let Some(prefix) = self.chunks {
            let chunk = if self.unsaved.rewrite {
                batch.remove_all(kv, prefix)?;
                hot.iter().next().map(|first| (first.k, write_chunk(hot.iter())))
            } else {
                let appended = &self.unsaved.appended;
                appended.first().map(|first| (first.0, write_chunk(appended.iter().filter_map(|key| hot.get(key)))))
            };
            if let Some((first, chunk)) = chunk {
                batch.put(kv::key(prefix, first.to_be_bytes()), chunk);
            }
        }
        for number in &self.unsaved.tombstones {
            if let Some(sealed) = self.view.sealed.iter().find(|sealed| sealed.segment.number == *number) {
                batch.put(segment_key(self, Some(*number)), bitmap_bytes(&sealed.tombstones));
            }
        }
        Ok(())
    }

    /// The batch of [`Collection::write`] is on disk.
    pub(super) fn written(&mut self) {
        self.unsaved = Unsaved::default();
    }

    /// The row of this id, which carries the id's `term`.
    pub(super) fn get(&self, id: &[u8; 16], term: u64) -> Result<Option<(IndexedRow, RowLocation)>, SegmentError> {
        match self.hot_row(id) {
            Some(indexed) => Ok(Some((indexed.clone(), RowLocation::Hot))),
            None => self.view.sealed_row(id, term),
        }
    }

    /// Writes the oldest `count` hot rows as segment `number`, without changing anything here.
    pub(super) fn write_segment(&self, number: u64, count: usize, tmp: &Path) -> Result<Arc<Segment>, SegmentError> {
        let mut indexed_rows: Vec<IndexedRow> = self.view.hot.iter().take(count).cloned().collect();
        indexed_rows.reverse();
        let path = self.file(number);
        segment::write(tmp, &path, &indexed_rows)
            .map_err(|source| SegmentError::Io(path.display().to_string(), source))?;
        Ok(Arc::new(Segment::open(&path, number)?))
    }

    /// Takes the oldest `count` rows out of the hot part, once their segment is attached.
    pub(super) fn evict(&mut self, count: usize) -> Vec<[u8; 16]> {
        let ids: Vec<_> = self.view.hot.take_first(count).into_iter().map(|indexed| indexed.id).collect();
        for id in &ids {
            self.keys.remove(id);
        }
        self.view.rows -= ids.len() as u64;
        ids
    }
}

impl View {
    /// Without deleted rows.
    pub(super) fn len(&self) -> u64 {
        self.rows
    }

    pub(super) fn bytes(&self) -> u64 {
        self.sealed.iter().map(|s| s.segment.bytes()).sum()
    }

    /// Every row ordered at `k_max` or below in the time up to `t_max`, in no order.
    pub(super) fn walk(
        &self,
        k_max: i64,
        t_max: i64,
        mut each: impl FnMut(IndexedRow, RowLocation) -> Result<(), SegmentError>,
    ) -> Result<(), SegmentError> {
        for indexed in self.hot.iter().filter(|indexed| indexed.k <= k_max && indexed.t <= t_max) {
            each(indexed.clone(), RowLocation::Hot)?;
        }
        for Sealed { segment, tombstones } in self.sealed.iter().filter(|sealed| sealed.segment.oldest().0 <= k_max) {
            let mut block = None;
            let mut positions = segment.range(k_max, i64::MIN, t_max);
            positions.mark_deleted(tombstones);
            for position in positions {
                let indexed = segment.row_cached(&mut block, position)?;
                if indexed.k <= k_max && indexed.t <= t_max {
                    each(indexed, RowLocation::Sealed { number: segment.number, position })?;
                }
            }
        }
        Ok(())
    }

    /// The row of this id in a segment; it carries the id's `term`.
    pub(super) fn sealed_row(
        &self,
        id: &[u8; 16],
        term: u64,
    ) -> Result<Option<(IndexedRow, RowLocation)>, SegmentError> {
        for sealed in self.sealed.iter().filter(|s| s.segment.may_hold(term)) {
            let (mut positions, _) = sealed.segment.find(&sealed.segment.probe(&[Terms::one(term)]))?;
            positions.mark_deleted(&sealed.tombstones);
            for position in positions {
                let indexed = sealed.segment.row(position)?;
                if indexed.id == *id {
                    return Ok(Some((indexed, RowLocation::Sealed { number: sealed.segment.number, position })));
                }
            }
        }
        Ok(None)
    }

    /// The row ordered at `k`, where that alone names it.
    pub(super) fn at(&self, k: i64) -> Result<Option<IndexedRow>, SegmentError> {
        if let Some(indexed) = self.hot.at_or_behind(&(k, [0; 16])).filter(|indexed| indexed.k == k) {
            return Ok(Some(indexed.clone()));
        }
        for sealed in self.sealed.iter() {
            if sealed.segment.oldest().0 > k || sealed.segment.newest().0 < k {
                continue;
            }
            // The first block whose rows can be as low as k holds it, or the one behind that as its
            // very first row: of where a block ends only the beginning of the next one is known.
            let Some(first) = sealed.segment.range(k, i64::MIN, i64::MAX).into_iter().next() else { continue };
            let (index, _) = Segment::block_of(first);
            for index in [index, index + 1] {
                let begin = (index * BLOCK_ROWS) as u32;
                if begin >= sealed.segment.rows() {
                    break;
                }
                let block = sealed.segment.block(index)?;
                let mut rows = (begin..).zip((0..).map_while(|i| block.row(i)));
                if let Some((position, indexed)) = rows.find(|(_, indexed)| indexed.k == k)
                    && !sealed.tombstones.contains(position)
                {
                    return Ok(Some(indexed));
                }
            }
        }
        Ok(None)
    }
}

pub(super) fn bitmap_bytes(bitmap: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(bitmap.serialized_size());
    bitmap.serialize_into(&mut bytes).expect("memory takes every write");
    bytes
}

/// The key of a segment, or what those of all of them begin with.
pub(super) fn segment_key(collection: &Collection, number: Option<u64>) -> Vec<u8> {
    let mut key = vec![b'g'];
    key.extend_from_slice(collection.name().as_bytes());
    key.push(b':');
    if let Some(number) = number {
        key.extend_from_slice(&number.to_be_bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_number_in_whichever_block_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let mut rows = Collection::new("rows", None, dir.path());
        let count = 3 * BLOCK_ROWS + 7;
        for k in 0..count as i64 {
            let (id, terms, row) = ((k as u128).to_be_bytes(), Arc::default(), Arc::from(k.to_be_bytes()));
            rows.put(IndexedRow { id, k, t: k, last: k as u64, signature: 0, terms, row });
        }
        let segment = rows.write_segment(1, count, &dir.path().join("segment.tmp")).unwrap();
        rows.evict(count);
        rows.attach(segment, RoaringBitmap::new());
        for k in 0..count as i64 {
            assert_eq!(rows.view.at(k).unwrap().map(|indexed| indexed.k), Some(k));
        }
        assert!(rows.view.at(count as i64).unwrap().is_none());
    }
}
