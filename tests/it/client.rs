//! A small HTTP/1.1 client over TLS that shows every byte of an answer.
//!
//! The platforms read `Content-Length` and single header lines, so a client that hides them
//! would prove less. It blocks, has a deadline on every read, and never follows or repeats
//! anything by itself: what the caller sends is sent once.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned, SupportedProtocolVersion,
};

/// How long a client here waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The only header of this name; two of them are a failure.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let first = values.next();
        assert_eq!(values.next(), None, "{name} stands twice");
        first
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("not JSON ({e}): {} {}", self.status, self.text()))
    }
}

/// One connection, kept alive until dropped.
#[derive(Debug)]
pub(crate) struct Connection(Stream);

#[derive(Debug)]
enum Stream {
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    Plain(TcpStream),
}

impl Connection {
    /// Opens a connection with TLS, as the platforms do.
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        Self::with(address, rustls::ALL_VERSIONS, &[b"http/1.1"])
    }

    /// Opens a connection with these versions of TLS and these protocols on offer.
    pub(crate) fn with(
        address: SocketAddr,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&[u8]],
    ) -> io::Result<Self> {
        let tcp = tcp(address)?;
        let config = tls_config(versions, protocols);
        let name = ServerName::try_from("localhost").unwrap();
        let tls = ClientConnection::new(config, name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(tls, tcp);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self(Stream::Tls(Box::new(stream))))
    }

    /// Opens a connection without TLS.
    pub(crate) fn plain(address: SocketAddr) -> io::Result<Self> {
        Ok(Self(Stream::Plain(tcp(address)?)))
    }

    /// The agreed version and cipher suite.
    pub(crate) fn agreed(&self) -> (rustls::ProtocolVersion, rustls::CipherSuite) {
        match &self.0 {
            Stream::Tls(tls) => {
                (tls.conn.protocol_version().unwrap(), tls.conn.negotiated_cipher_suite().unwrap().suite())
            }
            Stream::Plain(_) => panic!("this connection has no TLS"),
        }
    }

    /// Sends a request with a `Content-Length` and reads its answer.
    pub(crate) fn request(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let mut message =
            format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            message.push_str(&format!("{name}: {value}\r\n"));
        }
        message.push_str("\r\n");
        let mut message = message.into_bytes();
        message.extend_from_slice(body);
        self.send(&message)?;
        self.answer()
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream();
        stream.write_all(bytes)?;
        stream.flush()
    }

    /// Reads one answer.
    pub(crate) fn answer(&mut self) -> io::Result<Reply> {
        let mut head = Vec::new();
        let mut byte = [0];
        let stream = self.stream();
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).map_err(io::Error::other)?;
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("not an answer: {head}")))?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|l| l.split_once(':'))
            .map(|(n, v)| (n.trim().to_ascii_lowercase(), v.trim().to_owned()))
            .collect();
        let length = headers.iter().find(|(n, _)| n == "content-length").map(|(_, v)| v.parse::<usize>());
        let length = length.ok_or_else(|| io::Error::other(format!("an answer without Content-Length: {head}")))?;
        let mut body = vec![0; length.map_err(io::Error::other)?];
        stream.read_exact(&mut body)?;
        Ok(Reply { status, headers, body })
    }

    /// Reads until the other side closes.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A connection that is cut without a TLS goodbye ends in an error; what came first counts.
        let _ = self.stream().read_to_end(&mut bytes);
        bytes
    }

    fn stream(&mut self) -> &mut dyn ReadWrite {
        match &mut self.0 {
            Stream::Tls(tls) => tls.as_mut(),
            Stream::Plain(tcp) => tcp,
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

fn tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let tcp = TcpStream::connect_timeout(&address, PATIENCE)?;
    tcp.set_read_timeout(Some(PATIENCE))?;
    tcp.set_write_timeout(Some(PATIENCE))?;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(ring::default_provider()));

/// A configuration that accepts whatever certificate is shown.
pub(crate) fn tls_config(versions: &[&'static SupportedProtocolVersion], protocols: &[&[u8]]) -> Arc<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(PROVIDER.clone())
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate))
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|p| p.to_vec()).collect();
    Arc::new(config)
}

/// Accepts the certificate that the server made for itself; signatures are still checked.
#[derive(Debug)]
struct AnyCertificate;

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &PROVIDER.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &PROVIDER.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        PROVIDER.signature_verification_algorithms.supported_schemes()
    }
}
