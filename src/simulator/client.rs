//! Sends one push as a platform does, and says exactly what is known afterwards.
//!
//! A receiver's ledger can only be checked against ours if we never guess: a push whose
//! connection broke after the whole body had left may or may not have arrived, and is said to
//! be so. For the same reason the HTTP client must not repeat anything on its own.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, SizeHint};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Sleep;

use super::plan::Plan;
use super::tls;
use crate::limits;

/// How long a cut push pauses in the middle of its body, so that the first half has left.
const CUT_PAUSE: Duration = Duration::from_millis(20);
/// After how long a push that hangs up does so.
const HANG_UP_AFTER: Duration = Duration::from_millis(3);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Whole,
    /// The connection breaks in the middle of the body.
    CutShort,
    /// We hang up without waiting for the answer.
    HangUp,
}

#[derive(Debug)]
pub(super) enum Heard {
    Answer {
        status: u16,
        body: Bytes,
    },
    /// The body had left, or may have; no whole answer came.
    Nothing,
    /// The receiver cannot have the whole body.
    NotDelivered,
    NoConnection(Unreached),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreached {
    /// As the system or TLS said it.
    pub said: String,
    /// Whether somebody was there and TLS failed.
    pub tls: bool,
}

impl std::fmt::Display for Unreached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.said)
    }
}

impl Unreached {
    /// The root of an error's causes, which says it best.
    fn of(error: &legacy::Error) -> Self {
        let mut unreached = Self { said: error.to_string(), tls: false };
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            unreached.said = inner.to_string();
            let wrapped = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            unreached.tls |= inner.is::<rustls::Error>()
                || wrapped.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>);
            cause = inner.source();
        }
        unreached
    }
}

#[derive(Debug)]
pub(super) struct Client {
    client: legacy::Client<HttpsConnector<HttpConnector>, PushBody>,
    to: Uri,
    timeout: Duration,
    short_connections: bool,
}

impl Client {
    pub(super) fn new(plan: &Plan) -> Result<Self, rustls::Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Before the patience with the whole try ends, so that it is known not to have arrived.
        tcp.set_connect_timeout(Some(plan.timeout.mul_f64(0.8)));
        let config = tls::client_config(plan.platform, plan.accepts_any_certificate())?;
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(limits::SIMULATOR_IDLE_TIME)
            .pool_max_idle_per_host(if plan.short_connections { 0 } else { plan.connections })
            .retry_canceled_requests(false)
            .build(connector);
        Ok(Self { client, to: plan.to.clone(), timeout: plan.timeout, short_connections: plan.short_connections })
    }

    pub(super) async fn post(&self, headers: Vec<(&'static str, String)>, body: Bytes, delivery: Delivery) -> Heard {
        let Ok(request) = self.request(headers, body, delivery) else { return Heard::NotDelivered };
        let patience = if delivery == Delivery::HangUp { HANG_UP_AFTER } else { self.timeout };
        match tokio::time::timeout(patience, self.exchange(request)).await {
            // Whatever came back: the body was not there to be received.
            _ if delivery == Delivery::CutShort => Heard::NotDelivered,
            Ok(heard) => heard,
            Err(_) => Heard::Nothing,
        }
    }

    async fn exchange(&self, request: Request<PushBody>) -> Heard {
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Heard::NoConnection(Unreached::of(&error)),
            Err(error) if was_never_sent(&error) => return Heard::NotDelivered,
            Err(_) => return Heard::Nothing,
        };
        let status = response.status().as_u16();
        match Limited::new(response.into_body(), limits::SIMULATOR_ANSWER_MAX).collect().await {
            Ok(body) => Heard::Answer { status, body: body.to_bytes() },
            Err(_) => Heard::Nothing,
        }
    }

    fn request(
        &self,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
        delivery: Delivery,
    ) -> Result<Request<PushBody>, http::Error> {
        let mut request = Request::post(self.to.clone());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if self.short_connections {
            request = request.header(header::CONNECTION, HeaderValue::from_static("close"));
        }
        request.body(PushBody::new(body, delivery == Delivery::CutShort))
    }
}

/// Whether hyper gave the request up before a byte of it was written.
fn was_never_sent(error: &legacy::Error) -> bool {
    std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<hyper::Error>())
        .is_some_and(hyper::Error::is_canceled)
}

#[derive(Debug)]
struct PushBody {
    rest: Bytes,
    size_bytes: u64,
    cut: Option<Pin<Box<Sleep>>>,
}

impl PushBody {
    fn new(body: Bytes, cut: bool) -> Self {
        let size_bytes = body.len() as u64;
        let rest = if cut { body.slice(..body.len() / 2) } else { body };
        Self { rest, size_bytes, cut: cut.then(|| Box::pin(tokio::time::sleep(CUT_PAUSE))) }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the body was cut short on purpose")]
struct CutShort;

impl Body for PushBody {
    type Data = Bytes;
    type Error = CutShort;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutShort>>> {
        if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            return Poll::Ready(Some(Ok(Frame::data(rest))));
        }
        match &mut self.cut {
            None => Poll::Ready(None),
            Some(pause) => pause.as_mut().poll(context).map(|()| Some(Err(CutShort))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size_bytes)
    }
}
