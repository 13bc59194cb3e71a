//! What all connections of a server share.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_util::sync::CancellationToken;

use super::peer::TrustedProxies;
use super::places::Places;
use crate::limits;
use crate::service::Gauges;

/// How long a client may take for each step. The defaults are in [`limits`]; tests are in a
/// hurry.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// The TLS handshake.
    pub handshake: Duration,
    /// The head of a request from its first byte; of the first request from the handshake.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// Until the client takes our bytes.
    pub write: Duration,
    /// A stranger's handshake, first request and pauses while places are few.
    pub pressed: Duration,
    /// The rest of a request when a stop begins.
    pub quiet: Duration,
    /// A whole stop.
    pub drain: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            handshake: limits::HANDSHAKE_TIME,
            head: limits::HEADER_TIME,
            idle: limits::IDLE_TIME,
            write: limits::WRITE_TIME,
            pressed: limits::PRESSED_TIME,
            quiet: limits::DRAIN_QUIET,
            drain: limits::DRAIN_TIME,
        }
    }
}

impl Times {
    /// The times of a stranger while places are few.
    #[must_use]
    pub(crate) fn hurried(&self) -> Self {
        Self {
            handshake: self.handshake.min(self.pressed),
            head: self.head.min(self.pressed),
            idle: self.idle.min(self.pressed),
            write: self.write.min(self.handshake),
            ..*self
        }
    }

    /// The shortest of the times that are polled.
    #[must_use]
    pub(crate) fn shortest(&self) -> Duration {
        self.head.min(self.idle).min(self.write)
    }
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) times: Times,
    pub(crate) gauges: Arc<Gauges>,
    pub(crate) trusted: ArcSwap<TrustedProxies>,
    pub(crate) places: Arc<Places>,
    /// Called for requests with an unreadable first line: sender and target.
    on_unreadable: OnceLock<OnUnreadable>,
    pub(crate) stop: CancellationToken,
    /// Set when a stop takes too long.
    pub(crate) kill: CancellationToken,
}

struct OnUnreadable(Box<TellUnreadable>);

/// Sender and target.
type TellUnreadable = dyn Fn(IpAddr, &str) + Send + Sync;

impl std::fmt::Debug for OnUnreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnUnreadable")
    }
}

impl Shared {
    pub(crate) fn new(times: Times, trusted: TrustedProxies, gauges: Arc<Gauges>, places: usize) -> Self {
        Self {
            times,
            gauges,
            trusted: ArcSwap::from_pointee(trusted),
            places: Places::new(places),
            on_unreadable: OnceLock::new(),
            stop: CancellationToken::new(),
            kill: CancellationToken::new(),
        }
    }

    /// The first `tell` stays.
    pub(crate) fn on_unreadable(&self, tell: impl Fn(IpAddr, &str) + Send + Sync + 'static) {
        let _ = self.on_unreadable.set(OnUnreadable(Box::new(tell)));
    }

    pub(crate) fn unreadable(&self, peer: IpAddr, target: &str) {
        if let Some(OnUnreadable(tell)) = self.on_unreadable.get() {
            tell(peer, target);
        }
    }
}
