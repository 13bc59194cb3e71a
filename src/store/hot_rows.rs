//! The rows of a hot part in their order, in runs that its snapshots share.
//!
//! ```text
//! HotRows ─ run ─ run ─ run        one Arc each; at most `limits::HOT_RUN` rows
//!            │     │     │
//! snapshot ─ run ─ run ─ run'      a change copies the one run it is made in, and only while a
//!                                  snapshot still has it
//! ```
//!
//! So a reader takes a snapshot in the time of some hundred counters, and walks it for as long as
//! it likes without the writer waiting.

use std::sync::Arc;

use super::indexed_row::{IndexedRow, RowKey};
use crate::limits::HOT_RUN;

/// Rows, ascending by key. Clones share what neither side changes.
#[derive(Debug, Clone, Default)]
pub(super) struct HotRows {
    /// None is empty.
    runs: Vec<Arc<Vec<IndexedRow>>>,
    len: usize,
}

impl HotRows {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, key: &RowKey) -> Option<&IndexedRow> {
        let run = self.runs.get(self.run_of(key))?;
        run.binary_search_by_key(key, IndexedRow::key).ok().map(|at| &run[at])
    }

    pub(super) fn at_or_behind(&self, key: &RowKey) -> Option<&IndexedRow> {
        let run = self.run_of(key);
        let inside = self.runs.get(run)?;
        let at = inside.partition_point(|indexed| indexed.key() < *key);
        inside.get(at).or_else(|| self.runs.get(run + 1)?.first())
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &IndexedRow> {
        self.runs.iter().flat_map(|run| run.iter())
    }

    /// Those before `key`, the last of them first.
    pub(super) fn before(&self, key: RowKey) -> impl Iterator<Item = &IndexedRow> {
        let run = self.run_of(&key);
        let (whole, cut) = match self.runs.get(run) {
            Some(cut) => (&self.runs[..run], &cut[..cut.partition_point(|indexed| indexed.key() < key)]),
            None => (&self.runs[..], &[][..]),
        };
        cut.iter().rev().chain(whole.iter().rev().flat_map(|run| run.iter().rev()))
    }

    /// Replaces a row of the same key.
    pub(super) fn insert(&mut self, indexed: IndexedRow) {
        let key = indexed.key();
        let run = self.run_of(&key);
        let Some(rows) = self.runs.get_mut(run) else {
            self.runs.push(Arc::new(vec![indexed]));
            self.len += 1;
            return;
        };
        match rows.binary_search_by_key(&key, IndexedRow::key) {
            Ok(at) => own(rows)[at] = indexed,
            Err(at) => {
                self.len += 1;
                if rows.len() < HOT_RUN {
                    own(rows).insert(at, indexed);
                } else if at == rows.len() {
                    // Rows mostly come in their order: the run stays full.
                    self.runs.insert(run + 1, Arc::new(vec![indexed]));
                } else {
                    let mut upper = own(rows).split_off(HOT_RUN / 2);
                    match at.checked_sub(HOT_RUN / 2) {
                        Some(at) => upper.insert(at, indexed),
                        None => own(rows).insert(at, indexed),
                    }
                    self.runs.insert(run + 1, Arc::new(upper));
                }
            }
        }
    }

    pub(super) fn remove(&mut self, key: &RowKey) -> Option<IndexedRow> {
        let run = self.run_of(key);
        let rows = self.runs.get_mut(run)?;
        let at = rows.binary_search_by_key(key, IndexedRow::key).ok()?;
        self.len -= 1;
        let indexed = own(rows).remove(at);
        let left = rows.len();
        let next = self.runs.get(run + 1).map_or(HOT_RUN, |next| next.len());
        if left + next <= HOT_RUN / 2 {
            let next = self.runs.remove(run + 1);
            own(&mut self.runs[run]).extend(next.iter().cloned());
        } else if left == 0 {
            self.runs.remove(run);
        }
        Some(indexed)
    }

    pub(super) fn take_first(&mut self, count: usize) -> Vec<IndexedRow> {
        let mut taken = Vec::with_capacity(count.min(self.len));
        let mut whole = 0;
        for run in &mut self.runs {
            let missing = count - taken.len();
            if run.len() > missing {
                taken.extend(own(run).drain(..missing));
                break;
            }
            taken.extend(run.iter().cloned());
            whole += 1;
        }
        self.runs.drain(..whole);
        self.len -= taken.len();
        taken
    }

    /// The run in which a row of this key stands or belongs; 0 where there is none yet.
    fn run_of(&self, key: &RowKey) -> usize {
        self.runs.partition_point(|run| run[0].key() <= *key).saturating_sub(1)
    }
}

/// Copies a run that a snapshot shares.
fn own(run: &mut Arc<Vec<IndexedRow>>) -> &mut Vec<IndexedRow> {
    if Arc::get_mut(run).is_none() {
        let mut copy = Vec::with_capacity(HOT_RUN);
        copy.extend(run.iter().cloned());
        *run = Arc::new(copy);
    }
    Arc::get_mut(run).expect("nobody else has what was just made")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn indexed(k: i64, last: u64) -> IndexedRow {
        IndexedRow { id: [1; 16], k, t: k, last, signature: 0, terms: Arc::default(), row: Arc::default() }
    }

    #[derive(Debug, Clone)]
    enum Change {
        Put(i64),
        Remove(i64),
        TakeFirst(usize),
        Snapshot,
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            12 => (0..2_000i64).prop_map(Change::Put),
            6 => (0..2_000i64).prop_map(Change::Remove),
            1 => (0..400usize).prop_map(Change::TakeFirst),
            1 => Just(Change::Snapshot),
        ]
    }

    fn same(rows: &HotRows, model: &BTreeMap<i64, u64>) {
        let seen: Vec<(i64, u64)> = rows.iter().map(|indexed| (indexed.k, indexed.last)).collect();
        assert!(seen.iter().copied().eq(model.iter().map(|(k, last)| (*k, *last))), "{seen:?} is not {model:?}");
        assert_eq!(rows.len(), model.len());
        assert!(rows.runs.iter().all(|run| !run.is_empty() && run.len() <= HOT_RUN));
        for k in [-1, 0, 700, 1_999, 2_000] {
            let key = (k, [1; 16]);
            assert_eq!(rows.get(&key).map(|indexed| indexed.last), model.get(&k).copied());
            assert_eq!(rows.at_or_behind(&key).map(|indexed| indexed.k), model.range(k..).next().map(|(k, _)| *k));
            assert!(rows.before(key).map(|indexed| indexed.k).eq(model.range(..k).rev().map(|(k, _)| *k)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn rows_are_those_of_a_sorted_map_and_a_snapshot_never_changes(
            changes in proptest::collection::vec(change(), 1..1_500),
        ) {
            let (mut rows, mut model) = (HotRows::default(), BTreeMap::new());
            let mut snapshots = Vec::new();
            for (n, change) in (0..).zip(changes) {
                match change {
                    Change::Put(k) => {
                        rows.insert(indexed(k, n));
                        model.insert(k, n);
                    }
                    Change::Remove(k) => {
                        assert_eq!(rows.remove(&(k, [1; 16])).map(|indexed| indexed.last), model.remove(&k));
                    }
                    Change::TakeFirst(count) => {
                        let taken = rows.take_first(count);
                        let expected: Vec<_> = (0..count).map_while(|_| model.pop_first()).collect();
                        assert!(taken.iter().map(|indexed| (indexed.k, indexed.last)).eq(expected));
                    }
                    Change::Snapshot => snapshots.push((rows.clone(), model.clone())),
                }
            }
            snapshots.push((rows, model));
            for (rows, model) in &snapshots {
                same(rows, model);
            }
        }
    }

    #[test]
    fn rows_that_come_in_their_order_fill_their_runs() {
        let mut rows = HotRows::default();
        (0..10 * HOT_RUN as i64).for_each(|k| rows.insert(indexed(k, 0)));
        assert_eq!(rows.runs.len(), 10);
    }
}
