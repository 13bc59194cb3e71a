//! Finds the rows of terms within a segment.
//!
//! First without reading: what filters and columns rule out is not looked for, and the rest says
//! how many parts of the file it takes. Then in one pass: every block of terms is read once and
//! walked once, however many terms are wanted of it.

use super::column::Column;
use super::{Positions, Segment, SegmentError, postings};
use crate::store::terms::{Terms, field_of, is_amount};
use crate::store::varint;

/// Terms that may be in a segment, and what looking for them costs.
#[derive(Debug)]
pub(in crate::store) struct Probe {
    /// Ascending and apart.
    spans: Vec<Terms>,
    /// Parts of the file to be read, about.
    pub(in crate::store) parts: usize,
}

impl Probe {
    pub(in crate::store) fn is_vain(&self) -> bool {
        self.spans.is_empty()
    }
}

/// Where in a segment a field is kept.
enum Home<'a> {
    Words,
    Column(&'a Column),
    /// It is an amount that no row has.
    Nowhere,
}

impl Segment {
    /// Those of `wanted`, ascending and apart, that may be here.
    pub(in crate::store) fn probe(&self, wanted: &[Terms]) -> Probe {
        let mut probe = Probe { spans: Vec::new(), parts: 0 };
        let (mut next, mut column) = (0, None);
        for terms in wanted {
            match self.home(terms) {
                Home::Words if self.filters.may_hold(terms) => {
                    let (first, end) = self.term_blocks(terms);
                    probe.parts += end.saturating_sub(first.max(next));
                    next = next.max(end);
                }
                Home::Column(of) if of.may_hold(terms) => {
                    probe.parts += usize::from(column.replace(field_of(terms.first)) != Some(field_of(terms.first)));
                }
                _ => continue,
            }
            probe.spans.push(*terms);
        }
        probe
    }

    /// The positions of the rows that have any of these terms, and how many parts of the file
    /// were read for them.
    pub(in crate::store) fn find(&self, probe: &Probe) -> Result<(Positions, usize), SegmentError> {
        let mut found = Positions::none(self.rows());
        let mut reads = 0;
        // Words stand together, as do the spans of one column.
        let home = |terms: &Terms| if is_amount(terms.first) { field_of(terms.first) } else { 0 };
        for spans in probe.spans.chunk_by(|a, b| home(a) == home(b)) {
            match self.home(&spans[0]) {
                Home::Words => reads += self.find_words(spans, &mut found)?,
                Home::Column(column) => {
                    let end = column.end(self.rows()).ok_or_else(|| self.damaged("a column"))?;
                    let bytes = self.read(column.offset, end)?;
                    column.find(&bytes, spans, &mut found).ok_or_else(|| self.damaged("a column"))?;
                    reads += 1;
                }
                Home::Nowhere => {}
            }
        }
        Ok((found, reads))
    }

    fn home(&self, terms: &Terms) -> Home<'_> {
        if !is_amount(terms.first) {
            return Home::Words;
        }
        let column = self.footer.columns.iter().find(|column| column.field() == field_of(terms.first));
        column.map_or(Home::Nowhere, Home::Column)
    }

    fn find_words(&self, spans: &[Terms], found: &mut Positions) -> Result<usize, SegmentError> {
        let index = &self.footer.terms;
        let (mut at, mut next, mut reads) = (0, 0, 0);
        while let Some(span) = spans.get(at) {
            let block = self.term_blocks(span).0.max(next);
            if index.get(block).is_none_or(|(first, _)| *first > span.last) {
                at += 1;
                continue;
            }
            let to = index.get(block + 1).map_or(self.footer.terms_end, |(_, offset)| *offset);
            let bytes = self.read(index[block].1, to)?;
            at = collect(&bytes, spans, at, found).ok_or_else(|| self.damaged("a block of terms"))?;
            next = block + 1;
            reads += 1;
        }
        Ok(reads)
    }

    /// The first block of terms that may hold some of a span, and the one after the last.
    fn term_blocks(&self, span: &Terms) -> (usize, usize) {
        let index = &self.footer.terms;
        let first = index.partition_point(|(first, _)| *first <= span.first).saturating_sub(1);
        (first, index.partition_point(|(first, _)| *first <= span.last))
    }
}

/// Walks a block of terms and takes the postings of those in `spans` from `at` on; gives the first
/// span that may go on in the next block.
fn collect(mut block: &[u8], spans: &[Terms], mut at: usize, found: &mut Positions) -> Option<usize> {
    let mut term = 0u64;
    while !block.is_empty() {
        term = term.checked_add(varint::take(&mut block)?)?;
        let length = usize::try_from(varint::take(&mut block)?).ok()?;
        let (postings, rest) = block.split_at_checked(length)?;
        block = rest;
        while spans.get(at)?.last < term {
            at += 1;
            if at == spans.len() {
                return Some(at);
            }
        }
        if spans[at].first <= term {
            postings::decode(postings, found)?;
        }
    }
    Some(at)
}
