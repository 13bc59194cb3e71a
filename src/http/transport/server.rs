//! Accepts connections and drains them at a stop.
//!
//! ```text
//! accept ─ place ─┬─ TLS handshake (deadline) ─┬─ requests ─ routes
//!                 └─ plain, control.sock ──────┘
//! ```
//!
//! warp has no TLS and no limits, so its routes run as a service in this loop. Handshakes happen in the
//! connection's task; connections beyond [`limits::CONNECTIONS_MAX`] wait in the kernel's backlog;
//! `src/http/transport/places.rs` shares them out. [`Server::drain`] finishes requests that were received
//! and does not wait for silent clients. [`crate::http::transport::connection`] serves one connection.

#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

use crate::http::Routes;
use crate::http::transport::connection;
use crate::http::transport::connection::Origin;
use crate::http::transport::peer::TrustedProxies;
use crate::http::transport::places::Place;
use crate::http::transport::shared::Shared;
pub use crate::http::transport::shared::Times;
use crate::limits;
use crate::service::Gauges;

pub enum Listener {
    Tls(TcpListener, TlsAcceptor),
    Plain(TcpListener),
    /// The command line on this machine.
    Control(UnixListener),
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tls(..) => "Tls",
            Self::Plain(_) => "Plain",
            Self::Control(_) => "Control",
        })
    }
}

#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    tasks: TaskTracker,
}

enum Stream {
    Tcp(TcpStream, SocketAddr),
    Unix(UnixStream),
}

impl Server {
    #[must_use]
    pub fn new(times: Times, trusted: TrustedProxies, gauges: Arc<Gauges>) -> Self {
        Self::with_places(times, trusted, gauges, limits::CONNECTIONS_MAX)
    }

    #[must_use]
    pub(crate) fn with_places(times: Times, trusted: TrustedProxies, gauges: Arc<Gauges>, places: usize) -> Self {
        let shared = Shared::new(times, trusted, gauges, places);
        Self { shared: Arc::new(shared), tasks: TaskTracker::new() }
    }

    pub fn listen(&self, listener: Listener, routes: Routes) {
        let (shared, tasks) = (self.shared.clone(), self.tasks.clone());
        self.tasks.spawn(async move { accept(&listener, &routes, &shared, &tasks).await });
    }

    /// Calls `tell` for requests with an unreadable first line; the first `tell` set stays.
    pub fn on_unreadable(&self, tell: impl Fn(IpAddr, &str) + Send + Sync + 'static) {
        self.shared.on_unreadable(tell);
    }

    pub fn trust(&self, proxies: TrustedProxies) {
        self.shared.trusted.store(Arc::new(proxies));
    }

    /// Stops accepting, finishes received requests and closes every connection, within [`Times::drain`].
    pub async fn drain(self) {
        self.shared.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(self.shared.times.drain, self.tasks.wait()).await.is_err() {
            tracing::warn!(connections = self.shared.gauges.open(), "closing connections that did not finish");
            self.shared.kill.cancel();
            self.tasks.wait().await;
        }
    }
}

async fn accept(listener: &Listener, routes: &Routes, shared: &Arc<Shared>, tasks: &TaskTracker) {
    let mut backoff = Duration::ZERO;
    loop {
        let accepted = tokio::select! {
            biased;
            () = shared.stop.cancelled() => break,
            accepted = next(listener, shared) => accepted,
        };
        match accepted {
            Ok((stream, permit)) => {
                backoff = Duration::ZERO;
                welcome(stream, permit, listener, routes, shared, tasks);
            }
            // The client has left already.
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                backoff = (backoff * 2).clamp(limits::ACCEPT_BACKOFF / 100, limits::ACCEPT_BACKOFF);
                tracing::warn!(%error, duration_ms = backoff.as_millis(), "accepting a connection failed; waiting");
                tokio::select! {
                    () = shared.stop.cancelled() => break,
                    () = tokio::time::sleep(backoff) => {}
                }
            }
        }
    }
    // Connections in the backlog may carry a request already.
    while let Some(Ok((stream, permit))) = next(listener, shared).now_or_never() {
        welcome(stream, permit, listener, routes, shared, tasks);
    }
}

/// Starts the connection's task, unless its address has its share.
fn welcome(
    stream: Stream,
    permit: OwnedSemaphorePermit,
    listener: &Listener,
    routes: &Routes,
    shared: &Arc<Shared>,
    tasks: &TaskTracker,
) {
    let from = match &stream {
        Stream::Tcp(_, address) => Some(*address),
        Stream::Unix(_) => None,
    };
    match shared.places.enter(permit, from, &shared.trusted.load()) {
        Some(place) => {
            tasks.spawn(connect(stream, place, listener.acceptor(), routes.clone(), shared.clone()));
        }
        None => Gauges::count(&shared.gauges.connections_refused),
    }
}

async fn next(listener: &Listener, shared: &Shared) -> io::Result<(Stream, OwnedSemaphorePermit)> {
    let permit = shared.places.permit(!matches!(listener, Listener::Control(_))).await;
    let stream = match listener {
        Listener::Tls(tcp, _) | Listener::Plain(tcp) => {
            let (stream, address) = tcp.accept().await?;
            stream.set_nodelay(true)?;
            Stream::Tcp(stream, address)
        }
        Listener::Control(unix) => Stream::Unix(unix.accept().await?.0),
    };
    Ok((stream, permit))
}

impl Listener {
    fn acceptor(&self) -> Option<TlsAcceptor> {
        match self {
            Self::Tls(_, acceptor) => Some(acceptor.clone()),
            Self::Plain(_) | Self::Control(_) => None,
        }
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidInput, NotConnected};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | InvalidInput | NotConnected)
}

async fn connect(stream: Stream, place: Place, acceptor: Option<TlsAcceptor>, routes: Routes, shared: Arc<Shared>) {
    Gauges::count(&shared.gauges.accepted);
    match (stream, acceptor) {
        (Stream::Tcp(stream, address), Some(acceptor)) => {
            if let Some(stream) = connection::handshake(stream, acceptor, &shared).await {
                connection::serve(stream, Origin::Network(address), place, routes, &shared).await;
            }
        }
        (Stream::Tcp(stream, address), None) => {
            connection::serve(stream, Origin::Network(address), place, routes, &shared).await;
        }
        (Stream::Unix(stream), _) => connection::serve(stream, Origin::Control, place, routes, &shared).await,
    }
    Gauges::count(&shared.gauges.closed);
}
