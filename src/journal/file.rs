//! The journal on one machine: segment files, one committer thread, one compressor thread.
//!
//! The process holds the directory's lock, so nobody else writes: [`Journal::others`] never changes, and
//! a condition ([`super::Seen`]) is checked against this process's own appends. The caller takes the
//! lock ([`super::DataLock`]).
//!
//! [`super::queue`] and [`super::committer`] write, [`super::reader`] reads, [`super::compress`] and
//! [`super::rewrite`] change finished segments, all around one [`super::catalog`].

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use futures_util::{StreamExt as _, stream};
use tokio::sync::{oneshot, watch};

use super::catalog::{Catalog, Shared};
use super::committer::{Committer, Order, WriteHealth};
use super::compress::{self, Bell};
use super::disk::{Disk, RealDisk, sync_dir};
use super::line::Unsealed;
use super::queue::{Condition, Queue, Waiting};
use super::reader::Reader;
use super::recover::{Recovered, recover, start_behind};
use super::reserve::Reserve;
use super::rewrite::{Decide, Packing, RewriteError, Rewriter, Rewritten};
use super::watermark::{Missing, Noted, Watermark};
use super::writer::Writer;
use super::{Append, AppendError, Body, Damage, Health, Journal, NewRecord, ReadError, Record, Rewrite, Seen};
use crate::domain::Seq;
use crate::limits::{
    APPEND_WAITING, BINDINGS_SEGMENT_BYTES, LINE_MAX, SEGMENT_BYTES, WATERMARK_AHEAD, ZSTD_LEVEL_ERASED,
    ZSTD_LEVEL_THINNED,
};

#[derive(Debug, Clone)]
pub struct Options {
    /// The file that reserves space for a full disk, and its size; `None` for `state/`.
    pub reserve: Option<(PathBuf, u64)>,
    pub torn: PathBuf,
    /// Unfinished rewrites; on the same file system.
    pub tmp: PathBuf,
    pub segment_bytes: u64,
    pub compress: bool,
    /// Directory of the watermarks; `None` for logs without one.
    pub marks: Option<PathBuf>,
}

impl Options {
    /// Without a reserve and without compression.
    #[must_use]
    pub fn within(data: &Path) -> Self {
        Self {
            reserve: None,
            torn: data.join("torn"),
            tmp: data.join("tmp"),
            segment_bytes: SEGMENT_BYTES,
            compress: false,
            marks: Some(data.join("marks")),
        }
    }
}

#[derive(Debug)]
pub struct FileJournal {
    catalog: Shared,
    queue: Arc<Queue>,
    reader: Reader,
    rewriter: Arc<Rewriter>,
    bell: Arc<Bell>,
    durable: watch::Receiver<Seq>,
    others: watch::Receiver<Seq>,
    groups: AtomicU64,
    write_health: Arc<Mutex<WriteHealth>>,
    watermark: Watermark,
    torn: u64,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("opening the journal {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl FileJournal {
    /// Opens or creates the journal in `dir`, sets a torn tail aside, starts the threads.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        Self::open_on(dir, options, Arc::new(RealDisk))
    }

    pub(super) fn open_on(dir: &Path, options: Options, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        Self::assemble(dir, options, disk).map_err(|source| OpenError::Io { path: dir.to_owned(), source })
    }

    fn assemble(dir: &Path, options: Options, disk: Arc<dyn Disk>) -> io::Result<Self> {
        make_dir(dir)?;
        let log = dir.file_name().and_then(OsStr::to_str).unwrap_or("log");
        let noted = options.marks.as_ref().map_or(Ok(None), |marks| Noted::read(marks, log))?;
        let mut catalog = Catalog::list(dir)?;
        let mut recovered = recover(&mut catalog, &*disk, &options.torn)?;
        let catalog = Shared::new(catalog);
        let reader = Reader::new(catalog.clone());
        reader.note(std::mem::take(&mut recovered.damages));
        let watermark = compare(log, &options, noted.as_ref(), &catalog, &reader, &mut recovered, &*disk)?;
        let Recovered { live, last, next, torn, .. } = recovered;
        let rewriter = Rewriter::new(catalog.clone(), options.tmp.clone(), log, options.compress, watermark.clone())?;
        let rewriter = Arc::new(rewriter);

        let reserve = options.reserve.map(|(path, bytes)| Reserve::open(path, bytes));
        let write_health = Arc::new(Mutex::new(WriteHealth::default()));
        let queue = Arc::new(Queue::new());
        let bell = Arc::new(Bell::default());
        let (durable_tx, durable) = watch::channel(last);
        let committer = Committer {
            queue: Arc::clone(&queue),
            writer: Writer::new(disk, catalog.clone(), options.segment_bytes, watermark.clone(), live, next),
            durable: durable_tx,
            health: Arc::clone(&write_health),
            order: Order::new(last),
            reserve,
            finished: {
                let bell = Arc::clone(&bell);
                Box::new(move || bell.ring())
            },
            probe: {
                let path = options.tmp.join(format!("{log}-probe"));
                Box::new(move || probe(&path))
            },
        };
        let mut threads = vec![thread::Builder::new().name("committer".into()).spawn(move || committer.run())?];
        if options.compress {
            let (bell, catalog, rewriter) = (Arc::clone(&bell), catalog.clone(), Arc::clone(&rewriter));
            bell.ring();
            let compressor = thread::Builder::new().name("compressor".into());
            threads.push(compressor.spawn(move || compress::run(&bell, &catalog, &rewriter))?);
        }
        Ok(Self {
            catalog,
            queue,
            reader,
            rewriter,
            bell,
            durable,
            others: watch::channel(0).1,
            groups: AtomicU64::new(0),
            write_health,
            watermark,
            torn,
            threads: Mutex::new(threads),
        })
    }

    pub fn open_bindings(data: &Path) -> Result<Self, OpenError> {
        let options = Options { segment_bytes: BINDINGS_SEGMENT_BYTES, compress: true, ..Options::within(data) };
        Self::open(&data.join("bindings"), options)
    }

    /// Accepts missing records as lost and stops reporting them. Blocks.
    pub fn accept_missing(&self) -> Vec<Missing> {
        self.watermark.accept()
    }

    /// Carries over the missing records of the log that this one replaces. Blocks.
    pub fn note_missing(&self, missing: Vec<Missing>) {
        if !missing.is_empty() {
            self.watermark.lost(missing);
        }
    }

    /// Removes finished segments that end before `seq`; returns how many. Blocks.
    pub fn remove_segments_before(&self, seq: Seq) -> Result<u64, RewriteError> {
        self.rewriter.remove_before(seq)
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        self.close();
    }
}

/// Queues a record, usually before the future is first polled.
fn push(
    queue: &Arc<Queue>,
    record: &NewRecord,
    condition: Option<Box<Condition>>,
) -> impl Future<Output = Result<Seq, AppendError>> + Send + use<> {
    let line = Unsealed::new(record);
    let (reply, answer) = oneshot::channel();
    let waits = if line.len() > LINE_MAX {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "the record is longer than any line may be");
        Err(AppendError::Write(Arc::new(error)))
    } else if let Some(place) = queue.try_place() {
        queue.push(Waiting { line, reply, condition, place }).map(|()| None)
    } else {
        Ok(Some((Arc::clone(queue), line, reply, condition)))
    };
    async move {
        if let Some((queue, line, reply, condition)) = waits? {
            let place = queue.place().await?;
            queue.push(Waiting { line, reply, condition, place })?;
        }
        answer.await.unwrap_or(Err(AppendError::Closed))
    }
}

impl Journal for FileJournal {
    fn append(&self, record: NewRecord) -> Append<Option<Seq>> {
        let appended = push(&self.queue, &record, None);
        Box::pin(async move { appended.await.map(Some) })
    }

    fn append_all(&self, seen: Seen, records: Vec<NewRecord>) -> Append<Vec<Seq>> {
        let group = self.groups.fetch_add(1, Ordering::Relaxed);
        let (seen, among_kind) = match seen {
            Seen::Log(seen) => (seen, false),
            Seen::Kind(seen) => (seen, true),
        };
        let mut first = Some(seen);
        let queue = Arc::clone(&self.queue);
        let appends = stream::iter(records).map(move |record| {
            let kind = match &record.body {
                Body::Entry(entry) if among_kind => Some(entry.kind.clone()),
                _ => None,
            };
            let condition = match first.take() {
                Some(seen) => Condition::After { group, seen, kind },
                None => Condition::Behind(group),
            };
            push(&queue, &record, Some(Box::new(condition)))
        });
        Box::pin(async move {
            let (mut appends, mut numbers) = (pin!(appends.buffered(APPEND_WAITING)), Vec::new());
            while let Some(appended) = appends.next().await {
                match appended {
                    Ok(seq) => numbers.push(seq),
                    Err(AppendError::Overtaken) if !numbers.is_empty() => break,
                    Err(error) => return Err(error),
                }
            }
            Ok(numbers)
        })
    }

    fn durable(&self) -> watch::Receiver<Seq> {
        self.durable.clone()
    }

    fn others(&self) -> watch::Receiver<Seq> {
        self.others.clone()
    }

    fn read(&self, from: Seq, max_bytes: usize) -> Result<Vec<Record>, ReadError> {
        self.reader.read(from, max_bytes)
    }

    fn get(&self, seq: Seq) -> Result<Option<Record>, ReadError> {
        self.reader.get(seq)
    }

    fn line(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        self.reader.line(seq)
    }

    fn damage(&self) -> Vec<Damage> {
        self.reader.damages()
    }

    fn health(&self) -> Health {
        let WriteHealth { failing, reserve_used, given_up } =
            self.write_health.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut segments, mut bytes) = (0, 0);
        for (_, size) in self.catalog.read().sizes() {
            segments += 1;
            bytes += size;
        }
        let missing = self.watermark.missing();
        Health { failing, segments, bytes, reserve_used, torn: self.torn, missing, given_up }
    }

    fn close(&self) {
        self.queue.close();
        self.bell.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the journal had panicked");
            }
        }
    }
}

impl Rewrite for FileJournal {
    fn segments(&self) -> Vec<Seq> {
        self.catalog.read().sizes().map(|(first, _)| first).collect()
    }

    fn roll(&self) -> io::Result<()> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.queue.roll(reply);
        answer.recv().unwrap_or_else(|_| Err(io::Error::other("the journal is closed")))
    }

    fn survey(&self, first: Seq, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError> {
        self.rewriter.survey(first, decide)
    }

    fn rewrite(&self, first: Seq, packing: Packing, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError> {
        let level = match packing {
            Packing::Small => ZSTD_LEVEL_THINNED,
            Packing::Fast => ZSTD_LEVEL_ERASED,
        };
        self.rewriter.rewrite(first, level, decide)
    }

    fn digest(&self, first: Seq) -> Result<Option<String>, RewriteError> {
        self.rewriter.digest(first)
    }
}

/// Compares the watermark with the segments. After a loss, the next number is above every number ever
/// given out.
fn compare(
    log: &str,
    options: &Options,
    noted: Option<&Noted>,
    catalog: &Shared,
    reader: &Reader,
    recovered: &mut Recovered,
    disk: &dyn Disk,
) -> io::Result<Watermark> {
    let Some(marks) = &options.marks else { return Ok(Watermark::none()) };
    let present: BTreeSet<Seq> = catalog.read().sizes().map(|(first, _)| first).collect();
    let mut now = Noted { last: recovered.last, closed: true, ..Noted::default() };
    if let Some(noted) = noted {
        now.missing = noted.missing_from(&present, recovered.last, |seq| matches!(reader.get(seq), Ok(Some(_))));
        if noted.holds() {
            now.last = now.last.max(noted.last);
        } else if noted.last > recovered.last {
            tracing::info!(
                log,
                last = recovered.last,
                original = noted.last,
                "this directory is a copy, and the original went on while it was made"
            );
        }
        if noted.holds() && recovered.next <= noted.last {
            // Numbers given out after the last sync of a log that was not closed are unknown.
            recovered.next = noted.last + 1 + if noted.closed { 0 } else { WATERMARK_AHEAD };
            recovered.live = Some(start_behind(&mut catalog.write(), disk, recovered.next)?);
        }
    }
    for Missing { from, to } in &now.missing {
        tracing::error!(log, from, to, "records that were acknowledged are missing");
    }
    let ends = noted.map(|noted| noted.segments.clone()).unwrap_or_default();
    let end = |(first, _)| (first, ends.get(&first).copied().unwrap_or(0));
    now.segments = catalog.read().sizes().map(end).collect();
    Ok(Watermark::begin(marks, log, noted, now))
}

fn make_dir(dir: &Path) -> io::Result<()> {
    if !dir.is_dir() {
        fs::create_dir_all(dir)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_dir(parent)?;
        }
    }
    Ok(())
}

fn probe(path: &Path) -> io::Result<()> {
    let probed = File::create(path).and_then(|mut file| {
        file.write_all(&[b'\n'; 4096])?;
        file.sync_data()
    });
    let removed = fs::remove_file(path);
    probed.and(removed)
}
