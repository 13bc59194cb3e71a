//! Imports bindings: each line is made, unchanged, or refused with a reason.
//!
//! An import may be repeated after an interruption: existing bindings stay as they are. Lines are written
//! in chunks of some thousands; a chunk is durable before the next begins, and all of them are in the
//! index once the import has ended, however it ended.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;
use tokio::task::spawn_blocking;

use super::change::alone;
use super::index::Applied;
use super::keys::{self, Pair};
use super::pending::Pending;
use super::{BindingError, Bindings, Inner, fingerprint, joined, overlap, rules, wire};
use crate::domain::{App, AppId, BindingTerms, Wording};
use crate::error_chain::Chain;
use crate::journal::{AppendError, Body, NewRecord, Record, Seen};
use crate::limits::{BINDINGS_APPLY, BINDINGS_IMPORT_CHUNK, OVERTAKEN_TRIES};
use crate::state::{Author, OnRecord};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    pub made: u64,
    /// Existed already with the same terms.
    pub unchanged: u64,
    /// In the order of the lines.
    pub refused: Vec<Refused>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub line: u64,
    pub field: Option<&'static str>,
    /// Follows the name of the field.
    pub reason: Wording,
}

#[derive(Debug)]
pub struct Import {
    inner: Arc<Inner>,
    app: Arc<App>,
    by: Author,
    /// Whether bindings may not be in the index yet.
    open: bool,
}

/// The new bindings of a chunk by caller; places in the chunk stand for ids.
#[derive(Default)]
struct New {
    terms: Vec<BindingTerms>,
    pairs: BTreeSet<Pair>,
}

impl Refused {
    #[must_use]
    pub fn new(line: u64, reason: impl Into<Wording>) -> Self {
        Self { line, field: None, reason: reason.into() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            Some(field) => write!(f, "{field} {}", self.reason.en),
            None => f.write_str(&self.reason.en),
        }
    }
}

impl New {
    fn push(&mut self, app: AppId, terms: BindingTerms) {
        self.pairs.extend(keys::pairs(app, &terms, self.terms.len() as u64));
        self.terms.push(terms);
    }

    /// An earlier line that conflicts with these terms.
    fn in_the_way(&self, app: AppId, terms: &BindingTerms) -> Option<&BindingTerms> {
        let asked = keys::pairs(app, terms, 0);
        let same = asked.iter().flat_map(|pair| self.pairs.range(*pair..=keys::last_of(*pair)));
        let earlier = same.filter_map(|pair| self.terms.get(usize::try_from(keys::id(pair)).ok()?));
        earlier.into_iter().find(|earlier| overlap(terms, earlier))
    }
}

impl Bindings {
    #[must_use]
    pub fn importing(&self, by: &Author, app: &Arc<App>) -> Import {
        Import { inner: self.0.clone(), app: app.clone(), by: by.clone(), open: false }
    }

    /// # Errors
    /// When the log does not take them: the chunks before are made.
    pub async fn import(
        &self,
        by: &Author,
        app: &Arc<App>,
        lines: Vec<(u64, BindingTerms)>,
    ) -> Result<Imported, BindingError> {
        let mut import = self.importing(by, app);
        let imported = import.lines(lines).await?;
        import.finish().await?;
        Ok(imported)
    }
}

impl Import {
    pub async fn lines(&mut self, lines: Vec<(u64, BindingTerms)>) -> Result<Imported, BindingError> {
        let mut imported = Imported::default();
        let mut lines = lines.into_iter().peekable();
        self.open = true;
        while lines.peek().is_some() {
            let chunk: Vec<_> = lines.by_ref().take(BINDINGS_IMPORT_CHUNK).collect();
            let (inner, app, by) = (self.inner.clone(), self.app.clone(), self.by.clone());
            let done = alone(async move { inner.import_chunk(&by, app, chunk).await }).await?;
            imported.made += done.made;
            imported.unchanged += done.unchanged;
            imported.refused.extend(done.refused);
        }
        Ok(imported)
    }

    /// When this returns, every binding that was made is in the index.
    pub async fn finish(mut self) -> Result<(), BindingError> {
        self.open = false;
        let inner = self.inner.clone();
        alone(async move { inner.apply_pending().await }).await
    }
}

impl Drop for Import {
    /// Also after a client hung up, made bindings go into the index.
    fn drop(&mut self) {
        let Some(runtime) = tokio::runtime::Handle::try_current().ok().filter(|_| self.open) else { return };
        let inner = self.inner.clone();
        runtime.spawn(async move {
            if let Err(error) = inner.apply_pending().await {
                tracing::error!(error = %Chain(&error), "bindings of an import are looked up after the next start");
            }
        });
    }
}

impl Inner {
    async fn import_chunk(
        self: &Arc<Self>,
        by: &Author,
        app: Arc<App>,
        chunk: Vec<(u64, BindingTerms)>,
    ) -> Result<Imported, BindingError> {
        let mut pending = self.alone().await?;
        let chunk = Arc::new(chunk);
        let (mut tries, mut made) = (0, 0);
        loop {
            tries += 1;
            let (inner, of, lines) = (self.clone(), app.clone(), chunk.clone());
            let looking = spawn_blocking(move || inner.look_at(&of, &lines, &pending).map(|looked| (looked, pending)));
            let ((new, mut done), held) = joined(looking.await)?;
            pending = held;
            done.unchanged = done.unchanged.saturating_sub(made);
            done.made = made + new.len() as u64;
            if !new.is_empty() {
                let recorded = by.on_record().await?;
                match self.keep_all(app.id, &recorded, &new, &mut pending).await {
                    Ok(taken) if taken == new.len() => {}
                    Ok(taken) if tries < OVERTAKEN_TRIES => {
                        made += taken as u64;
                        pending = self.read_on(pending).await?;
                        continue;
                    }
                    Ok(_) => return Err(BindingError::Write(Arc::new(AppendError::Overtaken))),
                    // Durable bindings go into the index, also if the rest was refused.
                    Err(error) => {
                        self.read_on(pending).await?;
                        return Err(error);
                    }
                }
            }
            if pending.len() >= BINDINGS_APPLY {
                self.apply(pending).await?;
            }
            return Ok(done);
        }
    }

    fn look_at(
        &self,
        app: &App,
        chunk: &[(u64, BindingTerms)],
        pending: &Pending,
    ) -> Result<(Vec<BindingTerms>, Imported), BindingError> {
        let (mut new, mut done) = (New::default(), Imported::default());
        // Nothing else is written meanwhile, so one snapshot serves all lines.
        let look = self.index()?.look()?;
        for (line, terms) in chunk {
            let earlier = new.in_the_way(app.id, terms);
            let checked = match rules::check(app, terms) {
                Ok(()) if earlier == Some(terms) => Ok(false),
                Ok(()) if earlier.is_some() => Err(BindingError::Twice),
                Ok(()) => match self.in_the_way(&look, pending, app.id, terms, None) {
                    Ok(None) => Ok(true),
                    Ok(Some(other)) if other.terms == *terms => Ok(false),
                    Ok(Some(other)) => Err(BindingError::Exists(other.id)),
                    Err(error) => return Err(error),
                },
                Err(error) => Err(error),
            };
            match checked {
                Ok(true) => new.push(app.id, terms.clone()),
                Ok(false) => done.unchanged += 1,
                Err(error) => {
                    done.refused.push(Refused { field: error.field(), ..Refused::new(*line, error.wording()) });
                }
            }
        }
        Ok((new.terms, done))
    }

    /// Gives how many were written before another writer's record came.
    async fn keep_all(
        &self,
        app: AppId,
        recorded: &OnRecord,
        all: &[BindingTerms],
        pending: &mut Pending,
    ) -> Result<usize, BindingError> {
        let (at, seen) = (self.clock.now(), Seen::Log(self.through(pending)?));
        let record = |terms: &BindingTerms| NewRecord { at, body: Body::Entry(wire::made(app, terms, recorded)) };
        let records: Vec<NewRecord> = all.iter().map(record).collect();
        let numbers = match self.log.append_all(seen, records.clone()).await {
            Err(AppendError::Overtaken) => return Ok(0),
            numbers => numbers.map_err(|error| BindingError::Write(Arc::new(error)))?,
        };
        let made = numbers.into_iter().zip(records).map(|(seq, NewRecord { at, body })| Record { seq, at, body });
        let made: Vec<Record> = made.collect();
        if let Some(last) = made.last() {
            let applied = Applied { seq: last.seq, print: fingerprint(last) };
            pending.push(&*self.index()?, made.iter().filter_map(wire::read).collect(), applied)?;
        }
        Ok(made.len())
    }

    async fn apply_pending(&self) -> Result<(), BindingError> {
        self.apply(self.writing.clone().lock_owned().await).await
    }

    async fn apply(&self, mut pending: OwnedMutexGuard<Pending>) -> Result<(), BindingError> {
        let index = self.index()?;
        Ok(joined(spawn_blocking(move || pending.apply(&index)).await)?)
    }
}
