//! Terms in one real segment, against a look at the terms of every row.
//!
//! The rows are many enough for dozens of blocks of terms and of rows, so that looks are weighed
//! against each other, spans go over the ends of blocks, and dear ones are left to the comparison.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use proptest::prelude::*;

use super::super::collection::Sealed;
use super::super::hot_test::HotTest;
use super::super::indexed_row::IndexedRow;
use super::super::query_plan::{Precision, QueryPlan};
use super::super::segment::{self, Segment};
use super::super::terms::{Field, Terms, amount, ending, push_number, term};
use crate::domain::PhoneNumber;

const ROWS: u64 = 6_000;

fn mixed(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn caller(n: u64) -> String {
    format!("86138{:08}", mixed(n) % 100_000_000)
}

/// Row `n`, the newest first.
fn row(n: u64) -> IndexedRow {
    let mixed = mixed(n);
    let mut terms = vec![
        term(Field::Session, &n.to_be_bytes()),
        term(Field::Id, &(n + 1).to_be_bytes()),
        term(Field::App, &[(mixed % 3) as u8]),
        term(Field::Outcome, &[(n % 100 / 90) as u8]),
        amount(Field::CallId, mixed << 12),
        amount(Field::UserDataEnd, (n % 700) << 40),
        amount(Field::Hour, n / 500 % 24),
        amount(Field::Talk, if mixed.is_multiple_of(4) { 0 } else { mixed % 5_000 }),
        amount(Field::Expires, 1_790_000_000 + n * 40_000),
    ];
    if n.is_multiple_of(2) {
        terms.push(amount(Field::Ring, mixed % 60));
    }
    for (field, number) in [(Field::Caller, caller(n)), (Field::X, format!("170{:04}", n % 50))] {
        push_number(&mut terms, field, &PhoneNumber::from_stored(number.as_str()));
    }
    let t = Timestamp::from_second(10_000 - n as i64).unwrap();
    IndexedRow::new((t.as_microsecond(), u128::from(n + 1).to_be_bytes()), t, 1, terms, vec![1; 40])
}

struct Known {
    indexed_rows: Vec<IndexedRow>,
    sealed: Sealed,
    _dir: tempfile::TempDir,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    let indexed_rows: Vec<IndexedRow> = (0..ROWS).map(row).collect();
    let path = dir.path().join("rows");
    segment::write(&dir.path().join("tmp"), &path, &indexed_rows).expect("written");
    let segment = Arc::new(Segment::open(&path, 1).expect("what was written"));
    Known {
        indexed_rows,
        sealed: Sealed { segment, tombstones: Arc::new((0..ROWS as u32).step_by(97).collect()) },
        _dir: dir,
    }
});

fn value() -> impl Strategy<Value = Terms> {
    let near = |n: u64, reach: u64| n.saturating_sub(reach)..n + reach;
    prop_oneof![
        near(ROWS, ROWS).prop_map(|n| Terms::word(Field::Session, &n.to_be_bytes())),
        near(ROWS, ROWS).prop_map(|n| Terms::word(Field::Id, &n.to_be_bytes())),
        (0..2 * ROWS, 0u32..40).prop_map(|(n, bits)| Terms::amounts(
            Field::CallId,
            mixed(n) << 12 >> bits << bits,
            mixed(n) << 12 | ((1 << bits) - 1)
        )),
        (0u64..900, 0u64..3).prop_map(|(n, reach)| Terms::amounts(
            Field::UserDataEnd,
            n << 40,
            ((n + reach + 1) << 40) - 1
        )),
        (0u8..5).prop_map(|n| Terms::word(Field::App, &[n])),
        (0u8..3).prop_map(|n| Terms::word(Field::Outcome, &[n])),
        (0u64..26).prop_map(|n| Terms::one(amount(Field::Hour, n))),
        (0u64..6_000, 0u64..3_000).prop_map(|(n, reach)| Terms::amounts(Field::Talk, n, n + reach)),
        (0u64..70, 0u64..9).prop_map(|(n, reach)| Terms::amounts(Field::Ring, n, n + reach)),
        (0u64..300_000_000).prop_map(|n| Terms::amounts(Field::Expires, 1_790_000_000 + n, u64::MAX)),
        (0u64..9).prop_map(|n| Terms::amounts(Field::Size, n, 100)),
        (5u64..9).prop_map(|n| Terms::amounts(Field::Talk, n, 4)),
        (0..2 * ROWS, 4usize..13)
            .prop_map(|(n, digits)| ending(Field::Caller, &caller(n)[13 - digits..]).expect("four digits")),
        (0u64..10_000).prop_map(|n| ending(Field::X, &format!("{n:04}")).expect("four digits")),
        (0u64..70).prop_map(|n| ending(Field::X, &format!("170{n:04}")).expect("seven digits")),
    ]
}

fn check(plan: QueryPlan) -> Result<(), TestCaseError> {
    let Known { indexed_rows, sealed, .. } = &*KNOWN;
    let plan = plan.sorted();
    let has = |indexed: &IndexedRow, any: &[Terms]| {
        any.iter().any(|wanted| indexed.terms.iter().any(|term| (wanted.first..=wanted.last).contains(term)))
    };
    let (t_min, t_max) = plan.time();
    let test = HotTest::new(&plan);
    let mut expected = Vec::new();
    for (position, indexed) in (0u32..).zip(indexed_rows) {
        let takes = plan.all.iter().all(|any| has(indexed, any)) && !has(indexed, &plan.none);
        prop_assert_eq!(test.takes(indexed), takes && (t_min..=t_max).contains(&indexed.t));
        // Blocks at the ends of a span of time come whole.
        let blocks = sealed.segment.range(i64::MAX, t_min, t_max);
        if takes && blocks.contains(position) && !sealed.tombstones.contains(position) {
            expected.push(position);
        }
    }
    let mut work = 0;
    let exact: Vec<u32> = sealed_positions(&plan, Precision::Exact, &mut work)?;
    prop_assert_eq!(&exact, &expected);
    let mut less = 0;
    let rough: Vec<u32> = sealed_positions(&plan, Precision::Rough, &mut less)?;
    prop_assert!(less <= work, "{} parts for less, {} for all", less, work);
    prop_assert!(exact.iter().all(|position| rough.binary_search(position).is_ok()));
    Ok(())
}

fn sealed_positions(plan: &QueryPlan, precision: Precision, work: &mut usize) -> Result<Vec<u32>, TestCaseError> {
    let found = plan.positions(&KNOWN.sealed, precision, work);
    found.map(|positions| positions.into_iter().collect()).map_err(|error| TestCaseError::fail(error.to_string()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_segment_finds_what_a_look_at_every_row_finds(
        all in prop::collection::vec(prop::collection::vec(value(), 0..5), 0..4),
        none in prop::collection::vec(value(), 0..4),
        t in prop::option::of((3_000i64..11_000, 0i64..4_000)),
    ) {
        check(QueryPlan { all, none, t: t.map(|(from, reach)| (from * 1_000_000, (from + reach) * 1_000_000)), after: None })?;
    }

    #[test]
    fn lists_of_a_hundred_values_find_the_same(
        many in prop::collection::vec(value(), 60..120),
        other in value(),
        negate: bool,
    ) {
        let (all, none) = if negate { (vec![vec![other]], many) } else { (vec![many, vec![other]], vec![]) };
        check(QueryPlan { all, none, ..QueryPlan::default() })?;
    }
}

#[test]
fn what_a_segment_certainly_lacks_is_not_looked_for() {
    let parts = |all: Vec<Vec<Terms>>| {
        let mut work = 0;
        let plan = QueryPlan { all, ..QueryPlan::default() }.sorted();
        assert!(sealed_positions(&plan, Precision::Rough, &mut work).unwrap().is_empty());
        work
    };
    let app = vec![Terms::word(Field::App, &[1])];
    let nobody: Vec<Terms> = (0..100).filter_map(|n| ending(Field::Callee, &format!("8613{n:09}"))).collect();
    let long = vec![Terms::amounts(Field::Talk, 90_000, u64::MAX)];
    assert!(parts(vec![app.clone(), nobody]) <= 4, "a filter is wrong once in 256 times");
    assert_eq!(parts(vec![app.clone(), long]), 1);
    assert_eq!(parts(vec![app, vec![Terms::amounts(Field::Size, 0, u64::MAX)]]), 1);
}
