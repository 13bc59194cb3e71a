//! Somebody removes, moves, replaces or cuts the file that is being written.
//!
//! Nothing may be acknowledged into a file that is not there; what came before is put back where
//! that is possible, and said to be missing where it is not.

use std::fs;
use std::path::Path;

use super::faulty::FaultyDisk;
use super::{Place, append, eventually, fill, lifelike, read_all, wait};
use crate::journal::{FileJournal, Journal, Missing, verify};

/// Meddles with the segment of five records, appends one, and gives the numbers that are there
/// after a start.
fn check(meddle: impl Fn(&Place, &Path), says: &str, missing: Option<(u64, u64)>) -> Vec<u64> {
    let place = Place::noted(1 << 20, false);
    let journal = place.open();
    fill(&journal, 5, 300);
    meddle(&place, &place.files()[0]);
    let seq = append(&journal, lifelike(6, 300));
    assert!(seq > 5, "{seq}");
    said(&journal, says, missing);
    assert_eq!(append(&journal, lifelike(7, 300)), seq + 1);
    place.kill(&journal);

    let report = verify(&place.log()).unwrap();
    assert_eq!(report.lost, ranges(missing), "{report:?}");
    let journal = place.open();
    assert_eq!(journal.health().missing, ranges(missing));
    let numbers: Vec<u64> = read_all(&journal, 1 << 20).iter().map(|record| record.seq).collect();
    assert!(numbers.ends_with(&[seq, seq + 1]), "{numbers:?}");
    numbers[..numbers.len() - 2].to_vec()
}

fn said(journal: &FileJournal, says: &str, missing: Option<(u64, u64)>) {
    let health = journal.health();
    assert!(health.given_up.as_ref().is_some_and(|text| text.contains(says)), "{health:?}");
    assert!(health.failing.is_none(), "{health:?}");
    assert_eq!(health.missing, ranges(missing));
}

fn ranges(missing: Option<(u64, u64)>) -> Vec<Missing> {
    missing.into_iter().map(|(from, to)| Missing { from, to }).collect()
}

#[test]
fn a_removed_segment_is_put_back_from_the_open_file() {
    let kept = check(|_, file| fs::remove_file(file).unwrap(), "removed or moved", None);
    assert_eq!(kept, [1, 2, 3, 4, 5]);
}

#[test]
fn a_moved_directory_is_made_again_with_the_segment_that_is_written() {
    let kept = check(
        |place, _| fs::rename(place.log(), place.dir.path().join("journal.moved")).unwrap(),
        "removed or moved",
        None,
    );
    assert_eq!(kept, [1, 2, 3, 4, 5]);
}

#[test]
fn a_cut_segment_is_given_up_and_what_it_lost_is_named() {
    let cut = |_: &Place, file: &Path| {
        let len = fs::metadata(file).unwrap().len();
        fs::OpenOptions::new().write(true).open(file).unwrap().set_len(len / 2).unwrap();
    };
    assert_eq!(check(cut, "cut", Some((3, 5))), [1, 2]);
    assert!(check(|_, file| fs::write(file, "").unwrap(), "cut", Some((1, 5))).is_empty());
}

#[test]
fn a_replaced_segment_is_given_up_and_what_the_other_lacks_is_named() {
    let replace = |_: &Place, file: &Path| {
        let text = fs::read_to_string(file).unwrap();
        let half: String = text.split_inclusive('\n').take(3).collect();
        fs::remove_file(file).unwrap();
        fs::write(file, half).unwrap();
    };
    assert_eq!(check(replace, "replaced", Some((4, 5))), [1, 2, 3]);
    let same = |_: &Place, file: &Path| {
        let beside = file.with_extension("copy");
        fs::copy(file, &beside).unwrap();
        fs::rename(&beside, file).unwrap();
    };
    assert_eq!(check(same, "replaced", None), [1, 2, 3, 4, 5]);
}

#[test]
fn a_segment_removed_during_a_sync_is_restored_before_the_ack() {
    let place = Place::noted(1 << 20, false);
    let disk = FaultyDisk::default();
    let faults = disk.0.clone();
    let journal = FileJournal::open_on(&place.log(), place.options.clone(), std::sync::Arc::new(disk)).unwrap();
    fill(&journal, 5, 300);
    faults.block();
    let sixth = journal.append(lifelike(6, 300));
    eventually("the sync is under way", || faults.is_waiting());
    fs::remove_file(&place.files()[0]).unwrap();
    faults.unblock();
    assert_eq!(wait(sixth).unwrap(), Some(7), "the number that went into the other file is not used again");
    said(&journal, "removed or moved", None);
    place.kill(&journal);
    let numbers: Vec<u64> = read_all(&place.open(), 1 << 20).iter().map(|record| record.seq).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 7]);
}

#[test]
fn an_idle_journal_notices_what_happens_to_its_segment() {
    let place = Place::noted(1 << 20, false);
    let journal = place.open();
    fill(&journal, 5, 300);
    fs::remove_file(&place.files()[0]).unwrap();
    eventually("somebody looked", || journal.health().given_up.is_some());
    assert_eq!(read_all(&journal, 1 << 20).len(), 5);
}

#[test]
fn a_moved_directory_of_many_segments_is_missed_until_it_is_back() {
    let place = Place::noted(700, false);
    let journal = place.open();
    for _ in 0..4 {
        fill(&journal, 3, 300);
    }
    let moved = place.dir.path().join("journal.moved");
    fs::rename(place.log(), &moved).unwrap();
    let last = append(&journal, lifelike(13, 300));
    assert!(journal.health().missing[0].from == 1 && journal.health().missing[0].to < last);
    journal.close();
    for entry in fs::read_dir(&moved).unwrap() {
        let path = entry.unwrap().path();
        fs::rename(&path, place.log().join(path.file_name().unwrap())).unwrap();
    }
    let journal = place.open();
    assert_eq!(journal.health().missing, []);
    assert_eq!(read_all(&journal, 1 << 20).len(), 13);
    assert!(verify(&place.log()).unwrap().is_sound());
}
