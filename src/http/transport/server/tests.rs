//! What a client sees of connections: protocols, patience, and the end.
//!
//! Clients here are as patient, as slow and as rude as real ones; the sockets and the TLS are real.
//! What is answered to a callback is tested where it is decided.

use std::convert::Infallible;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::CipherSuite;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use warp::Filter;

use crate::http::Response;
use crate::http::testing::{Client, SOON, TestServer, get_over_http2, until};
use crate::http::transport::budget::{Claim, Whose};
use crate::http::transport::server::*;
use crate::service::BodyError;

fn hello() -> Routes {
    warp::any().map(|| crate::http::respond(http::StatusCode::OK, "text/plain", "hello")).boxed()
}

/// A client of HTTP/2 that grants each answer a window of this size, and pings twenty times a second.
async fn over_http2(
    test: &TestServer,
    window: u32,
) -> (http2::SendRequest<Full<Bytes>>, tokio::task::JoinHandle<hyper::Result<()>>) {
    let stream = test.connect(&[b"h2"]).await;
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(window)
        .keep_alive_interval(Duration::from_millis(50))
        .keep_alive_timeout(SOON)
        .keep_alive_while_idle(true)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    (sender, tokio::spawn(connection))
}

fn get(path: &str) -> http::Request<Full<Bytes>> {
    http::Request::get(format!("https://localhost{path}")).body(Full::default()).unwrap()
}

/// `/large` has a megabyte, everything else says hello.
fn large_and_small() -> Routes {
    let large = || crate::http::respond(http::StatusCode::OK, "text/plain", "x".repeat(1 << 20));
    warp::path("large").map(large).or(hello()).unify().boxed()
}

/// Lets time go by on a server, with requests on a connection of their own.
async fn pass(time: Duration, client: &mut Client) {
    let begun = std::time::Instant::now();
    while begun.elapsed() < time {
        assert_eq!(client.get("/").await.status(), 200);
    }
}

fn patient() -> Times {
    Times::default()
}

/// Waits until the other side closes, and gives what it had said.
async fn read_to_close(stream: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut said = Vec::new();
    let ended = tokio::time::timeout(SOON, stream.read_to_end(&mut said)).await;
    // A reset is an end too.
    let _ = ended.expect("the connection was not closed");
    said
}

#[tokio::test]
async fn old_and_new_tls_are_spoken() {
    let test = TestServer::start(patient(), hello()).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let stream = test.connect_with(&[version], None, &[b"http/1.1"]).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        assert_eq!(Client::new(stream).await.get("/").await.status(), 200);
    }
}

#[tokio::test]
async fn the_suites_that_the_platforms_offer_are_taken() {
    let test = TestServer::start(patient(), hello()).await;
    for suite in
        [CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]
    {
        let stream = test.connect_with(&[&rustls::version::TLS12], Some(suite), &[]).await.unwrap();
        assert_eq!(stream.get_ref().1.negotiated_cipher_suite().unwrap().suite(), suite);
    }
    // A certificate with an RSA key takes the other two.
    let known: Vec<_> =
        rustls::crypto::ring::ALL_CIPHER_SUITES.iter().map(rustls::SupportedCipherSuite::suite).collect();
    assert!(known.contains(&CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256));
    assert!(known.contains(&CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384));
}

#[tokio::test]
async fn http2_is_chosen_by_alpn() {
    let test = TestServer::start(patient(), hello()).await;
    let stream = test.connect(&[b"h2", b"http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let response = get_over_http2(stream, "/x").await;
    assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &b"hello"[..]));
}

#[tokio::test]
async fn answers_carry_their_length_and_nothing_about_the_program() {
    let test = TestServer::start(patient(), hello()).await;
    let response = Client::new(test.connect(&[]).await).await.get("/").await;
    assert_eq!(response.headers()["content-length"], "5");
    assert!(!response.headers().contains_key("server"));
    assert!(!response.headers().contains_key("transfer-encoding"));
}

#[tokio::test]
async fn a_connection_is_kept_between_requests() {
    let test = TestServer::start(patient(), hello()).await;
    let mut client = Client::new(test.connect(&[]).await).await;
    for _ in 0..3 {
        assert_eq!(client.get("/").await.status(), 200);
    }
    assert_eq!(test.gauges.accepted.load(Ordering::Relaxed), 1);
    assert_eq!(test.gauges.requests.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_body_that_no_handler_reads_does_not_cost_the_connection() {
    let (answered, mut answers) = mpsc::channel(2);
    let routes = warp::any()
        .map(move || {
            answered.try_send(()).unwrap();
            crate::http::respond(http::StatusCode::UNAUTHORIZED, "text/plain", "who are you?")
        })
        .boxed();
    let test = TestServer::start(patient(), routes).await;
    let mut stream = test.connect(&[]).await;
    let body = [b'x'; 20_000];
    let head = format!("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    // The handler has its answer before the body comes.
    answers.recv().await.unwrap();
    stream.write_all(&body).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let said = String::from_utf8(read_to_close(&mut stream).await).unwrap();
    assert_eq!(said.matches("HTTP/1.1 401 ").count(), 2, "{said}");
}

#[tokio::test]
async fn whoever_asks_before_sending_is_answered_without_a_word_to_go_on() {
    let test = TestServer::start(patient(), hello()).await;
    let mut stream = test.connect(&[]).await;
    let head = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let said = String::from_utf8(read_to_close(&mut stream).await).unwrap();
    assert!(said.starts_with("HTTP/1.1 200 OK"), "{said}");
}

#[tokio::test]
async fn a_head_that_does_not_end_closes_the_connection() {
    let times = Times { head: Duration::from_millis(100), ..patient() };
    let test = TestServer::start(times, hello()).await;
    let mut stream = test.connect(&[]).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await.unwrap();
    assert_eq!(read_to_close(&mut stream).await, b"");
}

/// The head's time was looked at when the pause would have been over.
#[tokio::test]
async fn a_second_head_has_no_more_time_than_the_first() {
    let times = Times { head: Duration::from_millis(200), ..patient() };
    let test = TestServer::start(times, hello()).await;
    let mut clock = Client::new(test.connect(&[]).await).await;
    let mut stream = test.connect(&[]).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    pass(times.head * 2, &mut clock).await;
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    assert!(read_to_close(&mut stream).await.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn the_pause_between_two_requests_has_a_time_of_its_own() {
    // The head's time is over long before the second request; only the pause's counts.
    let times = Times { head: Duration::from_millis(300), idle: Duration::from_millis(900), ..patient() };
    let test = TestServer::start(times, hello()).await;
    let mut stream = test.connect(&[]).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let started = std::time::Instant::now();
    let said = read_to_close(&mut stream).await;
    assert!(said.starts_with(b"HTTP/1.1 200"));
    assert!(started.elapsed() >= times.idle, "{:?}", started.elapsed());
}

/// PINGs and the acknowledgement of SETTINGS were taken for the head of the next request, and a
/// connection on which a push was about to be sent was closed after the head's time.
#[tokio::test]
async fn the_pause_of_http2_is_neither_cut_short_nor_prolonged_by_pings() {
    let times = Times { head: Duration::from_millis(200), idle: Duration::from_millis(900), ..patient() };
    let test = TestServer::start(times, hello()).await;
    let (mut sender, connection) = over_http2(&test, 1 << 16).await;
    assert_eq!(sender.send_request(get("/")).await.unwrap().status(), 200);
    let started = std::time::Instant::now();
    let _ = tokio::time::timeout(SOON, connection).await.expect("the pings kept it open");
    assert!(started.elapsed() >= times.idle, "{:?}", started.elapsed());
}

/// Four thousand connections that asked once and granted no window held all places for ever.
#[tokio::test]
async fn an_answer_that_no_window_lets_through_does_not_hold_its_connection() {
    let times = Times { write: Duration::from_millis(300), ..patient() };
    let test = TestServer::start(times, large_and_small()).await;
    for path in ["/", "/large"] {
        let (mut sender, connection) = over_http2(&test, 0).await;
        let mut answers = Vec::new();
        for _ in 0..20 {
            answers.push(sender.send_request(get(path)).await.unwrap());
        }
        let _ = tokio::time::timeout(SOON, connection).await.expect("the connection was not closed");
        drop(answers);
    }
    until(|| test.gauges.open() == 0).await;
}

/// Nor does one that is taken beside it.
#[tokio::test]
async fn an_answer_that_nobody_takes_is_not_kept_open_by_others() {
    let times = Times { write: Duration::from_millis(300), ..patient() };
    let test = TestServer::start(times, large_and_small()).await;
    let (mut sender, connection) = over_http2(&test, 20_000).await;
    let large = sender.send_request(get("/large")).await.unwrap();
    let begun = std::time::Instant::now();
    while let Ok(small) = sender.send_request(get("/")).await {
        assert!(begun.elapsed() < SOON, "the connection was not closed");
        let _ = small.into_body().collect().await;
    }
    let _ = tokio::time::timeout(SOON, connection).await.expect("the connection was not closed");
    assert!(large.into_body().collect().await.is_err());
}

#[tokio::test]
async fn whoever_takes_an_answer_slowly_gets_it_whole() {
    let times = Times { write: Duration::from_millis(500), ..patient() };
    let test = TestServer::start(times, large_and_small()).await;
    let mut clock = Client::new(test.connect(&[]).await).await;
    let (mut sender, _connection) = over_http2(&test, 1 << 16).await;
    let mut large = sender.send_request(get("/large")).await.unwrap().into_body();
    let (begun, mut taken) = (std::time::Instant::now(), 0);
    while let Some(frame) = large.frame().await {
        taken += frame.unwrap().into_data().unwrap().len();
        pass(Duration::from_millis(30), &mut clock).await;
    }
    assert_eq!(taken, 1 << 20);
    assert!(begun.elapsed() > times.write * 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_live_stream_with_nothing_to_say_is_let_be() {
    let (say, said) = mpsc::channel::<&'static str>(4);
    let said = Arc::new(std::sync::Mutex::new(Some(said)));
    let live = warp::path("live").map(move || {
        let said = said.lock().unwrap().take().unwrap();
        let events = tokio_stream::wrappers::ReceiverStream::new(said);
        let events =
            futures_util::StreamExt::map(events, |data| Ok::<_, Infallible>(warp::sse::Event::default().data(data)));
        warp::Reply::into_response(warp::sse::reply(events))
    });
    let times = Times { write: Duration::from_millis(200), ..patient() };
    let test = TestServer::start(times, live.or(hello()).unify().boxed()).await;
    let mut clock = Client::new(test.connect(&[]).await).await;
    let (mut sender, _connection) = over_http2(&test, 1 << 16).await;
    say.send("first").await.unwrap();
    let mut events = sender.send_request(get("/live")).await.unwrap().into_body();
    for expected in ["first", "second"] {
        let event = tokio::time::timeout(SOON, events.frame()).await.unwrap().unwrap().unwrap();
        assert_eq!(event.into_data().unwrap(), format!("data:{expected}\n\n"));
        pass(times.write * 3, &mut clock).await;
        say.send("second").await.unwrap();
    }
}

/// A path that is none made a filter of warp panic, by whoever sent `CONNECT`.
#[tokio::test]
async fn a_request_without_a_path_is_answered_before_the_routes() {
    let routes = warp::path("x").or(warp::path::full().map(|_| ()).untuple_one()).map(|_| "hello");
    let test = TestServer::start(patient(), routes.map(warp::Reply::into_response).boxed()).await;
    for (head, status) in [
        ("CONNECT a:1 HTTP/1.1\r\nhost: a\r\n", 405),
        ("CONNECT a HTTP/1.1\r\nhost: a\r\n", 405),
        ("CONNECT a:1 HTTP/1.0\r\n", 405),
        ("GET a:1 HTTP/1.1\r\nhost: a\r\n", 400),
        ("GET name HTTP/1.1\r\nhost: a\r\n", 400),
        ("GET * HTTP/1.1\r\nhost: a\r\n", 400),
        ("OPTIONS * HTTP/1.1\r\nhost: a\r\n", 204),
        ("GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n", 400),
        ("GET / HTTP/1.0\r\n", 200),
        ("GET https://other HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", 200),
        ("ODD https://other/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", 200),
    ] {
        let mut stream = test.connect(&[]).await;
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        let said = String::from_utf8(read_to_close(&mut stream).await).unwrap();
        assert_eq!(said.split(' ').nth(1), Some(status.to_string().as_str()), "{head} {said}");
    }
    let (mut sender, _connection) = over_http2(&test, 1 << 16).await;
    let connect = http::Request::connect("a:1").body(Full::default()).unwrap();
    assert_eq!(sender.send_request(connect).await.unwrap().status(), 405);
    let whole = http::Request::options("https://localhost/x").body(Full::default()).unwrap();
    assert_eq!(sender.send_request(whole).await.unwrap().status(), 200);
}

#[tokio::test]
async fn whoever_does_not_shake_hands_is_let_go() {
    let times = Times { handshake: Duration::from_millis(100), ..patient() };
    let test = TestServer::start(times, hello()).await;
    let mut stream = TcpStream::connect(test.address).await.unwrap();
    assert_eq!(read_to_close(&mut stream).await, b"");
    assert_eq!(test.gauges.handshakes_failed.load(Ordering::Relaxed), 1);
}

/// The listener holds one place while it waits, so of eight places seven are for others.
async fn fill(test: &TestServer) -> Vec<TcpStream> {
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(TcpStream::connect(test.address).await.unwrap());
    }
    until(|| test.gauges.open() == 8).await;
    silent
}

/// Whoever held all places with silence, and opened each again that was closed, had fresh
/// callbacks wait for nine seconds.
#[tokio::test]
async fn silence_gives_its_place_up_soon_when_few_are_left() {
    let times = Times { pressed: Duration::from_millis(200), ..patient() };
    let test = TestServer::with_places(times, hello(), 8).await;
    let silent = fill(&test).await;
    let begun = std::time::Instant::now();
    assert_eq!(Client::new(test.connect(&[]).await).await.get("/").await.status(), 200);
    assert!(begun.elapsed() < times.handshake, "{:?}", begun.elapsed());
    drop(silent);
}

#[tokio::test]
async fn whoever_is_known_keeps_a_place_and_a_command_has_one() {
    let known = warp::path("known").and(crate::http::transport::budget::claim()).map(|claim: Claim| {
        claim.know(Whose::Platforms);
        crate::http::respond(http::StatusCode::OK, "text/plain", "hello")
    });
    let times = Times { pressed: Duration::from_millis(200), ..patient() };
    let test = TestServer::with_places(times, known.or(hello()).unify().boxed(), 8).await;
    let socket = test.dir.path().join("control.sock");
    test.server.listen(Listener::Control(UnixListener::bind(&socket).unwrap()), hello());
    let mut platform = Client::new(test.connect(&[]).await).await;
    assert_eq!(platform.get("/known").await.status(), 200);
    let mut stranger = test.connect(&[]).await;
    stranger.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let silent = fill(&test).await;
    let mut command = Client::new(UnixStream::connect(&socket).await.unwrap()).await;
    assert_eq!(command.get("/").await.status(), 200);
    let begun = std::time::Instant::now();
    assert!(read_to_close(&mut stranger).await.starts_with(b"HTTP/1.1 200"));
    assert!(begun.elapsed() < times.idle, "{:?}", begun.elapsed());
    assert_eq!(platform.get("/known").await.status(), 200);
    assert_eq!(command.get("/").await.status(), 200);
    drop(silent);
}

/// A thousand bodies of half a megabyte made half a gigabyte.
#[tokio::test]
async fn bodies_beyond_the_budget_are_told_to_come_again() {
    let routes = warp::path("known")
        .and(crate::http::transport::budget::claim())
        .map(|claim: Claim| claim.know(Whose::Platforms))
        .untuple_one()
        .or(warp::any())
        .unify()
        .and(crate::http::transport::body::body(crate::http::transport::body::CALLBACK))
        .map(|body: Result<Vec<u8>, BodyError>| match body {
            Ok(_) => crate::http::respond(http::StatusCode::OK, "text/plain", "hello"),
            Err(error) => crate::http::HttpError::from(error).into_response(),
        });
    let test = TestServer::start(patient(), routes.boxed()).await;
    let unfinished = |path: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: h\r\ncontent-length: {}\r\n\r\n", limits::BODY_MAX).into_bytes()
    };
    let mut held = Vec::new();
    for n in 1..=limits::BODIES_STRANGERS / limits::BODY_MAX {
        let mut stream = test.connect(&[]).await;
        stream.write_all(&unfinished("/")).await.unwrap();
        stream.write_all(&vec![b'x'; limits::BODY_MAX - 1]).await.unwrap();
        held.push(stream);
        until(|| test.gauges.bodies_held() == n * limits::BODY_MAX).await;
    }
    let body = vec![b'x'; limits::BODY_MAX];
    let mut late = Client::new(test.connect(&[]).await).await;
    let refused = late.post("/", "text/plain", body.clone()).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    // Those that are known have a share of their own.
    assert_eq!(late.post("/known", "text/plain", body.clone()).await.status(), 200);
    // A promise is no body.
    let mut promising = Vec::new();
    for _ in 0..64 {
        let mut stream = test.connect(&[]).await;
        stream.write_all(&unfinished("/known")).await.unwrap();
        promising.push(stream);
    }
    assert_eq!(late.post("/known", "text/plain", body.clone()).await.status(), 200);
    drop((held, promising));
    until(|| test.gauges.bodies_held() == 0).await;
    assert_eq!(late.post("/", "text/plain", body).await.status(), 200);
}

#[tokio::test]
async fn plain_http_on_the_tls_port_is_told_so() {
    let test = TestServer::start(patient(), hello()).await;
    let mut stream = TcpStream::connect(test.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let said = String::from_utf8(read_to_close(&mut stream).await).unwrap();
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    assert!(said.ends_with("begin with https://\n"), "{said}");
    let length: usize = said.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
    assert_eq!(said.split("\r\n\r\n").nth(1).unwrap().len(), length);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let test = TestServer::start(patient(), hello()).await;
    let mut stream = test.connect(&[]).await;
    let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "y".repeat(limits::HEADER_MAX));
    // The server may close while we are still sending.
    let _ = stream.write_all(head.as_bytes()).await;
    let said = read_to_close(&mut stream).await;
    assert!(!said.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&said));
}

#[tokio::test]
async fn a_handler_that_panics_is_a_500_and_the_connection_goes_on() {
    let routes = warp::path("bad").map(|| -> Response { panic!("on purpose") }).or(hello()).unify().boxed();
    let test = TestServer::start(patient(), routes).await;
    let mut client = Client::new(test.connect(&[]).await).await;
    let response = client.get("/bad").await;
    assert_eq!(response.status(), 500);
    assert!(!String::from_utf8_lossy(response.body()).contains("on purpose"));
    assert_eq!(client.get("/").await.status(), 200);
}

#[tokio::test]
async fn a_stop_finishes_the_request_under_way() {
    let (arrived, mut arrivals) = mpsc::channel(1);
    let (go, gone) = oneshot::channel::<()>();
    let gone = Arc::new(tokio::sync::Mutex::new(Some(gone)));
    let routes = warp::any()
        .then(move || {
            let (arrived, gone) = (arrived.clone(), gone.clone());
            async move {
                arrived.send(()).await.unwrap();
                gone.lock().await.take().unwrap().await.unwrap();
                crate::http::respond(http::StatusCode::OK, "text/plain", "done")
            }
        })
        .boxed();
    let test = TestServer::start(patient(), routes).await;
    let mut client = Client::new(test.connect(&[]).await).await;
    let request = tokio::spawn(async move { client.get("/").await });
    arrivals.recv().await.unwrap();
    let address = test.address;
    let drain = tokio::spawn(test.server.drain());
    // No new connection is taken meanwhile.
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, refused).await.unwrap();
    go.send(()).unwrap();
    assert_eq!(request.await.unwrap().body(), "done");
    tokio::time::timeout(SOON, drain).await.unwrap().unwrap();
}

#[tokio::test]
async fn clients_that_say_nothing_do_not_hold_up_a_stop() {
    let times = Times { quiet: Duration::from_millis(50), drain: Duration::from_secs(600), ..patient() };
    let test = TestServer::start(times, hello()).await;
    let before_handshake = TcpStream::connect(test.address).await.unwrap();
    let after_handshake = test.connect(&[]).await;
    let mut half_a_head = test.connect(&[]).await;
    half_a_head.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let mut between_requests = Client::new(test.connect(&[]).await).await;
    between_requests.get("/").await;
    tokio::time::timeout(SOON, test.server.drain()).await.expect("the stop was held up");
    assert_eq!(test.gauges.open(), 0);
    drop((before_handshake, after_handshake, half_a_head, between_requests));
}

#[tokio::test]
async fn a_live_stream_does_not_hold_up_a_stop() {
    let routes = warp::any()
        .map(|| {
            let first =
                futures_util::stream::once(async { Ok::<_, Infallible>(warp::sse::Event::default().data("hi")) });
            let events = futures_util::StreamExt::chain(first, futures_util::stream::pending());
            warp::Reply::into_response(warp::sse::reply(events))
        })
        .boxed();
    let times = Times { quiet: Duration::from_millis(50), drain: Duration::from_secs(600), ..patient() };
    let test = TestServer::start(times, routes).await;
    let mut stream = test.connect(&[]).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains("data:hi") {
        let mut buffer = [0; 1024];
        let n = tokio::time::timeout(SOON, stream.read(&mut buffer)).await.unwrap().unwrap();
        assert_ne!(n, 0);
        said.extend_from_slice(&buffer[..n]);
    }
    tokio::time::timeout(SOON, test.server.drain()).await.expect("the stop was held up");
}

#[tokio::test]
async fn a_stop_that_takes_too_long_is_cut_short() {
    let (arrived, mut arrivals) = mpsc::channel(1);
    let routes = warp::any()
        .then(move || {
            let arrived = arrived.clone();
            async move {
                arrived.send(()).await.unwrap();
                std::future::pending::<Response>().await
            }
        })
        .boxed();
    let test = TestServer::start(Times { drain: Duration::from_millis(100), ..patient() }, routes).await;
    let mut client = Client::new(test.connect(&[]).await).await;
    let request = http::Request::get("/").body(Full::default()).unwrap();
    let request = tokio::spawn(async move { client.send(request).await });
    arrivals.recv().await.unwrap();
    tokio::time::timeout(SOON, test.server.drain()).await.expect("the stop was held up");
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn a_new_certificate_is_used_by_the_next_connection() {
    let test = TestServer::start(patient(), hello()).await;
    let first = test.connect(&[]).await;
    let shown = |stream: &tokio_rustls::client::TlsStream<TcpStream>| {
        stream.get_ref().1.peer_certificates().unwrap()[0].clone()
    };
    let before = shown(&first);
    let names = vec!["localhost".to_owned(), "new.example".to_owned()];
    let source = crate::http::transport::tls::Source::SelfSigned { dir: test.dir.path().to_owned(), names };
    test.certificates.reload(Some(source)).unwrap();
    // The test's client reads its root anew for each connection.
    let second = test.connect(&[]).await;
    assert_ne!(shown(&second), before);
    assert_eq!(Client::new(first).await.get("/").await.status(), 200);
}
