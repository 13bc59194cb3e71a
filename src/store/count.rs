//! How many rows answer a question, from the indexes alone.
//!
//! A term's postings are a set, and sets know their size, so no row is read but those in blocks
//! that a bound of time cuts. Nobody reads "1,283,112" more closely than "100,000+": the count
//! stops there, and says so, so that a frequent question is not dearer than a rare one.

use super::collection::View;
use super::hot_test::HotTest;
use super::query_plan::{Precision, QueryPlan};
use super::scan::load;
use super::segment::SegmentError;
use crate::limits::{COUNT_MAX, SCAN_WORK};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// So many at least.
    pub rows: u64,
    pub exact: bool,
}

pub(super) fn count(all: &View, plan: &QueryPlan) -> Result<Count, SegmentError> {
    if plan.is_all() {
        return Ok(Count { rows: all.len(), exact: true });
    }
    let test = HotTest::new(plan);
    let mut rows = all.hot.iter().filter(|doc| test.takes(doc)).take(COUNT_MAX + 1).count() as u64;
    let mut work = 0;
    let (t_min, t_max) = plan.time();
    for sealed in all.sealed.iter() {
        if rows > COUNT_MAX as u64 || work > SCAN_WORK {
            return Ok(Count { rows: rows.min(COUNT_MAX as u64), exact: false });
        }
        let mut positions = plan.positions(sealed, Precision::Exact, &mut work)?;
        if positions.is_empty() {
            continue;
        }
        let inside = sealed.segment.inside(t_min, t_max);
        let all = positions.len();
        positions.remove(&inside);
        rows += all - positions.len();
        let mut block = None;
        for position in positions {
            let doc = load(&sealed.segment, &mut block, position, &mut work)?;
            rows += u64::from((t_min..=t_max).contains(&doc.t));
        }
    }
    Ok(match rows > COUNT_MAX as u64 {
        true => Count { rows: COUNT_MAX as u64, exact: false },
        false => Count { rows, exact: true },
    })
}
