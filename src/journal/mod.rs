//! The journal: what every callback and change is rebuilt from. Append-only segments of JSON Lines, each line with its CRC-32C.
//!
//! [`Journal`] is a trait because a company with several receivers may put a replicated log
//! behind it; on one machine it is [`FileJournal`], which only those name who open a data
//! directory. Nothing above this room assumes that this process is the only writer, or that
//! numbers have no gaps: what may be relied upon is said at [`Journal`], [`Rewrite`] and [`Compact`].
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
pub use rewrite::{Decide, Packing, RewriteError, Rewritten, Verdict};
pub use summary::{CallbackSummary, Gone, SUMMARY, summary_entry};
pub use verify::{Report, Torn, VerifyError, verify, verify_each};
pub use watermark::{Missing, had_records};

use crate::domain::Seq;
use crate::limits::READ_CHUNK;
use line::reason;

/// An append under way. Dropping it does not cancel the record: a platform that hangs up must not undo
/// a write.
pub type Append<T> = Pin<Box<dyn Future<Output = Result<T, AppendError>> + Send>>;

/// Up to where a writer had read when it decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Log(Seq),
    /// Every record of the same kind. All records of such a kind are appended with this condition.
    Kind(Seq),
}

/// An append-only log whose records are durable before it says so.
///
/// What every implementation promises:
///
/// - **Durable** is what no single fault takes away: on one machine what `fdatasync` returned for,
///   in a replicated log what a majority of its servers has on disk.
/// - **Numbers grow** in the order of the records, are given out by the log alone and never twice.
///   They may have gaps: numbers of writes that failed, of records that retention dropped, of
///   another program's.
/// - **Others may write**, before, between and behind one's own records.
/// - Reads come in the order of the numbers, and what was read is never preceded by anything new:
///   once a record can be read, no record with a lower number comes any more.
/// - When an append resolves with a number, [`Journal::durable`] has reached it, and so has
///   [`Journal::others`] every record of another writer before it; all of them can be read.
/// - Times are those of the writers: nearly in the order of the numbers, and older where a record
///   had to wait for the log.
///
/// **Whoever decides from what is in the log** (is the name free? which entry is the last?) says
/// with [`Journal::append_after`] how far it has read, and the log takes the record only where
/// nothing came after that. If something did, it reads on and decides again. So of two writers one
/// is first, and both know which. A callback waits for nobody: of two answers to one question the
/// first in the order of the log holds, and whoever appended the later one reads on and finds it.
pub trait Journal: Debug + Send + Sync {
    /// Appends unconditionally; resolves when durable, with the record's number, or `None` where it is
    /// safe on this machine and waits for the log.
    fn append(&self, record: NewRecord) -> Append<Option<Seq>>;
    /// Appends records one right behind the other, unless something came after `seen`: that is
    /// [`AppendError::Overtaken`]. Resolves when they are durable, with their numbers: with those of the
    /// first of them where another writer came between, for the rest is not taken then. After an error
    /// some of the first may be there all the same: whoever goes on reads from `seen`.
    fn append_all(&self, seen: Seen, records: Vec<NewRecord>) -> Append<Vec<Seq>>;
    /// One record as [`Journal::append_all`] appends several.
    fn append_after(&self, seen: Seen, record: NewRecord) -> Append<Seq> {
        let appended = self.append_all(seen, vec![record]);
        Box::pin(async { Ok(*appended.await?.last().expect("a record has a number")) })
    }
    /// 0 while there is none; changes as records come.
    fn durable(&self) -> watch::Receiver<Seq>;
    /// The last durable record of another writer, 0 while there is none. On one machine it never
    /// changes, and the channel closes.
    fn others(&self) -> watch::Receiver<Seq>;
    /// The records with numbers from `from` on, ascending, about `max_bytes` of lines at most
    /// and at least one record if there is one. Damaged lines are passed over and reported in
    /// [`Journal::damage`]. Empty at the end.
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
/// and may be rewritten: every record gets a [`Verdict`], and what stays keeps its number, its time
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
