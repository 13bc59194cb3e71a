//! Making, changing and ending one binding: check, audit entry, log, index.
//!
//! Nothing else changes bindings between the check and the effect, and a record is accepted only if no
//! other writer's came in between: of two conflicting bindings only one is made. [`super::import`] makes
//! many at once.

use std::sync::{Arc, OnceLock};

use super::index::{Applied, Look};
use super::pending::Pending;
use super::{BindingError, Bindings, Inner, fingerprint, overlap, rules, wire};
use crate::domain::{App, AppId, Binding, BindingId, BindingState, BindingTerms, PhoneNumber};
use crate::journal::{AppendError, Body, Entry, NewRecord, Record, Seen};
use crate::limits::OVERTAKEN_TRIES;
use crate::state::{Author, Behalf, OnRecord};

impl Bindings {
    /// # Errors
    /// A field that breaks a rule, or a party that is bound on that number already.
    pub async fn add(&self, by: &Author, app: &App, terms: BindingTerms) -> Result<Binding, BindingError> {
        rules::check(app, &terms)?;
        let (inner, app, by) = (self.0.clone(), app.id, by.clone());
        alone(async move {
            let (author, foretold) = (Behalf::from(&by), OnceLock::new());
            let decide = |pending: &Pending| {
                inner.check_free(pending, app, &terms, None)?;
                // The id is the record's number, most likely the next one.
                foretold.get_or_init(|| {
                    let id = BindingId(*inner.log.durable().borrow() + 1);
                    by.about(subject(id), Some(app));
                    id
                });
                Ok(|recorded: &OnRecord| wire::made(app, &terms, recorded))
            };
            let made = inner.keep(&author, decide).await?;
            if foretold.get() != Some(&made.id) {
                by.made(subject(made.id)).await;
            }
            Ok(made)
        })
        .await
    }

    /// # Errors
    /// As [`Bindings::add`]; and none of that id, or one that has ended.
    pub async fn change(
        &self,
        by: &Author,
        app: &App,
        id: BindingId,
        terms: BindingTerms,
    ) -> Result<Binding, BindingError> {
        rules::check(app, &terms)?;
        let (inner, app, by) = (self.0.clone(), app.id, Behalf::from(by));
        alone(async move {
            let decide = |pending: &Pending| {
                let present = inner.open_binding(id, app)?;
                inner.check_free(pending, app, &terms, Some(id))?;
                let changed = Binding { terms: terms.clone(), ..present };
                Ok(move |recorded: &OnRecord| wire::changed(&changed, recorded))
            };
            inner.keep(&by, decide).await
        })
        .await
    }

    /// Calls under way go on.
    pub async fn end(&self, by: impl Into<Behalf>, app: AppId, id: BindingId) -> Result<Binding, BindingError> {
        let (inner, by) = (self.0.clone(), by.into());
        alone(async move {
            let decide = |_: &Pending| {
                let present = inner.open_binding(id, app)?;
                let ended = Binding { ended_at: Some(inner.clock.now()), ..present };
                Ok(move |recorded: &OnRecord| wire::changed(&ended, recorded))
            };
            inner.keep(&by, decide).await
        })
        .await
    }
}

pub(super) const NOT_WRITTEN: &str = "bindings_not_written";
/// Another writer's change came first and forbids it.
const OVERTAKEN: &str = "changed_meanwhile";

fn subject(id: BindingId) -> String {
    format!("binding {}", id.0)
}

impl Inner {
    fn open_binding(&self, id: BindingId, app: AppId) -> Result<Binding, BindingError> {
        let binding = self.index()?.look()?.get(id.0)?.filter(|binding| binding.app == app);
        let binding = binding.ok_or(BindingError::NotFound(id))?;
        if binding.ended_at.is_some() { Err(BindingError::Ended(id)) } else { Ok(binding) }
    }

    /// Refuses terms that would answer the same caller at the same time as another binding: it would be
    /// chance who is reached.
    fn check_free(
        &self,
        pending: &Pending,
        app: AppId,
        terms: &BindingTerms,
        but: Option<BindingId>,
    ) -> Result<(), BindingError> {
        let other = self.in_the_way(&self.index()?.look()?, pending, app, terms, but)?;
        other.map_or(Ok(()), |other| Err(BindingError::Exists(other.id)))
    }

    pub(super) fn in_the_way(
        &self,
        look: &Look,
        pending: &Pending,
        app: AppId,
        terms: &BindingTerms,
        but: Option<BindingId>,
    ) -> Result<Option<Binding>, BindingError> {
        let now = self.clock.now();
        let mut in_the_way = pending.in_the_way(app, terms).cloned();
        for (dialled, caller) in terms.asked_by() {
            if in_the_way.is_some() {
                break;
            }
            look.asked(app, dialled, caller, |other| {
                let over = matches!(other.state(now), BindingState::Expired | BindingState::Ended);
                if Some(other.id) != but && !over && overlap(terms, &other.terms) && answers(&other, dialled, caller) {
                    in_the_way = Some(other);
                }
                in_the_way.is_none()
            })?;
        }
        Ok(in_the_way)
    }

    /// Decides a change, writes its audit entry and its record, and applies it; decides again if another
    /// writer was first.
    async fn keep<E: FnOnce(&OnRecord) -> Entry>(
        self: &Arc<Self>,
        by: &Behalf,
        decide: impl Fn(&Pending) -> Result<E, BindingError>,
    ) -> Result<Binding, BindingError> {
        let mut pending = self.alone().await?;
        let mut tries = 0;
        loop {
            tries += 1;
            let entry = match decide(&pending) {
                Err(error) if tries > 1 => {
                    by.failed(OVERTAKEN).await;
                    return Err(error);
                }
                decided => decided?,
            };
            let recorded = by.on_record().await?;
            let (at, seen) = (self.clock.now(), Seen::Log(self.through(&pending)?));
            let body = Body::Entry(entry(&recorded));
            match self.log.append_after(seen, NewRecord { at, body: body.clone() }).await {
                Ok(seq) => {
                    let record = Record { seq, at, body };
                    let binding = wire::read(&record).expect("what was written is read");
                    let mark = pending.mark(Applied { seq, print: fingerprint(&record) });
                    self.index()?.apply(vec![binding.clone()], mark)?;
                    return Ok(binding);
                }
                Err(AppendError::Overtaken) if tries < OVERTAKEN_TRIES => {
                    pending = match self.read_on(pending).await {
                        Err(error) => {
                            by.failed(NOT_WRITTEN).await;
                            return Err(error);
                        }
                        read => read?,
                    };
                }
                Err(error) => {
                    by.failed(NOT_WRITTEN).await;
                    return Err(BindingError::Write(Arc::new(error)));
                }
            }
        }
    }
}

/// Compares the numbers themselves: a hash may be another number's.
fn answers(other: &Binding, dialled: &PhoneNumber, caller: Option<&PhoneNumber>) -> bool {
    other.terms.asked_by().contains(&(dialled, caller))
}

/// Runs as a task, so that a client that hangs up cannot leave the log and the index in disagreement.
pub(super) async fn alone<T: Send + 'static>(
    work: impl Future<Output = Result<T, BindingError>> + Send + 'static,
) -> Result<T, BindingError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
