//! The only place that reads the machine's time.
//!
//! Everything else takes a [`Clock`], so that tests can set it and a simulator can run fast.
//! `clippy.toml` bans the alternatives.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

#[derive(Debug, Clone)]
pub struct Clock(Inner);

#[derive(Debug, Clone)]
enum Inner {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self(Inner::System)
    }

    /// Stands still until [`Clock::set`].
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Inner::Fixed(Arc::new(AtomicI64::new(at.as_microsecond()))))
    }

    /// Does nothing to the system clock.
    pub fn set(&self, at: Timestamp) {
        if let Inner::Fixed(cell) = &self.0 {
            cell.store(at.as_microsecond(), Ordering::Relaxed);
        }
    }

    /// To the microsecond.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that may")]
            Inner::System => Timestamp::now().as_microsecond(),
            Inner::Fixed(cell) => cell.load(Ordering::Relaxed),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
