//! Walks the rows that can answer a question, newest first, across hot part and segments.
//!
//! Lists, NOT and ranges are set algebra on postings; a segment is looked at only when the
//! walk gets to its newest row. What comes out is a little too much: the caller compares each
//! row with the question itself.

use std::iter::Peekable;

use roaring::RoaringBitmap;

use super::collection::{Collection, Place, Sealed};
use super::doc::Doc;
use super::segment::{Block, Segment, SegmentError};

/// A question in terms.
#[derive(Debug, Clone, Default)]
pub(super) struct Want {
    /// Of each of these, any must be there.
    pub(super) all: Vec<Vec<u64>>,
    /// None of these may be.
    pub(super) none: Vec<u64>,
    /// The first and the last microsecond.
    pub(super) t: Option<(i64, i64)>,
    /// The fewest and the most talk seconds.
    pub(super) talk: Option<(u32, u32)>,
    /// Only rows that stand after this one in the list.
    pub(super) after: Option<Place>,
}

impl Want {
    fn time(&self) -> (i64, i64) {
        self.t.unwrap_or((i64::MIN, i64::MAX))
    }

    fn takes(&self, doc: &Doc) -> bool {
        let has = |term: &u64| doc.terms.binary_search(term).is_ok();
        let (t_min, t_max) = self.time();
        (t_min..=t_max).contains(&doc.t)
            && self.talk.is_none_or(|(min, max)| (min..=max).contains(&doc.talk))
            && self.all.iter().all(|any| any.iter().any(has))
            && !self.none.iter().any(has)
    }

    /// The positions in a segment that can answer.
    fn positions(&self, sealed: &Sealed) -> Result<RoaringBitmap, SegmentError> {
        let (t_min, t_max) = self.time();
        let k_max = self.after.map_or(i64::MAX, |(k, _)| k);
        let mut left = sealed.segment.range(k_max, t_min, t_max);
        left -= &sealed.dead;
        for any in &self.all {
            if left.is_empty() {
                return Ok(left);
            }
            let mut has = RoaringBitmap::new();
            for term in any {
                has |= sealed.segment.postings(*term)?;
            }
            left &= has;
        }
        for term in &self.none {
            if left.is_empty() {
                return Ok(left);
            }
            left -= sealed.segment.postings(*term)?;
        }
        if let Some((min, max)) = self.talk
            && !left.is_empty()
        {
            left &= sealed.segment.talk(min, max)?;
        }
        Ok(left)
    }
}

type HotRows<'a> = Peekable<Box<dyn Iterator<Item = &'a Doc> + 'a>>;

/// The walk.
pub(super) struct Scan<'a> {
    want: &'a Want,
    hot: HotRows<'a>,
    /// Segments not looked at yet, the newest last.
    waiting: Vec<&'a Sealed>,
    open: Vec<Cursor<'a>>,
}

impl<'a> Scan<'a> {
    /// Starts a walk over `collection`.
    pub(super) fn new(collection: &'a Collection, want: &'a Want) -> Self {
        let after = want.after;
        let rows: Box<dyn Iterator<Item = &'a Doc> + 'a> = match after {
            Some(place) => Box::new(collection.hot.range(..place).rev().map(|(_, doc)| doc)),
            None => Box::new(collection.hot.values().rev()),
        };
        let hot: Box<dyn Iterator<Item = &'a Doc> + 'a> = Box::new(rows.filter(|doc| want.takes(doc)));
        let mut waiting: Vec<&Sealed> = collection.sealed.iter().collect();
        waiting.reverse();
        Self { want, hot: hot.peekable(), waiting, open: Vec::new() }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Doc>, SegmentError> {
        loop {
            let hot = self.hot.peek().map(|doc| doc.place());
            let open = self.open.iter().enumerate().max_by_key(|(_, c)| c.place()).map(|(i, c)| (c.place(), i));
            let best = hot.max(open.map(|(place, _)| place));
            if let Some(next) = self.waiting.last()
                && best.is_none_or(|best| next.segment.newest() > best)
            {
                let positions = self.want.positions(next)?;
                let sealed = self.waiting.pop().expect("it was just looked at");
                if let Some(cursor) = Cursor::start(sealed, positions, self.want.after)? {
                    self.open.push(cursor);
                }
                continue;
            }
            return match (hot, open) {
                (None, None) => Ok(None),
                (Some(hot), open) if open.is_none_or(|(place, _)| hot > place) => Ok(self.hot.next().cloned()),
                (_, Some((_, i))) => {
                    let (doc, more) = self.open[i].advance()?;
                    if !more {
                        self.open.swap_remove(i);
                    }
                    Ok(Some(doc))
                }
                (Some(_), None) => Ok(self.hot.next().cloned()),
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
    fn start(sealed: &'a Sealed, positions: RoaringBitmap, after: Option<Place>) -> Result<Option<Self>, SegmentError> {
        let mut positions = positions.into_iter();
        let mut block = None;
        while let Some(position) = positions.next() {
            let current = load(&sealed.segment, &mut block, position)?;
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
    fn advance(&mut self) -> Result<(Doc, bool), SegmentError> {
        match self.positions.next() {
            Some(position) => {
                let next = load(self.segment, &mut self.block, position)?;
                Ok((std::mem::replace(&mut self.current, next), true))
            }
            None => Ok((self.current.clone(), false)),
        }
    }
}

fn load(segment: &Segment, cached: &mut Option<(usize, Block)>, position: u32) -> Result<Doc, SegmentError> {
    let (wanted, index) = Segment::block_of(position);
    let block = match cached {
        Some((held, block)) if *held == wanted => block,
        _ => &mut cached.insert((wanted, segment.block(wanted)?)).1,
    };
    block.doc(index).ok_or_else(|| segment.damaged("a row"))
}
