//! The log behind the book: reading it, appending, writing it anew.
//!
//! It is a small journal ([`Compact`]), written anew at a start that finds it long, and when something
//! must leave it.
//!
//! A fact that cannot be read may have been an app: nobody can say which. So while the state is
//! damaged it is not written anew by itself, and whoever is not known is asked to come again.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde_json::Value;

use super::book::Book;
use super::fact::{self, Fact, Reading};
use super::seal::SealKey;
use super::{OnRecord, StateError};
use crate::domain::Seq;
use crate::journal::{AppendError, Body, Compact, Damage, Entry, Health, Loss, NewRecord, Seen};
use crate::limits::{OVERTAKEN_TRIES, STATE_READ_BYTES, STATE_REWRITE_RECORDS};

#[derive(Debug)]
pub(super) struct Log {
    journal: Arc<dyn Compact>,
    key: SealKey,
    /// Damaged records that were found when it was opened.
    damage: ArcSwap<Vec<Damage>>,
}

impl Drop for Log {
    fn drop(&mut self) {
        self.journal.close();
    }
}

impl Log {
    /// Sums up what is in `journal`, with the key in `keys`.
    pub(super) fn open(journal: Arc<dyn Compact>, keys: &Path, now: Timestamp) -> Result<(Self, Book), StateError> {
        let Read { entries, through, .. } = read(&*journal, 0)?;
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
        let mut book = Book::default();
        book.through = through;
        sum_up(&mut book, entries, &key)?;
        book.prune(now);
        let damage = ArcSwap::from_pointee(damage);
        let log = Self { journal, key, damage };
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

    /// Appends a fact that was decided from a book through `seen`; gives its number when it is durable.
    pub(super) async fn append(
        &self,
        seen: Seq,
        at: Timestamp,
        recorded: &OnRecord,
        fact: &Fact,
    ) -> Result<Seq, AppendError> {
        let body = Body::Entry(fact.write(recorded.by(), &self.key));
        self.journal.append_after(Seen::Log(seen), NewRecord { at, body }).await
    }

    /// Appends what a new installation begins with, as far as it is not there yet. Blocks.
    pub(super) fn begin(
        &self,
        mut book: Book,
        now: Timestamp,
        missing: impl Fn(&Book) -> Vec<Fact>,
    ) -> Result<Book, StateError> {
        for _ in 0..OVERTAKEN_TRIES {
            let facts = missing(&book);
            if facts.is_empty() {
                return Ok(book);
            }
            let new = |fact: &Fact| NewRecord { at: now, body: Body::Entry(fact.write(None, &self.key)) };
            match blocking(self.journal.append_all(Seen::Log(book.through), facts.iter().map(new).collect())) {
                Ok(numbers) if numbers.len() == facts.len() => {
                    facts.into_iter().for_each(|fact| book.apply(fact));
                    book.through = numbers.last().copied().unwrap_or(book.through);
                    return Ok(book);
                }
                Ok(_) | Err(AppendError::Overtaken) => self.read_on(&mut book)?,
                Err(error) => return Err(StateError::Write(Box::new(error))),
            }
        }
        Err(StateError::Write(Box::new(AppendError::Overtaken)))
    }

    /// Applies to the book what came behind it. Blocks.
    pub(super) fn read_on(&self, book: &mut Book) -> Result<(), StateError> {
        let Read { entries, through, anew } = read(&*self.journal, book.through + 1)?;
        if anew {
            *book = Book::default();
        }
        sum_up(book, entries, &self.key)?;
        book.through = through;
        Ok(())
    }

    /// The last number that another writer appended.
    pub(super) fn others(&self) -> tokio::sync::watch::Receiver<Seq> {
        self.journal.others()
    }

    /// From now on it takes nothing, as on a disk that failed.
    #[cfg(test)]
    pub(super) fn refuse(&self) {
        self.journal.close();
    }

    pub(super) fn health(&self) -> Health {
        self.journal.health()
    }

    pub(super) fn damage(&self) -> Vec<Damage> {
        Vec::clone(&self.damage.load())
    }

    /// Whether something that people set cannot be read.
    pub(super) fn is_damaged(&self) -> bool {
        !self.damage.load().is_empty() || !self.health().missing.is_empty()
    }

    /// Goes on without what cannot be read; gives the book as it is in the log then, if that was
    /// written anew.
    pub(super) fn accept_loss(&self, book: &Book, now: Timestamp) -> Result<Option<Book>, StateError> {
        self.journal.accept_loss().map_err(|source| StateError::Write(Box::new(source)))?;
        if self.damage.load().is_empty() {
            return Ok(None);
        }
        let (_, book) = self.compact(book, now, &|_| None)?;
        self.damage.store(Arc::default());
        Ok(Some(book))
    }

    pub(super) fn key(&self) -> &SealKey {
        &self.key
    }

    fn is_worth_rewriting(&self, records: usize, book: &Book) -> bool {
        let (facts, foreign) = book.facts();
        records >= STATE_REWRITE_RECORDS && records >= 4 * (facts.len() + foreign.len())
    }

    /// Writes the log anew with what is in the book; gives how many records it has, and the book as
    /// it is read from them. What came meanwhile is read first. Blocks.
    pub(super) fn compact(
        &self,
        book: &Book,
        now: Timestamp,
        scrub: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(usize, Book), StateError> {
        let mut book = book.clone();
        for _ in 0..OVERTAKEN_TRIES {
            let (facts, foreign) = book.facts();
            let mut entries: Vec<Entry> = facts.iter().map(|fact| fact.write(None, &self.key)).collect();
            entries.extend(foreign.iter().map(|entry| Entry::clone(entry)));
            for entry in &mut entries {
                entry.fields.values_mut().for_each(|value| scrub_texts(value, scrub));
            }
            let new = |entry: &Entry| NewRecord { at: now, body: Body::Entry(entry.clone()) };
            let records: Vec<NewRecord> = entries.iter().map(new).collect();
            // Before it is written: what cannot be read again must not take the place of anything.
            let mut anew = Book::default();
            sum_up(&mut anew, entries, &self.key)?;
            anew.prune(now);
            match self.journal.replace(book.through, &records) {
                Ok(through) => {
                    anew.through = through;
                    return Ok((records.len(), anew));
                }
                Err(AppendError::Overtaken) => self.read_on(&mut book)?,
                Err(error) => return Err(StateError::Write(Box::new(error))),
            }
        }
        Err(StateError::Write(Box::new(AppendError::Overtaken)))
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

struct Read {
    entries: Vec<Entry>,
    /// Up to this number.
    through: Seq,
    /// Whether what was read before counts no more: the log was written anew since.
    anew: bool,
}

fn read(journal: &dyn Compact, from: Seq) -> Result<Read, StateError> {
    loop {
        let begin = journal.begin();
        // What is damaged at the end has a number as well.
        let mut read = Read { entries: Vec::new(), through: *journal.durable().borrow(), anew: from < begin };
        let mut from = from.max(begin);
        loop {
            let records = journal.read(from, STATE_READ_BYTES).map_err(|error| StateError::Read(Box::new(error)))?;
            let Some(last) = records.last() else { break };
            read.through = read.through.max(last.seq);
            from = last.seq + 1;
            read.entries.extend(records.into_iter().filter_map(|record| match record.body {
                Body::Entry(entry) => Some(entry),
                Body::Callback(_) | Body::Tally(_) | Body::Erased { .. } => None,
            }));
        }
        if journal.begin() == begin {
            return Ok(read);
        }
    }
}

fn sum_up(book: &mut Book, entries: Vec<Entry>, key: &SealKey) -> Result<(), StateError> {
    for entry in entries {
        match Fact::read(&entry, key)? {
            Reading::Fact(fact) => book.apply(*fact),
            Reading::Foreign => {
                tracing::warn!(kind = %entry.kind, "a record of the state is of no kind we know; kept");
                book.keep_foreign(entry);
            }
        }
    }
    Ok(())
}

/// Waits on a thread with a runtime of its own: the caller may stand inside another one.
fn blocking<T: Send>(append: crate::journal::Append<T>) -> Result<T, AppendError> {
    let wait = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.map_err(|error| AppendError::Write(Arc::new(error)))?.block_on(append)
    };
    std::thread::scope(|scope| {
        let done = scope.spawn(wait).join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
