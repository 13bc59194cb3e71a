//! Many bindings at once: each line is made, already there, or refused with its reason.
//!
//! An import may be repeated: what is there already is left as it is, so that one that was
//! interrupted is simply run again. Lines are written some thousands at a time; a chunk is
//! durable as a whole before the next one begins.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use futures_util::{FutureExt as _, StreamExt as _, stream};

use super::index::{Applied, Look};
use super::keys::{self, Pair};
use super::{BindingError, Bindings, Inner, alone, fingerprint, overlap, rules, wire};
use crate::domain::{App, AppId, Binding, BindingId, BindingTerms, Wording};
use crate::journal::{Body, Journal as _, NewRecord, Record};
use crate::limits::{BINDINGS_IMPORT_CHUNK, BINDINGS_IMPORT_WAITING};
use crate::state::Principal;

/// What became of the lines of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Made.
    pub made: u64,
    /// There already, the same in every field.
    pub unchanged: u64,
    /// Refused, with the reason; in the order of the lines.
    pub refused: Vec<Refused>,
}

/// A line that was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its number, as the caller counts.
    pub line: u64,
    /// The field that it is for.
    pub field: Option<&'static str>,
    /// Why, as what follows the name of the field.
    pub reason: Wording,
}

impl Refused {
    /// A line for which there is this reason.
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

/// The new ones of a chunk, found by who asks.
#[derive(Default)]
struct New {
    terms: Vec<BindingTerms>,
    by_pair: HashMap<Pair, Vec<usize>>,
}

impl New {
    fn push(&mut self, app: AppId, terms: BindingTerms) {
        for pair in keys::pairs(app, &terms, 0) {
            self.by_pair.entry(pair).or_default().push(self.terms.len());
        }
        self.terms.push(terms);
    }

    /// An earlier line that answers one of the same questions at the same time.
    fn in_the_way(&self, app: AppId, terms: &BindingTerms) -> Option<&BindingTerms> {
        let pairs = keys::pairs(app, terms, 0);
        let earlier = pairs.iter().filter_map(|pair| self.by_pair.get(pair)).flatten();
        earlier.map(|at| &self.terms[*at]).find(|earlier| overlap(terms, earlier))
    }
}

impl Bindings {
    /// Makes these bindings of an app, each with the number of its line.
    ///
    /// # Errors
    /// When the log does not take them: the chunks before are made.
    pub async fn import(
        &self,
        by: &Principal,
        app: &Arc<App>,
        lines: Vec<(u64, BindingTerms)>,
    ) -> Result<Imported, BindingError> {
        let mut imported = Imported::default();
        let mut lines = lines.into_iter().peekable();
        while lines.peek().is_some() {
            let chunk: Vec<_> = lines.by_ref().take(BINDINGS_IMPORT_CHUNK).collect();
            let (inner, app, by) = (self.0.clone(), app.clone(), by.name.clone());
            let done = alone(async move { inner.import_chunk(&by, &app, chunk).await }).await?;
            imported.made += done.made;
            imported.unchanged += done.unchanged;
            imported.refused.extend(done.refused);
        }
        Ok(imported)
    }
}

impl Inner {
    async fn import_chunk(
        &self,
        by: &str,
        app: &App,
        chunk: Vec<(u64, BindingTerms)>,
    ) -> Result<Imported, BindingError> {
        let _alone = self.writing.lock().await;
        let mut done = Imported::default();
        let mut new = New::default();
        // Nothing else is written meanwhile, so that one look holds for all lines.
        let look = self.index()?.look()?;
        for (line, terms) in chunk {
            match self.look_at(&look, app, &terms, &new) {
                Ok(true) => new.push(app.id, terms),
                Ok(false) => done.unchanged += 1,
                Err(error @ (BindingError::Write(_) | BindingError::Index(_) | BindingError::Reading)) => {
                    return Err(error);
                }
                Err(error) => {
                    done.refused.push(Refused { field: error.field(), ..Refused::new(line, error.wording()) });
                }
            }
        }
        drop(look);
        done.made = new.terms.len() as u64;
        self.keep_all(app.id, by, new.terms).await?;
        Ok(done)
    }

    /// Whether this one is new; `false` is there already.
    fn look_at(&self, look: &Look, app: &App, terms: &BindingTerms, new: &New) -> Result<bool, BindingError> {
        rules::check(app, terms)?;
        if let Some(earlier) = new.in_the_way(app.id, terms) {
            return if earlier == terms { Ok(false) } else { Err(BindingError::Twice) };
        }
        match self.check_free(look, app.id, terms, None) {
            Err(BindingError::Exists(id)) if is_same(look, id, terms)? => Ok(false),
            checked => checked.map(|()| true),
        }
    }

    async fn keep_all(&self, app: AppId, by: &str, all: Vec<BindingTerms>) -> Result<(), BindingError> {
        let at = self.clock.now();
        let mut bindings: Vec<Binding> = Vec::with_capacity(all.len());
        let (mut applied, mut failed) = (None, None);
        let appends = all.into_iter().map(|terms| {
            let body = Body::Entry(wire::made(app, &terms, Some(by)));
            let append = self.log.append(NewRecord { at, body: body.clone() });
            append.map(|appended| (appended, body))
        });
        let mut appends = stream::iter(appends).buffered(BINDINGS_IMPORT_WAITING);
        while let Some((appended, body)) = appends.next().await {
            match appended {
                Ok(appended) => {
                    let record = Record { seq: appended.seq, at, body };
                    applied = applied.max(Some((record.seq, fingerprint(&record))));
                    bindings.extend(wire::read(&record));
                }
                Err(error) => {
                    failed = Some(BindingError::Write(Arc::new(error)));
                    break;
                }
            }
        }
        // What is durable is looked up from now on, also when the rest was not taken.
        if let Some((seq, print)) = applied {
            self.index()?.apply(bindings, Applied { seq, print })?;
        }
        failed.map_or(Ok(()), Err)
    }
}

fn is_same(look: &Look, id: BindingId, terms: &BindingTerms) -> Result<bool, BindingError> {
    Ok(look.get(id.0)?.is_some_and(|binding| binding.terms == *terms))
}
