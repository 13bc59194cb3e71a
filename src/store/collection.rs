//! A set of rows: a hot part in memory that may still change, and sealed segments behind it.
//!
//! The hot part is bounded (`limits::HOT_CALLS`, `limits::SEALED_CALLBACKS`), so walking it is
//! too. Its rows also stand in the map of [`super::kv`], from which it is loaded at the start. Whoever only reads
//! takes a [`View`] and walks that: the writer does not wait for it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::doc::Doc;
use super::hot_rows::HotRows;
use super::segment::{self, Segment, SegmentError};
use super::terms::Terms;
use crate::limits::BLOCK_ROWS;

/// A row's place: newest first is descending.
pub(super) type Place = (i64, [u8; 16]);

/// One kind of row, as the writer has it.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    name: &'static str,
    dir: PathBuf,
    places: HashMap<[u8; 16], i64>,
    pub(super) view: View,
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

/// A segment and the rows of it that live on elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) segment: Arc<Segment>,
    pub(super) dead: Arc<RoaringBitmap>,
}

/// Where a row was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Hot,
    Sealed { number: u64, position: u32 },
}

impl Collection {
    /// An empty collection whose segments are kept in `dir` under names that begin with `name`.
    pub(super) fn new(name: &'static str, dir: &Path) -> Self {
        Self { name, dir: dir.to_owned(), places: HashMap::new(), view: View::default() }
    }

    /// The file of a segment.
    pub(super) fn file(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{}-{number:08}", self.name))
    }

    /// Its name, which its segments' names begin with.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// A row of the hot part.
    pub(super) fn hot_doc(&self, id: &[u8; 16]) -> Option<&Doc> {
        self.view.hot.get(&(*self.places.get(id)?, *id))
    }

    /// Adds a sealed segment as it was found at the start or was just written.
    pub(super) fn attach(&mut self, segment: Arc<Segment>, dead: RoaringBitmap) {
        self.view.rows += u64::from(segment.rows()) - dead.len();
        let sealed = Arc::make_mut(&mut self.view.sealed);
        sealed.push(Sealed { segment, dead: Arc::new(dead) });
        sealed.sort_by_key(|sealed| std::cmp::Reverse(sealed.segment.newest()));
    }

    /// Lets go of a segment whose living rows were put elsewhere.
    pub(super) fn detach(&mut self, number: u64) {
        if let Some(at) = self.view.sealed.iter().position(|s| s.segment.number == number) {
            let sealed = Arc::make_mut(&mut self.view.sealed).remove(at);
            self.view.rows -= u64::from(sealed.segment.rows()) - sealed.dead.len();
        }
    }

    /// Puts a row into the hot part, in the place of an older version of it.
    pub(super) fn put(&mut self, doc: Doc) {
        match self.places.insert(doc.id, doc.k) {
            Some(k) if k == doc.k => {}
            Some(k) => {
                self.view.hot.remove(&(k, doc.id));
            }
            None => self.view.rows += 1,
        }
        self.view.hot.insert(doc);
    }

    /// Takes a row away for good.
    pub(super) fn remove(&mut self, id: &[u8; 16], found: Found) {
        match found {
            Found::Hot => {
                if let Some(k) = self.places.remove(id) {
                    self.view.hot.remove(&(k, *id));
                    self.view.rows -= 1;
                }
            }
            Found::Sealed { number, position } => self.bury(number, position),
        }
    }

    /// The segments that have no living row left.
    pub(super) fn dead_segments(&self) -> Vec<u64> {
        let empty = self.view.sealed.iter().filter(|s| s.dead.len() == u64::from(s.segment.rows()));
        empty.map(|s| s.segment.number).collect()
    }

    /// Marks a sealed row as living on in the hot part.
    pub(super) fn bury(&mut self, number: u64, position: u32) {
        if let Some(sealed) = Arc::make_mut(&mut self.view.sealed).iter_mut().find(|s| s.segment.number == number)
            && Arc::make_mut(&mut sealed.dead).insert(position)
        {
            self.view.rows -= 1;
        }
    }

    /// The rows that a segment marks as dead.
    pub(super) fn dead(&self, number: u64) -> Option<&RoaringBitmap> {
        self.view.sealed.iter().find(|s| s.segment.number == number).map(|s| &*s.dead)
    }

    /// The row of this id, which carries the id's `term`.
    pub(super) fn get(&self, id: &[u8; 16], term: u64) -> Result<Option<(Doc, Found)>, SegmentError> {
        match self.hot_doc(id) {
            Some(doc) => Ok(Some((doc.clone(), Found::Hot))),
            None => self.view.sealed_doc(id, term),
        }
    }

    /// Writes the oldest `count` hot rows as segment `number`, without changing anything here.
    pub(super) fn write_segment(&self, number: u64, count: usize, tmp: &Path) -> Result<Arc<Segment>, SegmentError> {
        let mut docs: Vec<Doc> = self.view.hot.iter().take(count).cloned().collect();
        docs.reverse();
        let path = self.file(number);
        segment::write(tmp, &path, &docs).map_err(|source| SegmentError::Io(path.display().to_string(), source))?;
        Ok(Arc::new(Segment::open(&path, number)?))
    }

    /// Takes the oldest `count` rows out of the hot part, once their segment is attached.
    pub(super) fn cool(&mut self, count: usize) -> Vec<[u8; 16]> {
        let ids: Vec<_> = self.view.hot.take_first(count).into_iter().map(|doc| doc.id).collect();
        for id in &ids {
            self.places.remove(id);
        }
        self.view.rows -= ids.len() as u64;
        ids
    }
}

impl View {
    /// Rows that are alive.
    pub(super) fn len(&self) -> u64 {
        self.rows
    }

    /// Bytes of its segments.
    pub(super) fn bytes(&self) -> u64 {
        self.sealed.iter().map(|s| s.segment.bytes()).sum()
    }

    /// Every row ordered at `k_max` or below in the time up to `t_max`, in no order.
    pub(super) fn walk(
        &self,
        k_max: i64,
        t_max: i64,
        mut each: impl FnMut(Doc, Found) -> Result<(), SegmentError>,
    ) -> Result<(), SegmentError> {
        for doc in self.hot.iter().filter(|doc| doc.k <= k_max && doc.t <= t_max) {
            each(doc.clone(), Found::Hot)?;
        }
        for Sealed { segment, dead } in self.sealed.iter().filter(|sealed| sealed.segment.oldest().0 <= k_max) {
            let mut block = None;
            let mut positions = segment.range(k_max, i64::MIN, t_max);
            positions.bury(dead);
            for position in positions {
                let doc = segment.doc_cached(&mut block, position)?;
                if doc.k <= k_max && doc.t <= t_max {
                    each(doc, Found::Sealed { number: segment.number, position })?;
                }
            }
        }
        Ok(())
    }

    /// The row of this id in a segment; it carries the id's `term`.
    pub(super) fn sealed_doc(&self, id: &[u8; 16], term: u64) -> Result<Option<(Doc, Found)>, SegmentError> {
        for sealed in self.sealed.iter().filter(|s| s.segment.may_hold(term)) {
            let (mut positions, _) = sealed.segment.find(&sealed.segment.look(&[Terms::one(term)]))?;
            positions.bury(&sealed.dead);
            for position in positions {
                let doc = sealed.segment.doc(position)?;
                if doc.id == *id {
                    return Ok(Some((doc, Found::Sealed { number: sealed.segment.number, position })));
                }
            }
        }
        Ok(None)
    }

    /// The row ordered at `k`, where that alone names it.
    pub(super) fn at(&self, k: i64) -> Result<Option<Doc>, SegmentError> {
        if let Some(doc) = self.hot.at_or_behind(&(k, [0; 16])).filter(|doc| doc.k == k) {
            return Ok(Some(doc.clone()));
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
                let mut rows = (begin..).zip((0..).map_while(|i| block.doc(i)));
                if let Some((position, doc)) = rows.find(|(_, doc)| doc.k == k)
                    && !sealed.dead.contains(position)
                {
                    return Ok(Some(doc));
                }
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_number_in_whichever_block_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let mut rows = Collection::new("rows", dir.path());
        let count = 3 * BLOCK_ROWS + 7;
        for k in 0..count as i64 {
            let (id, terms, row) = ((k as u128).to_be_bytes(), Arc::default(), Arc::from(k.to_be_bytes()));
            rows.put(Doc { id, k, t: k, last: k as u64, signature: 0, terms, row });
        }
        let segment = rows.write_segment(1, count, &dir.path().join("segment.tmp")).unwrap();
        rows.cool(count);
        rows.attach(segment, RoaringBitmap::new());
        for k in 0..count as i64 {
            assert_eq!(rows.view.at(k).unwrap().map(|doc| doc.k), Some(k));
        }
        assert!(rows.view.at(count as i64).unwrap().is_none());
    }
}
