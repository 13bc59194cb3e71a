//! Segments that are links: a large one was moved to another disk, which is an ordinary thing to do.
//!
//! What a link leads to is read, rewritten and removed like any other segment; nothing is ever
//! emptied through one, and what is no file is never passed over.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::{Place, append, eventually, fill, is_compressed, lifelike, read_all};
use crate::error_chain::Chain;
use crate::journal::disk::{Disk, RealDisk};
use crate::journal::{FileJournal, Journal, Packing, Record, RecordAction, Rewrite as _, copy, verify};

/// Moves a segment out of the log and leaves a link to it.
fn move_away(place: &Place, n: usize) -> (PathBuf, PathBuf) {
    let link = place.files()[n].clone();
    let elsewhere = place.dir.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let file = elsewhere.join(format!("moved-{n}"));
    fs::rename(&link, &file).unwrap();
    symlink(&file, &link).unwrap();
    (link, file)
}

#[test]
fn a_linked_segment_is_read_and_never_emptied() {
    for compress in [false, true] {
        let place = Place::noted(1 << 20, compress);
        let journal = place.open();
        fill(&journal, 5, 300);
        journal.close();
        let (link, file) = move_away(&place, 0);
        let before = fs::read(&file).unwrap();
        let report = verify(&place.log()).unwrap();
        assert!(report.is_sound() && report.total() == 5, "{report:?}");

        let journal = place.open();
        assert_eq!(append(&journal, lifelike(6, 300)), 6);
        assert_eq!(read_all(&journal, 1 << 20).len(), 6);
        let same = fs::read(&file).unwrap() == before;
        assert!(link.is_symlink() && (compress || same), "written on only in the directory itself");
        assert_eq!(journal.health().missing, []);
        journal.close();
        let journal = place.open();
        assert_eq!(append(&journal, lifelike(7, 300)), 7);
        assert_eq!(read_all(&journal, 1 << 20).len(), 7);
    }
}

#[test]
fn a_torn_tail_behind_a_link_is_set_aside_and_an_empty_one_is_left() {
    let place = Place::new(1 << 20, false);
    let journal = place.open();
    fill(&journal, 3, 300);
    journal.close();
    let (_, file) = move_away(&place, 0);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, [&whole[..], b"{\"seq\":4,"].concat()).unwrap();
    let journal = place.open();
    assert_eq!((journal.health().torn, append(&journal, lifelike(4, 300))), (1, 4));
    assert_eq!(fs::read(&file).unwrap(), whole);
    journal.close();

    let place = Place::new(1 << 20, false);
    place.open().close();
    fs::create_dir_all(place.log()).unwrap();
    fs::write(place.dir.path().join("empty"), "").unwrap();
    symlink("../empty", place.log().join("000000000001")).unwrap();
    let journal = place.open();
    assert_eq!(append(&journal, lifelike(1, 300)), 2);
    assert_eq!(read_all(&journal, 1 << 20).len(), 1);
}

#[test]
fn what_is_rewritten_removed_or_compressed_is_what_the_link_leads_to() {
    let place = Place::new(1 << 20, false);
    let journal = place.open();
    fill(&journal, 5, 300);
    journal.roll().unwrap();
    fill(&journal, 5, 300);
    journal.roll().unwrap();
    journal.close();
    let (one, other) = (move_away(&place, 0), move_away(&place, 1));
    let journal = place.open();
    journal
        .rewrite(1, Packing::Small, &mut |record: &Record| {
            if record.seq == 3 { RecordAction::Erase } else { RecordAction::Keep }
        })
        .unwrap();
    assert!(one.0.is_symlink() && fs::read_to_string(&one.1).unwrap().contains("erased"));
    assert_eq!(read_all(&journal, 1 << 20).len(), 10);
    journal.rewrite(6, Packing::Small, &mut |_: &Record| RecordAction::Drop).unwrap();
    assert!(!other.1.exists() && !other.0.is_symlink(), "neither the link nor the records are left");
    journal.close();

    let mut place = Place { ..place };
    place.options.compress = true;
    let journal = place.open();
    eventually("it is compressed", || is_compressed(&one.1));
    assert!(one.0.is_symlink());
    assert_eq!(read_all(&journal, 1 << 20).len(), 5);
    assert_eq!(journal.remove_segments_before(11).unwrap(), 1);
    assert!(!one.1.exists() && !one.0.is_symlink());
}

#[test]
fn a_backup_has_what_links_lead_to() {
    let place = Place::noted(1 << 20, false);
    let data = place.dir.path();
    let journal = place.open();
    fill(&journal, 5, 300);
    journal.close();
    let (_, file) = move_away(&place, 0);
    fs::create_dir_all(data.join("keys")).unwrap();
    fs::write(data.join("elsewhere/seal"), "key").unwrap();
    symlink("../elsewhere/seal", data.join("keys/seal")).unwrap();
    fs::create_dir_all(data.join("recordings")).unwrap();
    symlink("..", data.join("recordings/around")).unwrap();
    let to = tempfile::tempdir().unwrap();
    copy(data, to.path()).unwrap();
    let copied = to.path().join("journal/000000000001");
    assert!(!copied.is_symlink() && fs::read(copied).unwrap() == fs::read(file).unwrap());
    assert_eq!(fs::read_to_string(to.path().join("keys/seal")).unwrap(), "key");
}

#[test]
fn a_directory_with_a_segments_name_stops_the_start_and_says_what_to_do() {
    let check = |make: &dyn Fn(&std::path::Path), says: &str| {
        let place = Place::new(1 << 20, false);
        let journal = place.open();
        fill(&journal, 3, 300);
        journal.roll().unwrap();
        journal.close();
        let (kept, path) = (fs::read(&place.files()[0]).unwrap(), place.log().join("000000000009"));
        make(&path);
        let error = FileJournal::open(&place.log(), place.options.clone()).unwrap_err();
        let said = Chain(&error).to_string();
        assert!(said.contains("000000000009") && said.contains(says), "{said}");
        assert_eq!(fs::read(&place.files()[0]).unwrap(), kept);
        let report = verify(&place.log()).unwrap();
        assert_eq!((report.is_sound(), report.total()), (false, 3), "{report:?}");
    };
    check(&|path| symlink("../nowhere", path).unwrap(), "put the file back");
    check(&|path| fs::create_dir(path).unwrap(), "move it out");
    check(&|path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()), "move it out");
}

#[test]
fn a_new_segment_empties_only_what_a_failed_attempt_left() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("000000000001");
    let create = || RealDisk.create(&path).map(drop);
    fs::write(&path, "half a li").unwrap();
    create().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
    fs::write(&path, "a line\n").unwrap();
    assert!(create().is_err());
    assert_eq!(fs::read(&path).unwrap(), b"a line\n");
    fs::rename(&path, dir.path().join("other")).unwrap();
    for target in ["other", "nowhere"] {
        symlink(target, &path).unwrap();
        assert!(create().is_err());
        fs::remove_file(&path).unwrap();
    }
    assert_eq!(fs::read(dir.path().join("other")).unwrap(), b"a line\n");
    assert!(!dir.path().join("nowhere").exists());
}
