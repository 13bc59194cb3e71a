//! How much disk a run over raw callbacks frees: a journal before and after, of each platform.
//!
//! `cargo bench --bench thin -- 100000` writes that many callbacks of each platform into a
//! journal as the simulator sends them, those of Huawei with a signature in their headers,
//! finishes and compresses its segments, and has retention take the bytes of all of them out.
//! What is told is files, not estimates.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ringback::audit::{Act, Audit, AuditAction};
use ringback::clock::Clock;
use ringback::domain::Ack;
use ringback::journal::{
    Body, CallbackRecord, CompactJournal, FileJournal, Journal as _, NewRecord, Options, Rewrite as _,
};
use ringback::projector::{Projector, catalog};
use ringback::retention::{Policy, Retention};
use ringback::simulator;
use ringback::state::{Principal, State};
use ringback::store::Store;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let callbacks = arguments.next().map_or(100_000, |n| n.parse().expect("a number of callbacks"));
    println!("{:<28} {:>9} {:>10} {:>10} {:>10} {:>7}", "", "callbacks", "a body", "before", "after", "freed");
    let kinds: [(&str, &Wanted); 5] = [
        ("jiuyun", &|one| one.app.0 == 1),
        ("huawei-voice", &|one| one.app.0 == 2),
        ("huawei-private", &|one| one.app.0 == 3),
        ("huawei-private, records only", &|one| one.app.0 == 3 && one.body.len() > 700),
        ("together", &|_| true),
    ];
    for (name, wanted) in kinds {
        let scratch = tempfile::tempdir().expect("a directory");
        let (bodies, before, after) = thin(scratch.path(), callbacks, wanted);
        let freed = 100.0 * (1.0 - after as f64 / before as f64);
        let body = bodies / callbacks as u64;
        let kib = |bytes: u64| format!("{} KiB", bytes / 1024);
        println!("{name:<28} {callbacks:>9} {body:>8} B {:>10} {:>10} {freed:>5.1} %", kib(before), kib(after));
    }
}

/// Which of the simulator's callbacks are written.
type Wanted = dyn Fn(&simulator::Generated) -> bool;

/// The bytes of the bodies, and of the journal before and after.
fn thin(dir: &Path, callbacks: usize, wanted: &Wanted) -> (u64, u64, u64) {
    let room = |name: &str| dir.join(name);
    let options = Options { segment_bytes: 8 << 20, compress: true, marks: None, ..Options::within(dir) };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let clock = Clock::system();
    let journal = Arc::new(FileJournal::open(&room("journal"), options).expect("a journal"));
    let until = clock.now().checked_sub(SignedDuration::from_hours(24 * 20)).expect("a time");
    let bodies = fill(&journal, &runtime, callbacks, wanted, until);
    journal.roll().expect("the last segment ends");
    let state = {
        let log = CompactJournal::open(dir).expect("a log");
        State::open(Arc::new(log), &room("keys"), clock.clone()).expect("a state")
    };
    let (store, writer, _) =
        Store::open(&room("store"), "bench", catalog(), &clock, &|seq| Some(seq)).expect("a store");
    let projector = Projector::start(writer, journal.clone()).expect("a thread");
    wait(|| store.status().applied >= *journal.durable().borrow());
    // Nothing stands still longer than it takes to compress a segment.
    let mut last = 0;
    wait(|| {
        std::thread::park_timeout(Duration::from_secs(1));
        std::mem::replace(&mut last, bytes(&room("journal"))) == last
    });
    let before = bytes(&room("journal"));

    let audit = Audit::new(journal.clone(), clock.clone());
    let retention = Retention::new(journal, store, state, clock);
    let by = |action| audit.author(&Principal::command_line(), Act::new(&Principal::command_line(), action, "bench"));
    runtime.block_on(async {
        let policy = Policy { raw_days: Some(10), ..Policy::default() };
        retention.set_policy(&by(AuditAction::RetentionChange), &policy).await.expect("a policy");
        retention.start(&by(AuditAction::RetentionRun), false).await.expect("a run");
    });
    wait(|| retention.standing().running.is_none());
    let ended = retention.standing().last.expect("a run");
    assert_eq!(ended.error, None);
    assert_eq!(ended.result.expect("what it freed").raw, callbacks as u64);
    projector.stop();
    (bodies, before, bytes(&room("journal")))
}

fn fill(
    journal: &Arc<FileJournal>,
    runtime: &tokio::runtime::Runtime,
    callbacks: usize,
    wanted: &Wanted,
    until: Timestamp,
) -> u64 {
    let mut bodies = 0;
    let mut random = fastrand::Rng::with_seed(7);
    let generated = simulator::generate(16 * callbacks as u64, 7, 30, until);
    let chosen: Vec<_> = generated.filter(wanted).take(callbacks).collect();
    for batch in chosen.chunks(512) {
        let appends = batch.iter().map(|one| {
            bodies += one.body.len() as u64;
            let body = CallbackRecord {
                app: one.app,
                provider: one.provider.0.to_owned(),
                peer: std::net::Ipv4Addr::LOCALHOST.into(),
                tail: String::new(),
                headers: one.headers.iter().cloned().chain(signature(one, &mut random)).collect(),
                body: one.body.clone(),
                verified: None,
                foreign: Vec::new(),
                reply: Ack { status: 200, content_type: "application/json".to_owned(), body: String::new() },
                question: None,
                decision: None,
            };
            journal.append(NewRecord { at: one.received_at, body: Body::Callback(Box::new(body)) })
        });
        let appends: Vec<_> = appends.collect();
        runtime.block_on(async {
            for append in appends {
                append.await.expect("the journal takes it");
            }
        });
    }
    bodies
}

/// What a signature of Huawei's looks like: random, as its nonce and its digest are.
fn signature(one: &simulator::Generated, random: &mut fastrand::Rng) -> Option<(String, String)> {
    let mut letters = |n| std::iter::repeat_with(|| random.alphanumeric()).take(n).collect::<String>();
    let (digest, nonce) = (letters(43), letters(32));
    let value = format!(
        "UsernameToken Username=\"key\",PasswordDigest=\"{digest}=\",Nonce=\"{nonce}\",Created=\"{:.0}\"",
        one.received_at
    );
    (one.app.0 > 1).then(|| ("x-aksk".to_owned(), value))
}

fn wait(mut done: impl FnMut() -> bool) {
    while !done() {
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

fn bytes(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).expect("a directory");
    files.map(|file| file.and_then(|file| file.metadata()).map_or(0, |meta| meta.len())).sum()
}
