//! As much of HTTP/1.1 as a load driver needs: write a made request, read status and length.
//!
//! A full client would measure itself. It reads no chunked answer and follows nothing, and must not
//! be used where an answer's body matters.

use std::io;
use std::sync::Arc;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::Uri;
use ringback::limits::{SIMULATOR_ANSWER_MAX, SIMULATOR_TIME};
use ringback::simulator::{Platform, Push, client_config};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A whole request: head and body in one piece, so that it leaves in one write.
pub(super) fn request(to: &Uri, push: &Push) -> Bytes {
    let target = to.path_and_query().map_or("/", |path| path.as_str());
    let authority = to.authority().map_or("", |authority| authority.as_str());
    let mut head = format!("POST {target} HTTP/1.1\r\nhost: {authority}\r\ncontent-length: {}\r\n", push.body.len());
    for (name, value) in push.headers() {
        head.push_str(&format!("{name}: {value}\r\n"));
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

impl Connector {
    pub(super) fn new(to: &Uri) -> anyhow::Result<Self> {
        let host = to.host().context("the address names no host")?;
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (port, tls) = match to.scheme_str() {
            Some("https") => {
                // 玖云's client speaks every version: the load is to find the receiver's best.
                let config = client_config(Platform::Jiuyun, true)?;
                let name = ServerName::try_from(bare.clone())?;
                (443, Some((TlsConnector::from(Arc::new(config)), name)))
            }
            Some("http") => (80, None),
            _ => bail!("the address must begin with http:// or https://"),
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
