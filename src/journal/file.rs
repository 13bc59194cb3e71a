//! The journal on one machine: segment files, one committer thread.

use std::path::{Path, PathBuf};

use tokio::sync::watch;

use super::{Append, Damage, Health, Journal, NewRecord, ReadError, Record};
use crate::domain::Seq;

/// How a file journal is kept.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file that holds space back for a full disk, and its size; `None` for `state/`.
    pub reserve: Option<(PathBuf, u64)>,
    /// Where torn tails are set aside.
    pub torn: PathBuf,
    /// Where files being rewritten are kept until they are whole; on the same file system.
    pub tmp: PathBuf,
    /// The size at which a segment is finished.
    pub segment_bytes: u64,
    /// Whether finished segments are compressed in the background.
    pub compress: bool,
}

/// The journal on one machine.
#[derive(Debug)]
pub struct FileJournal {}

/// Why a journal cannot be opened. Says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be made or read.
    #[error("opening the journal {path}")]
    Io {
        /// Which directory or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

#[expect(clippy::todo, reason = "the skeleton that the rooms above are built against")]
impl FileJournal {
    /// Opens or makes the journal in `dir`, sets a torn tail aside, starts the committer.
    ///
    /// # Errors
    /// When the directory cannot be made, read or written.
    pub fn open(_dir: &Path, _options: Options) -> Result<Self, OpenError> {
        todo!()
    }

    /// Writes what waits, stops the committer and the compressor, closes the files.
    pub fn close(&self) {
        todo!()
    }
}

#[expect(clippy::todo, reason = "the skeleton that the rooms above are built against")]
impl Journal for FileJournal {
    fn append(&self, _record: NewRecord) -> Append {
        todo!()
    }
    fn durable(&self) -> watch::Receiver<Seq> {
        todo!()
    }
    fn read(&self, _from: Seq, _max_bytes: usize) -> Result<Vec<Record>, ReadError> {
        todo!()
    }
    fn get(&self, _seq: Seq) -> Result<Option<Record>, ReadError> {
        todo!()
    }
    fn damage(&self) -> Vec<Damage> {
        todo!()
    }
    fn health(&self) -> Health {
        todo!()
    }
}
