//! TLS, HTTP and connections as platforms use them, and as strangers misuse them.
//!
//! Nothing here may hold up a platform: each misuse runs beside callbacks that must be answered in
//! time all the same.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use rustls::ProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::bodies::{axb_hangup, voice_callback, xml};
use crate::client::{Connection, tls_config};
use crate::house::House;
use crate::wait::{SOON, wait_for, wait_until};

#[test]
fn both_versions_of_tls_are_spoken_and_the_suites_of_huawei() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("jiuyun", "one", &[]);
    for (version, expected) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let mut connection = Connection::with(server.address, &[version], &[]).unwrap();
        assert_eq!(connection.agreed().0, expected);
        let reply = connection.request("POST", &app.0, &[], xml(&axb_hangup("a1")).as_bytes()).unwrap();
        assert_eq!(reply.status, 200);
    }
    // Huawei offers ECDHE with AES-GCM in TLS 1.2 only.
    let suite = format!("{:?}", Connection::with(server.address, &[&TLS12], &[]).unwrap().agreed().1);
    assert!(suite.starts_with("TLS_ECDHE_") && suite.contains("GCM"), "{suite}");
    server.stop();
}

#[test]
fn connections_may_be_short_or_serve_many() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("huawei-voice", "one", &[]);
    let token = house.token("t", "admin");
    let mut kept = server.connect();
    for n in 0..50 {
        for body in voice_callback(&format!("kept-{n}")).iter().take(2) {
            assert_eq!(kept.request("POST", &app.0, &[], body.as_bytes()).unwrap().status, 200);
        }
    }
    for n in 0..10 {
        let mut short = server.connect();
        let body = &voice_callback(&format!("short-{n}"))[0];
        let reply = short.request("POST", &app.0, &[("Connection", "close")], body.as_bytes()).unwrap();
        assert_eq!(reply.status, 200);
        assert!(short.rest().is_empty(), "the server closes what was asked to be closed");
    }
    server.api(&token).settled();
    assert_eq!(server.api(&token).all("/calls").len(), 60);
    server.stop();
}

#[tokio::test]
async fn http_2_is_spoken_to_those_who_ask() {
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let house = House::new();
    let server = house.serve();
    let app = house.app("jiuyun", "one", &[]);
    let tcp = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(tls_config(rustls::ALL_VERSIONS, &[b"h2"]));
    let tls = connector.connect("localhost".try_into().unwrap(), tcp).await.unwrap();
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls)).await.unwrap();
    tokio::spawn(connection);
    for n in 0..5 {
        let body = Full::new(bytes::Bytes::from(xml(&axb_hangup(&format!("a{n}")))));
        let uri = format!("https://localhost{}", app.0);
        let request = http::Request::post(uri).body(body).unwrap();
        let reply = sender.send_request(request).await.unwrap();
        assert_eq!(reply.status(), 200);
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        assert!(body.ends_with(b"</Response>"), "{body:?}");
    }
    drop(sender);
    server.stop();
}

#[test]
fn strangers_do_not_hold_up_the_platforms() {
    let house = House::new();
    let server = house.serve();
    let app = house.app("jiuyun", "one", &[]);
    // Silent before the handshake, garbage instead of one, silent in the head, silent in the body.
    let silent: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    for _ in 0..20 {
        TcpStream::connect(server.address).unwrap().write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    }
    let mut half_head = server.connect();
    half_head.send(b"POST /callbacks/x HTTP/1.1\r\nHost: loc").unwrap();
    let mut half_body = server.connect();
    half_body.send(format!("POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\nabc", app.0).as_bytes()).unwrap();

    let begun = Instant::now();
    for n in 0..20 {
        server.push(&app, xml(&axb_hangup(&format!("a{n}"))));
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // Nor a stop: silence is not waited for beyond the drain.
    server.stop();
    drop((silent, half_head, half_body));
}

#[test]
fn a_request_that_is_under_way_at_a_stop_is_answered() {
    let house = House::new();
    let mut server = house.serve();
    let app = house.app("jiuyun", "one", &[]);
    let body = xml(&axb_hangup("a1"));
    let (first, rest) = body.split_at(50);
    let mut connection = server.connect();
    let head = format!("POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{first}", app.0, body.len());
    connection.send(head.as_bytes()).unwrap();
    // The head has been read once the server answers another request sent after it.
    server.push(&app, xml(&axb_hangup("a2")));
    server.signal(Signal::TERM);
    wait_until("no new connection is taken", SOON, || Connection::open(server.address).is_err());
    connection.send(rest.as_bytes()).unwrap();
    assert_eq!(connection.answer().unwrap().status, 200);
    assert!(server.ended(Duration::from_secs(15)).success());
    let token = house.token("t", "admin");
    let server = house.serve();
    server.api(&token).call("a1", 1);
    server.stop();
}

#[test]
fn plain_listen_takes_callbacks_and_nothing_else() {
    let house = House::new();
    let server = house.serve_with(&["--plain-listen", "127.0.0.1:0"]);
    let app = house.app("jiuyun", "one", &[]);
    let address = wait_for("the plain address is said", SOON, || {
        let said = server.messages();
        let line = said.lines().find(|line| line.contains("without TLS"))?;
        line.rsplit_once('=')?.1.parse().ok()
    });
    let mut plain = Connection::plain(address).unwrap();
    assert_eq!(plain.request("POST", &app.0, &[], xml(&axb_hangup("a1")).as_bytes()).unwrap().status, 200);
    for target in ["/", "/healthz", "/login", "/api/v1/calls", "/metrics", "/static/app.css"] {
        let reply = plain.request("GET", target, &[], b"").unwrap();
        assert_eq!(reply.status, 404, "{target}");
    }
    assert_eq!(server.output().matches("listening on https://").count(), 1);
    server.stop();
}

/// A self-signed certificate for `name` in `name.crt` and `name.key`.
fn certificate(house: &House, name: &str) -> (String, String) {
    let (crt, key) = (house.beside(&format!("{name}.crt")), house.beside(&format!("{name}.key")));
    let output = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={name}"), "-addext", &format!("subjectAltName=DNS:{name}")])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&crt)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (crt.to_str().unwrap().to_owned(), key.to_str().unwrap().to_owned())
}

/// The name in the certificate that the server shows now.
fn shown(server: &crate::house::Server) -> String {
    let address = server.address.to_string();
    let script = format!("openssl s_client -connect {address} </dev/null 2>/dev/null | openssl x509 -noout -subject");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn certificates_are_taken_from_files_and_again_when_they_change() {
    let house = House::new();
    let (crt, key) = certificate(&house, "first.example");
    let server = house.serve_with(&["--tls-cert", &crt, "--tls-key", &key]);
    assert!(shown(&server).contains("first.example"), "{}", shown(&server));

    let (new_crt, new_key) = certificate(&house, "second.example");
    std::fs::copy(new_key, &key).unwrap();
    std::fs::copy(new_crt, &crt).unwrap();
    server.signal(Signal::HUP);
    wait_until("the new certificate is shown", SOON, || shown(&server).contains("second.example"));

    // A broken file is said and the good certificate stays.
    std::fs::write(&crt, "broken").unwrap();
    server.signal(Signal::HUP);
    wait_until("the broken file is said", SOON, || server.messages().contains(&crt));
    assert!(shown(&server).contains("second.example"));
    server.stop();
}

#[test]
fn wrong_certificate_files_are_said_at_the_start() {
    let house = House::new();
    let (crt, key) = certificate(&house, "first.example");
    let (_, other_key) = certificate(&house, "other.example");
    let garbage = house.beside("garbage").to_str().unwrap().to_owned();
    std::fs::write(&garbage, "garbage").unwrap();
    let missing = house.beside("missing").to_str().unwrap().to_owned();
    let cases = [
        (&missing, &key, &missing),
        (&crt, &missing, &missing),
        (&garbage, &key, &garbage),
        (&crt, &garbage, &garbage),
        (&crt, &other_key, &other_key),
    ];
    for (crt, key, named) in cases {
        let said = house.cli(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", crt, "--tls-key", key]);
        assert_eq!(said.status, Some(1), "{said:#?}");
        assert!(said.err.contains(named.as_str()), "names {named}: {said:#?}");
        assert!(!said.err.contains("panicked"), "{said:#?}");
    }
    let alone = house.cli(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", &crt]);
    assert!(matches!(alone.status, Some(1 | 2)), "a certificate without its key: {alone:#?}");
}

#[test]
fn the_certificate_it_makes_for_itself_stays_the_same() {
    let house = House::new();
    let fingerprint = |server: &crate::house::Server| {
        let script = format!(
            "openssl s_client -connect {} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256",
            server.address
        );
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let server = house.serve();
    let first = fingerprint(&server);
    assert!(first.contains('='), "{first}");
    server.stop();
    let server = house.serve();
    assert_eq!(fingerprint(&server), first, "a person who trusted it once is not asked again");
    server.stop();
}
