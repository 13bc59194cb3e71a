//! As much of HTTP/1.1 as a load driver needs: write a made request, read status and length.
//!
//! A full client would measure itself. It reads no chunked answer and follows nothing, and must not
//! be used where an answer's body matters.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::super::plan::is_this_machine;
use super::super::platform::Platform;
use super::super::push::Push;
use super::super::sign::Signer;
use super::super::tls;
use super::LoadError;
use crate::limits::{SIMULATOR_ANSWER_MAX, SIMULATOR_TIME};

/// How long to wait before connecting again after a failure.
pub(super) const RECONNECT_PAUSE: Duration = Duration::from_millis(50);

/// A whole request: head and body in one piece, so that it leaves in one write.
pub(super) fn request(to: &Uri, push: &Push, signer: Option<&Signer>, now: Timestamp) -> Bytes {
    let target = to.path_and_query().map_or("/", |path| path.as_str());
    let authority = to.authority().map_or("", |authority| authority.as_str());
    let mut head = format!("POST {target} HTTP/1.1\r\nhost: {authority}\r\ncontent-length: {}\r\n", push.body.len());
    let mut add = |name: &str, value: &str| {
        head.push_str(name);
        head.push_str(": ");
        head.push_str(value);
        head.push_str("\r\n");
    };
    for (name, value) in push.headers() {
        add(name, value);
    }
    if let Some(signer) = signer {
        let nonce = format!("{:032X}", fastrand::u128(..));
        for (name, value) in signer.headers(&nonce, now) {
            add(name, &value);
        }
    }
    head.push_str("\r\n");
    let mut whole = head.into_bytes();
    whole.extend_from_slice(&push.body);
    Bytes::from(whole)
}

/// Opens connections to one address.
pub(super) struct Connector {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Connector {
    pub(super) fn new(to: &Uri, insecure: bool) -> Result<Self, LoadError> {
        let host = to.host().filter(|host| !host.is_empty()).ok_or(LoadError::Address)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (port, secure) = match to.scheme_str() {
            Some("https") => (443, true),
            Some("http") => (80, false),
            _ => return Err(LoadError::Address),
        };
        let tls = if secure {
            let insecure = insecure || is_this_machine(host);
            // 玖云's client speaks every version: the load is to find the receiver's best.
            let config = tls::client_config(Platform::Jiuyun, insecure).map_err(LoadError::Tls)?;
            let name = ServerName::try_from(bare.clone()).map_err(|_| LoadError::Address)?;
            Some((TlsConnector::from(Arc::new(config)), name))
        } else {
            None
        };
        Ok(Self { host: bare, port: to.port_u16().unwrap_or(port), tls })
    }

    pub(super) async fn connect(&self) -> io::Result<Connection> {
        tokio::time::timeout(SIMULATOR_TIME, self.open()).await?
    }

    async fn open(&self) -> io::Result<Connection> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await?;
        tcp.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            Some((connector, name)) => Box::new(connector.connect(name.clone(), tcp).await?),
            None => Box::new(tcp),
        };
        Ok(Connection { stream, buf: Vec::with_capacity(1_024) })
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// One open connection.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    buf: Vec<u8>,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reply {
    pub status: u16,
    pub keep_alive: bool,
}

impl Connection {
    /// Writes a request and reads its answer.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> io::Result<Reply> {
        tokio::time::timeout(SIMULATOR_TIME, async {
            self.stream.write_all(request).await?;
            self.stream.flush().await?;
            self.reply().await
        })
        .await?
    }

    async fn reply(&mut self) -> io::Result<Reply> {
        self.buf.clear();
        loop {
            if let Some((reply, size)) = parse(&self.buf)?
                && self.buf.len() >= size
            {
                return Ok(reply);
            }
            if self.buf.len() > SIMULATOR_ANSWER_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer is too long"));
            }
            if self.stream.read_buf(&mut self.buf).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The answer's status and its whole size, once its head is there.
fn parse(buf: &[u8]) -> io::Result<Option<(Reply, usize)>> {
    let Some(end) = memchr::memmem::find(buf, b"\r\n\r\n") else { return Ok(None) };
    let invalid = |what| io::Error::new(io::ErrorKind::InvalidData, what);
    let head = std::str::from_utf8(&buf[..end]).map_err(|_| invalid("the answer's head is not text"))?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 "))
        .and_then(|line| line.get(..3)?.parse().ok())
        .ok_or_else(|| invalid("not an HTTP/1.1 answer"))?;
    let mut size = None;
    let mut keep_alive = true;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            size = value.parse::<usize>().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            keep_alive = !value.eq_ignore_ascii_case("close");
        }
    }
    // Replies to callbacks are never chunked.
    let size = size.ok_or_else(|| invalid("the answer has no Content-Length"))?;
    Ok(Some((Reply { status, keep_alive }, end + 4 + size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, wanted: Option<(u16, bool, usize)>) {
        let found = parse(answer.as_bytes()).unwrap();
        assert_eq!(found.map(|(reply, size)| (reply.status, reply.keep_alive, size)), wanted, "{answer:?}");
    }

    #[test]
    fn an_answer_is_read_as_far_as_it_is_there() {
        check("HTTP/1.1 200 OK\r\ncontent-le", None);
        check("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", Some((200, true, 40)));
        check("HTTP/1.1 503 x\r\nconnection: close\r\ncontent-length:0\r\n\r\n", Some((503, false, 55)));
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "no length");
        assert!(parse(b"SSH-2.0\r\n\r\n").is_err());
    }
}
