//! Damaged bytes: at most what was touched is lost, it is reported, all else is read.
//!
//! Every byte of a segment is damaged in turn; the tests are slow to read and quick to run. A
//! damaged line must never hide its neighbours.

use std::fs;

use super::{Place, append, fill, lifelike, read_all};
use crate::journal::{Journal, Record, verify};

/// Opens a journal whose segment `n` was changed, and checks what was promised. `spread` is how
/// many records may go with one byte.
fn check_damaged(place: &Place, intact: &[Record], what: &str, spread: usize) {
    let report = verify(&place.log()).unwrap();
    let journal = place.open();
    let read = read_all(&journal, 1 << 20);
    let lost: Vec<_> = intact.iter().filter(|record| !read.contains(record)).map(|record| record.seq).collect();
    assert!(lost.len() <= spread, "{what}: lost {lost:?}");
    assert_eq!(read.len(), intact.len() - lost.len(), "{what}: something that was never written");
    assert_eq!(report.total(), read.len() as u64, "{what}: verify reads the same");
    for seq in &lost {
        assert_eq!(journal.get(*seq).unwrap(), None, "{what}");
    }
    let damages = journal.damage();
    let torn = journal.health().torn > 0;
    assert!(lost.is_empty() || torn || !damages.is_empty(), "{what}: {lost:?} not reported");
    assert_eq!(report.torn.is_some(), torn, "{what}");
    if !torn && spread == 1 {
        assert!(lost.iter().all(|seq| damages.iter().any(|d| d.seq == *seq)), "{what}: {lost:?}, {damages:?}");
    }
    journal.close();
}

#[test]
fn every_byte_of_a_plain_segment_may_be_damaged() {
    let place = Place::new(1 << 20, false);
    let journal = place.open();
    fill(&journal, 3, 40);
    let intact = read_all(&journal, 1 << 20);
    journal.close();
    let file = &place.files()[0];
    let bytes = fs::read(file).unwrap();
    for at in 0..bytes.len() {
        for mask in [0x01, 0x80, bytes[at] ^ b'\n'] {
            let mut damaged = bytes.clone();
            damaged[at] ^= mask;
            fs::write(file, &damaged).unwrap();
            check_damaged(&place, &intact, &format!("byte {at} ^ {mask:#x}"), 1);
            for file in place.files() {
                fs::remove_file(file).unwrap();
            }
        }
    }
}

#[test]
fn every_byte_of_a_compressed_segment_may_be_damaged() {
    let place = Place::new(700 << 10, true);
    let journal = place.open();
    for _ in 0..3 {
        fill(&journal, 250, 1000);
    }
    let intact = read_all(&journal, 1 << 20);
    super::eventually("the first segment is compressed", || super::is_compressed(&place.files()[0]));
    journal.close();
    let file = &place.files()[0];
    let bytes = fs::read(file).unwrap();
    let in_a_frame = 256 * 1024 / 1000;
    // All of the header and of the table, and every so many bytes in between.
    let step = (bytes.len() / 150).max(1);
    let frames = (0..40).chain((40..bytes.len() - 200).step_by(step));
    for at in frames.chain(bytes.len() - 200..bytes.len()) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        fs::write(file, &damaged).unwrap();
        check_damaged(&place, &intact, &format!("byte {at} of {}", bytes.len()), in_a_frame);
    }
}

#[test]
fn a_torn_tail_is_set_aside_wherever_it_was_torn() {
    let place = Place::new(1 << 20, false);
    let journal = place.open();
    append(&journal, lifelike(1, 100));
    let kept = fs::read(&place.files()[0]).unwrap();
    append(&journal, lifelike(2, 100));
    journal.close();
    let file = place.files().remove(0);
    let whole = fs::read(&file).unwrap();
    for end in kept.len()..whole.len() {
        fs::write(&file, &whole[..end]).unwrap();
        let journal = place.open();
        let torn = u64::from(end > kept.len());
        assert_eq!(journal.health().torn, torn, "{end}");
        assert_eq!(*journal.durable().borrow(), 1);
        assert_eq!(append(&journal, lifelike(3, 100)), 2);
        assert_eq!(read_all(&journal, 1 << 20).len(), 2);
        assert_eq!(journal.damage(), []);
        journal.close();
        if torn == 1 {
            let name = format!("torn/journal-000000000001-{}-1", kept.len());
            let aside = place.dir.path().join(name);
            assert_eq!(fs::read(&aside).unwrap(), &whole[kept.len()..end]);
            fs::remove_file(aside).unwrap();
        }
    }
}

#[test]
fn numbers_of_complete_lines_in_a_torn_tail_are_not_used_again() {
    let place = Place::new(1 << 20, false);
    let journal = place.open();
    fill(&journal, 3, 100);
    journal.close();
    let file = place.files().remove(0);
    let mut bytes = fs::read(&file).unwrap();
    let len = bytes.len();
    bytes[len - 30] ^= 1;
    fs::write(&file, bytes).unwrap();
    // A journal that was opened and did nothing has not forgotten it.
    place.open().close();
    let journal = place.open();
    assert_eq!(*journal.durable().borrow(), 2);
    assert_eq!(append(&journal, lifelike(9, 100)), 4);
    assert_eq!(read_all(&journal, 100).iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 4]);
}

#[test]
fn garbage_in_the_middle_is_passed_over_and_located() {
    let place = Place::new(1 << 20, false);
    let journal = place.open();
    fill(&journal, 6, 100);
    journal.close();
    let file = place.files().remove(0);
    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[2] = "garbage".into();
    lines[3] = lines[3].replace("fee", "eef");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    let journal = place.open();
    assert_eq!(read_all(&journal, 1 << 20).len(), 4);
    let found: Vec<_> = journal.damage().into_iter().map(|d| (d.segment, d.line, d.seq)).collect();
    let segment = String::from("000000000001");
    assert_eq!(found, [(segment.clone(), 3, 3), (segment, 4, 4)]);
    let report = verify(&place.log()).unwrap();
    assert_eq!((report.total(), report.damaged, report.gaps), (4, 2, vec![(3, 4)]));
}

#[test]
fn a_segment_removed_by_hand_does_not_hide_the_others() {
    let place = Place::new(500, false);
    let journal = place.open();
    fill(&journal, 10, 300);
    fs::remove_file(&place.files()[1]).unwrap();
    let read = read_all(&journal, 1 << 20);
    assert!(read.len() >= 8 && read.last().unwrap().seq == 10, "{}", read.len());
    assert_eq!(journal.damage().len(), 1);
}
