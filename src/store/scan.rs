//! Walks the rows that can answer a question, newest first, across hot part and segments.
//!
//! A segment is looked at only when the walk gets to its newest row. What comes out may be a
//! little too much: the caller compares each row with the question itself. A walk does no more
//! than a given amount of work: a question that is dear to answer is answered piece by piece, not
//! by one long wait.

use std::iter::Peekable;

use super::collection::{Place, Sealed, View};
use super::doc::Doc;
use super::hot_test::HotTest;
use super::segment::{Block, Positions, Segment, SegmentError, Walk};
use super::want::{Precision, Want};

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
    /// Starts a walk over `rows` that reads about `work_max` parts of its segments.
    pub(super) fn new(rows: &'a View, want: &'a Want, work_max: usize) -> Self {
        let after = want.after;
        let test = HotTest::new(want);
        let hot: Box<dyn Iterator<Item = &'a Doc> + 'a> = match after {
            Some(place) => Box::new(rows.hot.before(place).filter(move |doc| test.takes(doc))),
            None => Box::new(rows.hot.iter().rev().filter(move |doc| test.takes(doc))),
        };
        let behind = |sealed: &&Sealed| after.is_none_or(|after| sealed.segment.oldest() < after);
        let mut waiting: Vec<&Sealed> = rows.sealed.iter().filter(behind).collect();
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
                let positions = self.want.positions(sealed, Precision::Rough, &mut self.work)?;
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
    positions: Walk,
    block: Option<(usize, Block)>,
    current: Doc,
}

impl<'a> Cursor<'a> {
    fn start(
        sealed: &'a Sealed,
        positions: Positions,
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
