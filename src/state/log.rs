//! The log behind the book: reading it whole, appending, rewriting.
//!
//! It is a journal like the one of callbacks, with one segment that is never finished, so that
//! rewriting it is one rename over the same name: a copy of the directory taken at that moment
//! gets the old file or the new one, each whole. It is rewritten at a start that finds it long,
//! and when something must leave it, while nobody else may write. More segments than one there are
//! only after something went wrong, and then until it is rewritten.
//!
//! A fact that cannot be read may have been an app: nobody can say which. So while the state is
//! damaged it is not rewritten by itself, and whoever is not known is asked to come again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde_json::Value;

use super::book::Book;
use super::fact::{self, Fact, Reading};
use super::seal::SealKey;
use super::{OnRecord, StateError};
use crate::journal::{Body, Damage, Entry, FileJournal, Health, Journal, Loss, NewRecord, Options, forget};
use crate::limits::{STATE_READ_BYTES, STATE_REWRITE_RECORDS, STATE_SEGMENT_BYTES};

/// The log.
#[derive(Debug)]
pub(super) struct Log {
    /// Another one after each rewrite.
    journal: ArcSwap<FileJournal>,
    key: SealKey,
    dir: PathBuf,
    /// Damaged records that were found when it was opened.
    damage: ArcSwap<Vec<Damage>>,
}

impl Drop for Log {
    fn drop(&mut self) {
        self.journal.load().close();
    }
}

impl Log {
    /// Opens the log in `dir` with the key in `keys`, and sums it up.
    pub(super) fn open(dir: &Path, keys: &Path, now: Timestamp) -> Result<(Self, Book), StateError> {
        let journal = open_journal(dir, dir)?;
        let entries = read_all(&journal)?;
        let damage: Vec<Damage> =
            journal.damage().into_iter().filter(|damage| damage.loss() != Loss::Nothing).collect();
        for damage in &damage {
            tracing::error!(
                segment = %damage.segment, line = damage.line, record.seq = damage.seq, reason = damage.reason,
                "a record of the state is damaged and was passed over"
            );
        }
        let key = SealKey::open(keys, entries.iter().any(fact::is_sealed))?;
        let records = entries.len();
        let book = sum_up(entries, &key, now)?;
        let damage = ArcSwap::from_pointee(damage);
        let log = Self { journal: ArcSwap::from_pointee(journal), key, dir: dir.to_owned(), damage };
        if log.is_worth_rewriting(records, &book) && !log.is_damaged() {
            match log.compact(&book, now, &|_| None) {
                Ok((records, book)) => {
                    tracing::info!(records, "rewrote the state");
                    return Ok((log, book));
                }
                Err(error) => tracing::warn!(%error, "the state was not rewritten; it goes on as it is"),
            }
        }
        Ok((log, book))
    }

    /// Appends a fact; returns when it is durable.
    pub(super) async fn append(&self, at: Timestamp, recorded: &OnRecord, fact: &Fact) -> Result<(), StateError> {
        let body = Body::Entry(fact.write(recorded.by(), &self.key));
        let appended = self.journal.load().append(NewRecord { at, body });
        match appended.await {
            Ok(_) => Ok(()),
            Err(error) => Err(StateError::Write(Box::new(error))),
        }
    }

    /// Appends outside any runtime, while the state is opened.
    pub(super) fn append_now(&self, at: Timestamp, entries: Vec<Entry>) -> Result<(), StateError> {
        append_all(&self.journal.load(), at, entries)
    }

    /// From now on it takes nothing, as on a disk that failed.
    #[cfg(test)]
    pub(super) fn refuse(&self) {
        self.journal.load().close();
    }

    /// How the log is doing.
    pub(super) fn health(&self) -> Health {
        self.journal.load().health()
    }

    /// What was damaged when it was opened.
    pub(super) fn damage(&self) -> Vec<Damage> {
        Vec::clone(&self.damage.load())
    }

    /// Whether something that people set cannot be read.
    pub(super) fn is_damaged(&self) -> bool {
        !self.damage.load().is_empty() || !self.health().missing.is_empty()
    }

    /// Goes on without what cannot be read: it is kept in `torn/` for whoever wants to look, and
    /// the log is written anew without it.
    pub(super) fn accept_loss(&self, book: &Book, now: Timestamp) -> Result<(), StateError> {
        self.journal.load().accept_missing();
        if !self.damage.load().is_empty() {
            keep_aside(&self.dir, &beside(&self.dir, "torn")).map_err(|source| StateError::Write(Box::new(source)))?;
            self.compact(book, now, &|_| None)?;
            self.damage.store(Arc::default());
        }
        Ok(())
    }

    /// The key that seals.
    pub(super) fn key(&self) -> &SealKey {
        &self.key
    }

    /// The entry of a fact that nobody in particular set.
    pub(super) fn entry(&self, fact: &Fact) -> Entry {
        fact.write(None, &self.key)
    }

    fn is_worth_rewriting(&self, records: usize, book: &Book) -> bool {
        let (facts, foreign) = book.facts();
        records >= STATE_REWRITE_RECORDS && records >= 4 * (facts.len() + foreign.len())
    }

    /// Writes the book as a new log beside the old one and renames it over that; gives how many
    /// records it has, and the book as it is read from them.
    pub(super) fn compact(
        &self,
        book: &Book,
        now: Timestamp,
        scrub: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(usize, Book), StateError> {
        let (facts, foreign) = book.facts();
        let mut entries: Vec<Entry> = facts.iter().map(|fact| self.entry(fact)).collect();
        entries.extend(foreign.iter().map(|entry| Entry::clone(entry)));
        for entry in &mut entries {
            entry.fields.values_mut().for_each(|value| scrub_texts(value, scrub));
        }
        let book = sum_up(entries.clone(), &self.key, now)?;
        let records = entries.len();

        let unfinished = beside(&self.dir, "tmp").join("state");
        let io = |source: io::Error| StateError::Write(Box::new(source));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(io)?;
        }
        fs::create_dir_all(&unfinished).map_err(io)?;
        write_new(&unfinished, &self.dir, now, entries)?;
        let missing = self.health().missing;
        self.journal.load().close();
        // The new log has other numbers: what is noted of the old one must not be held against it.
        let replaced = forget(&beside(&self.dir, "marks"), "state").and_then(|()| replace(&unfinished, &self.dir));
        let journal = open_journal(&self.dir, &self.dir)?;
        journal.note_missing(missing);
        self.journal.store(Arc::new(journal));
        replaced.map_err(io).map(|()| (records, book))
    }
}

/// Asks about every text in a value.
fn scrub_texts(value: &mut Value, scrub: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(other) = scrub(text) {
                *text = other;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| scrub_texts(value, scrub)),
        Value::Object(fields) => fields.values_mut().for_each(|value| scrub_texts(value, scrub)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `torn/` or `tmp/` of the data directory that `dir` lies in.
fn beside(dir: &Path, name: &str) -> PathBuf {
    dir.with_file_name(name)
}

fn open_journal(dir: &Path, state_dir: &Path) -> Result<FileJournal, StateError> {
    let options = Options {
        reserve: None,
        torn: beside(state_dir, "torn"),
        tmp: beside(state_dir, "tmp"),
        segment_bytes: STATE_SEGMENT_BYTES,
        compress: false,
        marks: (dir == state_dir).then(|| beside(state_dir, "marks")),
    };
    FileJournal::open(dir, options).map_err(|error| StateError::Read(Box::new(error)))
}

/// Writes a log of these entries in `unfinished`, and closes it.
fn write_new(unfinished: &Path, state_dir: &Path, now: Timestamp, entries: Vec<Entry>) -> Result<(), StateError> {
    let journal = open_journal(unfinished, state_dir)?;
    append_all(&journal, now, entries)?;
    journal.close();
    Ok(())
}

fn read_all(journal: &FileJournal) -> Result<Vec<Entry>, StateError> {
    let mut entries = Vec::new();
    let mut from = 0;
    loop {
        let records = journal.read(from, STATE_READ_BYTES).map_err(|error| StateError::Read(Box::new(error)))?;
        let Some(last) = records.last() else {
            return Ok(entries);
        };
        from = last.seq + 1;
        entries.extend(records.into_iter().filter_map(|record| match record.body {
            Body::Entry(entry) => Some(entry),
            Body::Callback(_) | Body::Tally(_) | Body::Erased { .. } => None,
        }));
    }
}

fn sum_up(entries: Vec<Entry>, key: &SealKey, now: Timestamp) -> Result<Book, StateError> {
    let mut book = Book::default();
    for entry in entries {
        match Fact::read(&entry, key)? {
            Reading::Fact(fact) => book.apply(*fact),
            Reading::Foreign => {
                tracing::warn!(kind = %entry.kind, "a record of the state is of no kind we know; kept");
                book.keep_foreign(entry);
            }
        }
    }
    book.prune(now);
    Ok(book)
}

/// Appends on a thread with a runtime of its own: the caller may stand inside another one.
fn append_all(journal: &FileJournal, at: Timestamp, entries: Vec<Entry>) -> Result<(), StateError> {
    let write = || -> Result<(), StateError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| StateError::Write(Box::new(error)))?;
        runtime.block_on(async {
            for entry in entries {
                let record = NewRecord { at, body: Body::Entry(entry) };
                journal.append(record).await.map_err(|error| StateError::Write(Box::new(error)))?;
            }
            Ok(())
        })
    };
    std::thread::scope(|scope| {
        let done = scope.spawn(write).join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Puts the one file in `from` in the place of those in `to`: over the first of them, or over what
/// it leads to if it is a link, whose place may be on another disk.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    let [new, old] = [files(from)?, files(to)?];
    let [new] = &new[..] else {
        return Err(io::Error::other(format!("{} holds {} files, not one", from.display(), new.len())));
    };
    let first = old.first().ok_or_else(|| io::Error::other(format!("{} holds no file", to.display())))?;
    let place = fs::canonicalize(first)?;
    match fs::rename(new, &place) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let beside = place.with_extension("new");
            fs::copy(new, &beside)?;
            fs::File::open(&beside)?.sync_all()?;
            fs::rename(&beside, &place)?;
        }
        renamed => renamed?,
    }
    if let Some(dir) = place.parent() {
        fs::File::open(dir)?.sync_all()?;
    }
    for other in &old[1..] {
        let target = fs::canonicalize(other)?;
        fs::remove_file(&target)?;
        if target != *other && fs::symlink_metadata(other).is_ok() {
            fs::remove_file(other)?;
        }
    }
    fs::File::open(to)?.sync_all()?;
    fs::remove_dir_all(from)
}

/// Copies the segments to where torn tails are.
fn keep_aside(dir: &Path, torn: &Path) -> io::Result<()> {
    fs::create_dir_all(torn)?;
    for file in files(dir)? {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = (1..)
            .map(|n| torn.join(format!("state-{name}-damaged-{n}")))
            .find(|path| !path.exists())
            .expect("the numbers do not end");
        fs::copy(&file, path)?;
    }
    Ok(())
}

/// The files of a directory that have a segment's name, in order.
fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|path| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()))
    });
    files.sort();
    Ok(files)
}
