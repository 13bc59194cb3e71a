//! How a command reaches the API: ONE client, two back ends.
//!
//! While a server runs on the directory, which only the lock on `DIR/LOCK` can tell, requests
//! go over `DIR/control.sock` ([`super::socket`]). Otherwise the directory is opened in this
//! process and the same routes are called in memory ([`super::here`]). Commands cannot tell
//! the difference, and neither back end can do what the other cannot.

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode, request};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::here::{Here, LOOK, SILENT};
use super::reply::Reply;
use super::socket::{Socket, Stream};
use super::upload::Upload;
use crate::http::api;
use crate::journal::{DataLock, LockError};
use crate::limits::COMMAND_PATIENCE;
use crate::run::RunError;

/// What needs no escaping in one part of a path.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[derive(Debug)]
pub(super) struct Client {
    back: Back,
    masked: bool,
}

#[derive(Debug)]
enum Back {
    Socket(Socket),
    Here(Box<Here>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// What people set; a directory is made when there is none.
    NewState,
    /// What people set.
    State,
    Store,
}

impl Client {
    pub(super) async fn open(data: &Path, needs: Needs, masked: bool) -> Result<Self> {
        if !data.is_dir() && needs != Needs::NewState {
            bail!("there is no data directory {}; `ringback serve` makes one, --data names another", data.display());
        }
        let back = reach(data).await?;
        if let (Back::Here(here), Needs::Store) = (&back, needs) {
            here.catch_up().await?;
        }
        Ok(Self { back, masked })
    }

    /// Whether a server runs on the directory.
    pub(super) fn is_remote(&self) -> bool {
        matches!(self.back, Back::Socket(_))
    }

    /// `GET /api/v1{path}?{query}`
    pub(super) async fn get(&self, path: &str, query: &[(String, String)]) -> Result<Value> {
        self.ask(Method::GET, &uri(path, query), None).await?.json()
    }

    /// The same as the text of the answer: its fields in the order of the contract.
    pub(super) async fn get_text(&self, path: &str, query: &[(String, String)]) -> Result<String> {
        self.ask(Method::GET, &uri(path, query), None).await?.text()
    }

    /// `GET /api/v1{path}?{query}` into `out`, as it comes; an answer that breaks off is an error.
    pub(super) async fn download(
        &self,
        path: &str,
        query: &[(String, String)],
        out: &mut (dyn Write + Send),
    ) -> Result<()> {
        let request = self.request(Method::GET, &uri(path, query), None)?;
        match &self.back {
            Back::Socket(socket) => socket.download(request, out).await,
            Back::Here(here) => here.download(request, out).await,
        }
    }

    /// `POST /api/v1{path}`
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.change(Method::POST, path, Some(body)).await
    }

    /// `POST /api/v1{path}?{query}` with a CSV that is read as it is sent.
    pub(super) async fn upload(&self, path: &str, query: &[(String, String)], file: Upload) -> Result<Value> {
        let request = self.about(Method::POST, &uri(path, query)).header("content-type", "text/csv").body(file)?;
        let reply = match &self.back {
            Back::Socket(socket) => socket.ask(request).await,
            Back::Here(here) => here.ask(request).await,
        };
        reply?.json()
    }

    /// `POST /api/v1{path}?{query}`
    pub(super) async fn post_about(&self, path: &str, query: &[(String, String)], body: &Value) -> Result<Value> {
        self.ask(Method::POST, &uri(path, query), Some(body)).await?.json()
    }

    /// `PUT /api/v1{path}?{query}`
    pub(super) async fn put(&self, path: &str, query: &[(String, String)], body: &Value) -> Result<Value> {
        self.ask(Method::PUT, &uri(path, query), Some(body)).await?.json()
    }

    /// `DELETE /api/v1{path}` that answers nothing.
    pub(super) async fn remove(&self, path: &str) -> Result<()> {
        let reply = self.ask(Method::DELETE, &uri(path, &[]), None).await?;
        if reply.status == StatusCode::NOT_FOUND {
            bail!("there is no {}", named(path));
        }
        reply.text().map(drop)
    }

    /// `PATCH /api/v1{path}`
    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        self.change(Method::PATCH, path, Some(body)).await
    }

    /// `DELETE /api/v1{path}`
    pub(super) async fn delete(&self, path: &str) -> Result<Value> {
        self.change(Method::DELETE, path, None).await
    }

    async fn change(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let reply = self.ask(method, &format!("/api/v1{path}"), body).await?;
        if reply.status == StatusCode::NOT_FOUND {
            bail!("there is no {}", named(path));
        }
        if reply.status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        reply.json()
    }

    /// Any address, the answer as it came.
    pub(super) async fn ask(&self, method: Method, uri: &str, body: Option<&Value>) -> Result<Reply> {
        let request = self.request(method, uri, body)?;
        match &self.back {
            Back::Socket(socket) => socket.ask(request).await,
            Back::Here(here) => here.ask(request).await,
        }
    }

    /// Whether what is derived from the journal is being rebuilt.
    pub(super) async fn is_rebuilding(&self) -> Result<bool> {
        Ok(self.ask(Method::GET, &uri("/apps", &[]), None).await?.rebuilding.is_some())
    }

    /// `GET /api/v1/events`: only a running server has something to tell.
    pub(super) async fn follow(&self) -> Result<Stream> {
        let Back::Socket(socket) = &self.back else {
            bail!("no server runs on this directory, so nothing changes in it");
        };
        socket.stream(self.request(Method::GET, "/api/v1/events", None)?).await
    }

    /// Closes what was opened. Says when something could not be written to its end.
    pub(super) async fn close(self) -> Result<()> {
        match self.back {
            Back::Socket(_) => Ok(()),
            Back::Here(here) => here.close().await,
        }
    }

    fn request(&self, method: Method, uri: &str, body: Option<&Value>) -> Result<Request<Full<Bytes>>> {
        let mut request = self.about(method, uri);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        Ok(request.body(Full::new(Bytes::from(body)))?)
    }

    fn about(&self, method: Method, uri: &str) -> request::Builder {
        let request = Request::builder().method(method).uri(uri).header("host", "ringback");
        if self.masked { request.header(api::MASKED, "1") } else { request }
    }
}

/// The server on a directory, or the directory itself. A server that starts or stops has the lock
/// and does not listen, and another command has it too: that passes.
async fn reach(data: &Path) -> Result<Back> {
    let began = Instant::now();
    let mut said = false;
    loop {
        let running = DataLock::is_held(data).with_context(|| format!("looking at the lock of {}", data.display()))?;
        let tried = if running {
            let socket = Socket::new(data);
            socket.listens().await.map(|()| Back::Socket(socket))
        } else {
            Here::open(data).await.map(|here| Back::Here(Box::new(here)))
        };
        match tried {
            Err(error) if passes(&error) && began.elapsed() < COMMAND_PATIENCE => {
                if !said && began.elapsed() > SILENT {
                    tracing::warn!("a server on this directory is starting or stopping; waiting for it");
                    said = true;
                }
                tokio::time::sleep(LOOK).await;
            }
            reached => return reached,
        }
    }
}

/// Whether it may be otherwise in a moment.
fn passes(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let held = error.downcast_ref::<RunError>();
    matches!(refused, Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused))
        || matches!(held, Some(RunError::Lock(LockError::Held { .. })))
}

pub(super) fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// What a path names, in words: `app 热线` for `/apps/%E7%83%AD%E7%BA%BF/rotate`.
fn named(path: &str) -> String {
    let mut parts = path.split('/').skip(1);
    let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{} {}", kind.trim_end_matches('s'), percent_decode_str(name).decode_utf8_lossy())
}

fn uri(path: &str, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return format!("/api/v1{path}");
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("/api/v1{path}?{query}")
}
