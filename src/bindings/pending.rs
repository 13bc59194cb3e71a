//! Imported bindings that are durable and not in the index yet.
//!
//! A large B-tree is rewritten page by page, and imports touch pages at random: in batches of a hundred
//! thousand, several bindings share a page; in batches of a thousand, each needs its own. So imported
//! bindings wait here for a batch or for the end of the import. They are not acknowledged before; a
//! conflicting change sees them.
//!
//! Until they are applied, the index keeps its old mark, so that they are read from the log after a
//! crash.

use std::collections::BTreeSet;

use super::index::{Applied, Index, IndexError};
use super::keys::{self, Pair};
use super::overlap;
use crate::domain::{AppId, Binding, BindingId, BindingTerms, Seq};

#[derive(Debug, Default)]
pub(super) struct Pending {
    /// In the order of their ids.
    bindings: Vec<Binding>,
    pairs: BTreeSet<Pair>,
    before: Applied,
    latest: Applied,
    /// Up to where the log was read, damaged records included.
    read: Seq,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    pub(super) fn through(&self, applied: Seq) -> Seq {
        applied.max(self.latest.seq).max(self.read)
    }

    pub(super) fn read(&mut self, seq: Seq) {
        self.read = self.read.max(seq);
    }

    pub(super) fn push(&mut self, index: &Index, made: Vec<Binding>, latest: Applied) -> Result<(), IndexError> {
        if self.bindings.is_empty() {
            self.before = index.applied()?;
        }
        for binding in &made {
            self.pairs.extend(keys::pairs(binding.app, &binding.terms, binding.id.0));
        }
        self.bindings.extend(made);
        self.latest = latest;
        Ok(())
    }

    /// The mark for the index when later records are applied before the pending ones.
    pub(super) fn mark(&mut self, latest: Applied) -> Applied {
        if self.bindings.is_empty() {
            return latest;
        }
        self.latest = latest;
        self.before
    }

    /// A pending binding that conflicts with these terms.
    pub(super) fn in_the_way(&self, app: AppId, terms: &BindingTerms) -> Option<&Binding> {
        let asked = keys::pairs(app, terms, 0);
        let same = asked.iter().flat_map(|pair| self.pairs.range(*pair..=keys::last_of(*pair)));
        same.filter_map(|pair| self.get(BindingId(keys::id(pair)))).find(|waiting| overlap(terms, &waiting.terms))
    }

    fn get(&self, id: BindingId) -> Option<&Binding> {
        let at = self.bindings.binary_search_by_key(&id, |binding| binding.id).ok()?;
        self.bindings.get(at)
    }

    pub(super) fn apply(&mut self, index: &Index) -> Result<(), IndexError> {
        if self.bindings.is_empty() {
            return Ok(());
        }
        self.pairs.clear();
        index.apply(std::mem::take(&mut self.bindings), self.latest)
    }

    /// For an index that was made again from the log.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
