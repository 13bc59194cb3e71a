//! A second journal, for tests of whoever uses one: in memory, numbers with gaps, several writers.
//!
//! Each handle is a writer of its own ([`MemoryJournal::beside`]). In one that [chatters](MemoryJournal::chatter)
//! a stranger appends a record behind each other one; in one that [overtakes](MemoryJournal::overtaking) a
//! stranger also comes first whenever something is appended right behind what was seen, so that
//! everything there is decided twice.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::watch;

use super::line::Unsealed;
use super::{
    Append, AppendError, Body, Compact, CompactJournal, Damage, Decide, Entry, FileJournal, Health, Journal, NewRecord,
    Options, Packing, ReadError, Record, RecordAction, Rewrite, RewriteError, Rewritten, Seen,
};
use crate::domain::Seq;

/// A data directory of a test, whose logs are files in it or in memory.
pub(crate) struct Logs {
    pub(crate) dir: TempDir,
    /// Of the journal, the state and the bindings.
    memory: Option<[MemoryJournal; 3]>,
}

impl Logs {
    pub(crate) fn files() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), memory: None }
    }

    /// In memory, with strangers who write as well.
    pub(crate) fn memory() -> Self {
        let memory = [MemoryJournal::chatter(), MemoryJournal::overtaking(), MemoryJournal::overtaking()];
        Self { memory: Some(memory), ..Self::files() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Whether others write as well.
    pub(crate) fn is_shared(&self) -> bool {
        self.memory.is_some()
    }

    /// The journal, opened: in memory by another writer each time.
    pub(crate) fn journal(&self) -> Arc<dyn Rewrite> {
        self.journal_with(Options { segment_bytes: 1 << 20, ..Options::within(self.path()) })
    }

    pub(crate) fn journal_with(&self, options: Options) -> Arc<dyn Rewrite> {
        match &self.memory {
            None => Arc::new(FileJournal::open(&self.path().join("journal"), options).unwrap()),
            Some([journal, ..]) => Arc::new(journal.beside()),
        }
    }

    pub(crate) fn state(&self) -> Arc<dyn Compact> {
        match &self.memory {
            None => Arc::new(CompactJournal::open(self.path()).unwrap()),
            Some([_, state, _]) => Arc::new(state.beside()),
        }
    }

    pub(crate) fn bindings(&self) -> Arc<dyn Rewrite> {
        match &self.memory {
            None => Arc::new(FileJournal::open_bindings(self.path()).unwrap()),
            Some([.., bindings]) => Arc::new(bindings.beside()),
        }
    }
}

/// Each of these tests on files, and in memory with other writers.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod on_files {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::journal::testing::Logs::files()).await;
            })*
        }
        mod in_memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::journal::testing::Logs::memory()).await;
            })*
        }
    };
}
pub(crate) use on_both;

#[derive(Debug)]
pub(crate) struct MemoryJournal {
    log: Arc<Log>,
    writer: usize,
    others: watch::Receiver<Seq>,
    strangers: Strangers,
    /// Whether a stranger came before the record that is now tried again.
    overtaken: AtomicBool,
    refuses: AtomicBool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strangers {
    None,
    Behind,
    First,
}

#[derive(Debug)]
struct Log {
    written: Mutex<Written>,
    durable: watch::Sender<Seq>,
}

#[derive(Debug)]
struct Written {
    records: BTreeMap<Seq, Record>,
    segments: Vec<Seq>,
    last: Seq,
    /// What each writer is told of the others.
    writers: Vec<watch::Sender<Seq>>,
}

/// Records after which a segment is finished.
const SEGMENT_RECORDS: usize = 100;
/// The writer of records between those of others.
const STRANGER: usize = usize::MAX;

impl Default for MemoryJournal {
    fn default() -> Self {
        let written = Written { records: BTreeMap::new(), segments: vec![1], last: 0, writers: Vec::new() };
        Self::of(Arc::new(Log { written: Mutex::new(written), durable: watch::channel(0).0 }))
    }
}

impl MemoryJournal {
    fn of(log: Arc<Log>) -> Self {
        let mut written = log.written();
        let (tell, others) = watch::channel(written.last);
        written.writers.push(tell);
        let writer = written.writers.len() - 1;
        drop(written);
        Self { log, writer, others, strangers: Strangers::None, overtaken: false.into(), refuses: false.into() }
    }

    /// Another writer of the same log.
    pub(crate) fn beside(&self) -> Self {
        Self { strangers: self.strangers, ..Self::of(self.log.clone()) }
    }

    /// One with strangers who write behind each record.
    pub(crate) fn chatter() -> Self {
        Self { strangers: Strangers::Behind, ..Self::default() }
    }

    /// One in which strangers also come before each record that must be the next.
    pub(crate) fn overtaking() -> Self {
        Self { strangers: Strangers::First, ..Self::default() }
    }

    /// From now on it takes nothing, or takes it again.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.log.written().records.values().cloned().collect()
    }

    fn write(&self, seen: Option<Seen>, records: Vec<NewRecord>) -> Result<Vec<Seq>, AppendError> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(AppendError::QueueFull);
        }
        let mut written = self.log.written();
        let overtaken = match seen {
            None => false,
            Some(Seen::Log(seen)) => written.last > seen,
            Some(Seen::Kind(seen)) => {
                let kinds: Vec<&str> = records.iter().map(|record| kind(&record.body)).collect();
                written.records.range(seen + 1..).any(|(_, record)| kinds.contains(&kind(&record.body)))
            }
        };
        if overtaken {
            return Err(AppendError::Overtaken);
        }
        let stranger = records.last().filter(|_| self.strangers != Strangers::None).map(|record| {
            let entry = Entry { kind: "chatter".to_owned(), fields: serde_json::Map::new() };
            NewRecord { at: record.at, body: Body::Entry(entry) }
        });
        let comes_first = self.strangers == Strangers::First && matches!(seen, Some(Seen::Log(_)));
        let appended = if comes_first && !self.overtaken.fetch_xor(true, Ordering::SeqCst) {
            Err(AppendError::Overtaken)
        } else {
            Ok(records.into_iter().map(|record| written.push(self.writer, record)).collect())
        };
        if let Some(stranger) = stranger {
            written.push(STRANGER, stranger);
        }
        self.log.durable.send_replace(written.last);
        appended
    }
}

impl Log {
    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn push(&mut self, writer: usize, NewRecord { at, body }: NewRecord) -> Seq {
        // 1, 4, 6, 7, 10, 12, …
        let seq = self.last + [1, 3, 2][self.records.len() % 3];
        let live = self.segments.last().copied().unwrap_or(1);
        if self.records.range(live..).count() >= SEGMENT_RECORDS {
            self.segments.push(seq);
        }
        self.records.insert(seq, Record { seq, at, body });
        self.last = seq;
        for (n, tell) in self.writers.iter().enumerate() {
            if n != writer {
                tell.send_replace(seq);
            }
        }
        seq
    }

    fn within(&self, first: Seq) -> Option<std::ops::Range<Seq>> {
        let place = self.segments.iter().position(|segment| *segment == first)?;
        Some(first..self.segments.get(place + 1).copied().unwrap_or(Seq::MAX))
    }
}

fn kind(body: &Body) -> &str {
    match body {
        Body::Callback(_) => "callback",
        Body::Tally(_) => "tally",
        Body::Entry(entry) => &entry.kind,
        Body::Erased { .. } => "erased",
    }
}

fn text(record: &Record) -> Vec<u8> {
    let mut line = Vec::new();
    Unsealed::new(&NewRecord { at: record.at, body: record.body.clone() }).seal(record.seq, &mut line);
    line.pop();
    line
}

fn digest(text: &[u8]) -> String {
    format!("sha256:{}", Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

impl Journal for MemoryJournal {
    fn append(&self, record: NewRecord) -> Append<Option<Seq>> {
        let appended = self.write(None, vec![record]).map(|numbers| numbers.last().copied());
        Box::pin(async move { appended })
    }

    fn append_all(&self, seen: Seen, records: Vec<NewRecord>) -> Append<Vec<Seq>> {
        let appended = self.write(Some(seen), records);
        Box::pin(async move { appended })
    }

    fn durable(&self) -> watch::Receiver<Seq> {
        self.log.durable.subscribe()
    }

    fn others(&self) -> watch::Receiver<Seq> {
        self.others.clone()
    }

    fn read(&self, from: Seq, max_bytes: usize) -> Result<Vec<Record>, ReadError> {
        let mut bytes = 0;
        let written = self.log.written();
        let records = written.records.range(from..).map(|(_, record)| record).take_while(|record| {
            let fits = bytes == 0 || bytes < max_bytes;
            bytes += text(record).len();
            fits
        });
        Ok(records.cloned().collect())
    }

    fn get(&self, seq: Seq) -> Result<Option<Record>, ReadError> {
        Ok(self.log.written().records.get(&seq).cloned())
    }

    fn line(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.log.written().records.get(&seq).map(text))
    }

    fn damage(&self) -> Vec<Damage> {
        Vec::new()
    }

    fn health(&self) -> Health {
        let written = self.log.written();
        let bytes = written.records.values().map(|record| text(record).len() as u64).sum();
        Health { segments: written.segments.len() as u64, bytes, ..Health::default() }
    }

    fn close(&self) {
        self.refuse(true);
    }
}

impl Rewrite for MemoryJournal {
    fn segments(&self) -> Vec<Seq> {
        self.log.written().segments.clone()
    }

    fn roll(&self) -> io::Result<()> {
        let mut written = self.log.written();
        let next = written.last + 1;
        if written.segments.last() != Some(&next) {
            written.segments.push(next);
        }
        Ok(())
    }

    fn survey(&self, first: Seq, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError> {
        let written = self.log.written();
        let within = written.within(first).ok_or_else(|| RewriteError::NotFound(first.to_string()))?;
        let mut done = Rewritten::default();
        for record in written.records.range(within).map(|(_, record)| record) {
            match decide.record(record) {
                RecordAction::Keep => done.kept += 1,
                RecordAction::Drop => done.dropped += 1,
                RecordAction::Erase | RecordAction::Replace(_) | RecordAction::Summarise(_) => done.replaced += 1,
            }
        }
        Ok(done)
    }

    fn rewrite(&self, first: Seq, _: Packing, decide: &mut dyn Decide) -> Result<Rewritten, RewriteError> {
        let mut written = self.log.written();
        if written.segments.last() == Some(&first) {
            return Err(RewriteError::Live(first.to_string()));
        }
        let within = written.within(first).ok_or_else(|| RewriteError::NotFound(first.to_string()))?;
        let mut done = Rewritten::default();
        let records: Vec<Record> = written.records.range(within).map(|(_, record)| record.clone()).collect();
        for record in records {
            let was = digest(&text(&record));
            let body = match decide.record(&record) {
                RecordAction::Keep => {
                    done.kept += 1;
                    continue;
                }
                RecordAction::Drop => {
                    done.dropped += 1;
                    written.records.remove(&record.seq);
                    continue;
                }
                RecordAction::Erase => Body::Erased { was },
                RecordAction::Replace(body) => body,
                RecordAction::Summarise(mut summary) => {
                    summary.was = Some(was);
                    Body::Entry(summary.entry())
                }
            };
            done.replaced += 1;
            written.records.insert(record.seq, Record { body, ..record });
        }
        if done.kept + done.replaced == 0 && done.dropped > 0 {
            written.segments.retain(|segment| *segment != first);
        }
        Ok(done)
    }

    fn digest(&self, first: Seq) -> Result<Option<String>, RewriteError> {
        let written = self.log.written();
        let Some(within) = written.within(first) else { return Ok(None) };
        Ok(Some(digest(&written.records.range(within).flat_map(|(_, record)| text(record)).collect::<Vec<u8>>())))
    }
}

impl Compact for MemoryJournal {
    fn begin(&self) -> Seq {
        self.log.written().records.keys().next().copied().unwrap_or(1)
    }

    fn replace(&self, seen: Seq, records: &[NewRecord]) -> Result<Seq, AppendError> {
        let mut written = self.log.written();
        if written.last > seen {
            return Err(AppendError::Overtaken);
        }
        written.records.clear();
        for record in records {
            written.push(self.writer, record.clone());
        }
        let last = written.last;
        drop(written);
        self.log.durable.send_replace(last);
        Ok(last)
    }

    fn accept_loss(&self) -> io::Result<()> {
        Ok(())
    }
}
