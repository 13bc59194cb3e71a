//! A data directory, the program on it, and the ways to speak to it.
//!
//! ```text
//! House ── serve() ──► Server ── post() / api() ──► the network
//!   └───── cli() ────► the command line, whether or not the server runs
//! ```
//!
//! A [`Server`] that is dropped is killed, so a failing test leaves nothing behind; a test that
//! wants to see a clean end calls [`Server::stop`].

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::client::{Connection, Reply};
use crate::wait::{COMMAND, SOON, START, wait_for, wait_until};

/// A data directory; the rest of its parent is free for a test's own files.
#[derive(Debug)]
pub(crate) struct House {
    parent: PathBuf,
    _temporary: Option<TempDir>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// The output of a command that must have succeeded.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.status, Some(0), "{self:#?}");
        self.out
    }
}

/// The address of an app, from the root: `/callbacks/…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct App(pub(crate) String);

impl House {
    /// An empty place; the data directory is made by the program on first use.
    pub(crate) fn new() -> Self {
        let temporary = TempDir::new().unwrap();
        Self { parent: temporary.path().to_owned(), _temporary: Some(temporary) }
    }

    /// The data directory `data` in a place that is the caller's to clean up.
    pub(crate) fn at(parent: &Path) -> Self {
        Self { parent: parent.to_owned(), _temporary: None }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.parent.join("data")
    }

    /// A file of the test's own beside the data directory.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.parent.join(name)
    }

    /// The program with its data directory, in a clean environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
        command.env_remove("RINGBACK_DATA").env_remove("RUST_LOG").env_remove("RUST_BACKTRACE");
        command.current_dir(&self.parent).arg("--data").arg(self.data());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn cli(&self, arguments: &[&str]) -> Said {
        run(self.command().args(arguments))
    }

    /// Starts the server on a free port and waits until it says that it listens.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn serve_with(&self, arguments: &[&str]) -> Server {
        Server::start(self.command().args(["serve", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    /// Adds an app; gives its address.
    #[track_caller]
    pub(crate) fn app(&self, provider: &str, name: &str, more: &[&str]) -> App {
        let said = self.cli(&[&["app", "add", "--provider", provider, "--name", name], more].concat()).done();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 1, "app add prints the address, alone: {said}");
        let (_, path) = lines[0].split_once("/callbacks/").unwrap_or_else(|| panic!("no address: {said}"));
        App(format!("/callbacks/{path}"))
    }

    /// Makes an API token.
    #[track_caller]
    pub(crate) fn token(&self, name: &str, role: &str) -> String {
        let said = self.cli(&["token", "add", name, "--role", role]).done();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 1, "token add prints the token, alone: {said}");
        lines[0].to_owned()
    }
}

/// Runs a program to its end, or kills it when it takes too long.
pub(crate) fn run(command: &mut Command) -> Said {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = Heard::listen(child.stdout.take().unwrap());
    let err = Heard::listen(child.stderr.take().unwrap());
    let begun = std::time::Instant::now();
    let status = wait_for("a command ends", COMMAND + SOON, || match child.try_wait().unwrap() {
        None if begun.elapsed() > COMMAND => {
            child.kill().unwrap();
            None
        }
        other => other,
    });
    Said { status: status.code(), out: out.all(), err: err.all() }
}

/// What a child has said so far on one stream.
#[derive(Debug, Clone, Default)]
struct Heard {
    text: Arc<Mutex<String>>,
    ended: Arc<Mutex<bool>>,
}

impl Heard {
    fn listen(stream: impl Read + Send + 'static) -> Self {
        let heard = Self::default();
        let ours = heard.clone();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stream);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                ours.text.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
            *ours.ended.lock().unwrap() = true;
        });
        heard
    }

    fn so_far(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    fn all(&self) -> String {
        wait_until("a stream of an ended child ends", SOON, || *self.ended.lock().unwrap());
        self.so_far()
    }
}

/// The running program.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    out: Heard,
    err: Heard,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a command that will say `listening on`.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = Heard::listen(child.stdout.take().unwrap());
        let err = Heard::listen(child.stderr.take().unwrap());
        let found = wait_for("the server listens", START, || {
            let line = out.so_far().lines().find_map(|l| l.strip_prefix("listening on https://").map(str::to_owned));
            match (line, child.try_wait().unwrap()) {
                (Some(line), _) => Some(Ok(line)),
                (None, Some(status)) => Some(Err(status)),
                (None, None) => None,
            }
        });
        match found {
            Ok(line) => {
                let address = line.trim().parse().unwrap_or_else(|e| panic!("listening on https://{line}: {e}"));
                Self { child, out, err, address }
            }
            Err(status) => panic!("the server ended with {status}:\n{}\n{}", out.all(), err.all()),
        }
    }

    /// What it said on standard error so far.
    pub(crate) fn messages(&self) -> String {
        self.err.so_far()
    }

    /// What it said on standard output so far.
    pub(crate) fn output(&self) -> String {
        self.out.so_far()
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address).unwrap_or_else(|e| panic!("connecting: {e}\n{}", self.messages()))
    }

    /// One request on a connection of its own.
    #[track_caller]
    pub(crate) fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        match self.connect().request(method, target, headers, body) {
            Ok(reply) => reply,
            Err(e) => panic!("{method} {target}: {e}\n{}", self.messages()),
        }
    }

    /// Sends a callback.
    #[track_caller]
    pub(crate) fn post(&self, app: &App, body: impl AsRef<[u8]>) -> Reply {
        let body = body.as_ref();
        let kind = if body.starts_with(b"<") { "application/xml" } else { "application/json;charset=UTF-8" };
        self.request("POST", &app.0, &[("Content-Type", kind)], body)
    }

    /// Sends a callback that must be acknowledged.
    #[track_caller]
    pub(crate) fn push(&self, app: &App, body: impl AsRef<[u8]>) {
        let reply = self.post(app, body);
        assert_eq!(reply.status, 200, "{}\n{}", reply.text(), self.messages());
    }

    /// The API with this token.
    pub(crate) fn api<'a>(&'a self, token: &'a str) -> Api<'a> {
        Api { server: self, token }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Kibibytes of memory that it has now.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end and sees that it ends well.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        self.signal(Signal::TERM);
        let status = self.ended(Duration::from_secs(20));
        assert!(status.success(), "after TERM: {status}\n{}", self.messages());
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn ended(&mut self, within: Duration) -> ExitStatus {
        wait_for("the server ends", within, || self.child.try_wait().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server said:\n{}\n{}", self.out.so_far(), self.err.so_far());
        }
    }
}

/// The API, asked with a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Api<'a> {
    server: &'a Server,
    token: &'a str,
}

impl Api<'_> {
    /// The whole answer to a GET below `/api/v1`.
    #[track_caller]
    pub(crate) fn ask(&self, target: &str) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        self.server.request("GET", &format!("/api/v1{target}"), &[("Authorization", &bearer)], b"")
    }

    /// The JSON of a GET that must succeed.
    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Value {
        let reply = self.ask(target);
        assert_eq!(reply.status, 200, "{target}: {}\n{}", reply.text(), self.server.messages());
        reply.json()
    }

    /// Sends an object that must be taken; gives the answer.
    #[track_caller]
    pub(crate) fn send(&self, method: &str, target: &str, object: &Value) -> Value {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let body = object.to_string();
        let reply = self.server.request(method, &format!("/api/v1{target}"), &headers, body.as_bytes());
        assert!(reply.status < 300, "{method} {target}: {}\n{}", reply.text(), self.server.messages());
        reply.json()
    }

    /// Every row of a listing, page after page.
    #[track_caller]
    pub(crate) fn all(&self, target: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let glue = if target.contains('?') { '&' } else { '?' };
            let mut page = self.get(&format!("{target}{glue}limit=1000{cursor}"));
            rows.extend(page["items"].as_array_mut().map(std::mem::take).unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={}", encode(next)),
                None => return rows,
            }
        }
    }

    /// The one call of a session, once it has been joined from this many callbacks.
    #[track_caller]
    pub(crate) fn call(&self, session: &str, callbacks: usize) -> Value {
        let target = format!("/calls?session={}", encode(session));
        wait_for(&format!("{session} is joined from {callbacks} callbacks"), SOON, || {
            let items = self.get(&target)["items"].as_array().cloned().unwrap_or_default();
            assert!(items.len() <= 1, "one session, several calls: {items:#?}");
            items.into_iter().next().filter(|c| c["callbacks"].as_array().is_some_and(|l| l.len() >= callbacks))
        })
    }

    /// Waits until everything acknowledged has been projected and no store is being rebuilt.
    #[track_caller]
    pub(crate) fn settled(&self) {
        wait_until("the projector has caught up", SOON * 2, || {
            let reply = self.ask("/ledger");
            reply.header("x-ringback-rebuilding").is_none() && reply.json()["waiting"] == 0
        });
    }
}

/// Writes a value as it stands in a query.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}
