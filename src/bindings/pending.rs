//! What imports made that is durable and not in the index yet.
//!
//! A tree of millions is written anew page by page, and bindings of a file touch its pages at
//! random: applied by the hundred thousand a page takes several of them, by the thousand each
//! takes a page of its own. So an import's bindings wait here until there are enough, or until it
//! is over. Nobody was told of them meanwhile; whoever makes another one is told they are there.
//!
//! While some wait the index stays marked as it was before the first of them, so that a crash
//! makes us read them from the log again.

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
    /// Up to where the log was read: its last records may be damaged.
    read: Seq,
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    /// The number up to which the log is known, where the index has it up to `applied`.
    pub(super) fn through(&self, applied: Seq) -> Seq {
        applied.max(self.latest.seq).max(self.read)
    }

    /// The log was read up to this number.
    pub(super) fn read(&mut self, seq: Seq) {
        self.read = self.read.max(seq);
    }

    /// Takes what the log has just taken. `index` is asked how far it is.
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

    /// What the index is marked with when something is applied past those that wait.
    pub(super) fn mark(&mut self, latest: Applied) -> Applied {
        if self.bindings.is_empty() {
            return latest;
        }
        self.latest = latest;
        self.before
    }

    /// One that answers a question of these terms at the same time.
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

    /// An index that was made anew has all of it.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}
