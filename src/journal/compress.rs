//! Compresses finished segments in the background, oldest first.
//!
//! A segment that cannot be compressed stays plain and readable. For lack of space it is tried again
//! when the next one is finished, after any other error at the next start.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::catalog::Shared;
use super::rewrite::Rewriter;
use crate::domain::Seq;
use crate::error_chain::Chain;

#[derive(Debug, Default)]
pub(super) struct Bell {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rung: bool,
    closed: bool,
}

impl Bell {
    pub(super) fn ring(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).rung = true;
        self.rung.notify_all();
    }

    pub(super) fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.rung.notify_all();
    }

    fn is_closed(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed
    }

    /// `false` to end the thread.
    fn wait(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |state: &mut State| !state.rung && !state.closed;
        let mut state = self.rung.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner);
        state.rung = false;
        !state.closed
    }
}

pub(super) fn run(bell: &Bell, catalog: &Shared, rewriter: &Arc<Rewriter>) {
    // Segments known to be compressed: checking opens the file.
    let mut seen = None;
    while bell.wait() {
        for first in finished(catalog, seen) {
            if bell.is_closed() {
                return;
            }
            match rewriter.compress(first) {
                Ok(_) => seen = Some(first),
                Err(error) => {
                    tracing::warn!(segment = first, error = %Chain(&error), "a journal segment stays uncompressed");
                    if error.is_full() {
                        break;
                    }
                    seen = Some(first);
                }
            }
        }
    }
}

fn finished(catalog: &Shared, seen: Option<Seq>) -> Vec<Seq> {
    let catalog = catalog.read();
    let last = catalog.last();
    let firsts = catalog.sizes().map(|(first, _)| first);
    firsts.filter(|first| Some(*first) != last && seen.is_none_or(|seen| *first > seen)).collect()
}
