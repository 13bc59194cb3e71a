//! The memory of all bodies under way.
//!
//! ```text
//! stranger ──► a small share      a login form, a setup form
//! person ────► a share            forms, requests of the API, imports
//! platform ──► the largest share  callbacks to a known token
//! ```
//!
//! Strangers, users and platforms have shares of their own. Bytes are counted as buffers grow and until
//! the answer is known; beyond its share a request is answered 503 with `Retry-After`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use warp::Filter;

use crate::http::transport::activity::Activity;
use crate::limits;
use crate::service::gauges::Budget;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Before authentication.
    Strangers,
    /// Logins, API tokens, the command line.
    Peoples,
    /// A callback to a known token.
    Platforms,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoRoom;

/// What one request holds; returned when the last clone is dropped. The default has no limit: for
/// commands that opened the data directory themselves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claim(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    budget: Arc<Budget>,
    activity: Arc<Activity>,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    whose: Whose,
    bytes: usize,
}

impl Budget {
    fn share(&self, whose: Whose) -> (&AtomicUsize, usize) {
        match whose {
            Whose::Strangers => (&self.strangers, limits::BODIES_STRANGERS),
            Whose::Peoples => (&self.people, limits::BODIES_PEOPLE),
            Whose::Platforms => (&self.platforms, limits::BODIES_PLATFORMS),
        }
    }

    fn take(&self, whose: Whose, bytes: usize) -> Result<(), NoRoom> {
        let (held, most) = self.share(whose);
        let more = |held: usize| held.checked_add(bytes).filter(|held| *held <= most);
        held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map(drop).map_err(|_| NoRoom)
    }
}

impl Claim {
    pub(crate) fn new(budget: &Arc<Budget>, activity: &Arc<Activity>) -> Self {
        let held = Mutex::new(Held { whose: Whose::Strangers, bytes: 0 });
        Self(Some(Arc::new(Inner { budget: budget.clone(), activity: activity.clone(), held })))
    }

    /// Sets whose request it is, before its body is read; its connection is then no stranger's either.
    pub(crate) fn know(&self, whose: Whose) {
        if let Some(inner) = &self.0 {
            inner.held().whose = whose;
            inner.activity.know();
        }
    }

    /// Claims more bytes.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), NoRoom> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let mut held = inner.held();
        inner.budget.take(held.whose, bytes)?;
        held.bytes += bytes;
        Ok(())
    }
}

impl Inner {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.budget.share(held.whose).0.fetch_sub(held.bytes, Ordering::Relaxed);
    }
}

pub(crate) fn claim() -> impl Filter<Extract = (Claim,), Error = std::convert::Infallible> + Clone {
    warp::ext::optional::<Claim>().map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[test]
    fn the_shares_are_the_whole_budget() {
        let shares = limits::BODIES_STRANGERS + limits::BODIES_PEOPLE + limits::BODIES_PLATFORMS;
        assert_eq!(shares, limits::BODIES_MAX);
    }

    #[tokio::test]
    async fn strangers_take_nothing_from_those_who_are_known() {
        let (budget, activity) = (Arc::new(Budget::default()), Arc::new(Activity::new(Instant::now())));
        let claim = |whose| {
            let claim = Claim::new(&budget, &activity);
            if whose != Whose::Strangers {
                claim.know(whose);
            }
            claim
        };
        let stranger = claim(Whose::Strangers);
        while stranger.take(limits::STRANGER_BODY_MAX) == Ok(()) {}
        assert_eq!(budget.held(), limits::BODIES_STRANGERS);
        assert_eq!(claim(Whose::Strangers).take(1), Err(NoRoom));
        let upload = claim(Whose::Peoples);
        assert_eq!(upload.take(limits::UPLOAD_MAX), Ok(()));
        assert_eq!(claim(Whose::Peoples).take(limits::UPLOAD_MAX), Err(NoRoom));
        let callbacks: Vec<_> = (0..limits::BODIES_PLATFORMS / limits::BODY_MAX)
            .map(|_| {
                let claim = claim(Whose::Platforms);
                assert_eq!(claim.take(limits::BODY_MAX), Ok(()));
                claim
            })
            .collect();
        assert_eq!(claim(Whose::Platforms).take(1), Err(NoRoom));
        let again = stranger.clone();
        drop((stranger, callbacks));
        assert_eq!(claim(Whose::Strangers).take(1), Err(NoRoom));
        drop((again, upload));
        assert_eq!(budget.held(), 0);
        assert_eq!(claim(Whose::Strangers).take(1), Ok(()));
    }

    #[test]
    fn what_belongs_to_no_server_may_hold_anything() {
        assert_eq!(Claim::default().take(usize::MAX), Ok(()));
    }
}
