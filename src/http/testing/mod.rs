//! A real server and real clients on the loopback, for the tests of this room.
//!
//! Clients verify the certificate as any client would: the server's own is their only root.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Routes;
use crate::clock::Clock;
use crate::http::transport::server::{Listener, Server, Times};
use crate::http::transport::tls;
use crate::service::Gauges;
pub(crate) use crate::service::testing::SOON;

/// Waits for what other tasks bring about.
pub(crate) async fn until(mut true_now: impl FnMut() -> bool) {
    let waiting = async {
        while !true_now() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.expect("it did not become true");
}

/// A server with TLS on a free port.
pub(crate) struct TestServer {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) gauges: Arc<Gauges>,
    pub(crate) certificates: Arc<tls::Certificates>,
    pub(crate) dir: tempfile::TempDir,
}

impl TestServer {
    pub(crate) async fn start(times: Times, routes: Routes) -> Self {
        Self::with_places(times, routes, crate::limits::CONNECTIONS_MAX).await
    }

    /// The same with so many places for connections.
    pub(crate) async fn with_places(times: Times, routes: Routes, places: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let source = tls::Source::SelfSigned { dir: dir.path().to_owned(), names: vec!["localhost".to_owned()] };
        let certificates = tls::Certificates::open(source, Clock::system()).unwrap();
        let gauges = Arc::new(Gauges::default());
        let server =
            Server::with_places(times, crate::http::transport::peer::TrustedProxies::default(), gauges.clone(), places);
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        server.listen(Listener::Tls(tcp, certificates.acceptor().unwrap()), routes);
        Self { server, address, gauges, certificates, dir }
    }

    /// A connection that trusts this server and nobody else.
    pub(crate) async fn connect(&self, alpn: &[&[u8]]) -> TlsStream<TcpStream> {
        self.connect_with(rustls::ALL_VERSIONS, None, alpn).await.unwrap()
    }

    pub(crate) async fn connect_with(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        suite: Option<rustls::CipherSuite>,
        alpn: &[&[u8]],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let connector = connector(&self.dir.path().join("self-signed.crt"), versions, suite, alpn);
        let stream = TcpStream::connect(self.address).await?;
        connector.connect(ServerName::try_from("localhost").unwrap(), stream).await
    }
}

/// Speaks TLS to servers with the certificate in this file.
pub(crate) fn connector(
    root: &Path,
    versions: &[&'static SupportedProtocolVersion],
    suite: Option<rustls::CipherSuite>,
    alpn: &[&[u8]],
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(root).unwrap()).unwrap();
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.retain(|s| suite.is_none_or(|wanted| s.suite() == wanted));
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

/// A client of one HTTP/1.1 connection.
pub(crate) struct Client(http1::SendRequest<Full<Bytes>>);

impl Client {
    pub(crate) async fn new<IO>(io: IO) -> Self
    where
        IO: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(io)).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Names the host, as every client does.
    pub(crate) async fn send(&mut self, mut request: Request<Full<Bytes>>) -> hyper::Result<Response<Bytes>> {
        request.headers_mut().entry("host").or_insert(http::HeaderValue::from_static("localhost"));
        self.0.ready().await?;
        whole(self.0.send_request(request).await?).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response<Bytes> {
        let request = Request::get(path).header("host", "localhost").body(Full::default()).unwrap();
        self.send(request).await.unwrap()
    }

    pub(crate) async fn post(&mut self, path: &str, content_type: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        let request = Request::post(path)
            .header("host", "localhost")
            .header("content-type", content_type)
            .body(Full::new(body.into()))
            .unwrap();
        self.send(request).await.unwrap()
    }
}

/// One request over HTTP/2.
pub(crate) async fn get_over_http2(stream: TlsStream<TcpStream>, path: &str) -> Response<Bytes> {
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("https://localhost{path}")).body(Full::<Bytes>::default()).unwrap();
    whole(sender.send_request(request).await.unwrap()).await.unwrap()
}

async fn whole(response: Response<hyper::body::Incoming>) -> hyper::Result<Response<Bytes>> {
    let (head, body) = response.into_parts();
    Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
}
