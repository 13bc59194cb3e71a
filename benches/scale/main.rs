//! The store at size: projects generated callbacks, then searches, opens and weighs the result.
//!
//! `cargo bench --bench scale -- 1000000` prints a table and stops by itself. Nothing is sent
//! anywhere. With `--keep DIR` the store stays there, and a second run with the same directory
//! only opens and searches it. The journal is left out there, so that the figures are the
//! store's own; `-- --rebuild 1000000` writes that many callbacks into a journal, compresses it,
//! and makes the store from it as a start without one does. `-- --beside 200000` projects at full
//! speed into a store of that many calls, alone and beside eight readers whose searches are dear.

mod beside;
mod combinations;
mod filters;
mod rebuild;
mod search;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ringback::clock::Clock;
use ringback::domain::{Ack, Seq};
use ringback::journal::{Body, CallbackRecord, Record};
use ringback::projector::{catalog, project};
use ringback::simulator;
use ringback::store::{Store, Writer};

/// Records projected at once: what four megabytes of journal hold.
const BATCH: usize = 4_096;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mut calls = 100_000;
    let mut keep = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--keep" => keep = arguments.next().map(PathBuf::from),
            "--rebuild" => {
                let callbacks = arguments.next().and_then(|n| n.parse().ok()).expect("a number of callbacks");
                return rebuild::run(callbacks);
            }
            "--beside" => {
                let calls = arguments.next().and_then(|n| n.parse().ok()).expect("a number of calls");
                return beside::run(calls);
            }
            number => calls = number.parse().expect("a number of calls"),
        }
    }
    let scratch = tempfile::tempdir().expect("a directory");
    let dir = keep.unwrap_or_else(|| scratch.path().to_owned());
    let until: Timestamp = "2026-11-21T00:00:00Z".parse().expect("an instant");

    let mut last = None;
    if !dir.join("marker").exists() {
        let (store, mut writer) = open(&dir);
        last = Some(fill(&mut writer, calls, until));
        println!("calls known                {:>12}", store.status().calls);
        println!("callbacks known            {:>12}", store.status().callbacks);
        println!("resident after projecting  {:>12} KiB", resident_kib());
        drop((store, writer));
    }
    let started = Instant::now();
    let (store, _writer) = open(&dir);
    println!("opening a sound store      {:>12.1?}", started.elapsed());
    println!("resident after opening     {:>12} KiB", resident_kib());
    println!("store on disk              {:>12} KiB", disk_kib(&dir));
    if let Some((raw, _)) = last {
        println!("store / raw bytes          {:>12.3}", disk_kib(&dir) as f64 * 1024.0 / raw as f64);
    }
    search::run(&store, until);
    println!("resident after searching   {:>12} KiB", resident_kib());
}

fn open(dir: &Path) -> (Store, Writer) {
    // Every record is taken to be the journal's own.
    let (store, writer, _) =
        Store::open(dir, "bench", catalog(), &Clock::system(), &|seq| Some(seq)).expect("the store opens");
    (store, writer)
}

fn fill(writer: &mut Writer, calls: u64, until: Timestamp) -> (u64, u64) {
    let started = Instant::now();
    let mut generating = Duration::ZERO;
    let (mut raw, mut seq): (u64, Seq) = (0, 0);
    let mut callbacks = simulator::generate(calls, 7, 30, until);
    let mut saved = Instant::now();
    loop {
        let before = Instant::now();
        let batch: Vec<Record> = callbacks
            .by_ref()
            .take(BATCH)
            .map(|generated| {
                seq += 1;
                raw += generated.body.len() as u64
                    + generated.headers.iter().map(|(n, v)| n.len() + v.len() + 4).sum::<usize>() as u64;
                record(seq, generated)
            })
            .collect();
        generating += before.elapsed();
        if batch.is_empty() {
            break;
        }
        let applied = batch.into_iter().map(project).collect();
        writer.apply(applied, seq).expect("the store takes them");
        if saved.elapsed() > Duration::from_millis(500) || writer.changed_rows() > 20_000 {
            writer.checkpoint().expect("the store is written");
            saved = Instant::now();
        }
    }
    writer.checkpoint().expect("the store is written");
    let projecting = started.elapsed() - generating;
    println!("callbacks projected        {seq:>12}");
    println!("raw bytes                  {raw:>12}");
    println!("projecting                 {projecting:>12.1?}");
    println!("callbacks a second         {:>12.0}", seq as f64 / projecting.as_secs_f64());
    (raw, seq)
}

fn record(seq: Seq, generated: simulator::Generated) -> Record {
    let body = CallbackRecord {
        app: generated.app,
        provider: generated.provider.0.to_owned(),
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        tail: String::new(),
        headers: generated.headers,
        body: generated.body,
        verified: None,
        foreign: Vec::new(),
        reply: Ack { status: 200, content_type: "application/json".to_owned(), body: String::new() },
        question: None,
        decision: None,
    };
    Record { seq, at: generated.received_at, body: Body::Callback(Box::new(body)) }
}

/// How long `ask` took: by the clock, and on a processor. Where the two differ, something else
/// had the processors.
fn timed<T>(ask: impl FnOnce() -> T) -> (Duration, Duration, T) {
    let on_processor = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::from_secs(time.tv_sec as u64) + Duration::from_nanos(time.tv_nsec as u64)
    };
    let (started, before) = (Instant::now(), on_processor());
    let answer = ask();
    (started.elapsed(), on_processor() - before, answer)
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

fn disk_kib(dir: &Path) -> u64 {
    let mut sum = 0;
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(meta) if meta.is_dir() => sum += disk_kib(&entry.path()),
            Ok(meta) => sum += meta.len().div_ceil(1024),
            Err(_) => {}
        }
    }
    sum
}
