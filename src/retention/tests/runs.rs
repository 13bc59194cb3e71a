//! What a run takes away, what it leaves, and that it may end anywhere.

use super::*;
use crate::journal::testing::on_both;
use crate::state::Author;

on_both! {
    raw_callbacks_go_and_everything_they_said_stays
    calls_and_messages_go_and_their_counts_stay
    a_run_may_end_anywhere_and_the_next_one_goes_on
    runs_that_follow_one_another_come_to_the_same_as_the_journal
    what_is_held_stays_until_the_hold_ends
}

async fn raw_callbacks_go_and_everything_they_said_stays(logs: Logs) {
    let house = House::with_a_past(logs).await;
    let before = house.known();
    assert!(before.calls.len() > 20 && !before.sms.is_empty() && !before.numbers.is_empty());
    let seqs = |house: &House| -> Vec<u64> {
        house.retention.0.journal.read(1, usize::MAX).unwrap().iter().map(|record| record.seq).collect()
    };
    let (raw, all) = (house.raw_left(), seqs(&house));
    house.keep(Some(30), None, None).await;
    let dry = house.run(true, None).await.unwrap();
    assert_eq!(house.raw_left(), raw, "a dry run removes nothing");
    let freed = house.run(false, None).await.unwrap();
    assert_eq!((freed.raw, freed.raw_bytes), (dry.raw, dry.raw_bytes));
    assert!(freed.raw > 0 && house.raw_left() as u64 == raw as u64 - freed.raw);
    assert!(freed.segments_rewritten > 0);
    house.known().assert_is(&before, "after a run");
    assert_eq!(seqs(&house), all);
    let house = house.rebuilt();
    assert_eq!(seqs(&house), all);
    house.known().assert_is(&before, "rebuilt");
    assert_eq!(house.run(false, None).await.unwrap().raw, 0, "a second run finds nothing");
}

async fn calls_and_messages_go_and_their_counts_stay(logs: Logs) {
    let house = House::with_a_past(logs).await;
    let before = house.known();
    house.keep(None, Some(20), Some(40)).await;
    let dry = house.run(true, None).await.unwrap();
    house.known().assert_is(&before, "after a dry run");
    let freed = house.run(false, None).await.unwrap();
    assert_eq!((freed.calls, freed.sms, freed.callbacks), (dry.calls, dry.sms, dry.callbacks));
    let after = house.known();
    assert!(freed.calls > 10 && after.calls.len() as u64 == before.calls.len() as u64 - freed.calls);
    assert!(freed.sms > 0 && after.sms.len() as u64 == before.sms.len() as u64 - freed.sms);
    assert!(freed.callbacks > 10 && after.callbacks.len() as u64 == before.callbacks.len() as u64 - freed.callbacks);
    after.assert_counts_are(&before, "after a run");
    let house = house.rebuilt();
    house.known().assert_is(&after, "rebuilt");
    // What comes next is counted on.
    house.day(DAYS, house.clock.now()).await;
    house.caught_up();
    let next = house.known();
    let house = house.rebuilt();
    house.known().assert_is(&next, "rebuilt with more");
}

async fn a_run_may_end_anywhere_and_the_next_one_goes_on(logs: Logs) {
    let mut house = House::with_a_past(logs).await;
    let before = house.known();
    house.keep(Some(50), Some(20), Some(40)).await;
    let mut stops = 0;
    for steps in 1.. {
        let ended = house.run(false, Some(steps)).await;
        let live = house.known();
        live.assert_counts_are(&before, &format!("after {steps} steps"));
        house = house.rebuilt();
        house.known().assert_is(&live, &format!("rebuilt after {steps} steps"));
        match ended {
            Err(RetentionError::Stopped) => stops += 1,
            ended => {
                ended.unwrap();
                break;
            }
        }
    }
    assert!(stops > 3, "only {stops}");
    house.run(false, None).await.unwrap();
    assert!(house.known().calls.len() < before.calls.len());
}

async fn runs_that_follow_one_another_come_to_the_same_as_the_journal(logs: Logs) {
    let mut house = House::with_a_past(logs).await;
    let before = house.known();
    for (raw, call, sms) in
        [(Some(50), None, None), (Some(50), Some(45), None), (None, Some(33), Some(50)), (Some(7), Some(10), Some(9))]
    {
        house.keep(raw, call, sms).await;
        house.run(false, None).await.unwrap();
        let live = house.known();
        live.assert_counts_are(&before, &format!("after {raw:?} {call:?} {sms:?}"));
        house = house.reopened(false);
        house.known().assert_is(&live, &format!("opened again after {raw:?} {call:?} {sms:?}"));
        house = house.rebuilt();
        house.known().assert_is(&live, &format!("rebuilt after {raw:?} {call:?} {sms:?}"));
    }
    assert!(house.known().calls.len() < before.calls.len() / 3);
}

/// Bytes of all files of a directory; a file that goes meanwhile has none.
fn size(dir: &Path) -> u64 {
    std::fs::read_dir(dir).unwrap().filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_frees_disk_space_and_removes_empty_segments() {
    for compress in [false, true] {
        let house = House::with_days(0, compress).await;
        let now = house.clock.now();
        for day in 0..10 {
            house.lively(now.checked_sub(SignedDuration::from_hours(24 * (40 - day))).unwrap(), 12).await;
        }
        house.caught_up();
        let journal = house.logs.path().join("journal");
        let sealed = house.logs.path().join("store/sealed");
        // Finished segments are compressed in the background, which must be over before sizes are compared.
        let finished = house.retention.0.journal.segments().len() as u64 - 1;
        let deadline = std::time::Instant::now() + DEADLINE;
        while compress && crate::journal::compressed(&journal).unwrap() < finished {
            assert!(std::time::Instant::now() < deadline, "not every finished segment is compressed");
            std::thread::park_timeout(Duration::from_millis(5));
        }
        let (full, segments) = (size(&journal), house.retention.0.journal.segments().len());
        // Rows are sealed with a checkpoint, which comes after they are known.
        let deadline = std::time::Instant::now() + DEADLINE;
        while size(&sealed) == 0 {
            assert!(std::time::Instant::now() < deadline, "nothing was sealed");
            std::thread::park_timeout(Duration::from_millis(5));
        }
        house.keep(Some(9), None, None).await;
        let raw = house.run(false, None).await.unwrap();
        let summaries = size(&journal);
        assert_eq!(raw.disk_bytes, full.saturating_sub(summaries));
        // Samples that differ only in their names compress to nearly nothing, whatever they say.
        assert!(compress || summaries < full, "{summaries} of {full}");
        house.keep(Some(9), Some(9), Some(9)).await;
        let freed = house.run(false, None).await.unwrap();
        let left = size(&journal);
        // Nearly all of it is the cut, in a segment that is not finished, so not compressed.
        assert!(left < full / if compress { 3 } else { 20 }, "{left} of {full}, compressed: {compress}");
        assert!(freed.segments_removed > 0);
        let gone = usize::try_from(freed.segments_removed).unwrap();
        // The run itself begins a segment, for its cuts or so that the last one can be thinned.
        assert!(house.retention.0.journal.segments().len() <= segments + 2 - gone);
        let house = house.reopened(false);
        let deadline = std::time::Instant::now() + DEADLINE;
        while size(&sealed) > 0 {
            assert!(std::time::Instant::now() < deadline, "every sealed row is gone");
            std::thread::park_timeout(Duration::from_millis(5));
        }
        assert!(house.known().calls.is_empty() && house.known().sms.is_empty());
    }
}

async fn what_is_held_stays_until_the_hold_ends(logs: Logs) {
    let house = House::with_a_past(logs).await;
    let before = house.known();
    let old = before.calls.iter().min_by_key(|call| call.callbacks.last().copied()).unwrap().clone();
    let by = Author::of_tests();
    let hold = Hold {
        id: String::new(),
        name: "dispute".to_owned(),
        reason: "asked by court".to_owned(),
        app: Some(old.app.0),
        number: None,
        session: Some(old.session.reveal().to_owned()),
        from: None,
        to: None,
        by: String::new(),
        by_kind: None,
        created_at: String::new(),
    };
    let hold = house.retention.add_hold(&by, hold).await.unwrap();
    house.keep(None, Some(20), Some(20)).await;
    let freed = house.run(false, None).await.unwrap();
    assert!(freed.held > 0 && freed.calls > 0);
    let held = house.retention.0.store.call(old.id).unwrap();
    assert_eq!(held.as_ref(), Some(&old));
    for seq in &old.callbacks {
        let record = house.retention.0.journal.get(*seq).unwrap().unwrap();
        assert!(matches!(record.body, Body::Callback(_)), "its bytes are held too");
        assert!(house.retention.0.store.callback(*seq).unwrap().is_some());
    }
    let after = house.known();
    let house = house.rebuilt();
    house.known().assert_is(&after, "rebuilt");
    house.retention.end_hold(&by, &hold.id).await.unwrap();
    house.run(false, None).await.unwrap();
    assert_eq!(house.retention.0.store.call(old.id).unwrap(), None);
    assert_eq!(house.known().stats, before.stats);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_and_a_hold_follow_rules() {
    let house = House::with_days(0, false).await;
    let by = Author::of_tests();
    for days in [0, 6, 40_000] {
        let policy = Policy { call_days: Some(days), ..Policy::default() };
        let set = house.retention.set_policy(&by, &policy).await;
        assert!(matches!(set, Err(RetentionError::Invalid(_))), "{days}");
    }
    assert_eq!(house.retention.policy(), Policy::default());
    assert!(!house.retention.policy().removes_something());
    assert!(matches!(house.retention.end_hold(&by, "none").await, Err(RetentionError::NoHold(_))));
}

#[test]
fn the_hour_of_the_nightly_run_is_beijing_time() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(last_occurrence(at("2026-11-20T19:29:00Z"), 210), at("2026-11-19T19:30:00Z"));
    assert_eq!(last_occurrence(at("2026-11-20T19:30:00Z"), 210), at("2026-11-20T19:30:00Z"));
}
