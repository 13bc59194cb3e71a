//! A question in terms, and which rows of a segment can answer it.
//!
//! Lists, NOT and ranges are set algebra. A segment that certainly lacks one of the words is left
//! before anything is read; of the others the cheapest groups are looked for first, since an empty
//! set needs no further look, and a set of few rows is compared faster than the dear groups are
//! read.

use super::collection::{Place, Sealed};
use super::doc::Doc;
use super::segment::{Positions, SegmentError};
use super::terms::{Terms, apart, signature_bits};

/// A question in terms.
#[derive(Debug, Clone, Default)]
pub(super) struct Want {
    /// Of each of these, any must be there.
    pub(super) all: Vec<Vec<Terms>>,
    /// None of these may be.
    pub(super) none: Vec<Terms>,
    /// The first and the last microsecond.
    pub(super) t: Option<(i64, i64)>,
    /// Only rows that stand after this one in the list.
    pub(super) after: Option<Place>,
}

/// How exactly positions are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// A few too many will do: each row is compared with the question.
    Rough,
    /// They are counted.
    Exact,
}

/// Blocks of terms that are read and walked in the time in which one block of rows is read,
/// decompressed, and its rows are compared.
const ROW_BLOCK: usize = 6;

impl Want {
    /// Sorted as look-ups like it: ascending, and no two spans overlap.
    pub(super) fn sorted(mut self) -> Self {
        self.all = self.all.into_iter().map(apart).collect();
        self.none = apart(self.none);
        self
    }

    /// Whether it wants everything.
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
        let mut looks = Vec::with_capacity(self.all.len() + 1);
        for any in &self.all {
            let look = segment.look(any);
            if look.is_vain() {
                return Ok(Positions::none(segment.rows()));
            }
            looks.push((look, true));
        }
        let not = segment.look(&self.none);
        if !not.is_vain() {
            looks.push((not, false));
        }
        looks.sort_by_key(|(look, _)| look.parts);
        let (t_min, t_max) = self.time();
        let k_max = self.after.map_or(i64::MAX, |(k, _)| k);
        let mut left = segment.range(k_max, t_min, t_max);
        left.bury(&sealed.dead);
        for (look, wanted) in looks {
            let blocks = left.blocks();
            if blocks == 0 || (precision == Precision::Rough && look.parts > blocks * ROW_BLOCK) {
                break;
            }
            let (found, reads) = segment.find(&look)?;
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

/// A question as it is put to rows that have their terms at hand.
#[derive(Debug)]
pub(super) struct Test {
    t: (i64, i64),
    /// What every row that answers has in its signature.
    signature: u128,
    all: Vec<Spans>,
    none: Spans,
}

impl Test {
    pub(super) fn new(want: &Want) -> Self {
        let mut all: Vec<Spans> = want.all.iter().map(|any| Spans::new(any)).collect();
        let certain = all.iter().filter_map(|spans| spans.signatures.as_deref());
        let signature = certain.filter(|bits| bits.len() == 1).flatten().fold(0, |all, bits| all | bits);
        // Those that look at few rows' terms first.
        all.sort_by_key(|spans| spans.signatures.as_ref().map_or(usize::MAX, Vec::len));
        Self { t: want.time(), signature, all, none: Spans::new(&want.none) }
    }

    /// Whether a row answers.
    pub(super) fn takes(&self, doc: &Doc) -> bool {
        doc.signature & self.signature == self.signature
            && (self.t.0..=self.t.1).contains(&doc.t)
            && self.all.iter().all(|spans| spans.any_of(doc))
            && !self.none.any_of(doc)
    }
}

/// Terms of which any will do.
#[derive(Debug)]
struct Spans {
    /// Ascending and apart.
    spans: Vec<Terms>,
    /// Their bits in signatures, where each has some and they are few.
    signatures: Option<Vec<u128>>,
}

/// Signatures that are compared before a row's terms are looked at.
const SIGNATURES_MAX: usize = 16;

impl Spans {
    fn new(spans: &[Terms]) -> Self {
        let spans = apart(spans.to_vec());
        let few = spans.len() <= SIGNATURES_MAX;
        let signatures = few.then(|| spans.iter().map(signature_bits).collect()).flatten();
        Self { spans, signatures }
    }

    fn any_of(&self, doc: &Doc) -> bool {
        let (Some(first), Some(last)) = (self.spans.first(), self.spans.last()) else { return false };
        if let Some(signatures) = &self.signatures
            && !signatures.iter().any(|bits| doc.signature & bits == *bits)
        {
            return false;
        }
        let from = doc.terms.partition_point(|term| *term < first.first);
        doc.terms[from..].iter().take_while(|term| **term <= last.last).any(|term| {
            let at = self.spans.partition_point(|span| span.last < *term);
            self.spans[at].first <= *term
        })
    }
}
