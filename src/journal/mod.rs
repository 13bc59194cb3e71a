//! The journal: the truth. Append-only segments of JSON Lines, each line with its CRC-32C.
//!
//! [`Journal`] is a trait because a company with several receivers may put a replicated log
//! behind it; on one machine it is [`FileJournal`]. Sequence numbers are given out by the
//! journal and by nobody else. Nothing above this room assumes that this process is the only
//! writer, or that numbers have no gaps.
//!
//! ```text
//! {"seq":17,"at":"2026-11-21T02:13:21.123456Z","kind":"callback",…,"crc":"9ae0daaf"}\n
//! └───────────────── CRC-32C of these bytes ────────────────────┘
//! ```

mod backup;
mod catalog;
mod committer;
mod compress;
mod content;
mod decision;
mod disk;
mod file;
mod frames;
mod given;
mod line;
mod lock;
mod opened;
mod queue;
mod reader;
mod record;
mod recover;
mod reserve;
mod rewrite;
mod scan;
mod summary;
#[cfg(test)]
mod tests;
mod verify;
mod watermark;
mod wire;
mod writer;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::watch;

pub use backup::{Copied, CopyError, copy};
pub use catalog::{compressed, is_empty};
pub use content::{ContentError, unpack};
pub use decision::DecisionFields;
pub use file::{FileJournal, OpenError, Options};
pub use given::{APPS, highest_given, note_given};
pub use lock::{DataLock, LockError};
pub use record::{Body, CallbackRecord, Entry, NewRecord, Record, Tally};
pub use rewrite::{Decide, RewriteError, Rewritten, Verdict};
pub use summary::{CallbackSummary, Gone, SUMMARY, summary_entry};
pub use verify::{Report, Torn, VerifyError, verify, verify_each};
pub(crate) use watermark::forget;
pub use watermark::{Missing, had_records};

use crate::domain::Seq;
use line::reason;

/// What an append gives back once the record is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The record's number.
    pub seq: Seq,
}

/// An append under way. Dropping it does not take the record back: a platform that hangs up
/// must not undo what is being written.
pub type Append = Pin<Box<dyn Future<Output = Result<Appended, AppendError>> + Send>>;

/// An append-only log whose records are durable before it says so.
pub trait Journal: Debug + Send + Sync {
    /// Appends a record; resolves when it is durable.
    fn append(&self, record: NewRecord) -> Append;
    /// The number of the last durable record, 0 while there is none; changes as records come.
    fn durable(&self) -> watch::Receiver<Seq>;
    /// The records with numbers from `from` on, ascending, about `max_bytes` of lines at most
    /// and at least one record if there is one. Damaged lines are passed over and reported in
    /// [`Journal::damage`]. Empty at the end.
    ///
    /// # Errors
    /// When a file cannot be read at all.
    fn read(&self, from: Seq, max_bytes: usize) -> Result<Vec<Record>, ReadError>;
    /// One record.
    ///
    /// # Errors
    /// When its file cannot be read.
    fn get(&self, seq: Seq) -> Result<Option<Record>, ReadError>;
    /// The line of one record as it stands in the journal, checksum included, without its end.
    ///
    /// # Errors
    /// When its file cannot be read.
    fn line(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError>;
    /// What is damaged, as far as it was read.
    fn damage(&self) -> Vec<Damage>;
    /// Whether the last write succeeded, and what is on disk.
    fn health(&self) -> Health;
}

/// Why a record is not durable. In each case nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The queue stayed full for [`crate::limits::COMMIT_QUEUE_WAIT`].
    #[error("the journal's queue is full")]
    QueueFull,
    /// The disk refused.
    #[error("writing the journal")]
    Write(#[source] std::sync::Arc<std::io::Error>),
    /// The journal is closing.
    #[error("the journal is closed")]
    Closed,
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("reading the journal segment {segment}")]
pub struct ReadError {
    /// The segment's file name.
    pub segment: String,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

/// One damaged line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The segment's file name.
    pub segment: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The number of the damaged record, from its neighbours.
    pub seq: Seq,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// What a damage means for what was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Nothing is lost: what is damaged only helps to find records.
    Nothing,
    /// A record of another version: it is whole, and that version reads it.
    Unread,
    /// One record cannot be read.
    Record,
    /// Several neighbours cannot be read.
    Records,
}

impl Damage {
    /// What it means.
    #[must_use]
    pub fn loss(&self) -> Loss {
        match self.reason {
            reason::TABLE | reason::LINE_END => Loss::Nothing,
            reason::NOT_UNDERSTOOD => Loss::Unread,
            reason::FRAME | reason::MISSING | reason::NO_FILE => Loss::Records,
            _ => Loss::Record,
        }
    }
}

/// The state of a log for pages and `/readyz`.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Why the last write failed, if it did.
    pub failing: Option<String>,
    /// Segments on disk.
    pub segments: u64,
    /// Their size.
    pub bytes: u64,
    /// Whether the reserve was given up because the disk is full.
    pub reserve_used: bool,
    /// Tails set aside at the last start.
    pub torn: u64,
    /// Records that were acknowledged and are not there.
    pub missing: Vec<Missing>,
    /// What somebody did to a segment while it was written, since the start.
    pub given_up: Option<String>,
}
