//! What the running erasure found and changed, so that it can resume after a crash.
//!
//! Erased data is not found a second time: without these notes the certificate would omit what was done
//! before the crash, and the person's callbacks in later segments would not be recognised once the
//! store was rebuilt.
//!
//! ```text
//! erasure/found, erasure/calls/…   before anything is changed
//! erasure/segment/…                before a segment is
//! ```
//!
//! Values of the state, forgotten with the intent. They identify nobody: ids of calls are hashes.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::Counts;
use crate::domain::{CallId, Seq};
use crate::limits::ERASURE_NOTE_CALLS;
use crate::state::{Behalf, State, StateError};

const FOUND: &str = "erasure/found";
const CALLS: &str = "erasure/calls/";
const SEGMENT: &str = "erasure/segment/";

pub(super) struct Notes<'a>(pub(super) &'a State);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Findings {
    pub(super) counts: Counts,
    pub(super) calls: HashSet<CallId>,
}

/// A segment that was rewritten, or is about to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SegmentNote {
    pub(super) first: Seq,
    /// The SHA-256 of the file before.
    pub(super) before: Option<String>,
    pub(super) counts: Counts,
}

impl Notes<'_> {
    pub(super) fn found(&self) -> Option<Findings> {
        let counts = self.0.value(FOUND)?;
        let ids = self.0.values::<Vec<String>>(CALLS).into_iter().flatten();
        Some(Findings { counts, calls: ids.filter_map(|id| CallId::parse(&id)).collect() })
    }

    /// The counts come last: they mark it as complete.
    pub(super) async fn keep_found(&self, found: &Findings) -> Result<(), StateError> {
        let ids: Vec<String> = found.calls.iter().map(ToString::to_string).collect();
        for (n, part) in ids.chunks(ERASURE_NOTE_CALLS).enumerate() {
            self.0.set_value(Behalf::House, &format!("{CALLS}{n}"), &part).await?;
        }
        self.0.set_value(Behalf::House, FOUND, &found.counts).await
    }

    pub(super) fn segments(&self) -> Vec<SegmentNote> {
        let mut notes: Vec<SegmentNote> = self.0.values(SEGMENT);
        notes.sort_unstable_by_key(|note| note.first);
        notes
    }

    /// Call before rewriting a segment.
    pub(super) async fn keep_segment(&self, note: &SegmentNote) -> Result<(), StateError> {
        self.0.set_value(Behalf::House, &segment(note.first), note).await
    }

    pub(super) async fn forget(&self) -> Result<(), StateError> {
        for note in self.segments() {
            self.0.forget_value(Behalf::House, &segment(note.first)).await?;
        }
        for n in 0..self.0.values::<Vec<String>>(CALLS).len() {
            self.0.forget_value(Behalf::House, &format!("{CALLS}{n}")).await?;
        }
        self.0.forget_value(Behalf::House, FOUND).await
    }
}

fn segment(first: Seq) -> String {
    format!("{SEGMENT}{first}")
}
