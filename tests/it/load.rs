//! Platforms pushing as fast as they are answered, and the account of what was acknowledged.
//!
//! Each connection is a closed loop: whole calls of all three platforms, one callback after the
//! other. Every body carries a mark that no other body has, so that a journal can be checked for
//! "there" and "once" without trusting anything that reads it.
//!
//! ```text
//! mark-RRRR-CC-NNNNNN-E     round, connection, call, event
//! ```

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::bodies::{axb_hangup, dedicated, private, xml};
use crate::client::Connection;
use crate::house::{App, House, Server};
use crate::wait::{SOON, wait_until};

/// The first bytes of a compressed segment.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The length of a mark.
const MARK: usize = "mark-RRRR-CC-NNNNNN-E".len();

/// One app for each kind of flow.
#[derive(Debug, Clone)]
pub(crate) struct Apps {
    jiuyun: App,
    private: App,
}

impl Apps {
    pub(crate) fn add(house: &House) -> Self {
        Self { jiuyun: house.app("jiuyun", "jiuyun", &[]), private: house.app("huawei-private", "private", &[]) }
    }
}

/// Platforms at work.
#[derive(Debug)]
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    account: Arc<Mutex<Account>>,
    threads: Vec<JoinHandle<()>>,
}

/// A server that finishes a segment at every MiB, so that compression is at work as well.
pub(crate) fn serve_small_segments(house: &House) -> Server {
    let file = house.beside("small.toml");
    fs::write(&file, "[journal]\nsegment_mib = 1\n").unwrap();
    house.serve_with(&["--config", file.to_str().unwrap()])
}

/// What was sent, and what of it was acknowledged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// Marks of acknowledged callbacks.
    pub(crate) acknowledged: Vec<String>,
    /// Marks of callbacks that may or may not be there: the answer never came.
    pub(crate) open: Vec<String>,
    /// Sessions of which the last callback was acknowledged, with the number of their callbacks.
    pub(crate) whole: Vec<(String, usize)>,
}

impl Account {
    pub(crate) fn add(&mut self, more: Self) {
        self.acknowledged.extend(more.acknowledged);
        self.open.extend(more.open);
        self.whole.extend(more.whole);
    }
}

impl Load {
    /// Starts `connections` closed loops. They end with the server, or by [`Load::stop`].
    pub(crate) fn start(address: SocketAddr, apps: &Apps, round: usize, connections: usize) -> Self {
        let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let account = Arc::new(Mutex::new(Account::default()));
        let threads = (0..connections)
            .map(|connection| {
                let (stop, count, account, apps) = (stop.clone(), count.clone(), account.clone(), apps.clone());
                std::thread::spawn(move || push(address, &apps, (round, connection), &stop, &count, &account))
            })
            .collect();
        Self { stop, count, account, threads }
    }

    /// Waits until this many more have been acknowledged.
    pub(crate) fn wait_for_more(&self, more: usize) {
        let target = self.count.load(Ordering::SeqCst) + more;
        wait_until("callbacks are acknowledged", SOON, || self.count.load(Ordering::SeqCst) >= target);
    }

    /// What has been acknowledged up to now.
    pub(crate) fn so_far(&self) -> Account {
        self.account.lock().unwrap().clone()
    }

    /// Ends the loops and gives the account.
    pub(crate) fn stop(self) -> Account {
        self.stop.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().unwrap();
        }
        std::mem::take(&mut self.account.lock().unwrap())
    }
}

fn push(
    address: SocketAddr,
    apps: &Apps,
    (round, number): (usize, usize),
    stop: &AtomicBool,
    count: &AtomicUsize,
    account: &Mutex<Account>,
) {
    let Ok(mut connection) = Connection::open(address) else { return };
    for call in 0.. {
        let session = format!("{round:04}-{number:02}-{call:06}");
        let mark = |event: usize| format!("mark-{session}-{event}");
        let (app, bodies) = flow(apps, call, &session);
        let whole = bodies.len();
        for (event, body) in bodies.into_iter().enumerate() {
            if stop.load(Ordering::SeqCst) {
                return;
            }
            let body = body.replace("MARK", &mark(event));
            match connection.request("POST", &app.0, &[("Content-Type", "text/plain")], body.as_bytes()) {
                Ok(reply) if reply.status == 200 => {
                    let mut account = account.lock().unwrap();
                    account.acknowledged.push(mark(event));
                    if event + 1 == whole {
                        account.whole.push((session.clone(), whole));
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                }
                Ok(reply) => assert_eq!(reply.status, 503, "{}", reply.text()),
                Err(_) => {
                    account.lock().unwrap().open.push(mark(event));
                    return;
                }
            }
        }
    }
}

/// One call after the other: Huawei's six pushes, 玖云's four, 玖云's one.
fn flow<'a>(apps: &'a Apps, call: usize, session: &str) -> (&'a App, Vec<String>) {
    match call % 3 {
        0 => (&apps.private, private(session, "004", "MARK")),
        1 => (&apps.jiuyun, dedicated(session, "MARK")),
        _ => (&apps.jiuyun, vec![xml(&[&axb_hangup(session)[..], &[("userData", "MARK")]].concat())]),
    }
}

/// How often each mark stands in the journal of a data directory, read from its files.
pub(crate) fn marks(data: &Path) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    for entry in fs::read_dir(data.join("journal")).unwrap() {
        let mut bytes = fs::read(entry.unwrap().path()).unwrap();
        if bytes.starts_with(&ZSTD) {
            bytes = zstd::stream::decode_all(&bytes[..]).unwrap();
        }
        let mut at = 0;
        while let Some(next) = memchr::memmem::find(&bytes[at..], b"mark-") {
            let mark = String::from_utf8_lossy(&bytes[at + next..][..MARK.min(bytes.len() - at - next)]).into_owned();
            *found.entry(mark).or_default() += 1;
            at += next + MARK.min(bytes.len() - at - next);
        }
    }
    found
}

/// Every acknowledged callback is in the journal, and no callback is in it twice.
#[track_caller]
pub(crate) fn check_journal(data: &Path, account: &Account) {
    let found = marks(data);
    let lost: Vec<&String> = account.acknowledged.iter().filter(|m| !found.contains_key(*m)).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged are lost: {lost:?}", lost.len(), account.acknowledged.len());
    let twice: Vec<_> = found.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "kept twice: {twice:?}");
}
