//! A set of rows of one segment: one bit for each position.
//!
//! A segment has some ten thousand rows, so a set of them is four kilobytes that stay in the
//! cache of the processor: AND, OR and NOT take a fraction of a microsecond each, and putting a
//! posting list in takes a nanosecond a row.

use roaring::RoaringBitmap;

use crate::limits::BLOCK_ROWS;

const BITS: u32 = u64::BITS;

/// Rows of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Positions {
    words: Vec<u64>,
    rows: u32,
}

impl Positions {
    /// None of `rows` rows.
    pub(in crate::store) fn none(rows: u32) -> Self {
        Self { words: vec![0; rows.div_ceil(BITS) as usize], rows }
    }

    /// Adds one; says whether there is such a row.
    pub(super) fn insert(&mut self, position: u32) -> bool {
        let inside = position < self.rows;
        if inside {
            self.words[(position / BITS) as usize] |= 1 << (position % BITS);
        }
        inside
    }

    /// Adds those from `first` to before `end`, as far as there are such rows.
    pub(super) fn insert_range(&mut self, first: u32, end: u32) {
        let end = end.min(self.rows);
        if first >= end {
            return;
        }
        let (from, to) = ((first / BITS) as usize, ((end - 1) / BITS) as usize);
        let low = u64::MAX << (first % BITS);
        let high = u64::MAX >> (BITS - 1 - (end - 1) % BITS);
        if from == to {
            self.words[from] |= low & high;
            return;
        }
        self.words[from] |= low;
        self.words[from + 1..to].fill(u64::MAX);
        self.words[to] |= high;
    }

    /// Adds the rows of one word: bit 0 of word 0 is the first row.
    pub(super) fn insert_word(&mut self, index: usize, word: u64) {
        let last = self.words.len().saturating_sub(1);
        let Some(known) = self.words.get_mut(index) else { return };
        // Beyond the last row there are none, whatever a damaged file says.
        let inside = if index == last { u64::MAX >> ((BITS - self.rows % BITS) % BITS) } else { u64::MAX };
        *known |= word & inside;
    }

    pub(in crate::store) fn contains(&self, position: u32) -> bool {
        self.words.get((position / BITS) as usize).is_some_and(|word| word >> (position % BITS) & 1 == 1)
    }

    /// Takes out what is not in `other`.
    pub(in crate::store) fn keep(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Takes out what is in `other`.
    pub(in crate::store) fn remove(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    pub(in crate::store) fn mark_deleted(&mut self, tombstones: &RoaringBitmap) {
        for position in tombstones.iter().take_while(|position| *position < self.rows) {
            self.words[(position / BITS) as usize] &= !(1 << (position % BITS));
        }
    }

    pub(in crate::store) fn len(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// In how many blocks of rows they lie.
    pub(in crate::store) fn blocks(&self) -> usize {
        self.words.chunks(BLOCK_ROWS / BITS as usize).filter(|words| words.iter().any(|word| *word != 0)).count()
    }
}

impl IntoIterator for Positions {
    type Item = u32;
    type IntoIter = Walk;

    fn into_iter(self) -> Walk {
        let word = self.words.first().copied().unwrap_or(0);
        Walk { positions: self, at: 0, word }
    }
}

#[derive(Debug)]
pub(in crate::store) struct Walk {
    positions: Positions,
    at: usize,
    word: u64,
}

impl Iterator for Walk {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.word == 0 {
            self.at += 1;
            self.word = *self.positions.words.get(self.at)?;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(self.at as u32 * BITS + bit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_what_sets_are(
            rows in 1u32..600,
            one in prop::collection::btree_set(0u32..600, 0..90),
            range in (0u32..600, 0u32..700),
            tombstones in prop::collection::btree_set(0u32..700, 0..90),
        ) {
            let set = |positions: &BTreeSet<u32>| {
                let mut set = Positions::none(rows);
                for position in positions {
                    prop_assert_eq!(set.insert(*position), *position < rows);
                }
                Ok(set)
            };
            let inside = |positions: BTreeSet<u32>| positions.into_iter().filter(|p| *p < rows).collect::<Vec<_>>();
            let mut spanned = Positions::none(rows);
            spanned.insert_range(range.0, range.1);
            let span: BTreeSet<u32> = (range.0..range.1).collect();
            prop_assert_eq!(spanned.clone().into_iter().collect::<Vec<_>>(), inside(span.clone()));
            prop_assert_eq!(spanned.len(), inside(span.clone()).len() as u64);
            let mut both = set(&one)?;
            both.keep(&spanned);
            prop_assert_eq!(both.into_iter().collect::<Vec<_>>(), inside(&one & &span));
            let mut rest = set(&one)?;
            rest.remove(&spanned);
            prop_assert_eq!(rest.is_empty(), inside(&one - &span).is_empty());
            prop_assert_eq!(rest.into_iter().collect::<Vec<_>>(), inside(&one - &span));
            let mut alive = set(&one)?;
            alive.mark_deleted(&tombstones.iter().copied().collect());
            let blocks: BTreeSet<u32> = inside(&one - &tombstones).iter().map(|p| p / BLOCK_ROWS as u32).collect();
            prop_assert_eq!(alive.blocks(), blocks.len());
            prop_assert_eq!(alive.into_iter().collect::<Vec<_>>(), inside(&one - &tombstones));
        }
    }
}
