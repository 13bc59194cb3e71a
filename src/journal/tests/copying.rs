//! Copies taken while everything moves restore what was acknowledged before they began.
//!
//! Both ways: our own backup, and `cp -r`, which knows nothing of us and lists a directory long
//! before it reads the last file of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Place, append, lifelike, read_all, wait};
use crate::journal::{CopyError, FileJournal, Journal, Options, copy, verify};

fn open_copy(dir: &std::path::Path) -> FileJournal {
    let options = Options { segment_bytes: 30_000, ..Options::within(dir) };
    FileJournal::open(&dir.join("journal"), options).unwrap()
}

/// Takes copies by `take` while callbacks come and segments are cut and compressed.
fn copies_hold_what_was_acknowledged(take: impl Fn(&std::path::Path, &std::path::Path)) {
    let place = Place::new(30_000, true);
    let journal = Arc::new(place.open());
    append(&journal, lifelike(0, 300));
    let acknowledged = AtomicU64::new(1);
    let done = AtomicBool::new(false);
    let copies = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let (journal, done, acknowledged) = (&journal, &done, &acknowledged);
        scope.spawn(move || {
            for n in 1.. {
                if done.load(Ordering::SeqCst) {
                    break;
                }
                let batch: Vec<_> = (0..20).map(|_| journal.append(lifelike(n, 300))).collect();
                for append in batch {
                    acknowledged.store(wait(append).unwrap().unwrap(), Ordering::SeqCst);
                }
            }
        });
        for n in 0..6 {
            let to = copies.path().join(n.to_string());
            let before = acknowledged.load(Ordering::SeqCst);
            take(place.dir.path(), &to);
            let report = verify(&to.join("journal")).unwrap();
            assert!(report.is_sound(), "{report:?}");
            let restored = open_copy(&to);
            let read = read_all(&restored, 1 << 20);
            assert!(read.len() as u64 >= before, "{} of {before}", read.len());
            assert!(read.iter().zip(1..).all(|(record, seq)| record.seq == seq));
            // While it was written, the journal itself verifies too.
            assert!(verify(&place.log()).unwrap().is_sound());
        }
        done.store(true, Ordering::SeqCst);
    });
}

#[test]
fn a_backup_of_a_busy_journal_holds_what_was_acknowledged() {
    copies_hold_what_was_acknowledged(|from, to| {
        copy(from, to).unwrap();
    });
}

#[test]
fn cp_of_a_busy_journal_holds_what_was_acknowledged() {
    copies_hold_what_was_acknowledged(|from, to| {
        assert!(Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap().success());
    });
}

#[test]
fn a_backup_has_what_matters_with_its_permissions_and_nothing_else() {
    let place = Place::new(1 << 20, false);
    let data = place.dir.path();
    let journal = place.open();
    append(&journal, lifelike(1, 300));
    for (name, mode) in [("keys/seal", 0o600), ("recordings/2026-11-21/a.wav", 0o640), ("store/db", 0o644)] {
        let path = data.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, name).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::write(data.join("LOCK"), "1").unwrap();
    let to = tempfile::tempdir().unwrap();
    let copied = copy(data, to.path()).unwrap();
    assert_eq!((copied.segments, copied.files), (1, 2));
    let mut names: Vec<_> = fs::read_dir(to.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["journal", "keys", "marks", "recordings"]);
    let key = to.path().join("keys/seal");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(key).unwrap(), "keys/seal");
    assert_eq!(
        fs::read_to_string(to.path().join("recordings/2026-11-21/a.wav")).unwrap(),
        "recordings/2026-11-21/a.wav"
    );
}

#[test]
fn a_backup_ends_with_a_whole_line() {
    let place = Place::new(1 << 20, false);
    let journal = place.open();
    append(&journal, lifelike(1, 300));
    journal.close();
    let file = place.files().remove(0);
    let whole = fs::read(&file).unwrap();
    let torn = [&whole[..], b"{\"seq\":2,\"at\""].concat();
    fs::write(&file, torn).unwrap();
    let to = tempfile::tempdir().unwrap();
    copy(place.dir.path(), to.path()).unwrap();
    assert_eq!(fs::read(to.path().join("journal/000000000001")).unwrap(), whole);
}

#[test]
fn a_backup_is_refused_where_it_would_do_harm() {
    let place = Place::new(1 << 20, false);
    append(&place.open(), lifelike(1, 300));
    let data = place.dir.path();
    let full = tempfile::tempdir().unwrap();
    fs::write(full.path().join("something"), "").unwrap();
    assert!(matches!(copy(data, full.path()), Err(CopyError::NotEmpty(_))));
    assert!(matches!(copy(data, &data.join("backup")), Err(CopyError::Inside(_))));
    assert!(!data.join("backup").exists());
    assert!(matches!(copy(full.path(), &data.join("x")), Err(CopyError::NoJournal(_))));
}
