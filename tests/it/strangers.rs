//! What strangers may cost: memory, places, and the log.
//!
//! Whoever finds the address may try passwords, send bodies, open connections and write nonsense.
//! None of it may take the memory of a small server, and none of it may hold up a callback.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::process::{Pid, Signal, kill_process};

use crate::access::FORM;
use crate::bodies::{axb_hangup, xml};
use crate::client::{Connection, tls_config};
use crate::house::House;
use crate::wait::{SOON, START, wait_until};

/// Thirty failed logins cost 250 MB, and for good: 19 MiB were taken and freed on one thread after
/// the other, and the allocator kept them for each.
#[test]
fn failed_logins_leave_no_memory_behind() {
    let house = House::new();
    let config = house.beside("config.toml");
    std::fs::write(&config, "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n").unwrap();
    let server = house.serve_with(&["--config", config.to_str().unwrap()]);
    let fail = |n: usize| {
        let form = format!("name=nobody-{n}&password=wrong+horse+{n}");
        let from = format!("198.51.100.{n}");
        let refused = server.request("POST", "/login", &[FORM, ("X-Forwarded-For", &from)], form.as_bytes());
        assert_eq!(refused.status, 401, "{}", refused.text());
    };
    fail(0);
    let before = server.resident();
    std::thread::scope(|scope| {
        for thread in 0..20 {
            scope.spawn(move || (0..2).for_each(|n| fail(1 + 2 * thread + n)));
        }
    });
    // Two at once are the most; the second had no memory yet.
    let more = server.resident().saturating_sub(before);
    assert!(more < 64 << 10, "{more} KiB more after forty failed logins");
    server.stop();
}

type Sender = hyper::client::conn::http2::SendRequest<http_body_util::combinators::BoxBody<Bytes, Infallible>>;

async fn over_http2(address: SocketAddr) -> Sender {
    let tcp = tokio::net::TcpStream::connect(address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(tls_config(rustls::ALL_VERSIONS, &[b"h2"]));
    let tls = connector.connect("localhost".try_into().unwrap(), tcp).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// A login form of this many bytes that does not end.
fn endless_form(length: usize) -> http::Request<http_body_util::combinators::BoxBody<Bytes, Infallible>> {
    let piece = Bytes::from(vec![b'x'; length]);
    let pieces = futures_util::stream::iter([Ok(Frame::data(piece))]).chain(futures_util::stream::pending());
    let request = http::Request::post("https://localhost/login").header(FORM.0, FORM.1);
    request.body(BodyExt::boxed(StreamBody::new(pieces))).unwrap()
}

/// Ten connections with a hundred forms of 250 KB each made 270 MB.
#[tokio::test(flavor = "multi_thread")]
async fn the_forms_of_strangers_take_little_memory_together() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("jiuyun", "one", &[]);
    server.push(&app, xml(&axb_hangup("before")));
    let before = server.resident();
    // Too large at once, and as large as they may be without an end.
    for (length, connections) in [(250_000, 10), (8_000, 20)] {
        let mut senders = Vec::new();
        let (answered, mut answers) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..connections {
            let mut sender = over_http2(server.address).await;
            for _ in 0..100 {
                let answer = sender.send_request(endless_form(length));
                let answered = answered.clone();
                tokio::spawn(async move { answered.send(answer.await.map(|answer| answer.status().as_u16())) });
            }
            senders.push(sender);
        }
        // Beyond the share of strangers they are told to come again; the others wait for their time.
        let expected = if length > 8 << 10 { 413 } else { 503 };
        for _ in 0..200 {
            let status = tokio::time::timeout(SOON, answers.recv()).await.expect("an answer").unwrap().unwrap();
            assert_eq!(status, expected);
        }
        let more = server.resident().saturating_sub(before);
        assert!(more < 64 << 10, "{more} KiB more with {connections} connections of forms of {length} bytes");
        server.push(&app, xml(&axb_hangup(&format!("beside-{length}"))));
    }
    server.stop();
}

/// A pipe that nobody reads is full after 64 KB, and whoever writes to it waits for ever.
#[test]
fn a_log_that_nobody_reads_does_not_hold_up_callbacks() {
    let house = House::new();
    let mut child = house
        .command()
        .args(["serve", "--listen", "127.0.0.1:0", "--plain-listen", "127.0.0.1:0", "--log-level", "debug"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address: SocketAddr = line.trim().strip_prefix("listening on https://").unwrap().parse().unwrap();
    let app = house.app("jiuyun", "one", &[]);

    let dropped = || {
        let mut connection = Connection::open(address).unwrap();
        let metrics = connection.request("GET", "/metrics", &[], b"").unwrap().text();
        let line = metrics.lines().find_map(|line| line.strip_prefix("ringback_log_lines_dropped_total "));
        line.unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(dropped(), 0);
    // Each breaks off within its handshake, which is a line.
    wait_until("lines are dropped", START, || {
        for _ in 0..500 {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"\x16nonsense").unwrap();
        }
        dropped() > 0
    });
    let begun = Instant::now();
    for n in 0..20 {
        let mut connection = Connection::open(address).unwrap();
        let body = xml(&axb_hangup(&format!("a{n}")));
        assert_eq!(connection.request("POST", &app.0, &[], body.as_bytes()).unwrap().status, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // Nor does it hold up the end.
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::TERM).unwrap();
    let mut ended = None;
    wait_until("the server ends", SOON, || {
        ended = child.try_wait().unwrap();
        ended.is_some()
    });
    assert!(ended.unwrap().success(), "{ended:?}");
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("/setup/") && !said.contains("panicked"), "{said}");
}

#[test]
fn the_last_line_of_the_log_is_written() {
    let house = House::new();
    let mut server = house.serve();
    server.signal(Signal::TERM);
    assert!(server.ended(SOON).success());
    wait_until("the last line is there", SOON, || server.messages().trim_end().ends_with("stopped"));
    // And of a start that fails, before the reason.
    let server = house.serve();
    let said = house.cli(&["serve", "--listen", &server.address.to_string()]);
    assert_eq!(said.status, Some(1), "{said:#?}");
    assert!(said.err.lines().last().unwrap().starts_with("ringback: "), "{said:#?}");
    server.stop();
}

/// Each made a handler panic: two lines of the log for everybody who sent it.
#[test]
fn requests_without_a_path_are_answered_and_not_logged() {
    let house = House::new();
    let server = house.serve_with(&["--plain-listen", "127.0.0.1:0"]);
    let plain: SocketAddr = crate::wait::wait_for("the plain address is said", SOON, || {
        let said = server.messages();
        let line = said.lines().find(|line| line.contains("without TLS"))?;
        line.rsplit_once('=')?.1.parse().ok()
    });
    for (head, status) in [
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n", "405"),
        ("GET a:1 HTTP/1.1\r\nHost: a\r\n", "400"),
        ("GET name HTTP/1.1\r\nHost: a\r\n", "400"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n", "204"),
        ("GET /healthz HTTP/1.1\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "400"),
    ] {
        for mut connection in [server.connect(), Connection::plain(plain).unwrap()] {
            connection.send(format!("{head}\r\n").as_bytes()).unwrap();
            let said = String::from_utf8(connection.rest()).unwrap();
            assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{head} {said}");
        }
    }
    for (method, target, status) in [
        ("TRACE", "/login", 405),
        ("ODD", "/calls", 405),
        ("PUT", "/", 405),
        ("ODD", "/callbacks/0123456789abcdef", 405),
        ("ODD", "/healthz", 405),
        ("ODD", "/api/v1/calls", 401),
        ("GET", "https://elsewhere/healthz", 200),
    ] {
        assert_eq!(server.request(method, target, &[], b"").status, status, "{method} {target}");
    }
    let said = server.messages();
    assert!(!said.contains("ERROR") && !said.contains("panicked"), "{said}");
    server.stop();
}
