//! A query in terms of the index, and which rows of a segment can answer it.
//!
//! Lists, NOT and ranges are set algebra. A segment that certainly lacks one of the words is left
//! before anything is read; of the others the cheapest groups are looked for first, since an empty
//! set needs no further look, and a set of few rows is compared faster than the dear groups are
//! read.

use std::cmp::Reverse;

use super::collection::Sealed;
use super::indexed_row::RowKey;
use super::segment::{Positions, SegmentError};
use super::terms::{Terms, apart};

/// A query in terms of the index.
#[derive(Debug, Clone, Default)]
pub(crate) struct QueryPlan {
    pub(super) all: Vec<Vec<Terms>>,
    pub(super) none: Vec<Terms>,
    /// The first and the last microsecond.
    pub(super) t: Option<(i64, i64)>,
    /// Only rows that stand after this one in the list.
    pub(super) after: Option<RowKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// May include others: each row is compared with the query.
    Rough,
    Exact,
}

/// Blocks of terms that are read and walked in the time in which one block of rows is read and
/// decompressed.
const ROW_BLOCK: usize = 6;
/// And in the time in which one row is read and compared.
const ROW: u64 = 2;

impl QueryPlan {
    /// Sorted as look-ups like it: ascending, and no two spans overlap. Groups that are rarely met
    /// stand first, so that a segment without them is left after one look: what every row has are
    /// the first fields.
    pub(crate) fn sorted(mut self) -> Self {
        self.all = self.all.into_iter().map(apart).collect();
        self.all.sort_by_key(|any| any.first().map(|terms| Reverse(terms.first)));
        self.none = apart(self.none);
        self
    }

    pub(super) fn is_all(&self) -> bool {
        self.all.is_empty() && self.none.is_empty() && self.t.is_none() && self.after.is_none()
    }

    pub(super) fn time(&self) -> (i64, i64) {
        self.t.unwrap_or((i64::MIN, i64::MAX))
    }

    /// The positions in a segment that can answer; `work` grows by the parts read.
    pub(super) fn positions(
        &self,
        sealed: &Sealed,
        precision: Precision,
        work: &mut usize,
    ) -> Result<Positions, SegmentError> {
        *work += 1;
        let segment = &sealed.segment;
        let mut probes = Vec::with_capacity(self.all.len() + 1);
        for any in &self.all {
            let probe = segment.probe(any);
            if probe.is_vain() {
                return Ok(Positions::none(segment.rows()));
            }
            probes.push((probe, true));
        }
        let not = segment.probe(&self.none);
        if !not.is_vain() {
            probes.push((not, false));
        }
        probes.sort_by_key(|(probe, _)| probe.parts);
        let (t_min, t_max) = self.time();
        let k_max = self.after.map_or(i64::MAX, |(k, _)| k);
        let mut left = segment.range(k_max, t_min, t_max);
        left.mark_deleted(&sealed.tombstones);
        for (probe, wanted) in probes {
            let rows = left.len();
            let compared = rows * ROW + (left.blocks() * ROW_BLOCK) as u64;
            if rows == 0 || (precision == Precision::Rough && probe.parts as u64 > compared) {
                break;
            }
            let (found, reads) = segment.find(&probe)?;
            *work += reads;
            if wanted {
                left.keep(&found);
            } else {
                left.remove(&found);
            }
        }
        Ok(left)
    }
}
