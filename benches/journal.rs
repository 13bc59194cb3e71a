//! What durability costs: `cargo bench --bench journal`.
//!
//! `append/N` hands N callbacks to the journal at once and waits until each is durable;
//! `bare/N` beside it writes the same number of bytes with one `write` and one `fdatasync` and
//! nothing else. Their ratio is the price of lines, checksums, numbers and waking N tasks, and
//! is what may be compared between machines. `get` and `read` are the way back.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use futures_util::future::join_all;
use jiff::Timestamp;
use ringback::domain::{Ack, AppId};
use ringback::journal::{Body, CallbackRecord, FileJournal, Journal, NewRecord, Options};

/// Bodies like the platforms' own, about 600 bytes.
const BODY: usize = 600;
/// Callbacks handed over at once.
const AT_ONCE: [usize; 3] = [1, 64, 512];
/// Records for the way back.
const KEPT: usize = 20_000;

fn main() {
    let criterion = Criterion::default().configure_from_args();
    let mut criterion =
        criterion.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let dir = tempfile::tempdir().expect("a directory");
    let journal = open(dir.path());

    let mut group = criterion.benchmark_group("durable");
    for n in AT_ONCE {
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("append", n), |bencher| {
            bencher.iter(|| runtime.block_on(append(&journal, n)));
        });
        let mut file = File::create(dir.path().join("bare")).expect("a file");
        let bytes = vec![b'x'; n * (BODY + 400)];
        group.bench_function(BenchmarkId::new("bare", n), |bencher| {
            bencher.iter(|| {
                file.write_all(&bytes).expect("a write");
                file.sync_data().expect("a sync");
            });
        });
    }
    group.finish();

    for _ in 0..KEPT / 500 {
        runtime.block_on(append(&journal, 500));
    }
    let mut group = criterion.benchmark_group("back");
    let mut seq = 0;
    group.bench_function("get", |bencher| {
        bencher.iter(|| {
            seq = (seq + 7_919) % KEPT as u64;
            black_box(journal.get(seq + 1).expect("a record"))
        });
    });
    group.throughput(Throughput::Bytes(1 << 20));
    group.bench_function("read a mebibyte", |bencher| {
        bencher.iter(|| black_box(journal.read(1, 1 << 20).expect("records")));
    });
    group.finish();
    criterion.final_summary();
}

fn open(dir: &std::path::Path) -> FileJournal {
    let options = Options::within(dir);
    FileJournal::open(&dir.join("journal"), options).expect("a journal")
}

async fn append(journal: &FileJournal, n: usize) {
    let appended = join_all((0..n).map(|_| journal.append(callback()))).await;
    assert!(appended.iter().all(Result::is_ok), "a bench that loses records measures nothing");
}

fn callback() -> NewRecord {
    let record = CallbackRecord {
        app: AppId(1),
        provider: "huawei-private".to_owned(),
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        tail: "/fee".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json;charset=UTF-8".to_owned())],
        body: vec![b'b'; BODY],
        verified: None,
        foreign: Vec::new(),
        reply: Ack {
            status: 200,
            content_type: "application/json;charset=UTF-8".to_owned(),
            body: r#"{"resultcode":"0","resultdesc":"Success"}"#.to_owned(),
        },
        question: None,
        decision: None,
    };
    NewRecord { at: Timestamp::UNIX_EPOCH, body: Body::Callback(Box::new(record)) }
}
