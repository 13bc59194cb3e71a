//! Power cuts while a person is erased and while old callbacks are thinned.
//!
//! A journal of many small segments is laid down as if it had been received weeks ago. The job
//! is killed at several moments, from the first segment to the new store, and must come to the
//! same end as if nothing had happened: what was to go is in no file, every count is as it was,
//! and the checksums and the audit trail hold.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use ringback::clock::Clock;
use ringback::domain::Ack;
use ringback::journal::{Body, CallbackRecord, FileJournal, Journal as _, NewRecord, Options};
use ringback::simulator;
use serde_json::{Value, json};

use crate::house::{Api, House, Server};
use crate::wait::{SOON, START, wait_for};

/// Calls of the past, with some five callbacks each.
const CALLS: u64 = 700;
/// Days over which they are spread, up to three weeks ago.
const DAYS: u32 = 30;
/// The person who leaves.
const PERSON: &str = "13900005555";
/// Small enough for a dozen segments, so that a kill falls between two of them.
const SEGMENT_BYTES: u64 = 256 << 10;
/// The progress at which it is killed: in the first segments, in the middle of them, at the
/// end, and in what follows them.
const KILLS: [f64; 5] = [0.02, 0.15, 0.35, 0.55, 0.7];
/// What begins a compressed frame.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A house with a past of which one person in some fifty is the same.
fn with_a_past() -> (House, String) {
    let house = House::new();
    let dir = |name: &str| house.data().join(name);
    // What people set is there before a callback is.
    for (provider, name) in [("jiuyun", "one"), ("huawei-voice", "two"), ("huawei-private", "three")] {
        house.app(provider, name, &[]);
    }
    let options = Options { segment_bytes: SEGMENT_BYTES, compress: true, ..Options::within(&house.data()) };
    let journal = FileJournal::open(&dir("journal"), options).unwrap();
    let until = Clock::system().now().checked_sub(SignedDuration::from_hours(21 * 24)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut appends = Vec::new();
    for callback in simulator::generate(CALLS, 5, DAYS, until) {
        let body = CallbackRecord {
            app: callback.app,
            provider: callback.provider.0.to_owned(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            tail: String::new(),
            headers: callback.headers,
            body: one_in_fifty_is_the_person(callback.body),
            verified: None,
            foreign: Vec::new(),
            reply: Ack { status: 200, content_type: "application/json".to_owned(), body: String::new() },
            question: None,
            decision: None,
        };
        appends.push(journal.append(NewRecord { at: callback.received_at, body: Body::Callback(Box::new(body)) }));
    }
    for append in appends {
        runtime.block_on(append).unwrap();
    }
    journal.close();
    let token = house.token("t", "admin");
    (house, token)
}

/// Puts the person in the place of everybody whose mobile number ends in 7 and a digit below 2.
fn one_in_fifty_is_the_person(mut body: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while let Some(end) = body.get(at..at + PERSON.len()).map(|_| at + PERSON.len()) {
        let word = &body[at..end];
        let is_mobile = matches!(word, [b'1', b'3' | b'5' | b'8', rest @ ..] if rest.iter().all(u8::is_ascii_digit));
        let is_alone = !body.get(end).is_some_and(u8::is_ascii_digit);
        if is_mobile && is_alone && matches!(word, [.., b'0' | b'1', b'7']) {
            body[at..end].copy_from_slice(PERSON.as_bytes());
        }
        at += 1;
    }
    body
}

/// Fails with the first rows that differ.
#[track_caller]
fn assert_same(these: &[Value; 3], those: &[Value; 3]) {
    for (these, those) in these.iter().zip(those) {
        let rows = |list: &Value| list.as_array().unwrap().clone();
        for (this, that) in rows(these).iter().zip(&rows(those)) {
            assert_eq!(this, that);
        }
        assert_eq!(rows(these).len(), rows(those).len());
    }
}

/// What must outlive whatever is removed: what was received, calls by the hour, and their causes.
fn counts(api: Api<'_>) -> [Value; 3] {
    let ledger = api.get("/ledger?from=2020-01-01T00:00:00Z")["items"].clone();
    let hours = api.get("/stats?by=hour")["items"].clone();
    let causes = api.get("/stats?by=day&group=cause")["items"].clone();
    assert!(ledger.as_array().is_some_and(|rows| !rows.is_empty()), "{ledger}");
    assert!(hours.as_array().is_some_and(|rows| rows.len() > 20), "{hours}");
    [ledger, hours, causes]
}

/// A job of the API: where it stands, where it is begun, and with what.
struct Job {
    standing: &'static str,
    runs: &'static str,
    wanted: Value,
    /// Whether a start goes on with it by itself.
    goes_on: bool,
}

impl Job {
    /// Begins it, unless it has begun by itself meanwhile.
    fn begin(&self, server: &Server, token: &str) {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let target = format!("/api/v1{}", self.runs);
        let reply = server.request("POST", &target, &headers, self.wanted.to_string().as_bytes());
        assert!(matches!(reply.status, 202 | 409), "{target}: {} {}", reply.status, reply.text());
    }

    fn running(&self, server: &Server, token: &str) -> Value {
        server.api(token).get(self.standing)["running"].clone()
    }

    /// Lets it run, killing the server at every moment of [`KILLS`] that it comes by; gives the
    /// server on which it came to its end, and how often it was killed.
    fn killed_again_and_again(&self, house: &House, token: &str) -> (Server, usize) {
        let (mut server, mut killed) = (house.serve(), 0);
        self.begin(&server, token);
        for moment in KILLS {
            let runs_on =
                wait_for("the job gets on", START, || match self.running(&server, token)["progress"].as_f64() {
                    Some(progress) if progress < moment => None,
                    progress => Some(progress.is_some()),
                });
            if !runs_on {
                break;
            }
            server.kill();
            killed += 1;
            server = house.serve();
            if !self.goes_on {
                self.begin(&server, token);
            }
        }
        wait_for("the job ends", START, || self.running(&server, token).is_null().then_some(()));
        (server, killed)
    }
}

/// Every file below, with what its compressed frames hold.
fn each_file(dir: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match fs::symlink_metadata(&path).unwrap().file_type() {
            kind if kind.is_dir() => each_file(&path, look),
            kind if kind.is_file() => {
                let bytes = fs::read(&path).unwrap();
                look(&path, &bytes);
                for at in memchr::memmem::find_iter(&bytes, &ZSTD) {
                    let mut frame = Vec::new();
                    // What only looks like a frame ends somewhere; what came before counts.
                    if let Ok(decoder) = zstd::stream::Decoder::with_buffer(&bytes[at..]) {
                        let _ = std::io::copy(&mut decoder.single_frame(), &mut frame);
                    }
                    look(&path, &frame);
                }
            }
            _ => {}
        }
    }
}

fn files_with(dir: &Path, text: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    each_file(dir, &mut |path, bytes| {
        if memchr::memmem::find(bytes, text.as_bytes()).is_some() {
            found.insert(path.to_owned());
        }
    });
    found
}

#[test]
fn an_erasure_killed_again_and_again_erases_everything_and_certifies_it_once() {
    let (house, token) = with_a_past();
    let server = house.serve();
    server.api(&token).settled();
    let before = counts(server.api(&token));
    let wanted = |dry_run: bool| json!({ "number": PERSON, "dry_run": dry_run, "reason": "asked for" });
    let search = json!({ "list": "calls", "name": "theirs", "query": format!("number={PERSON}"), "shared": true });
    server.api(&token).send("POST", "/searches", &search);
    fs::create_dir_all(house.data().join("torn")).unwrap();
    fs::write(house.data().join("torn/half"), format!("half a line of {PERSON}")).unwrap();
    server.api(&token).send("POST", "/erasures", &wanted(true));
    let found = wait_for("the search ends", SOON, || {
        let counts = server.api(&token).get("/erasures")["last"]["counts"].clone();
        (!counts.is_null()).then_some(counts)
    });
    assert!(found["calls"].as_u64() > Some(10) && found["callbacks"].as_u64() > Some(30), "{found}");
    assert_eq!(found["torn"], 1, "{found}");
    server.stop();
    let with_it = files_with(&house.data(), PERSON);
    assert!(with_it.iter().filter(|path| path.starts_with(house.data().join("journal"))).count() > 5, "{with_it:?}");

    let job = Job { standing: "/erasures", runs: "/erasures", wanted: wanted(false), goes_on: true };
    let (server, killed) = job.killed_again_and_again(&house, &token);
    assert!(killed >= 3, "killed {killed} times: too quick to be a test");
    let api = server.api(&token);
    assert_same(&counts(api), &before);
    let erasures = api.get("/erasures");
    let [certificate] = erasures["items"].as_array().unwrap().as_slice() else { panic!("{erasures}") };
    assert_eq!(certificate["counts"], found, "what was found, however often it was begun anew");
    assert!(certificate["segments"].as_array().unwrap().len() > 5, "{certificate}");
    assert!(api.all(&format!("/calls?number={PERSON}")).is_empty());
    server.stop();
    assert_eq!(files_with(&house.data(), PERSON), BTreeSet::new());
    house.cli(&["verify"]).done();
}

#[test]
fn a_retention_run_killed_again_and_again_comes_to_the_same_end() {
    let (house, token) = with_a_past();
    let server = house.serve();
    let api = server.api(&token);
    api.settled();
    let before = counts(api);
    server.api(&token).send("PATCH", "/retention", &json!({ "raw_days": 10, "call_days": 40 }));
    server.stop();

    let wanted = json!({ "dry_run": false });
    let job = Job { standing: "/retention", runs: "/retention/runs", wanted, goes_on: false };
    let (server, killed) = job.killed_again_and_again(&house, &token);
    assert!(killed >= 3, "killed {killed} times: too quick to be a test");
    let api = server.api(&token);
    assert_same(&counts(api), &before);
    let calls = api.all("/calls");
    assert!(!calls.is_empty() && calls.len() < CALLS as usize, "{} calls", calls.len());
    server.stop();
    let verified = house.cli(&["verify"]).done();
    assert!(verified.contains(" summary\n") && !verified.contains(" callback\n"), "no bytes are left: {verified}");
    // What a store made anew knows is what it knew.
    fs::remove_dir_all(house.data().join("store")).unwrap();
    let server = house.serve();
    let api = server.api(&token);
    api.settled();
    assert_same(&counts(api), &before);
    assert_eq!(api.all("/calls"), calls);
}
