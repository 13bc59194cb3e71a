//! What the journal's tests share: records, a journal in a directory of its own, a disk that
//! fails on demand.
//!
//! Records are made to be awkward: bodies that are no UTF-8, empty ones, times before 1970.

mod copying;
mod damage;
mod faults;
mod faulty;
mod links;
mod meddling;
mod missing;
mod model;
mod order;
mod serving;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Body, CallbackRecord, Entry, FileJournal, Journal, NewRecord, Options, Record, Tally};
use crate::domain::{Ack, AppId, Seq};

pub(super) fn callback(app: u32, body: Vec<u8>) -> NewRecord {
    let at = Timestamp::from_microsecond(1_795_000_000_123_456 + i64::from(app)).unwrap();
    let record = CallbackRecord {
        app: AppId(app),
        provider: "jiuyun".into(),
        peer: [192, 0, 2, 7].into(),
        tail: "/status?x=1".into(),
        headers: vec![("content-type".into(), "application/xml".into()), ("x-a".into(), "1".into())],
        body,
        verified: None,
        foreign: Vec::new(),
        reply: Ack { status: 200, content_type: "application/json".into(), body: "{\"statusCode\":\"0000\"}".into() },
        question: None,
        decision: None,
    };
    NewRecord { at, body: Body::Callback(Box::new(record)) }
}

/// A callback that looks like what platforms send, of about `bytes`.
pub(super) fn lifelike(n: u32, bytes: usize) -> NewRecord {
    let mut body =
        format!("{{\"eventType\":\"fee\",\"feeLst\":[{{\"sessionId\":\"{n}_{}\",\"callerNum\":\"+86138{n:08}\"", n * 7);
    for field in 0.. {
        if body.len() >= bytes {
            break;
        }
        body.push_str(&format!(",\"field{field}\":\"{:x}\"", u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15 + field)));
    }
    body.push_str("}]}");
    callback(n, body.into_bytes())
}

pub(super) fn any_record() -> impl Strategy<Value = NewRecord> {
    let at = (0..4_000_000_000_000_000i64).prop_map(|micros| Timestamp::from_microsecond(micros).unwrap());
    (at, any_body()).prop_map(|(at, body)| NewRecord { at, body })
}

fn any_body() -> impl Strategy<Value = Body> {
    let bytes = prop_oneof![
        ".{0,60}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..300),
        "[{\"a-z:,\\\\}]{0,300}".prop_map(String::into_bytes),
    ];
    let headers = proptest::collection::vec(("[a-z-]{1,12}", ".{0,20}"), 0..4);
    let call = (any::<u32>(), "[a-z-]{0,9}", any::<[u8; 16]>(), ".{0,12}", headers, bytes);
    let named = proptest::collection::vec(".{1,9}", 0..3);
    let reply = (any::<Option<bool>>(), any::<u16>(), ".{0,12}", ".{0,40}", proptest::option::of(".{0,9}"), named);
    let callback = (call, reply).prop_map(|((app, provider, peer, tail, headers, body), reply)| {
        let (verified, status, content_type, answer, question, foreign) = reply;
        let reply = Ack { status, content_type, body: answer };
        let (app, peer) = (AppId(app), peer.into());
        Body::Callback(Box::new(CallbackRecord {
            app,
            provider,
            peer,
            tail,
            headers,
            body,
            verified,
            foreign,
            reply,
            question,
            decision: None,
        }))
    });
    let tally = (any::<Option<u32>>(), any::<u64>(), any::<u64>())
        .prop_map(|(app, refused, possibly_lost)| Body::Tally(Tally { app: app.map(AppId), refused, possibly_lost }));
    let entry =
        ("x[a-z_]{0,6}", proptest::collection::btree_map("[a-z]{5,8}", ".{0,9}", 0..4)).prop_map(|(kind, fields)| {
            let fields = fields.into_iter().map(|(name, value)| (name, value.into())).collect();
            Body::Entry(Entry { kind, fields })
        });
    let erased = "[0-9a-f]{64}".prop_map(|was| Body::Erased { was });
    prop_oneof![4 => callback, 1 => tally, 1 => entry, 1 => erased]
}

pub(super) struct Place {
    pub(super) dir: TempDir,
    pub(super) options: Options,
}

impl Place {
    pub(super) fn new(segment_bytes: u64, compress: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { segment_bytes, compress, marks: None, ..Options::within(dir.path()) };
        Self { dir, options }
    }

    /// The same, with notes of how far the log came.
    pub(super) fn noted(segment_bytes: u64, compress: bool) -> Self {
        let mut place = Self::new(segment_bytes, compress);
        place.options.marks = Some(place.dir.path().join("marks"));
        place
    }

    pub(super) fn log(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    pub(super) fn open(&self) -> FileJournal {
        FileJournal::open(&self.log(), self.options.clone()).unwrap()
    }

    /// Closes a journal and leaves its notes as a killed process does.
    pub(super) fn kill(&self, journal: &FileJournal) {
        let notes = self.options.marks.clone().unwrap().join("journal");
        let open = std::fs::read(&notes).unwrap();
        journal.close();
        std::fs::write(notes, open).unwrap();
    }

    /// The files of the segments, in order.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(self.log()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }
}

/// Waits for a future that needs no timer.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

pub(super) fn append(journal: &FileJournal, record: NewRecord) -> Seq {
    wait(journal.append(record)).unwrap().unwrap()
}

/// Appends `n` lifelike callbacks at once.
pub(super) fn fill(journal: &FileJournal, n: u32, bytes: usize) {
    let appends: Vec<_> = (0..n).map(|n| journal.append(lifelike(n, bytes))).collect();
    wait(async {
        for append in appends {
            append.await.unwrap();
        }
    });
}

pub(super) fn read_all(journal: &FileJournal, max_bytes: usize) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    loop {
        let from = records.last().map_or(0, |record| record.seq + 1);
        let mut more = journal.read(from, max_bytes).unwrap();
        if more.is_empty() {
            return records;
        }
        records.append(&mut more);
    }
}

/// Waits until something is so.
#[track_caller]
pub(super) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::yield_now();
    }
}

pub(super) fn is_compressed(path: &Path) -> bool {
    std::fs::read(path).unwrap().starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}
