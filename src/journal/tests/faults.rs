//! Writes, syncs and disks that fail: nothing is acknowledged that is not kept, no number is
//! given out twice, and writing goes on.
//!
//! The disk here is a real one that fails when it is told to, see `faulty`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::faulty::{Faults, FaultyDisk};
use super::{Place, append, eventually, lifelike, read_all, wait};
use crate::journal::{AppendError, FileJournal, Journal, Rewrite as _, verify};
use crate::limits::COMMIT_QUEUE;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

fn faulty(place: &Place) -> (FileJournal, Arc<Faults>) {
    let disk = FaultyDisk::default();
    let faults = Arc::clone(&disk.0);
    (FileJournal::open_on(&place.log(), place.options.clone(), Arc::new(disk)).unwrap(), faults)
}

fn refused(journal: &FileJournal, n: u32) {
    let error = wait(journal.append(lifelike(n, 300))).unwrap_err();
    assert!(matches!(error, AppendError::Write(_)), "{error:?}");
}

fn numbers(journal: &FileJournal) -> Vec<u64> {
    read_all(journal, 1 << 20).iter().map(|record| record.seq).collect()
}

#[test]
fn a_short_write_is_cut_back_and_its_numbers_go_to_others() {
    let place = Place::new(1 << 20, false);
    let (journal, faults) = faulty(&place);
    append(&journal, lifelike(1, 300));
    let len = std::fs::metadata(&place.files()[0]).unwrap().len();
    faults.writes.lock().unwrap().push((123, EIO));
    refused(&journal, 2);
    assert_eq!(std::fs::metadata(&place.files()[0]).unwrap().len(), len);
    assert!(journal.health().failing.is_some());
    assert_eq!(*journal.durable().borrow(), 1);

    assert_eq!(append(&journal, lifelike(3, 300)), 2);
    assert!(journal.health().failing.is_none());
    journal.close();
    assert_eq!(place.files().len(), 1);
    assert_eq!(numbers(&place.open()), [1, 2]);
    assert!(verify(&place.log()).unwrap().is_sound());
}

#[test]
fn after_a_failed_sync_the_segment_is_never_written_again_and_no_number_is_used_twice() {
    let place = Place::new(1 << 20, false);
    let (journal, faults) = faulty(&place);
    append(&journal, lifelike(1, 300));
    let first = std::fs::read(&place.files()[0]).unwrap();
    faults.syncs.store(2, Ordering::SeqCst);
    refused(&journal, 2);
    assert_eq!(append(&journal, lifelike(3, 300)), 3);
    assert_eq!(std::fs::read(&place.files()[0]).unwrap(), first);
    assert_eq!(place.files()[1].file_name().unwrap(), "000000000003");
    assert_eq!(numbers(&journal), [1, 3]);
    journal.close();

    // What the failed sync left may come back after a crash: it has a number of its own.
    let lost = std::fs::read(&place.files()[1]).unwrap();
    assert!(lost.starts_with(b"{\"seq\":3,"));
    let report = verify(&place.log()).unwrap();
    assert_eq!((report.total(), report.gaps), (2, vec![(2, 2)]));
    assert_eq!(numbers(&place.open()), [1, 3]);
}

#[test]
fn a_tail_that_cannot_be_cut_is_not_shown_and_its_numbers_are_not_used_again() {
    let place = Place::new(1 << 20, false);
    let (journal, faults) = faulty(&place);
    append(&journal, lifelike(1, 300));
    faults.writes.lock().unwrap().push((usize::MAX, EIO));
    faults.cuts.store(2, Ordering::SeqCst);
    refused(&journal, 2);
    assert_eq!(append(&journal, lifelike(3, 300)), 3);
    assert_eq!(numbers(&journal), [1, 3]);
    journal.close();
    // The line was written whole: after a restart it is there, under a number nobody else has.
    assert_eq!(numbers(&place.open()), [1, 2, 3]);
}

#[test]
fn a_new_segment_that_cannot_be_made_is_tried_again() {
    let place = Place::new(400, false);
    let (journal, faults) = faulty(&place);
    append(&journal, lifelike(1, 300));
    faults.creates.store(1, Ordering::SeqCst);
    refused(&journal, 2);
    assert_eq!(append(&journal, lifelike(3, 300)), 2);
    assert_eq!(numbers(&journal), [1, 2]);
    assert!(faults.dirs_synced.load(Ordering::SeqCst) >= 2, "a new name is made durable");
}

#[test]
fn on_a_full_disk_the_reserve_is_given_up_and_the_callback_kept() {
    let mut place = Place::new(1 << 20, false);
    let reserve = place.dir.path().join("reserve");
    place.options.reserve = Some((reserve.clone(), 1 << 20));
    let (journal, faults) = faulty(&place);
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 1 << 20);
    faults.writes.lock().unwrap().push((50, ENOSPC));
    assert_eq!(append(&journal, lifelike(1, 300)), 1);
    assert!(!reserve.exists());
    let health = journal.health();
    assert!(health.reserve_used && health.failing.is_none(), "{health:?}");
    // There is room again, so the reserve comes back by itself.
    eventually("the reserve is held back again", || !journal.health().reserve_used);
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 1 << 20);
}

#[test]
fn a_disk_that_stays_full_refuses_and_recovers_without_a_callback() {
    let mut place = Place::new(1 << 20, false);
    place.options.reserve = Some((place.dir.path().join("reserve"), 1 << 20));
    let (journal, faults) = faulty(&place);
    faults.writes.lock().unwrap().extend([(50, ENOSPC), (50, ENOSPC)]);
    refused(&journal, 1);
    assert!(journal.health().failing.unwrap().contains("No space left"));
    eventually("the probe finds the disk well", || journal.health().failing.is_none());
    assert_eq!(append(&journal, lifelike(2, 300)), 1);
}

#[test]
fn what_waits_is_written_as_one_batch() {
    let place = Place::new(1 << 20, false);
    let (journal, faults) = faulty(&place);
    faults.block();
    let first = journal.append(lifelike(0, 300));
    eventually("the first sync is under way", || faults.is_waiting());
    let rest: Vec<_> = (1..200).map(|n| journal.append(lifelike(n, 300))).collect();
    faults.unblock();
    wait(async {
        first.await.unwrap();
        for append in rest {
            append.await.unwrap();
        }
    });
    assert_eq!(faults.synced.load(Ordering::SeqCst), 2);
    assert_eq!(*journal.durable().borrow(), 200);
}

#[test]
fn a_dropped_future_does_not_take_its_record_back() {
    let place = Place::new(1 << 20, false);
    let (journal, faults) = faulty(&place);
    faults.block();
    drop(journal.append(lifelike(1, 300)));
    drop(journal.append(lifelike(2, 300)));
    faults.unblock();
    journal.close();
    assert_eq!(numbers(&place.open()), [1, 2]);
}

#[test]
fn a_full_queue_refuses_after_the_wait_and_the_rest_is_kept() {
    let place = Place::new(64 << 20, false);
    let (journal, faults) = faulty(&place);
    faults.block();
    let first = journal.append(lifelike(0, 10));
    eventually("the first sync is under way", || faults.is_waiting());
    let queued: Vec<_> = (0..COMMIT_QUEUE).map(|_| journal.append(lifelike(1, 10))).collect();
    let error = wait(journal.append(lifelike(2, 10))).unwrap_err();
    assert!(matches!(error, AppendError::QueueFull), "{error:?}");
    faults.unblock();
    wait(async {
        first.await.unwrap();
        for append in queued {
            append.await.unwrap();
        }
    });
    assert_eq!(numbers(&journal).len(), COMMIT_QUEUE + 1);
}

#[test]
fn a_closed_journal_says_so() {
    let place = Place::new(1 << 20, true);
    let journal = place.open();
    journal.close();
    let error = wait(journal.append(lifelike(1, 300))).unwrap_err();
    assert!(matches!(error, AppendError::Closed), "{error:?}");
    assert!(journal.roll().is_err());
}
