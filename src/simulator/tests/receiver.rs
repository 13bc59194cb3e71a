//! A receiver for tests: real TLS on loopback, answers by a function, remembers what came whole.
//!
//! It answers what a test tells it to, also nothing at all, and counts a request only once it was
//! read to its end.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::field;

/// A request that came whole.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

type Answer = dyn Fn(&Received, u64) -> (u16, String) + Send + Sync;

/// The receiver; its task ends with the test's runtime.
pub(super) struct Receiver {
    port: u16,
    books: Arc<Books>,
}

struct Books {
    answer: Box<Answer>,
    received: Mutex<Vec<Received>>,
    seen: Mutex<HashMap<Vec<u8>, u64>>,
    connections: AtomicU64,
}

impl Receiver {
    /// Answers everything as it should be.
    pub(super) async fn healthy() -> Self {
        Self::start(|received, _| Self::usual(received)).await
    }

    /// What a healthy receiver answers.
    pub(super) fn usual(received: &Received) -> (u16, String) {
        let asks = |name| field(&received.body, name).is_some_and(|mode| mode == "Block");
        let is_callin = field(&received.body, "eventType").is_some_and(|event| event == "callin");
        let answer = if asks("notifyMode") && is_callin {
            r#"{"operation":"connect","connectInfo":{"calleeNum":"+8613911112222","recordFlag":"true"}}"#
        } else if asks("notificationMode") {
            r#"{"actions":{"operation":"vNumberRoute","message":{"called":"+8613911112222","calling":"+8613911113333"}}}"#
        } else {
            r#"{"resultcode":"0","resultdesc":"Success"}"#
        };
        (200, answer.to_owned())
    }

    /// Answers by `answer`, which is told how often the same body came before.
    pub(super) async fn start(answer: impl Fn(&Received, u64) -> (u16, String) + Send + Sync + 'static) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let books = Arc::new(Books {
            answer: Box::new(answer),
            received: Mutex::default(),
            seen: Mutex::default(),
            connections: AtomicU64::new(0),
        });
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let kept = books.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                books.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(acceptor.clone(), tcp, books.clone()));
            }
        });
        Self { port, books: kept }
    }

    pub(super) fn address(&self) -> Uri {
        format!("https://127.0.0.1:{}/callbacks/token", self.port).parse().unwrap()
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.books.received.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> u64 {
        self.books.connections.load(Ordering::Relaxed)
    }
}

async fn serve(acceptor: TlsAcceptor, tcp: TcpStream, books: Arc<Books>) {
    let Ok(tls) = acceptor.accept(tcp).await else { return };
    let service = service_fn(|request: Request<Incoming>| {
        let books = books.clone();
        async move { books.keep(request).await }
    });
    // A connection that a test breaks on purpose ends in an error here.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tls), service).await;
}

impl Books {
    async fn keep(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let body = request.into_body().collect().await?.to_bytes().to_vec();
        let received = Received { headers, body };
        let seen = {
            let mut seen = self.seen.lock().unwrap();
            let times = seen.entry(received.body.clone()).or_insert(0);
            std::mem::replace(times, *times + 1)
        };
        let (status, answer) = (self.answer)(&received, seen);
        self.received.lock().unwrap().push(received);
        Ok(Response::builder().status(status).body(Full::new(Bytes::from(answer))).unwrap())
    }
}
