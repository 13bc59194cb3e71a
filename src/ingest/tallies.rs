//! Counts of requests that were not kept, until they stand in the journal.
//!
//! What is refused (an unknown token, a forbidden peer, a wrong method, a body too large) or
//! possibly lost (answered 503 where the platform does not push again) is counted per app. The
//! ledger counts from the journal's `tally` records; what is not written yet is in
//! [`Tallies::pending`]. A count is taken back when its record could not be written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::domain::AppId;
use crate::error_chain::Chain;
use crate::journal::{Body, Journal, NewRecord, Tally};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// `None` for unknown tokens.
    pub app: Option<AppId>,
    /// Refused with 403, 404, 405, 408 or 413.
    pub refused: u64,
    /// Answered 503 where the platform does not push again.
    pub possibly_lost: u64,
}

/// One entry an app, and one for all unknown tokens.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    open: Mutex<HashMap<Option<AppId>, Tally>>,
    refused: AtomicU64,
}

impl Tallies {
    /// Returns the count since the start.
    pub(super) fn add_refused(&self, app: Option<AppId>) -> u64 {
        self.entry(app, |tally| tally.refused += 1);
        self.refused.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn add_lost(&self, app: Option<AppId>) {
        self.entry(app, |tally| tally.possibly_lost += 1);
    }

    pub(super) fn pending(&self) -> Vec<Pending> {
        let mut pending: Vec<Pending> = self
            .lock()
            .values()
            .map(|t| Pending { app: t.app, refused: t.refused, possibly_lost: t.possibly_lost })
            .collect();
        pending.sort_by_key(|p| p.app);
        pending
    }

    /// Writes one record an app; keeps what could not be written.
    pub(super) async fn flush(&self, journal: &dyn Journal, at: Timestamp) {
        let taken: Vec<Tally> = self.lock().drain().map(|(_, tally)| tally).collect();
        for tally in taken {
            let record = NewRecord { at, body: Body::Tally(tally.clone()) };
            if let Err(error) = journal.append(record).await {
                tracing::warn!(error = %Chain(&error), "counts of refused requests could not be written yet");
                self.entry(tally.app, |open| {
                    open.refused += tally.refused;
                    open.possibly_lost += tally.possibly_lost;
                });
            }
        }
    }

    fn entry(&self, app: Option<AppId>, change: impl FnOnce(&mut Tally)) {
        change(self.lock().entry(app).or_insert_with(|| Tally { app, ..Tally::default() }));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<AppId>, Tally>> {
        // Counts are whole after every statement; a panic elsewhere does not spoil them.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
