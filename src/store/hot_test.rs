//! A question as it is put to the rows of the hot part, which have their terms at hand.
//!
//! A hundred thousand rows are walked where few answer. So the signature that stands in the row is
//! asked first, and the terms behind a pointer only of the fields that it does not rule out; there
//! one step finds the field, and one more the value, however many values are asked for.

use super::indexed_row::IndexedRow;
use super::query_plan::QueryPlan;
use super::terms::{Terms, apart, field_of, signature_bits};

#[derive(Debug)]
pub(super) struct HotTest {
    t: (i64, i64),
    /// Bits in the signature of every matching row.
    signature: u128,
    all: Vec<AnyOf>,
    none: AnyOf,
}

impl HotTest {
    pub(super) fn new(plan: &QueryPlan) -> Self {
        let mut all: Vec<AnyOf> = plan.all.iter().map(|any| AnyOf::new(any)).collect();
        let signature = all.iter().filter_map(AnyOf::certain).fold(0, |all, bits| all | bits);
        // Those that seldom look behind the pointer first.
        all.sort_by_key(|any| any.0.iter().filter(|values| values.signatures.is_none()).count());
        Self { t: plan.time(), signature, all, none: AnyOf::new(&plan.none) }
    }

    pub(super) fn takes(&self, indexed: &IndexedRow) -> bool {
        indexed.signature & self.signature == self.signature
            && (self.t.0..=self.t.1).contains(&indexed.t)
            && self.all.iter().all(|any| any.has(indexed))
            && !self.none.has(indexed)
    }
}

/// Terms of which any will do, by field.
#[derive(Debug)]
struct AnyOf(Vec<Values>);

impl AnyOf {
    fn new(wanted: &[Terms]) -> Self {
        let wanted = apart(wanted.to_vec());
        let fields = wanted.chunk_by(|a, b| field_of(a.first) == field_of(b.first));
        Self(fields.map(Values::new).collect())
    }

    fn has(&self, indexed: &IndexedRow) -> bool {
        self.0.iter().any(|values| values.has(indexed))
    }

    fn certain(&self) -> Option<u128> {
        match self.0.as_slice() {
            [Values { signatures: Some(signatures), .. }] if signatures.len() == 1 => signatures.first().copied(),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Values {
    /// Ascending and apart.
    spans: Vec<Terms>,
    signatures: Option<Vec<u128>>,
}

/// Signatures that are compared before a row's terms are looked at.
const SIGNATURES_MAX: usize = 16;

impl Values {
    fn new(spans: &[Terms]) -> Self {
        let few = spans.len() <= SIGNATURES_MAX;
        let signatures = few.then(|| spans.iter().map(signature_bits).collect()).flatten();
        Self { spans: spans.to_vec(), signatures }
    }

    fn has(&self, indexed: &IndexedRow) -> bool {
        if let Some(signatures) = &self.signatures
            && !signatures.iter().any(|bits| indexed.signature & bits == *bits)
        {
            return false;
        }
        let (Some(first), Some(last)) = (self.spans.first(), self.spans.last()) else { return false };
        let from = indexed.terms.partition_point(|term| *term < first.first);
        let reach = indexed.terms[from..].iter().take_while(|term| **term <= last.last);
        reach.into_iter().any(|term| {
            let at = self.spans.partition_point(|span| span.last < *term);
            self.spans[at].first <= *term
        })
    }
}
