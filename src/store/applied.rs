//! What a record of the journal means for the store.
//!
//! The projector makes these from records, without knowing what the store makes of them; the
//! writer ([`super::writer`]) applies them in the order of their numbers.

use jiff::Timestamp;

use super::{AuditRow, CallbackRow, Cut};
use crate::domain::{AppId, Item, Seq};

#[derive(Debug)]
pub enum Applied {
    /// A callback and what it says. `row.outcome` is `Accepted` where it was understood; whether
    /// it is a duplicate is found here.
    Callback {
        /// Its row; `sessions`, `calls` and `not_calls` are filled in here.
        row: Box<CallbackRow>,
        items: Vec<Item>,
    },
    Tally {
        seq: Seq,
        at: Timestamp,
        app: Option<AppId>,
        refused: u64,
        possibly_lost: u64,
    },
    Cut {
        seq: Seq,
        cut: Box<Cut>,
    },
    Audit(Box<AuditRow>),
    Other {
        seq: Seq,
    },
}

impl Applied {
    pub(super) fn seq(&self) -> Seq {
        match self {
            Self::Callback { row, .. } => row.seq,
            Self::Audit(row) => row.seq,
            Self::Tally { seq, .. } | Self::Cut { seq, .. } | Self::Other { seq } => *seq,
        }
    }
}
