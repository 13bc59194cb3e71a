//! A one-machine journal that is rewritten whole: a single segment that is never finished.
//!
//! A rewrite is one rename over the same name, so a copy of the directory gets the old file or the new
//! one, each complete. There is more than one segment only after a failure, until the next rewrite.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::disk::{Disk, RealDisk, sync_dir};
use super::file::{FileJournal, OpenError, Options};
use super::line::Unsealed;
use super::watermark::forget;
use super::{
    Append, AppendError, Compact, Damage, Health, Journal, Loss, NewRecord, ReadError, Record, Rewrite as _, Seen,
};
use crate::domain::Seq;
use crate::limits::STATE_SEGMENT_BYTES;

#[derive(Debug)]
pub struct CompactJournal {
    journal: ArcSwap<FileJournal>,
    data: PathBuf,
}

const NAME: &str = "state";

impl CompactJournal {
    pub fn open(data: &Path) -> Result<Self, OpenError> {
        Ok(Self { journal: ArcSwap::from_pointee(open(data)?), data: data.to_owned() })
    }

    fn dir(&self) -> PathBuf {
        self.data.join(NAME)
    }

    fn rewrite_whole(&self, first: Seq, records: &[NewRecord]) -> io::Result<()> {
        let tmp = self.data.join("tmp");
        fs::create_dir_all(&tmp)?;
        let unfinished = tmp.join(format!("{NAME}-anew"));
        let mut lines = Vec::new();
        for (seq, record) in (first..).zip(records) {
            Unsealed::new(record).seal(seq, &mut lines);
        }
        let _ = fs::remove_file(&unfinished);
        let file = RealDisk.create(&unfinished)?;
        file.write_at(&lines, 0)?;
        file.sync()?;
        // The new log starts other numbers: the old watermark would report a loss.
        forget(&self.data.join("marks"), NAME)?;
        replace_first(&unfinished, &self.dir())
    }
}

fn open(data: &Path) -> Result<FileJournal, OpenError> {
    let options = Options { segment_bytes: STATE_SEGMENT_BYTES, ..Options::within(data) };
    FileJournal::open(&data.join(NAME), options)
}

impl Compact for CompactJournal {
    fn begin(&self) -> Seq {
        self.journal.load().segments().first().copied().unwrap_or(1)
    }

    fn replace(&self, seen: Seq, records: &[NewRecord]) -> Result<Seq, AppendError> {
        let old = self.journal.load_full();
        if seen < *old.durable().borrow() {
            return Err(AppendError::Overtaken);
        }
        let (first, missing) = (self.begin(), old.health().missing);
        old.close();
        let written = self.rewrite_whole(first, records);
        let reopened = open(&self.data).map_err(|OpenError::Io { source, .. }| AppendError::Write(Arc::new(source)))?;
        reopened.note_missing(missing);
        let last = *reopened.durable().borrow();
        self.journal.store(Arc::new(reopened));
        written.map(|()| last).map_err(|source| AppendError::Write(Arc::new(source)))
    }

    fn accept_loss(&self) -> io::Result<()> {
        let journal = self.journal.load();
        journal.accept_missing();
        if journal.damage().iter().all(|damage| damage.loss() == Loss::Nothing) {
            return Ok(());
        }
        keep_aside(&self.dir(), &self.data.join("torn"))
    }
}

impl Journal for CompactJournal {
    fn append(&self, record: NewRecord) -> Append<Option<Seq>> {
        self.journal.load().append(record)
    }

    fn append_all(&self, seen: Seen, records: Vec<NewRecord>) -> Append<Vec<Seq>> {
        self.journal.load().append_all(seen, records)
    }

    fn durable(&self) -> watch::Receiver<Seq> {
        self.journal.load().durable()
    }

    fn others(&self) -> watch::Receiver<Seq> {
        self.journal.load().others()
    }

    fn read(&self, from: Seq, max_bytes: usize) -> Result<Vec<Record>, ReadError> {
        self.journal.load().read(from, max_bytes)
    }

    fn get(&self, seq: Seq) -> Result<Option<Record>, ReadError> {
        self.journal.load().get(seq)
    }

    fn line(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        self.journal.load().line(seq)
    }

    fn damage(&self) -> Vec<Damage> {
        self.journal.load().damage()
    }

    fn health(&self) -> Health {
        self.journal.load().health()
    }

    fn close(&self) {
        self.journal.load().close();
    }
}

/// Renames a file over the first segment, or over its link target, perhaps on another disk.
fn replace_first(new: &Path, to: &Path) -> io::Result<()> {
    let old = files(to)?;
    let first = old.first().ok_or_else(|| io::Error::other(format!("{} holds no file", to.display())))?;
    let place = fs::canonicalize(first)?;
    match fs::rename(new, &place) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let beside = place.with_extension("new");
            fs::copy(new, &beside)?;
            fs::File::open(&beside)?.sync_all()?;
            fs::rename(&beside, &place)?;
            fs::remove_file(new)?;
        }
        renamed => renamed?,
    }
    if let Some(dir) = place.parent() {
        sync_dir(dir)?;
    }
    for other in &old[1..] {
        let target = fs::canonicalize(other)?;
        fs::remove_file(&target)?;
        if target != *other && fs::symlink_metadata(other).is_ok() {
            fs::remove_file(other)?;
        }
    }
    sync_dir(to)
}

fn keep_aside(dir: &Path, torn: &Path) -> io::Result<()> {
    fs::create_dir_all(torn)?;
    for file in files(dir)? {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = (1..)
            .map(|n| torn.join(format!("{NAME}-{name}-damaged-{n}")))
            .find(|path| !path.exists())
            .expect("the numbers do not end");
        fs::copy(&file, path)?;
    }
    Ok(())
}

fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|path| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()))
    });
    files.sort();
    Ok(files)
}
