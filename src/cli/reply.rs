//! What the API answers a command, whichever way it was asked.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use bytes::{Buf as _, Bytes};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body;
use serde_json::Value;

use super::Usage;

/// A body that a command sends.
pub(super) trait Sent:
    Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + Sync + Unpin + 'static
{
}

impl<B> Sent for B where B: Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + Sync + Unpin + 'static {}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) rebuilding: Option<String>,
    pub(super) body: Bytes,
}

impl Reply {
    /// The object of a success; a refusal becomes an error with its message, and one that
    /// finds fault with a value counts as wrong usage.
    pub(super) fn json(self) -> Result<Value> {
        Ok(serde_json::from_str(&self.text()?)?)
    }

    /// The text of a success, likewise.
    pub(super) fn text(self) -> Result<String> {
        if let Some(progress) = &self.rebuilding {
            warn_of_rebuilding(progress);
        }
        if self.status.is_success() {
            return Ok(String::from_utf8(self.body.into())?);
        }
        let value: Value = serde_json::from_slice(&self.body)
            .with_context(|| format!("reading an answer with status {}", self.status.as_u16()))?;
        let message = value.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason given").to_owned();
        if self.status == StatusCode::BAD_REQUEST {
            return Err(Usage(message).into());
        }
        if self.status == StatusCode::NOT_FOUND {
            bail!("nothing is known under that name or number");
        }
        bail!(message)
    }
}

/// The body of a success into `out`, as it comes.
pub(super) async fn pour<B>(response: Response<B>, out: &mut (dyn Write + Send)) -> Result<()>
where
    B: Body + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    if !response.status().is_success() {
        return Err(reply(response).await?.json().err().unwrap_or_else(|| anyhow::anyhow!("the server refused")));
    }
    if let Some(progress) = rebuilding(&response) {
        warn_of_rebuilding(&progress);
    }
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.context("the export broke off; what was written is not whole")?;
        if let Ok(mut data) = frame.into_data() {
            while data.has_remaining() {
                let chunk = data.chunk();
                out.write_all(chunk)?;
                let length = chunk.len();
                data.advance(length);
            }
        }
    }
    Ok(out.flush()?)
}

/// How far the store is, while it is rebuilt.
fn rebuilding<B>(response: &Response<B>) -> Option<String> {
    response.headers().get("x-ringback-rebuilding").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// An answer, read to its end.
pub(super) async fn reply<B>(response: Response<B>) -> Result<Reply>
where
    B: Body,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let rebuilding = rebuilding(&response);
    let status = response.status();
    let body = response.into_body().collect().await.context("reading the answer")?.to_bytes();
    Ok(Reply { status, rebuilding, body })
}

/// Said of whatever was read meanwhile.
fn warn_of_rebuilding(progress: &str) {
    tracing::warn!(progress = %progress, "the store is being rebuilt; this is what is known so far");
}
