//! The API of a running server, over `DIR/control.sock`.
//!
//! One connection a request: a command makes a handful of them.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use super::reply::{Reply, Sent, pour, reply};

/// The way to a running server.
#[derive(Debug)]
pub(super) struct Socket {
    path: PathBuf,
}

/// An answer that does not end.
#[derive(Debug)]
pub(super) struct Stream {
    body: Incoming,
    buffer: Vec<u8>,
}

impl Socket {
    pub(super) fn new(data: &Path) -> Self {
        Self { path: data.join("control.sock") }
    }

    pub(super) async fn ask<B: Sent>(&self, request: Request<B>) -> Result<Reply> {
        reply(self.send(request).await?).await
    }

    pub(super) async fn download(&self, request: Request<Full<Bytes>>, out: &mut (dyn Write + Send)) -> Result<()> {
        pour(self.send(request).await?, out).await
    }

    pub(super) async fn stream(&self, request: Request<Full<Bytes>>) -> Result<Stream> {
        let response = self.send(request).await?;
        if response.status().is_success() {
            return Ok(Stream { body: response.into_body(), buffer: Vec::new() });
        }
        Err(reply(response).await?.json().err().unwrap_or_else(|| anyhow::anyhow!("the server refused")))
    }

    pub(super) async fn listens(&self) -> Result<()> {
        self.connect().await.map(drop)
    }

    async fn send<B: Sent>(&self, request: Request<B>) -> Result<Response<Incoming>> {
        let stream = self.connect().await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.with_context(|| self.silent())?;
        tokio::spawn(connection);
        sender.send_request(request).await.with_context(|| self.silent())
    }

    async fn connect(&self) -> Result<UnixStream> {
        UnixStream::connect(&self.path).await.with_context(|| self.silent())
    }

    fn silent(&self) -> String {
        format!("a server runs on this directory, but does not answer at {}", self.path.display())
    }
}

impl Stream {
    /// The next line without its end; `None` when the server ends.
    pub(super) async fn line(&mut self) -> Result<Option<String>> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer) {
                let rest = self.buffer.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.buffer, rest);
                line.truncate(end);
                return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
            }
            match self.body.frame().await {
                None => return Ok(None),
                // A server that stops does not end its events, it closes the connection.
                Some(Err(_)) => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
            }
        }
    }
}
