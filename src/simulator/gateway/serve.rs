//! The gateway's socket: a certificate of its own, TLS, and one answer after another.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{Asked, Desk, GatewayPlan};
use crate::limits::{SIMULATOR_ANSWER_MAX, SIMULATOR_TIME};

#[derive(Debug)]
pub struct Gateway {
    tcp: TcpListener,
    acceptor: Arc<ServerConfig>,
    desk: Arc<Desk>,
    address: SocketAddr,
    certificate: String,
}

#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("listening on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("making a certificate")]
    Certificate(#[source] rcgen::Error),
    #[error("preparing TLS")]
    Tls(#[source] rustls::Error),
}

impl Gateway {
    /// Listens, with a certificate for `localhost` that was just made.
    pub async fn listen(plan: GatewayPlan) -> Result<Self, GatewayError> {
        let failed = |source| GatewayError::Listen { address: plan.listen, source };
        let tcp = TcpListener::bind(plan.listen).await.map_err(failed)?;
        let address = tcp.local_addr().map_err(failed)?;
        let key = KeyPair::generate().map_err(GatewayError::Certificate)?;
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names).and_then(|parameters| parameters.self_signed(&key));
        let certificate = certificate.map_err(GatewayError::Certificate)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = builder.map_err(GatewayError::Tls)?.with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], secret).map_err(GatewayError::Tls)?;
        let pem = certificate.pem();
        Ok(Self { tcp, acceptor: Arc::new(config), desk: Desk::new(plan), address, certificate: pem })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its certificate in PEM, for those who are to trust it.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Answers until it is dropped.
    pub async fn run(self) {
        let acceptor = TlsAcceptor::from(self.acceptor);
        loop {
            let Ok((stream, _)) = self.tcp.accept().await else { continue };
            let (acceptor, desk) = (acceptor.clone(), self.desk.clone());
            tokio::spawn(async move {
                let Ok(Ok(stream)) = tokio::time::timeout(SIMULATOR_TIME, acceptor.accept(stream)).await else {
                    return;
                };
                let service = service_fn(move |request| {
                    let desk = desk.clone();
                    async move { Ok::<_, Infallible>(answer(&desk, request).await) }
                });
                let mut http = hyper::server::conn::http1::Builder::new();
                http.timer(TokioTimer::new()).header_read_timeout(SIMULATOR_TIME);
                // A client that goes away needs no answer.
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }
}

async fn answer(desk: &Desk, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, SIMULATOR_ANSWER_MAX).collect();
    let Ok(Ok(body)) = tokio::time::timeout(SIMULATOR_TIME, body).await else {
        return respond(StatusCode::BAD_REQUEST, &Value::Null);
    };
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let body = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
    let asked = Asked { method: head.method, path: head.uri.path().to_owned(), query, headers: head.headers, body };
    let (status, said) = desk.answer(&asked);
    respond(status, &said)
}

fn respond(status: StatusCode, said: &Value) -> Response<Full<Bytes>> {
    let body = if said.is_null() { Bytes::new() } else { Bytes::from(said.to_string()) };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json;charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
