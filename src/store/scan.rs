//! Walks the rows that can answer a question, newest first, across hot part and segments.
//!
//! Lists, NOT and ranges are set algebra on postings; a segment is looked at only when the
//! walk gets to its newest row. What comes out may be a little too much: the caller compares
//! each row with the question itself. A walk does no more than a given amount of work: a
//! question that is dear to answer is answered piece by piece, not by one long wait.

use std::iter::Peekable;

use roaring::RoaringBitmap;

use super::collection::{Collection, Place, Sealed};
use super::doc::{Doc, term_bits};
use super::segment::{Block, Segment, SegmentError};
use super::terms::Terms;

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

impl Want {
    /// Sorted as look-ups like it: what stands together in a segment is read once.
    pub(super) fn sorted(mut self) -> Self {
        self.all.iter_mut().for_each(|any| any.sort_unstable());
        self.none.sort_unstable();
        self
    }

    /// Whether it wants everything.
    pub(super) fn is_all(&self) -> bool {
        self.all.is_empty() && self.none.is_empty() && self.t.is_none() && self.after.is_none()
    }

    pub(super) fn time(&self) -> (i64, i64) {
        self.t.unwrap_or((i64::MIN, i64::MAX))
    }

    pub(super) fn takes(&self, doc: &Doc) -> bool {
        let has = |terms: &Terms| {
            if terms.first == terms.last {
                let bits = term_bits(terms.first);
                return doc.signature & bits == bits && doc.terms.binary_search(&terms.first).is_ok();
            }
            let at = doc.terms.partition_point(|term| *term < terms.first);
            doc.terms.get(at).is_some_and(|term| *term <= terms.last)
        };
        let (t_min, t_max) = self.time();
        (t_min..=t_max).contains(&doc.t) && self.all.iter().all(|any| any.iter().any(has)) && !self.none.iter().any(has)
    }

    /// The positions in a segment that can answer; `work` grows by the parts read.
    pub(super) fn positions(&self, sealed: &Sealed, work: &mut usize) -> Result<RoaringBitmap, SegmentError> {
        let (t_min, t_max) = self.time();
        let k_max = self.after.map_or(i64::MAX, |(k, _)| k);
        let mut left = sealed.segment.range(k_max, t_min, t_max);
        left -= &sealed.dead;
        *work += 1;
        for any in &self.all {
            if left.is_empty() {
                return Ok(left);
            }
            let (has, reads) = sealed.segment.postings(any)?;
            *work += reads;
            left &= has;
        }
        if !left.is_empty() && !self.none.is_empty() {
            let (has, reads) = sealed.segment.postings(&self.none)?;
            *work += reads;
            left -= has;
        }
        Ok(left)
    }
}

/// What a step of a walk gives.
#[derive(Debug)]
pub(super) enum Step {
    /// The next row.
    Row(Doc),
    /// There are no more.
    End,
    /// The work is used up. Rows at this place and behind it were not looked at.
    Tired(Place),
}

type HotRows<'a> = Peekable<Box<dyn Iterator<Item = &'a Doc> + 'a>>;

/// The walk.
pub(super) struct Scan<'a> {
    want: &'a Want,
    hot: HotRows<'a>,
    /// Segments not looked at yet, the newest last.
    waiting: Vec<&'a Sealed>,
    open: Vec<Cursor<'a>>,
    /// Parts of files read, and how many may be.
    work: usize,
    work_max: usize,
    /// Whether a row was given or a segment was done with: only then may a walk be tired, so
    /// that each piece of it gets further.
    moved: bool,
}

impl<'a> Scan<'a> {
    /// Starts a walk over `collection` that reads about `work_max` parts of its segments.
    pub(super) fn new(collection: &'a Collection, want: &'a Want, work_max: usize) -> Self {
        let after = want.after;
        let rows: Box<dyn Iterator<Item = &'a Doc> + 'a> = match after {
            Some(place) => Box::new(collection.hot.range(..place).rev().map(|(_, doc)| doc)),
            None => Box::new(collection.hot.values().rev()),
        };
        let hot: Box<dyn Iterator<Item = &'a Doc> + 'a> = Box::new(rows.filter(|doc| want.takes(doc)));
        let behind = |sealed: &&Sealed| after.is_none_or(|after| sealed.segment.oldest() < after);
        let mut waiting: Vec<&Sealed> = collection.sealed.iter().filter(behind).collect();
        waiting.reverse();
        Self { want, hot: hot.peekable(), waiting, open: Vec::new(), work: 0, work_max, moved: false }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Step, SegmentError> {
        loop {
            let hot = self.hot.peek().map(|doc| doc.place());
            let open = self.open.iter().enumerate().max_by_key(|(_, c)| c.place()).map(|(i, c)| (c.place(), i));
            let best = hot.max(open.map(|(place, _)| place));
            let newest = self.waiting.last().map(|sealed| sealed.segment.newest());
            if let Some(next) = best.max(newest)
                && self.moved
                && self.work >= self.work_max
            {
                return Ok(Step::Tired(next));
            }
            if newest > best {
                let Some(sealed) = self.waiting.pop() else { return Ok(Step::End) };
                let positions = self.want.positions(sealed, &mut self.work)?;
                match Cursor::start(sealed, positions, self.want.after, &mut self.work)? {
                    Some(cursor) => self.open.push(cursor),
                    None => self.moved = true,
                }
                continue;
            }
            self.moved = true;
            return match (hot, open) {
                (None, None) => Ok(Step::End),
                (hot, Some((place, i))) if hot.is_none_or(|hot| hot <= place) => {
                    let (doc, more) = self.open[i].advance(&mut self.work)?;
                    if !more {
                        self.open.swap_remove(i);
                    }
                    Ok(Step::Row(doc))
                }
                _ => Ok(self.hot.next().map_or(Step::End, |doc| Step::Row(doc.clone()))),
            };
        }
    }
}

/// The walk within one segment.
struct Cursor<'a> {
    segment: &'a Segment,
    positions: roaring::bitmap::IntoIter,
    block: Option<(usize, Block)>,
    current: Doc,
}

impl<'a> Cursor<'a> {
    fn start(
        sealed: &'a Sealed,
        positions: RoaringBitmap,
        after: Option<Place>,
        work: &mut usize,
    ) -> Result<Option<Self>, SegmentError> {
        let mut positions = positions.into_iter();
        let mut block = None;
        while let Some(position) = positions.next() {
            let current = load(&sealed.segment, &mut block, position, work)?;
            if after.is_none_or(|after| current.place() < after) {
                return Ok(Some(Self { segment: &sealed.segment, positions, block, current }));
            }
        }
        Ok(None)
    }

    fn place(&self) -> Place {
        self.current.place()
    }

    /// Gives the current row and moves on; says whether there is another.
    fn advance(&mut self, work: &mut usize) -> Result<(Doc, bool), SegmentError> {
        match self.positions.next() {
            Some(position) => {
                let next = load(self.segment, &mut self.block, position, work)?;
                Ok((std::mem::replace(&mut self.current, next), true))
            }
            None => Ok((self.current.clone(), false)),
        }
    }
}

/// Reading and decompressing a block of rows costs about what three blocks of terms do.
const BLOCK_WORK: usize = 3;

/// A row; `cached` keeps the block that the last one stood in.
pub(super) fn load(
    segment: &Segment,
    cached: &mut Option<(usize, Block)>,
    position: u32,
    work: &mut usize,
) -> Result<Doc, SegmentError> {
    let (wanted, index) = Segment::block_of(position);
    let block = match cached {
        Some((held, block)) if *held == wanted => block,
        _ => {
            *work += BLOCK_WORK;
            &mut cached.insert((wanted, segment.block(wanted)?)).1
        }
    };
    block.doc(index).ok_or_else(|| segment.damaged("a row"))
}
