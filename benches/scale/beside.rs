//! The projector at full speed beside readers whose searches are dear.
//!
//! Eight threads ask for what no index answers: nothing but NOTs, a hundred endings, texts that
//! nowhere stand. A ninth opens the page of one filter again and again. What is told is how many
//! callbacks a second were projected, alone and beside them, and how long that page took; on few
//! processors the readers take their share of the time as well, so compare the two with a run
//! of another version on the same machine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ringback::domain::{CallOutcome, Seq};
use ringback::journal::Record;
use ringback::projector::project;
use ringback::simulator;
use ringback::store::{Bounds, CallQuery, Filter, Page, Store, Writer};

use super::{BATCH, fill, open, record};

const READERS: usize = 8;
/// How long each part goes on.
const TIME: Duration = Duration::from_secs(10);

pub(super) fn run(calls: u64) {
    let dir = tempfile::tempdir().expect("a directory");
    let until: Timestamp = "2026-11-21T00:00:00Z".parse().expect("an instant");
    let (store, mut writer) = open(dir.path());
    let (_, mut seq) = fill(&mut writer, calls, until);
    // More calls than can be projected in the time, of another seed.
    let mut more = simulator::generate(calls.max(1_000_000) * 4, 8, 30, until);
    let mut next = |seq: &mut Seq| -> Vec<Record> {
        let batch = more.by_ref().take(BATCH / 8).map(|generated| {
            *seq += 1;
            record(*seq, generated)
        });
        batch.collect()
    };

    let alone = project_for(&mut writer, &mut seq, &mut next);
    println!("alone: {alone:.0} callbacks a second");

    let over = AtomicBool::new(false);
    let searches = AtomicU64::new(0);
    let (beside, mut pages) = std::thread::scope(|threads| {
        for reader in 0..READERS {
            let (store, over, searches) = (&store, &over, &searches);
            threads.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    store.calls(&dear(reader), &Page::default()).expect("a list");
                    searches.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let (stop, stopped) = mpsc::channel();
        let store = &store;
        let pages = threads.spawn(move || one_filter(store, &stopped));
        let rate = project_for(&mut writer, &mut seq, &mut next);
        over.store(true, Ordering::Relaxed);
        drop(stop);
        (rate, pages.join().expect("the ninth reader ends"))
    });
    pages.sort_unstable();
    let at = |part: usize| pages.get(pages.len() * part / 100).or(pages.last()).copied().unwrap_or_default();
    println!("beside {READERS} readers: {beside:.0} callbacks a second, {:.2} of alone", beside / alone);
    println!("dear searches answered: {}", searches.load(Ordering::Relaxed));
    println!(
        "page of one filter: {} times, median {:.1?}, p99 {:.1?}, worst {:.1?}",
        pages.len(),
        at(50),
        at(99),
        pages.last().copied().unwrap_or_default()
    );
}

/// Callbacks a second of a projector that does nothing else for [`TIME`]; making them is not counted.
fn project_for(writer: &mut Writer, seq: &mut Seq, next: &mut impl FnMut(&mut Seq) -> Vec<Record>) -> f64 {
    let (mut busy, mut count) = (Duration::ZERO, 0);
    let mut saved = Instant::now();
    let started = Instant::now();
    while started.elapsed() < TIME {
        let batch = next(seq);
        count += batch.len();
        let before = Instant::now();
        writer.apply(batch.into_iter().map(project).collect(), *seq).expect("the store takes them");
        if saved.elapsed() > Duration::from_millis(500) || writer.changed_rows() > 20_000 {
            writer.checkpoint().expect("the store is written");
            saved = Instant::now();
        }
        busy += before.elapsed();
    }
    count as f64 / busy.as_secs_f64()
}

fn one_filter(store: &Store, stopped: &mpsc::Receiver<()>) -> Vec<Duration> {
    let query = CallQuery { outcome: Filter::any(vec![CallOutcome::Busy]), ..CallQuery::default() };
    let mut took = Vec::new();
    while stopped.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
        let started = Instant::now();
        store.calls(&query, &Page::default()).expect("a list");
        took.push(started.elapsed());
    }
    took
}

/// A question that is dear to answer; another one for each reader.
fn dear(reader: usize) -> CallQuery {
    let mut query = CallQuery::default();
    match reader % 4 {
        0 => query.number = Filter::any((0..100).map(|n| format!("{:05}", 90_000 + n)).collect()),
        1 => {
            query.outcome.none = vec![CallOutcome::Answered, CallOutcome::NoAnswer, CallOutcome::Busy];
            query.talk = Filter::any(vec![Bounds { min: 7_000, max: u32::MAX }]);
        }
        2 => query.has_recording = Some(true),
        _ => query.talk = Filter { any: vec![], none: vec![Bounds { min: 0, max: 5_000 }] },
    }
    query
}
