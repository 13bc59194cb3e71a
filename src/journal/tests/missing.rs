//! A log that is shorter than it was: said, with the numbers, and none of them is given out again.
//!
//! And none of it is said of a copy, whatever order its files were taken in.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Place, append, fill, lifelike, read_all, wait};
use crate::journal::{Journal, Missing, Packing, Record, RecordAction, Rewrite as _, copy, had_records, verify};
use crate::limits::WATERMARK_AHEAD;

fn numbers(missing: &[Missing]) -> Vec<(u64, u64)> {
    missing.iter().map(|missing| (missing.from, missing.to)).collect()
}

/// Ten records in a segment, changed while nobody has it open.
fn check(closed: bool, change: impl Fn(&Path), expected: &[(u64, u64)]) {
    let place = Place::noted(1 << 20, false);
    let journal = place.open();
    for n in 1..=10 {
        append(&journal, lifelike(n, 300));
    }
    if closed {
        journal.close();
    } else {
        place.kill(&journal);
    }
    change(&place.files()[0]);
    let report = verify(&place.log()).unwrap();
    assert_eq!((numbers(&report.lost), report.is_sound()), (expected.to_vec(), expected.is_empty()), "{report:?}");

    // Also when it was opened and nothing came, or something did.
    for _ in 0..2 {
        let journal = place.open();
        assert_eq!(numbers(&journal.health().missing), expected);
        journal.close();
    }
    let journal = place.open();
    let next = append(&journal, lifelike(11, 300));
    assert_eq!(next, if closed || expected.is_empty() { 11 } else { 11 + WATERMARK_AHEAD });
    journal.close();
    let journal = place.open();
    assert_eq!(numbers(&journal.health().missing), expected);
    assert_eq!(numbers(&verify(&place.log()).unwrap().lost), expected);
    assert_eq!(numbers(&journal.accept_missing()), expected);
    journal.close();
    let journal = place.open();
    assert_eq!(journal.health().missing, []);
    assert!(verify(&place.log()).unwrap().is_sound());
    assert_eq!(append(&journal, lifelike(12, 300)), next + 1);
}

fn without_the_last(lines: usize) -> impl Fn(&Path) {
    move |file| {
        let text = fs::read_to_string(file).unwrap();
        let kept = text.lines().count() - lines;
        fs::write(file, text.split_inclusive('\n').take(kept).collect::<String>()).unwrap();
    }
}

#[test]
fn a_lost_end_is_reported_by_its_numbers_and_none_is_reused() {
    for closed in [true, false] {
        check(closed, |_| {}, &[]);
        check(closed, without_the_last(1), &[(10, 10)]);
        check(closed, without_the_last(4), &[(7, 10)]);
        check(closed, without_the_last(10), &[(1, 10)]);
        check(closed, |file| fs::remove_file(file).unwrap(), &[(1, 10)]);
    }
}

#[test]
fn a_lost_segment_is_reported_by_its_numbers_until_it_is_back() {
    let place = Place::noted(700, false);
    let journal = place.open();
    for n in 1..=10 {
        append(&journal, lifelike(n, 300));
    }
    journal.close();
    let files = place.files();
    assert!(files.len() >= 4, "{files:?}");
    for file in &files {
        let kept = fs::read(file).unwrap();
        let first: u64 = file.file_name().unwrap().to_str().unwrap().parse().unwrap();
        let lines = kept.iter().filter(|byte| **byte == b'\n').count() as u64;
        fs::remove_file(file).unwrap();
        let expected = [(first, first + lines - 1)];
        assert_eq!(numbers(&verify(&place.log()).unwrap().lost), expected, "{first}");
        let journal = place.open();
        assert_eq!(numbers(&journal.health().missing), expected);
        journal.close();
        fs::write(file, kept).unwrap();
        let journal = place.open();
        assert_eq!(journal.health().missing, [], "{first}");
        journal.close();
    }
}

#[test]
fn segments_removed_on_purpose_are_not_missing() {
    let place = Place::noted(1 << 20, true);
    let journal = place.open();
    for _ in 0..3 {
        fill(&journal, 5, 300);
        journal.roll().unwrap();
    }
    journal.rewrite(6, Packing::Small, &mut |_: &Record| RecordAction::Drop).unwrap();
    journal.remove_segments_before(6).unwrap();
    journal
        .rewrite(11, Packing::Small, &mut |record: &Record| {
            if record.seq > 12 { RecordAction::Drop } else { RecordAction::Keep }
        })
        .unwrap();
    place.kill(&journal);
    let journal = place.open();
    assert_eq!(journal.health().missing, []);
    assert!(verify(&place.log()).unwrap().is_sound());
    journal.rewrite(11, Packing::Small, &mut |_: &Record| RecordAction::Drop).unwrap();
    journal.close();
    let journal = place.open();
    assert_eq!(journal.health().missing, []);
    assert_eq!(append(&journal, lifelike(1, 300)), 16);
}

#[test]
fn a_copy_in_the_worst_order_is_no_loss_and_its_damage_is_one() {
    let place = Place::noted(1 << 20, false);
    let data = place.dir.path();
    let journal = place.open();
    for n in 1..=5 {
        append(&journal, lifelike(n, 300));
    }
    let cp = |from: &Path, to: &Path| {
        assert!(Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap().success());
    };
    // The segment first, the note of how far it came long after it.
    let copied = tempfile::tempdir().unwrap();
    cp(&place.log(), copied.path());
    for n in 6..=9 {
        append(&journal, lifelike(n, 300));
    }
    cp(&data.join("marks"), copied.path());
    let report = verify(&copied.path().join("journal")).unwrap();
    assert!(report.is_sound() && report.original == Some(9), "{report:?}");
    let restored = Place { dir: copied, options: place.options.clone() };
    let restored = Place {
        options: crate::journal::Options { marks: Some(restored.dir.path().join("marks")), ..restored.options },
        dir: restored.dir,
    };
    let again = restored.open();
    assert_eq!(again.health().missing, []);
    assert_eq!(append(&again, lifelike(6, 300)), 6);
    again.close();

    // Of a backup of ours it is known what it had, and so it is of the copy of a closed log.
    let backup = tempfile::tempdir().unwrap();
    copy(data, backup.path()).unwrap();
    journal.close();
    let plain = tempfile::tempdir().unwrap();
    cp(&place.log(), plain.path());
    cp(&data.join("marks"), plain.path());
    for copy in [backup.path(), plain.path()] {
        let log = copy.join("journal");
        assert!(verify(&log).unwrap().is_sound());
        without_the_last(2)(&log.join("000000000001"));
        assert_eq!(numbers(&verify(&log).unwrap().lost), [(8, 9)]);
        fs::remove_dir_all(&log).unwrap();
        assert_eq!(numbers(&verify(&log).unwrap().lost), [(1, 9)]);
        assert_eq!(had_records(copy, "journal").unwrap(), 9);
    }
}

#[test]
fn the_watermark_adds_no_sync_to_a_commit() {
    let place = Place::noted(1 << 20, false);
    let journal = place.open();
    append(&journal, lifelike(1, 300));
    let marks = place.dir.path().join("marks/journal");
    let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    let before = inode(&marks);
    for n in 2..50 {
        let seq = append(&journal, lifelike(n, 300));
        // Already there when it is acknowledged, in the same file.
        let text = fs::read_to_string(&marks).unwrap();
        assert!(text.starts_with(&format!("last {seq:020} open")), "{text}");
    }
    assert_eq!(inode(&marks), before);
    let appended = wait(journal.append(lifelike(50, 300))).unwrap();
    assert_eq!(appended, Some(50));
}

#[test]
fn a_log_whose_notes_are_gone_or_damaged_goes_on() {
    for damage in [None, Some("garbage"), Some("last 00000000000000000003 open   00000000\n{}\n")] {
        let place = Place::noted(1 << 20, false);
        let journal = place.open();
        fill(&journal, 3, 300);
        journal.close();
        let marks = place.options.marks.clone().unwrap();
        match damage {
            None => fs::remove_dir_all(&marks).unwrap(),
            Some(text) => fs::write(marks.join("journal"), text).unwrap(),
        }
        let journal = place.open();
        assert_eq!(append(&journal, lifelike(4, 300)), 4);
        assert_eq!((read_all(&journal, 1 << 20).len(), journal.health().missing), (4, Vec::new()));
        assert_eq!(had_records(place.dir.path(), "journal").unwrap(), 4);
    }
}
