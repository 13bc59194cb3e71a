//! What this server counts of itself, for `/metrics` and the System page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counters of connections, requests and bodies.
#[derive(Debug, Default)]
pub struct Gauges {
    /// Connections accepted since the start.
    pub accepted: AtomicU64,
    /// Connections closed since the start.
    pub closed: AtomicU64,
    /// Handshakes that failed or took too long.
    pub handshakes_failed: AtomicU64,
    /// Connections closed at once, because their address had its share.
    pub connections_refused: AtomicU64,
    /// Requests since the start.
    pub requests: AtomicU64,
    /// Requests answered 503 at once, because their address had its share under way.
    pub requests_refused: AtomicU64,
    /// Bodies under way, in bytes.
    pub(crate) bodies: Arc<Budget>,
}

/// Bytes that the bodies under way hold, by whose they are.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    pub(crate) strangers: AtomicUsize,
    pub(crate) people: AtomicUsize,
    pub(crate) platforms: AtomicUsize,
}

impl Budget {
    /// Bytes held now, of all shares.
    pub(crate) fn held(&self) -> usize {
        [&self.strangers, &self.people, &self.platforms].iter().map(|share| share.load(Ordering::Relaxed)).sum()
    }
}

impl Gauges {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Connections open now.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed).saturating_sub(self.closed.load(Ordering::Relaxed))
    }

    /// Bytes that the bodies under way hold now.
    #[must_use]
    pub fn bodies_held(&self) -> usize {
        self.bodies.held()
    }
}
