//! The appliance: everything opened in its order, until told to stop.
//!
//! ```text
//! data directory ─ LOCK ─ journal ─ state ─ store ─ bindings ─ answers ─ certificate ─ listeners
//!        opened from left to right, let go from right to left
//! ```
//!
//! [`Running`] is the server as a value, for tests and the demo. [`run`] is what `serve` does with it:
//! prints the address, follows HUP and certificate files, drains on shutdown. Nothing is global: one
//! process can hold several.

mod certificate;
mod data;
mod socket;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

pub(crate) use self::data::{Data, Opening, Surroundings};
use crate::audit::{Act, AuditAction};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::control::{Control, LoadError};
use crate::error_chain::Chain;
use crate::http::transport::peer::TrustedProxies;
use crate::http::transport::server::{Listener, Server, Times};
use crate::http::transport::tls::{Certificates, Source, TlsError};
use crate::http::{control_routes, plain_routes, routes};
use crate::ingest::Ingest;
use crate::oidc::{Oidc, OidcError};
use crate::outgoing::PrepareError;
use crate::platforms::outbound::{Hosts, Platform};
use crate::service::{Context, Gauges, LogTail, Misdirected, Missed, ServerInfo};
use crate::state::Principal;
use crate::{bindings, journal, limits, state, store};

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("using the data directory {}", path.display())]
    Data {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{}/{log} holds no record, though {beside}/ says that there were some; mount its disk or put it back \
         from a backup, or go on without it with `ringback serve --accept-loss`",
        dir.display()
    )]
    Gone { dir: PathBuf, log: &'static str, beside: &'static str },
    #[error(transparent)]
    Lock(#[from] journal::LockError),
    #[error(transparent)]
    Journal(#[from] journal::OpenError),
    #[error(transparent)]
    State(#[from] state::StateError),
    #[error(transparent)]
    Store(#[from] store::OpenError),
    #[error(transparent)]
    Bindings(#[from] bindings::OpenError),
    #[error(transparent)]
    Answers(#[from] LoadError),
    #[error("preparing TLS")]
    Tls(#[from] TlsError),
    #[error("preparing to ask the company's own system")]
    Control(#[from] PrepareError),
    #[error("preparing logins at the provider")]
    Oidc(#[from] OidcError),
    #[error("preparing to ask the platforms")]
    Platform(#[source] PrepareError),
    #[error("listening on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("asking the system for {what}")]
    System {
        what: &'static str,
        #[source]
        source: std::io::Error,
    },
}

#[derive(Debug)]
pub struct Running {
    config: Config,
    context: Arc<Context>,
    server: Server,
    certificates: Arc<Certificates>,
    data: Data,
    standing: [JoinHandle<()>; 3],
}

/// Serves until `shutdown` resolves, then drains. The caller's subscriber writes to `log`.
pub async fn run(config: Config, log: Arc<LogTail>, shutdown: impl Future<Output = ()>) -> Result<(), RunError> {
    let mut hangup = signal(SignalKind::hangup()).map_err(|source| RunError::System { what: "SIGHUP", source })?;
    let mut running = Running::start(config, Clock::system(), log).await?;
    announce(&running);
    let mut shutdown = std::pin::pin!(shutdown);
    let mut look = tokio::time::interval(limits::CERTIFICATE_POLL);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            _ = hangup.recv() => running.reload(),
            _ = look.tick() => running.look_at_certificate(),
        }
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Resolves on TERM or INT.
pub fn asked_to_end() -> Result<impl Future<Output = ()>, RunError> {
    let handler = |kind| signal(kind).map_err(|source| RunError::System { what: "signals", source });
    let (mut term, mut int) = (handler(SignalKind::terminate())?, handler(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

/// The line on standard output that scripts wait for, and the setup link.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "promised to scripts and to the first administrator")]
fn announce(running: &Running) {
    println!("listening on https://{}", running.address());
    if let Some(code) = running.context.state.setup_code() {
        let base = running.context.server.base();
        eprintln!("open {base}/setup/{} to make the first administrator", code.reveal());
    }
}

impl Running {
    /// Opens everything and accepts connections. On an error everything is closed again.
    pub async fn start(config: Config, clock: Clock, log: Arc<LogTail>) -> Result<Self, RunError> {
        raise_file_limit();
        let opening = Opening {
            reserve_bytes: config.reserve_bytes,
            segment_bytes: config.segment_bytes,
            serves: true,
            accept_loss: config.accept_loss,
        };
        let (dir, at) = (config.data.clone(), clock.clone());
        // Reading logs blocks.
        let opened = tokio::task::spawn_blocking(move || {
            let data = Data::open(&dir, opening, &at)?;
            data.answers(at.now()).map(|answers| (data, answers))
        });
        let (data, answers) = opened.await.expect("opening never panics and is never cancelled")?;
        let source = certificate::source(&config);
        let certificates = Certificates::open(source, clock.clone())?;
        let acceptor = certificates.acceptor()?;
        let (tls, listen) = bind(config.listen).await?;
        let plain = match config.plain_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };

        let gauges = Arc::new(Gauges::default());
        let roots = config.control_roots.clone();
        let surroundings = Surroundings {
            answers,
            control: Control::new(data.state.clone(), data.bindings.clone(), clock.clone(), roots)?,
            platform: platform(&config, &clock)?,
            oidc: oidc(&config, &clock)?,
            server: ServerInfo {
                public_url: config.public_url.clone(),
                listen,
                plain_listen: plain.as_ref().map(|(_, address)| *address),
                data: config.data.clone(),
                started_at: clock.now(),
                certificate: ArcSwap::new(certificates.info()),
                gauges: gauges.clone(),
                misdirected: Misdirected::default(),
                log,
            },
        };
        let context = data.context(&clock, surroundings);
        let trusted = TrustedProxies(config.trusted_proxies.clone());
        let server = Server::new(Times::default(), trusted, gauges.clone());
        let told = context.clone();
        server.on_unreadable(move |peer, target| told.misdirected(peer, target, Missed::RequestLine));
        server.listen(Listener::Tls(tls, acceptor), routes(&context, &gauges));
        if let Some((tcp, address)) = plain {
            tracing::info!(plain_listen = %address, "taking callbacks without TLS");
            server.listen(Listener::Plain(tcp), plain_routes(&context));
        }
        if let Some(socket) = socket::bind(&config.data) {
            server.listen(Listener::Control(socket), control_routes(&context));
        }
        remember_address(&config, &context).await;
        context.erasure.resume();
        let standing = [
            tokio::spawn(tally(context.ingest.clone())),
            tokio::spawn(keep(context.clone())),
            tokio::spawn(follow(context.clone())),
        ];
        tracing::info!(address = %listen, data = %config.data.display(), "listening");
        Ok(Self { config, context, server, certificates, data, standing })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.context.server.listen
    }

    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Re-reads configuration and certificate on HUP. Errors are logged and change nothing.
    pub fn reload(&mut self) {
        match self.config.reload() {
            Ok(new) => self.apply(new),
            Err(error @ (ConfigError::Read { .. } | ConfigError::Problems { .. })) => {
                tracing::error!(error = %Chain(&error), "the configuration was not read again");
            }
        }
        self.use_certificate(Some(certificate::source(&self.config)));
    }

    fn apply(&mut self, new: Config) {
        for key in self.config.needs_restart(&new) {
            tracing::warn!(key, "this change takes effect on the next start");
        }
        self.server.trust(TrustedProxies(new.trusted_proxies.clone()));
        self.config.trusted_proxies = new.trusted_proxies;
        self.config.certificate = new.certificate;
        tracing::info!("the configuration was read again");
    }

    pub fn look_at_certificate(&self) {
        if self.certificates.is_stale() {
            self.use_certificate(None);
        }
    }

    fn use_certificate(&self, source: Option<Source>) {
        match self.certificates.reload(source) {
            Ok(info) => {
                tracing::info!(certificate = %info.source, names = ?info.names, "the certificate was read again");
                self.context.server.certificate.store(info);
            }
            Err(error) => tracing::error!(error = %Chain(&error), "the certificate in use stays in use"),
        }
    }

    pub async fn stop(self) {
        let Self { context, server, data, standing, config, .. } = self;
        server.drain().await;
        standing.iter().for_each(JoinHandle::abort);
        context.retention.stop();
        context.erasure.stop();
        context.ingest.drain().await;
        socket::remove(&config.data);
        drop(context);
        tokio::task::spawn_blocking(move || data.close()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "closing the data directory failed");
        });
        tracing::info!("stopped");
    }
}

fn platform(config: &Config, clock: &Clock) -> Result<Platform, RunError> {
    let (hosts, roots) = (Hosts::new(&config.platform.hosts), config.platform.extra_roots.clone());
    Platform::new(hosts, roots, clock.clone()).map_err(RunError::Platform)
}

fn oidc(config: &Config, clock: &Clock) -> Result<Option<Oidc>, RunError> {
    let Some(oidc) = config.oidc.clone() else { return Ok(None) };
    let public_url = config.public_url.as_deref().expect("the configuration asks for it beside [oidc]");
    Ok(Some(Oidc::new(oidc, public_url, clock.clone())?))
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), RunError> {
    let error = |source| RunError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let bound = listener.local_addr().map_err(error)?;
    Ok((listener, bound))
}

/// Stores our public address for `app add` while no server runs; a system-picked port changes at each
/// start. A failure does not stop the server.
async fn remember_address(config: &Config, context: &Context) {
    if config.listen.port() == 0 && context.server.public_url.is_none() {
        return;
    }
    let address = context.server.base();
    if let Err(error) = context.state.remember_address(&address).await {
        tracing::warn!(error = %Chain(&error), "the server's address was not remembered");
    }
}

async fn tally(ingest: Ingest) {
    let mut every = tokio::time::interval(limits::TALLY_EVERY);
    loop {
        every.tick().await;
        ingest.flush_tallies().await;
    }
}

async fn follow(context: Arc<Context>) {
    tokio::join!(context.state.follow(), context.bindings.follow(), context.ingest.follow());
}

async fn keep(context: Arc<Context>) {
    let mut every = tokio::time::interval(limits::RETENTION_POLL);
    let by = Principal::system();
    loop {
        every.tick().await;
        let run = Act::new(&by, AuditAction::RetentionRun, "retention");
        context.retention.run_if_due(&context.audit.author(&by, run)).await;
    }
}

/// Many systems allow a process 1,024 files; each connection is one.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}
