//! The store at size: projects generated callbacks, then searches, opens and weighs the result.
//!
//! `cargo bench --bench scale -- 1000000` prints a table and stops by itself. Nothing is sent
//! anywhere. With `--keep DIR` the store stays there, and a second run with the same directory
//! only opens and searches it. The journal is left out there, so that the figures are the
//! store's own; `-- --rebuild 1000000` writes that many callbacks into a journal, compresses it,
//! and makes the store from it as a start without one does.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use ringback::clock::Clock;
use ringback::domain::{
    Ack, Anomaly, AppId, Call, CallOutcome, CallState, Direction, Product, ProviderId, RecordingState, Seq,
};
use ringback::journal::{Body, CallbackRecord, FileJournal, Journal as _, NewRecord, Options, Record};
use ringback::projector::{Projector, catalog, project};
use ringback::simulator;
use ringback::store::{
    Bounds, CallQuery, CallbackQuery, CauseIs, Filter, Group, Page, Span, StatQuery, Step, Store, Writer,
};

/// Records projected at once: what four megabytes of journal hold.
const BATCH: usize = 4_096;
/// Runs of each search; the median is told.
const RUNS: usize = 21;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mut calls = 100_000;
    let mut keep = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--keep" => keep = arguments.next().map(PathBuf::from),
            "--rebuild" => {
                let callbacks = arguments.next().and_then(|n| n.parse().ok()).expect("a number of callbacks");
                return rebuild(callbacks);
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
    search(&store, until);
    println!("resident after searching   {:>12} KiB", resident_kib());
}

fn open(dir: &std::path::Path) -> (Store, Writer) {
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

/// Fills a journal and makes the store from it.
fn rebuild(callbacks: usize) {
    let scratch = tempfile::tempdir().expect("a directory");
    let until: Timestamp = "2026-11-21T00:00:00Z".parse().expect("an instant");
    let dir = |name: &str| scratch.path().join(name);
    let options = Options {
        reserve: None,
        torn: dir("torn"),
        tmp: dir("tmp"),
        segment_bytes: ringback::limits::SEGMENT_BYTES,
        compress: true,
    };
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

fn search(store: &Store, until: Timestamp) {
    let page = Page::default();
    let newest = store.calls(&CallQuery::default(), &page).expect("a list").items;
    let old = CallQuery {
        span: Span { from: None, to: until.checked_sub(SignedDuration::from_hours(24 * 20)).ok() },
        ..CallQuery::default()
    };
    let oldest = store.calls(&old, &page).expect("a list").items;
    let call = oldest.iter().chain(&newest).find(|call| call.caller.is_some()).expect("calls with callers");
    let whole = call.caller.as_ref().map(|n| n.reveal().to_owned()).unwrap_or_default();
    let four = whole[whole.len() - 4..].to_owned();
    let session = call.session.reveal().to_owned();
    let by = |change: &dyn Fn(&mut CallQuery)| {
        let mut query = CallQuery::default();
        change(&mut query);
        query
    };
    let evening = Span {
        from: until.checked_sub(SignedDuration::from_hours(14)).ok(),
        to: until.checked_sub(SignedDuration::from_hours(10)).ok(),
    };
    let queries = [
        ("newest", CallQuery::default()),
        ("older than 20 days", old.clone()),
        ("session", by(&|q| q.session = Filter::any(vec![session.clone()]))),
        ("session that is not there", by(&|q| q.session = Filter::any(vec!["no such session".to_owned()]))),
        ("whole number", by(&|q| q.number = Filter::any(vec![whole.clone()]))),
        ("last four digits", by(&|q| q.number = Filter::any(vec![four.clone()]))),
        ("last five digits", by(&|q| q.number = Filter::any(vec![whole[whole.len() - 5..].to_owned()]))),
        (
            "four digits, no answer, evening",
            by(&|q| {
                q.callee = Filter::any(vec![four.clone()]);
                q.outcome = Filter::any(vec![CallOutcome::NoAnswer]);
                q.span = evening;
            }),
        ),
        (
            "not answered, long ago, no recording",
            by(&|q| {
                q.outcome = Filter { any: vec![], none: vec![CallOutcome::Answered] };
                q.has_recording = Some(false);
                q.span.to = old.span.to;
            }),
        ),
        ("talk of an hour and more", by(&|q| q.talk = Filter::any(vec![Bounds { min: 3_600, max: u32::MAX }]))),
        ("free text", by(&|q| q.q = Filter::any(vec![call.user_data.clone().unwrap_or_else(|| session.clone())]))),
    ];
    println!("\nsearch, first page of {}, median of {RUNS} (first run)", page.limit);
    for (name, query) in &queries {
        tell(name, || store.calls(query, &page).expect("a list").items.len());
    }
    combinations(store, call, until);
    tell("one call by id", || usize::from(store.call(call.id).expect("a call").is_some()));
    let named = CallbackQuery { session: Filter::any(vec![session]), ..CallbackQuery::default() };
    tell("callbacks of a session", || store.callbacks(&named, &page).expect("a list").items.len());
    tell("statistics, 30 days by hour", || {
        store.stats(&StatQuery::default(), Step::Hour, None).expect("statistics").len()
    });
    tell("statistics, 30 days by X", || {
        store.stats(&StatQuery::default(), Step::Day, Some(Group::X)).expect("statistics").len()
    });
    tell("statistics, 30 days by cause", || {
        store.stats(&StatQuery::default(), Step::Whole, Some(Group::Cause)).expect("statistics").len()
    });
    tell("most calls at once, 30 days", || {
        store.peaks(&StatQuery::default(), Step::Day).expect("statistics").map_or(0, |rows| rows.len())
    });
    tell("ledger, 24 hours", || {
        store
            .ledger(Span { from: until.checked_sub(SignedDuration::from_hours(24)).ok(), to: None })
            .expect("a ledger")
            .len()
    });
}

/// One filter, as it changes a query.
type Change = Box<dyn Fn(&mut CallQuery)>;

/// Filters and their negations: frequent, rare, ranges, and what nothing has.
fn filters(call: &Call, until: Timestamp) -> Vec<(String, Change)> {
    fn both<T: Clone + 'static>(
        list: &mut Vec<(String, Change)>,
        name: &str,
        value: T,
        of: fn(&mut CallQuery) -> &mut Filter<T>,
    ) {
        let not = value.clone();
        list.push((name.to_owned(), Box::new(move |q| of(q).any.push(value.clone()))));
        list.push((format!("not {name}"), Box::new(move |q| of(q).none.push(not.clone()))));
    }
    let mut list: Vec<(String, Change)> = Vec::new();
    let digits = call.caller.as_ref().map(|n| n.reveal().trim_start_matches('+').to_owned()).unwrap_or_default();
    let x = call.x.as_ref().map(|n| n.reveal().to_owned()).unwrap_or_else(|| "0000".to_owned());
    let ends = |n: usize| digits[digits.len() - n..].to_owned();
    both(&mut list, "number, 4 digits", ends(4), |q| &mut q.number);
    both(&mut list, "number, 5 digits", ends(5), |q| &mut q.number);
    both(&mut list, "number, whole", digits.clone(), |q| &mut q.number);
    both(&mut list, "number nobody has", "19999999999".to_owned(), |q| &mut q.number);
    both(&mut list, "callee, 4 digits", ends(4), |q| &mut q.callee);
    both(&mut list, "x, whole", x, |q| &mut q.x);
    both(&mut list, "q nothing has", "no such text".to_owned(), |q| &mut q.q);
    both(&mut list, "app", AppId(1), |q| &mut q.app);
    both(&mut list, "app that is not there", AppId(99), |q| &mut q.app);
    both(&mut list, "provider", call.provider, |q: &mut CallQuery| -> &mut Filter<ProviderId> { &mut q.provider });
    both(&mut list, "product", Product::Axb, |q| &mut q.product);
    both(&mut list, "answered", CallOutcome::Answered, |q| &mut q.outcome);
    both(&mut list, "busy", CallOutcome::Busy, |q| &mut q.outcome);
    both(&mut list, "not bound", CallOutcome::NotBound, |q| &mut q.outcome);
    both(&mut list, "released", CallState::Released, |q| &mut q.state);
    both(&mut list, "direction", Direction::AToB, |q| &mut q.direction);
    both(&mut list, "cause", CauseIs { table: None, code: "0".to_owned() }, |q| &mut q.cause);
    both(&mut list, "cause nothing has", CauseIs { table: None, code: "77777".to_owned() }, |q| &mut q.cause);
    both(&mut list, "anomaly", Anomaly::MissingRecord, |q| &mut q.anomaly);
    both(&mut list, "anomaly nothing has", Anomaly::UnreadableTime, |q| &mut q.anomaly);
    both(&mut list, "talk 10..60", Bounds { min: 10, max: 60 }, |q| &mut q.talk);
    both(&mut list, "talk nothing has", Bounds { min: 90_000, max: u32::MAX }, |q| &mut q.talk);
    both(&mut list, "ring 20..", Bounds { min: 20, max: u32::MAX }, |q| &mut q.ring);
    both(&mut list, "recording waits", RecordingState::Waiting, |q| &mut q.recording_state);
    both(&mut list, "recording expired", RecordingState::Expired, |q| &mut q.recording_state);
    both(&mut list, "monday", 1, |q| &mut q.weekday);
    both(&mut list, "three at night", 3, |q| &mut q.hour);
    let days_ago = move |days: i64| until.checked_sub(SignedDuration::from_hours(24 * days)).ok();
    list.push(("20 days ago and before".to_owned(), Box::new(move |q| q.span.to = days_ago(20))));
    list.push(("one old day".to_owned(), Box::new(move |q| q.span = Span { from: days_ago(21), to: days_ago(20) })));
    list
}

/// The worst of every kind of combination: first pages of single filters, of all pairs, of
/// triples, of nothing but NOTs, of everything at once, of a hundred values.
fn combinations(store: &Store, call: &Call, until: Timestamp) {
    let filters = filters(call, until);
    let page = Page::default();
    let first_pages = |kind: &str, sets: Vec<Vec<usize>>| {
        let mut times: Vec<(Duration, Duration, usize, bool, String)> = Vec::new();
        for set in &sets {
            let mut query = CallQuery::default();
            for i in set {
                filters[*i].1(&mut query);
            }
            let started = Instant::now();
            let listing = store.calls(&query, &page).expect("a list");
            let listed = started.elapsed();
            let started = Instant::now();
            store.count_calls(&query).expect("a count");
            let name = set.iter().map(|i| filters[*i].0.as_str()).collect::<Vec<_>>().join(" + ");
            let short = listing.items.len() < page.limit && listing.next.is_some();
            times.push((listed, started.elapsed(), listing.items.len(), short, name));
        }
        times.sort_unstable();
        let Some((worst, _, rows, short, name)) = times.last() else { return };
        let count = times.iter().map(|(_, count, ..)| *count).max().unwrap_or_default();
        let pieces = times.iter().filter(|(.., short, _)| *short).count();
        println!(
            "  {kind:<24} {:>6}  median {:>9.2?}  worst {worst:>9.2?} ({rows} rows{}, {name})  worst count {count:>9.2?}  in pieces {pieces}",
            times.len(),
            times[times.len() / 2].0,
            if *short { ", more to search" } else { "" },
        );
    };
    let all = 0..filters.len();
    println!("\ncombinations of filters, first page of {}, each once", page.limit);
    first_pages("one filter", all.clone().map(|i| vec![i]).collect());
    first_pages("two filters", all.clone().flat_map(|a| (0..a).map(move |b| vec![a, b])).collect());
    let triples = fastrand_sets(filters.len(), 3, 400);
    first_pages("three filters", triples);
    first_pages("six filters", fastrand_sets(filters.len(), 6, 200));
    let nots: Vec<usize> = all.filter(|i| filters[*i].0.starts_with("not ")).collect();
    let of_nots =
        |n: usize| fastrand_sets(nots.len(), n, 100).into_iter().map(|s| s.into_iter().map(|i| nots[i]).collect());
    first_pages("nothing but NOTs", of_nots(2).chain(of_nots(5)).collect());
    first_pages("every NOT at once", vec![nots.clone()]);
    for (name, filter) in [("a hundred numbers", true), ("not a hundred numbers", false)] {
        let mut query = CallQuery::default();
        let numbers = (0..100).map(|n| format!("1{:010}", n * 98_765_431u64 % 10_000_000_000));
        if filter {
            query.number.any.extend(numbers);
        } else {
            query.number.none.extend(numbers);
        }
        tell(name, || store.calls(&query, &page).expect("a list").items.len());
    }
}

/// Sets of `size` different numbers below `below`, the same in every run.
fn fastrand_sets(below: usize, size: usize, sets: usize) -> Vec<Vec<usize>> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..sets).map(|_| random.choose_multiple(0..below, size)).collect()
}

fn tell(name: &str, ask: impl Fn() -> usize) {
    let mut rows = 0;
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            rows = ask();
            started.elapsed()
        })
        .collect();
    let first = times[0];
    times.sort_unstable();
    println!("  {name:<38} {:>10.2?} ({first:>9.2?})  {rows} rows", times[RUNS / 2]);
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

fn disk_kib(dir: &std::path::Path) -> u64 {
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
