//! Records that are taken only where nothing came first, on files and in memory.

use crate::domain::Seq;
use crate::journal::testing::{Logs, on_both};
use crate::journal::{AppendError, Body, Entry, Journal, NewRecord, Seen, Tally};

on_both! {
    a_record_is_taken_only_where_nothing_came_after_what_was_seen
    among_its_kind_a_record_may_follow_any_other
    records_that_are_appended_together_have_none_between_them
    what_was_seen_before_a_restart_is_held_against_what_came_since
}

fn entry(kind: &str) -> NewRecord {
    let body = Body::Entry(Entry { kind: kind.to_owned(), fields: serde_json::Map::new() });
    NewRecord { at: "2026-11-21T08:00:00Z".parse().unwrap(), body }
}

fn tally() -> NewRecord {
    NewRecord { body: Body::Tally(Tally::default()), ..entry("none") }
}

fn last(journal: &dyn Journal) -> Seq {
    *journal.durable().borrow()
}

fn overtaken<T: std::fmt::Debug>(appended: &Result<T, AppendError>) {
    assert!(matches!(appended, Err(AppendError::Overtaken)), "{appended:?}");
}

async fn a_record_is_taken_only_where_nothing_came_after_what_was_seen(logs: Logs) {
    let journal = logs.journal();
    journal.append_after(Seen::Log(0), entry("one")).await.unwrap();
    let seen = last(&*journal);
    journal.append(tally()).await.unwrap();
    overtaken(&journal.append_after(Seen::Log(seen), entry("one")).await);
    overtaken(&journal.append_all(Seen::Log(0), vec![entry("one"), entry("two")]).await);
    let kept = journal.read(1, usize::MAX).unwrap().len();
    let seq = journal.append_after(Seen::Log(last(&*journal)), entry("two")).await.unwrap();
    assert!(seq > seen && journal.get(seq).unwrap().is_some());
    let more = journal.read(1, usize::MAX).unwrap().len() - kept;
    assert!(more == 1 || more == 2 && logs.is_shared(), "what was refused is not there: {more}");
    // Of several at once one is first.
    let seen = last(&*journal);
    let all = (0..20).map(|_| journal.append_after(Seen::Log(seen), entry("three")));
    let taken = futures_util::future::join_all(all).await;
    assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 1);
}

async fn among_its_kind_a_record_may_follow_any_other(logs: Logs) {
    let journal = logs.journal();
    let first = journal.append_after(Seen::Kind(last(&*journal)), entry("one")).await.unwrap();
    journal.append(tally()).await.unwrap();
    journal.append_after(Seen::Kind(0), entry("two")).await.unwrap();
    let second = journal.append_after(Seen::Kind(first), entry("one")).await.unwrap();
    overtaken(&journal.append_after(Seen::Kind(first), entry("one")).await);
    let all = (0..20).map(|n| journal.append_after(Seen::Kind(second), entry(if n % 2 == 0 { "one" } else { "two" })));
    let taken = futures_util::future::join_all(all).await;
    assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 2, "one of each kind");
}

async fn records_that_are_appended_together_have_none_between_them(logs: Logs) {
    let journal = logs.journal();
    let (mut together, mut split) = (0, 0);
    for round in 0..40 {
        let busy = futures_util::future::join_all((0..round).map(|_| journal.append(tally())));
        let records = (0..30).map(|_| entry("one")).collect();
        let group = journal.append_all(Seen::Kind(last(&*journal)), records);
        let (_, group) = tokio::join!(busy, group);
        let Ok(group) = group else {
            split += 1;
            continue;
        };
        together += 1;
        let between = journal.read(group[0], usize::MAX).unwrap();
        let between = between.iter().map(|record| record.seq).take(group.len()).collect::<Vec<_>>();
        assert_eq!(between, group);
    }
    assert!(together > 0, "{together} together, {split} not");
}

async fn what_was_seen_before_a_restart_is_held_against_what_came_since(logs: Logs) {
    let journal = logs.journal();
    let first = journal.append_after(Seen::Kind(0), entry("one")).await.unwrap();
    journal.append_after(Seen::Kind(first), entry("one")).await.unwrap();
    let seen = last(&*journal);
    journal.close();
    drop(journal);
    let journal = logs.journal();
    overtaken(&journal.append_after(Seen::Kind(first), entry("one")).await);
    overtaken(&journal.append_after(Seen::Log(first), entry("one")).await);
    journal.append_after(Seen::Kind(seen), entry("one")).await.unwrap();
}
