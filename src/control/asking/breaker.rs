//! A circuit breaker: who failed several times in a row is left alone for a while.
//!
//! ```text
//! closed ── failures in a row ──► open ── rest is over ──► one is let through
//!   ▲                               ▲                          │      │
//!   └───────────── it succeeds ─────┼──────────────────────────┘      │
//!                                   └──────────── it fails ───────────┘
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::limits::{ASK_FAILURES, ASK_REST};

#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Set while the circuit is open.
    until: Option<Instant>,
}

impl Breaker {
    /// After a rest one try is let through; the others wait for its result.
    pub(super) fn lets_through(&self, now: Instant) -> bool {
        let mut state = self.lock();
        match state.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.until = Some(now + ASK_REST);
                true
            }
        }
    }

    pub(super) fn note(&self, succeeded: bool, now: Instant) {
        let mut state = self.lock();
        if succeeded {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= ASK_FAILURES {
            state.until = Some(now + ASK_REST);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change above is complete before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_lets_one_try_and_closes_with_its_success() {
        let breaker = Breaker::default();
        let start = Instant::now();
        for _ in 1..ASK_FAILURES {
            breaker.note(false, start);
        }
        breaker.note(true, start);
        for _ in 1..ASK_FAILURES {
            breaker.note(false, start);
            assert!(breaker.lets_through(start), "a success in between begins the count anew");
        }
        breaker.note(false, start);
        assert!(!breaker.lets_through(start));
        let later = start + ASK_REST;
        assert!(breaker.lets_through(later), "one tries");
        assert!(!breaker.lets_through(later), "and only one");
        breaker.note(false, later);
        assert!(!breaker.lets_through(later));
        let later = later + ASK_REST;
        assert!(breaker.lets_through(later));
        breaker.note(true, later);
        assert!(breaker.lets_through(later) && breaker.lets_through(later));
    }
}
