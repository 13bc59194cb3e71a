//! Asked over real TLS and real sockets: what is bounded, what is refused, and what is told apart.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warp::Filter;

use super::*;
use crate::http::respond;
use crate::http::testing::TestServer;
use crate::http::transport::server::Times;

const LIMITS: Limits = Limits { time: Duration::from_secs(20), answer_max: 64 };

fn get(address: &str) -> Request<Bytes> {
    Request::get(address).body(Bytes::new()).unwrap()
}

fn client(options: &Options) -> Client {
    Client::new(options).unwrap()
}

/// A server with TLS that greets, points elsewhere, and talks too long; and a client that trusts it.
async fn server(keep_alive: bool) -> (TestServer, Client, String) {
    let greet = warp::path("hello").map(|| respond(http::StatusCode::OK, "text/plain", "hello"));
    let long = warp::path("long").map(|| respond(http::StatusCode::OK, "text/plain", "x".repeat(65)));
    let away = warp::any().map(|| {
        let mut answer = respond(http::StatusCode::FOUND, "text/plain", "");
        answer.headers_mut().insert("location", "/hello".parse().unwrap());
        answer
    });
    let server = TestServer::start(Times::default(), greet.or(long).unify().or(away).unify().boxed()).await;
    let extra_roots = Some(server.dir.path().join("self-signed.crt"));
    let base = format!("https://localhost:{}", server.address.port());
    (server, client(&Options { extra_roots, keep_alive }), base)
}

/// A listener that hands every connection to `serve`, and how many there were.
async fn listener<F: Future<Output = ()> + Send>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> (String, Arc<AtomicUsize>) {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", tcp.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = tcp.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            serve(stream).await;
        }
    });
    (base, count)
}

#[tokio::test]
async fn an_answer_over_tls_comes_back_whole_and_a_redirect_as_it_is() {
    let (_server, client, base) = server(false).await;
    let answer = client.send(get(&format!("{base}/hello")), LIMITS).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, b"hello".as_slice()));
    let away = client.send(get(&format!("{base}/away")), LIMITS).await.unwrap();
    assert_eq!((away.status().as_u16(), away.headers()["location"].to_str().unwrap()), (302, "/hello"));
    let long = client.send(get(&format!("{base}/long")), LIMITS).await.unwrap_err();
    assert!(matches!(long, OutgoingError::TooLong { max: 64, .. }), "{long:?}");
    assert!(long.may_have_arrived());
}

#[tokio::test]
async fn an_untrusted_certificate_is_a_tls_error() {
    let (_server, _, base) = server(false).await;
    let error = client(&Options::default()).send(get(&base), LIMITS).await.unwrap_err();
    assert!(matches!(error, OutgoingError::Tls { .. }), "{error:?}");
    assert!(!error.may_have_arrived());
    assert!(error.advice().en.contains("extra_roots"));
}

#[tokio::test]
async fn a_closed_port_is_a_connection_error() {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/secret?sig=secret", tcp.local_addr().unwrap());
    drop(tcp);
    let error = client(&Options::default()).send(get(&address), LIMITS).await.unwrap_err();
    assert!(matches!(error, OutgoingError::Connect { .. }), "{error:?}");
    let said = crate::error_chain::Chain(&error).to_string();
    assert!(said.starts_with("connecting to 127.0.0.1") && !said.contains("secret"), "{said}");
}

#[tokio::test]
async fn a_silent_server_is_given_up_after_the_time_limit() {
    let (base, _) = listener(async |mut stream: TcpStream| {
        // Ends when the client gives up.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let limits = Limits { time: Duration::from_millis(50), ..LIMITS };
    let error = client(&Options::default()).send(get(&base), limits).await.unwrap_err();
    assert!(matches!(error, OutgoingError::Late { .. }), "{error:?}");
}

#[tokio::test]
async fn a_hang_up_or_an_answer_that_is_not_http_breaks_the_exchange() {
    for said in ["", "220 mail.example ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"] {
        let (base, _) = listener(move |mut stream: TcpStream| async move {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(said.as_bytes()).await;
        })
        .await;
        let error = client(&Options::default()).send(get(&base), LIMITS).await.unwrap_err();
        assert!(matches!(error, OutgoingError::Broken { .. }), "{said:?}: {error:?}");
        assert!(error.source().is_some());
    }
}

#[tokio::test]
async fn a_connection_is_used_again_where_that_was_asked_for() {
    for (keep_alive, connections) in [(true, 1), (false, 3)] {
        let (base, count) = listener(|mut stream: TcpStream| async move {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
                }
            });
        })
        .await;
        let client = client(&Options { keep_alive, ..Options::default() });
        for _ in 0..3 {
            assert_eq!(client.send(get(&base), LIMITS).await.unwrap().body().as_ref(), b"ok");
        }
        assert_eq!(count.load(Ordering::SeqCst), connections, "keep_alive: {keep_alive}");
    }
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let admitted = |address: &str| admit(&address.parse().unwrap()).is_ok();
    for good in ["https://a.example/x", "http://127.0.0.1:1", "http://localhost/x", "http://[::1]:8/"] {
        assert!(admitted(good), "{good}");
    }
    for bad in [
        "http://a.example",
        "http://localhost.example/",
        "http://192.0.2.1/",
        "ftp://a.example",
        "/x",
        "https://u:p@a.b",
    ] {
        assert!(!admitted(bad), "{bad}");
    }
}

#[test]
fn a_roots_file_without_a_certificate_is_reported_before_any_request() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roots.pem");
    let made = |path: PathBuf| Client::new(&Options { extra_roots: Some(path), keep_alive: false });
    assert!(matches!(made(path.clone()), Err(PrepareError::Roots { .. })));
    std::fs::write(&path, "nothing in PEM").unwrap();
    assert!(matches!(made(path), Err(PrepareError::NoRoots { .. })));
}
