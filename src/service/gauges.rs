//! What this server counts of itself, for `/metrics` and the System page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counters since the start.
#[derive(Debug, Default)]
pub struct Gauges {
    pub accepted: AtomicU64,
    pub closed: AtomicU64,
    pub handshakes_failed: AtomicU64,
    /// Closed at once: their address had its share.
    pub connections_refused: AtomicU64,
    pub requests: AtomicU64,
    /// Answered 503 at once: their address had its share.
    pub requests_refused: AtomicU64,
    pub(crate) bodies: Arc<Budget>,
}

/// Bytes held by bodies under way, by sender.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    pub(crate) strangers: AtomicUsize,
    pub(crate) people: AtomicUsize,
    pub(crate) platforms: AtomicUsize,
}

impl Budget {
    pub(crate) fn held(&self) -> usize {
        [&self.strangers, &self.people, &self.platforms].iter().map(|share| share.load(Ordering::Relaxed)).sum()
    }
}

impl Gauges {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    #[must_use]
    pub fn open(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed).saturating_sub(self.closed.load(Ordering::Relaxed))
    }

    #[must_use]
    pub fn bodies_held(&self) -> usize {
        self.bodies.held()
    }
}
