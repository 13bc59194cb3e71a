//! A store made from a journal, as a start without one does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ringback::journal::{FileJournal, Journal as _, NewRecord, Options, Record};
use ringback::projector::Projector;
use ringback::simulator;

use super::{disk_kib, open, record, resident_kib};

/// Fills a journal and makes the store from it.
pub(super) fn run(callbacks: usize) {
    let scratch = tempfile::tempdir().expect("a directory");
    let until: Timestamp = "2026-11-21T00:00:00Z".parse().expect("an instant");
    let dir = |name: &str| scratch.path().join(name);
    let options = Options { compress: true, marks: None, ..Options::within(scratch.path()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let journal = Arc::new(FileJournal::open(&dir("journal"), options).expect("a journal"));
    let (mut raw, started) = (0, Instant::now());
    let mut generated = simulator::generate(callbacks as u64, 7, 30, until).take(callbacks).peekable();
    while generated.peek().is_some() {
        let batch: Vec<_> = generated
            .by_ref()
            .take(512)
            .map(|generated| {
                raw += generated.body.len() as u64
                    + generated.headers.iter().map(|(n, v)| n.len() + v.len() + 4).sum::<usize>() as u64;
                let Record { at, body, .. } = record(0, generated);
                journal.append(NewRecord { at, body })
            })
            .collect();
        runtime.block_on(async {
            for append in batch {
                append.await.expect("the journal takes it");
            }
        });
    }
    println!("appended durably           {callbacks:>12} in {:.1?}, 512 at once", started.elapsed());
    let plain = journal.health().segments;
    let waiting = Instant::now();
    // All but the segment being written are compressed in the background.
    while disk_kib(&dir("journal")) > 64 * 1024 * (1 + plain / 4) && waiting.elapsed() < Duration::from_secs(120) {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let last = *journal.durable().borrow();
    let started = Instant::now();
    let (store, writer) = open(&dir("store"));
    let projector = Projector::start(writer, journal).expect("a thread");
    while store.status().applied < last {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let took = started.elapsed();
    projector.stop();
    println!(
        "rebuilt                    {callbacks:>12} callbacks in {took:.1?}, {:.0} a second",
        callbacks as f64 / took.as_secs_f64()
    );
    println!("resident                   {:>12} KiB", resident_kib());
    let (journal, store) = (disk_kib(&dir("journal")), disk_kib(&dir("store")));
    println!("raw, journal, store        {:>12} KiB, {journal} KiB, {store} KiB", raw / 1024);
    println!("(journal + store) / raw    {:>12.3}", (journal + store) as f64 * 1024.0 / raw as f64);
}
