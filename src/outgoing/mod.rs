//! The one HTTPS client.
//!
//! | bound | why |
//! | --- | --- |
//! | TLS with roots compiled in, and those the configuration adds | works in an empty root directory |
//! | plain `http://` for this machine only | what leaves it must not be read on the way |
//! | a time and a size for each answer ([`Limits`]) | whoever is asked may hang, or never end |
//! | redirects are answers like others | a secret goes where it was addressed, and nowhere else |
//!
//! Callers decide what to ask and what a status means. Nothing here logs, and errors name only the host:
//! addresses, headers and bodies may hold secrets.

mod error;
mod roots;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub use self::error::{OutgoingError, PrepareError};
use crate::limits::{OUTGOING_IDLE, OUTGOING_IDLE_TIME};

#[derive(Debug, Clone, Default)]
pub struct Options {
    /// PEM, trusted besides the public roots.
    pub extra_roots: Option<PathBuf>,
    pub keep_alive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From name resolution to the last byte.
    pub time: Duration,
    pub answer_max: usize,
}

#[derive(Debug, Clone)]
pub struct Client(legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Client {
    pub fn new(options: &Options) -> Result<Self, PrepareError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let config = roots::client_config(options.extra_roots.as_deref())?;
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(OUTGOING_IDLE_TIME)
            .pool_max_idle_per_host(if options.keep_alive { OUTGOING_IDLE } else { 0 })
            .build(connector);
        Ok(Self(client))
    }

    /// Sends once and returns the whole answer, whatever its status.
    pub async fn send(&self, request: Request<Bytes>, limits: Limits) -> Result<Response<Bytes>, OutgoingError> {
        let host = admit(request.uri())?;
        let exchange = async {
            let response = self.0.request(request.map(Full::new)).await;
            let (head, body) = response.map_err(|error| OutgoingError::asking(&host, error))?.into_parts();
            let body = Limited::new(body, limits.answer_max).collect().await;
            let body = body.map_err(|error| OutgoingError::reading(&host, error, limits.answer_max))?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        let late = |_| OutgoingError::Late { host: host.clone(), time: limits.time };
        tokio::time::timeout(limits.time, exchange).await.map_err(late)?
    }
}

/// Admits `https`, and `http` on this machine; returns the host.
pub fn admit(address: &Uri) -> Result<String, OutgoingError> {
    let host = address.host().filter(|host| !host.is_empty()).ok_or(OutgoingError::Address("it has no host"))?;
    if address.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(OutgoingError::Address("a name and a password do not stand in it"));
    }
    match address.scheme_str() {
        Some("https") => Ok(host.to_owned()),
        Some("http") if is_this_machine(host) => Ok(host.to_owned()),
        Some("http") => Err(OutgoingError::Address("without TLS only this machine is asked; use https://")),
        _ => Err(OutgoingError::Address("it does not begin with https://")),
    }
}

/// RFC 6761, section 6.3: `localhost` is this machine.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}
