//! Walks the rows that can answer a question, newest first, across hot part and segments.
//!
//! A segment is looked at only when the walk gets to its newest row. What comes out may be a
//! little too much: the caller compares each row with the question itself. A walk does no more
//! than a given amount of work: a question that is dear to answer is answered piece by piece, not
//! by one long wait.

use std::iter::Peekable;

use super::collection::{Sealed, View};
use super::hot_test::HotTest;
use super::indexed_row::{IndexedRow, RowKey};
use super::query_plan::{Precision, QueryPlan};
use super::segment::{Block, Positions, Segment, SegmentError, Walk};

#[derive(Debug)]
pub(super) enum ScanStep {
    Row(IndexedRow),
    End,
    /// The budget is used up: rows from this key on were not looked at.
    Tired(RowKey),
}

type HotWalk<'a> = Peekable<Box<dyn Iterator<Item = &'a IndexedRow> + 'a>>;

pub(super) struct Scan<'a> {
    plan: &'a QueryPlan,
    hot: HotWalk<'a>,
    /// Segments not looked at yet, the newest last.
    waiting: Vec<&'a Sealed>,
    open: Vec<SegmentCursor<'a>>,
    /// Parts of files read, and the budget.
    work: usize,
    work_max: usize,
    /// Only after a row or a whole segment may a walk stop for its budget, so that each piece makes
    /// progress.
    moved: bool,
}

impl<'a> Scan<'a> {
    /// Reads about `work_max` parts of segments.
    pub(super) fn new(rows: &'a View, plan: &'a QueryPlan, work_max: usize) -> Self {
        let after = plan.after;
        let test = HotTest::new(plan);
        let hot: Box<dyn Iterator<Item = &'a IndexedRow> + 'a> = match after {
            Some(key) => Box::new(rows.hot.before(key).filter(move |indexed| test.takes(indexed))),
            None => Box::new(rows.hot.iter().rev().filter(move |indexed| test.takes(indexed))),
        };
        let behind = |sealed: &&Sealed| after.is_none_or(|after| sealed.segment.oldest() < after);
        let mut waiting: Vec<&Sealed> = rows.sealed.iter().filter(behind).collect();
        waiting.reverse();
        Self { plan, hot: hot.peekable(), waiting, open: Vec::new(), work: 0, work_max, moved: false }
    }

    pub(super) fn next(&mut self) -> Result<ScanStep, SegmentError> {
        loop {
            let hot = self.hot.peek().map(|indexed| indexed.key());
            let open = self.open.iter().enumerate().max_by_key(|(_, c)| c.key()).map(|(i, c)| (c.key(), i));
            let best = hot.max(open.map(|(key, _)| key));
            let newest = self.waiting.last().map(|sealed| sealed.segment.newest());
            if let Some(next) = best.max(newest)
                && self.moved
                && self.work >= self.work_max
            {
                return Ok(ScanStep::Tired(next));
            }
            if newest > best {
                let Some(sealed) = self.waiting.pop() else { return Ok(ScanStep::End) };
                let positions = self.plan.positions(sealed, Precision::Rough, &mut self.work)?;
                match SegmentCursor::start(sealed, positions, self.plan.after, &mut self.work)? {
                    Some(cursor) => self.open.push(cursor),
                    None => self.moved = true,
                }
                continue;
            }
            self.moved = true;
            return match (hot, open) {
                (None, None) => Ok(ScanStep::End),
                (hot, Some((key, i))) if hot.is_none_or(|hot| hot <= key) => {
                    let (indexed, more) = self.open[i].advance(&mut self.work)?;
                    if !more {
                        self.open.swap_remove(i);
                    }
                    Ok(ScanStep::Row(indexed))
                }
                _ => Ok(self.hot.next().map_or(ScanStep::End, |indexed| ScanStep::Row(indexed.clone()))),
            };
        }
    }
}

struct SegmentCursor<'a> {
    segment: &'a Segment,
    positions: Walk,
    block: Option<(usize, Block)>,
    current: IndexedRow,
}

impl<'a> SegmentCursor<'a> {
    fn start(
        sealed: &'a Sealed,
        positions: Positions,
        after: Option<RowKey>,
        work: &mut usize,
    ) -> Result<Option<Self>, SegmentError> {
        let mut positions = positions.into_iter();
        let mut block = None;
        while let Some(position) = positions.next() {
            let current = load(&sealed.segment, &mut block, position, work)?;
            if after.is_none_or(|after| current.key() < after) {
                return Ok(Some(Self { segment: &sealed.segment, positions, block, current }));
            }
        }
        Ok(None)
    }

    fn key(&self) -> RowKey {
        self.current.key()
    }

    /// Moves on; `false` at the end.
    fn advance(&mut self, work: &mut usize) -> Result<(IndexedRow, bool), SegmentError> {
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

/// `cached` keeps the block of the last row.
pub(super) fn load(
    segment: &Segment,
    cached: &mut Option<(usize, Block)>,
    position: u32,
    work: &mut usize,
) -> Result<IndexedRow, SegmentError> {
    let (wanted, index) = Segment::block_of(position);
    let block = match cached {
        Some((held, block)) if *held == wanted => block,
        _ => {
            *work += BLOCK_WORK;
            &mut cached.insert((wanted, segment.block(wanted)?)).1
        }
    };
    block.row(index).ok_or_else(|| segment.damaged("a row"))
}
