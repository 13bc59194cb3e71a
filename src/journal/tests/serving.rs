//! Many at once, reading beside writing, files replaced under readers, and what other programs
//! make of the files.
//!
//! `zstdcat` and `jq` are run as a person would run them: the notation is a promise.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Place, append, callback, eventually, fill, is_compressed, lifelike, read_all};
use crate::journal::{Body, Journal, Packing, Record, Rewrite as _, verify};

#[test]
fn records_acknowledged_to_sixty_four_tasks_survive_a_reopen() {
    let place = Place::new(40_000, true);
    let journal = Arc::new(place.open());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let mut told: Vec<(u64, u32)> = runtime.block_on(async {
        let tasks = (0..64u32).map(|task| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                let mut told = Vec::new();
                for n in 0..20 {
                    let app = task * 1000 + n;
                    told.push((journal.append(callback(app, vec![b'x'; 200])).await.unwrap().unwrap(), app));
                }
                told
            })
        });
        let mut told = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            told.extend(task.await.unwrap());
        }
        told
    });
    journal.close();
    told.sort_unstable();
    let apps: Vec<(u64, u32)> = read_all(&place.open(), 1 << 16)
        .into_iter()
        .map(|record| match record.body {
            Body::Callback(callback) => (record.seq, callback.app.0),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(apps, told);
}

#[test]
fn an_acknowledged_record_can_be_read_at_once() {
    let place = Place::new(3_000, true);
    let journal = place.open();
    for n in 1..100 {
        let seq = append(&journal, lifelike(n, 200));
        assert!(*journal.durable().borrow() >= seq);
        assert_eq!(journal.get(seq).unwrap().unwrap().seq, seq);
        assert_eq!(journal.read(seq, 1).unwrap()[0].seq, seq);
    }
}

#[test]
fn readers_see_every_record_while_segments_are_cut_and_compressed() {
    let place = Place::new(20_000, true);
    let journal = place.open();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for step in [1usize, 5_000, 100_000] {
            let (journal, done) = (&journal, &done);
            scope.spawn(move || {
                let mut next = 1;
                loop {
                    let finished = done.load(Ordering::SeqCst);
                    let records = journal.read(next, step).unwrap();
                    for record in &records {
                        assert_eq!(record.seq, next);
                        next += 1;
                    }
                    if finished && records.is_empty() {
                        break;
                    }
                }
                assert_eq!(next, 1_001);
            });
        }
        for _ in 0..50 {
            fill(&journal, 20, 300);
        }
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(journal.damage(), []);
}

#[test]
fn a_restart_goes_on_in_the_same_segment() {
    let place = Place::new(1 << 20, true);
    for n in 1..=5 {
        let journal = place.open();
        assert_eq!(append(&journal, lifelike(1, 300)), n);
        journal.close();
    }
    assert_eq!(place.files().len(), 1);
}

#[test]
fn a_copy_whose_last_segment_is_compressed_is_continued() {
    let place = Place::new(20_000, true);
    let journal = place.open();
    fill(&journal, 100, 300);
    let files = place.files();
    eventually("the first segment is compressed", || is_compressed(&files[0]));
    journal.close();
    for file in &files[1..] {
        fs::remove_file(file).unwrap();
    }
    let journal = place.open();
    let last = *journal.durable().borrow();
    assert_eq!(read_all(&journal, 1 << 20).last().unwrap().seq, last);
    assert_eq!(append(&journal, lifelike(1, 300)), last + 1);
    assert_eq!(read_all(&journal, 1 << 20).len() as u64, last + 1);
}

#[test]
fn a_number_is_not_used_again_when_all_its_neighbours_are_gone() {
    let place = Place::new(1 << 20, true);
    let journal = place.open();
    fill(&journal, 7, 300);
    journal.roll().unwrap();
    let done = journal.rewrite(1, Packing::Small, &mut |_: &Record| crate::journal::RecordAction::Drop).unwrap();
    assert_eq!(done.dropped, 7);
    assert_eq!(journal.segments(), [8]);
    journal.close();
    let journal = place.open();
    assert_eq!(append(&journal, lifelike(1, 300)), 8);
}

#[test]
fn leftovers_of_an_interrupted_rewrite_are_removed_and_others_are_not() {
    let place = Place::new(1 << 20, false);
    fs::create_dir_all(&place.options.tmp).unwrap();
    let (ours, other) = (place.options.tmp.join("journal-000000000001"), place.options.tmp.join("state-000000000001"));
    fs::write(&ours, "x").unwrap();
    fs::write(&other, "x").unwrap();
    place.open();
    assert!(!ours.exists() && other.exists());
}

#[test]
fn zstdcat_and_jq_read_all_segments() {
    let present = |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
    if !present("zstd") || !present("jq") {
        eprintln!("zstd and jq are not here: only our own reader was tried");
        return;
    }
    let place = Place::new(300_000, true);
    let journal = place.open();
    fill(&journal, 500, 1000);
    append(&journal, callback(7, b"\xff\x00 no text".to_vec()));
    let files = place.files();
    assert!(files.len() > 1);
    eventually("the finished ones are compressed", || files[..files.len() - 1].iter().all(|file| is_compressed(file)));
    let listed = Command::new("sh")
        .arg("-c")
        .arg("zstdcat -f \"$0\"/* | jq -r '[.seq, .kind, .app, (.body // .body64 | length)] | @csv'")
        .arg(place.log())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let lines: Vec<_> = String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 501);
    assert!(lines[500].starts_with("501,\"callback\",7,"), "{}", lines[500]);
    assert_eq!(verify(&place.log()).unwrap().total(), 501);
}
