//! Append-only segments of JSON Lines, each line with its CRC-32C. Everything else is computed from
//! them.
//!
//! [`Journal`] is a trait so that a company with several receivers can use a replicated log. On one
//! machine it is [`FileJournal`], named only by code that opens a data directory. Other code assumes
//! neither that this process is the only writer nor that numbers have no gaps; see [`Journal`],
//! [`Rewrite`] and [`Compact`].
//!
//! ```text
//! {"seq":17,"at":"2026-11-21T02:13:21.123456Z","kind":"callback",…,"crc":"9ae0daaf"}\n
//! └───────────────── CRC-32C of these bytes ────────────────────┘
//! ```

mod backup;
mod catalog;
mod committer;
mod compact;
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
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod verify;
mod watermark;
mod wire;
mod writer;

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

pub use backup::{Copied, CopyError, copy};
pub use catalog::{compressed, is_empty};
pub use compact::CompactJournal;
pub use content::{ContentError, unpack};
pub use decision::DecisionFields;
pub use file::{FileJournal, OpenError, Options};
pub use given::{APPS, highest_given, note_given};
pub use lock::{DataLock, LockError};
pub use record::{Body, CallbackRecord, Entry, NewRecord, Record, Tally};
pub use rewrite::{Decide, Packing, RecordAction, RewriteError, Rewritten};
pub use summary::{CallbackSummary, Gone, SUMMARY, summary_entry};
pub use verify::{LogReport, Torn, VerifyError, verify, verify_each};
pub use watermark::{Missing, had_records};

use crate::domain::Seq;
use crate::limits::READ_CHUNK;
use line::reason;

/// Dropping it does not cancel the append: a platform that hangs up must not undo a write.
pub type Append<T> = Pin<Box<dyn Future<Output = Result<T, AppendError>> + Send>>;

/// How far a writer had read when it decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Log(Seq),
    /// Every record of the same kind. All records of that kind are appended with this condition.
    Kind(Seq),
}

/// An append-only log that acknowledges only durable records. Every implementation promises:
///
/// - **Durable** survives any single fault: `fdatasync` returned on one machine, or a majority of a
///   replicated log's servers has the record on disk.
/// - **Numbers grow** in the order of the records and are never given out twice. They may have gaps:
///   failed writes, dropped records, another program's records.
/// - **Others may write** before, between and after one's own records.
/// - Once a record can be read, no record with a lower number is added.
/// - When an append resolves with a number, [`Journal::durable`] has reached it and [`Journal::others`]
///   every earlier record of another writer; all of them can be read.
/// - Times are the writers' own: nearly in order, older where a record waited for the log.
///
/// **Whoever decides from the log's content** (is the name free? which entry is last?) appends with
/// [`Journal::append_after`], which accepts the record only if nothing came after what was read.
/// Otherwise it returns [`AppendError::Overtaken`], and the caller reads on and decides again. Callbacks
/// are appended unconditionally: of two answers to one question the first in the log counts, and the
/// later writer finds it.
pub trait Journal: Debug + Send + Sync {
    /// Appends unconditionally. Resolves when durable, with the record's number, or `None` if the record
    /// is safe on this machine but not yet in the log.
    fn append(&self, record: NewRecord) -> Append<Option<Seq>>;
    /// Appends records in a row, or fails with [`AppendError::Overtaken`] if something came after
    /// `seen`. Resolves when durable, with their numbers; with only the first few if another writer came
    /// between, and the rest is not appended. After an error some may be appended: read on from `seen`.
    fn append_all(&self, seen: Seen, records: Vec<NewRecord>) -> Append<Vec<Seq>>;
    fn append_after(&self, seen: Seen, record: NewRecord) -> Append<Seq> {
        let appended = self.append_all(seen, vec![record]);
        Box::pin(async { Ok(*appended.await?.last().expect("a record has a number")) })
    }
    /// 0 for an empty log.
    fn durable(&self) -> watch::Receiver<Seq>;
    /// The last durable record of another writer, 0 if there is none. On one machine the channel closes.
    fn others(&self) -> watch::Receiver<Seq>;
    /// About `max_bytes` of records from `from` on, at least one if there is one. Damaged lines are
    /// skipped and reported in [`Journal::damage`]. Empty at the end.
    fn read(&self, from: Seq, max_bytes: usize) -> Result<Vec<Record>, ReadError>;
    fn get(&self, seq: Seq) -> Result<Option<Record>, ReadError>;
    /// The record's line as stored, with its checksum and without its line end.
    fn line(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError>;
    /// Damage found by reading so far.
    fn damage(&self) -> Vec<Damage>;
    fn health(&self) -> Health;
    /// Refuses new records, writes queued ones and closes. Reading still works. Blocks.
    fn close(&self);
}

/// A journal of which parts can be written anew: thinned by retention, without a person after an
/// erasure.
///
/// It consists of segments, each known by its first possible number. All but the last are finished
/// and may be rewritten: every record gets a [`RecordAction`], and what stays keeps its number, its time
/// and its place. A segment is replaced whole or not at all, whatever happens meanwhile; of a
/// record that was dropped only the gap is left, and a segment without records is gone. A reader
/// sees the old segment or the new one. One rewrite at a time, and one machine at a time: it is
/// the leader's work.
pub trait Rewrite: Journal {
    /// The first possible number of every segment, in order. The last one is being written.
    fn segments(&self) -> Vec<Seq>;
    /// Finishes the segment being written, so that it can be rewritten. Blocks.
    fn roll(&self) -> io::Result<()>;
    /// Shows every record of a segment to `decide`, changes nothing. Blocks.
    fn survey(&self, first: Seq, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError>;
    /// Asks about everything in a finished segment and writes it anew. One that has no record left
    /// is removed; one that is kept whole stays as it is. Blocks.
    ///
    /// # Errors
    /// When the segment is being written, or a file cannot be read or written; nothing has
    /// changed then.
    fn rewrite(&self, first: Seq, packing: Packing, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError>;
    /// The SHA-256 of the segment's file; `None` when there is none. Blocks.
    fn digest(&self, first: Seq) -> Result<Option<String>, RewriteError>;

    /// The first record made at `at` or later; the next number when there is none. Blocks.
    fn first_at(&self, at: Timestamp) -> Result<Seq, ReadError> {
        let segments = self.segments();
        let mut failed = None;
        let is_before = |first: &Seq| match self.read(*first, 1) {
            Ok(records) => records.first().is_some_and(|record| record.at < at),
            Err(error) => {
                failed = Some(error);
                false
            }
        };
        let after = segments.partition_point(is_before);
        if let Some(error) = failed {
            return Err(error);
        }
        let mut from = segments.get(after.saturating_sub(1)).copied().unwrap_or(1);
        loop {
            let records = self.read(from, READ_CHUNK)?;
            let Some(last) = records.last() else { return Ok(*self.durable().borrow() + 1) };
            if let Some(first) = records.iter().find(|record| record.at >= at) {
                return Ok(first.seq);
            }
            from = last.seq + 1;
        }
    }
}

/// A small journal that is rewritten as a whole: what people set. Of each thing only the last record
/// counts.
pub trait Compact: Journal {
    /// Its first number. A reader that has not come so far when another writer rewrites it starts
    /// again.
    fn begin(&self) -> Seq;
    /// Puts these records in the place of everything up to the number `seen`, and gives the number of
    /// the last of them; what numbers there were before means nothing any more. It holds these
    /// records or, after an error or a crash, what it held. Blocks.
    ///
    /// # Errors
    /// [`AppendError::Overtaken`] when something came after `seen`; or the journal cannot be written.
    fn replace(&self, seen: Seq, records: &[NewRecord]) -> Result<Seq, AppendError>;
    /// Accepts missing or damaged records as lost and reports them no more; what is left is kept aside.
    /// Blocks.
    fn accept_loss(&self) -> io::Result<()>;
}

/// Why a record is not durable. Nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("the journal's queue is full")]
    QueueFull,
    #[error("writing the journal")]
    Write(#[source] Arc<io::Error>),
    #[error("the journal is closed")]
    Closed,
    /// Another record came after what the writer had read: read on and decide again.
    #[error("another record came first")]
    Overtaken,
}

#[derive(Debug, thiserror::Error)]
#[error("reading the journal segment {segment}")]
pub struct ReadError {
    pub segment: String,
    #[source]
    pub source: io::Error,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub segment: String,
    /// Counted from 1.
    pub line: u64,
    /// The number of the damaged record, from its neighbours.
    pub seq: Seq,
    pub reason: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Nothing is lost: an index is damaged.
    Nothing,
    /// A whole record of another version, which reads it.
    Unread,
    Record,
    Records,
}

impl Damage {
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

#[derive(Debug, Clone, Default)]
pub struct Health {
    pub failing: Option<String>,
    pub segments: u64,
    pub bytes: u64,
    pub reserve_used: bool,
    /// Torn tails set aside at the last start.
    pub torn: u64,
    /// Acknowledged records that are not there.
    pub missing: Vec<Missing>,
    /// What somebody did to a segment while it was written.
    pub given_up: Option<String>,
}
