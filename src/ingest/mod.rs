//! THE write path: a callback goes from the socket to the journal, and its answer back.
//!
//! ```text
//! verify ─ admit ─ decode ─┬─ notice ──────────────► journal ─ ack
//!                          └─ question ─ control ──► journal ─ answer
//! ```
//!
//! Nothing is answered with success before [`Journal::append`] says that it is durable, and
//! nothing received is dropped because it could not be understood: what does not verify, does
//! not parse or makes a provider panic is kept all the same. Each callback is carried by a task
//! of its own, so that a platform that hangs up does not undo it. There is no second way in.

mod counts;
mod reading;
mod tallies;
#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio_util::task::TaskTracker;

pub use self::counts::{CallbackCount, Counts, Histogram};
use self::reading::{Reading, Reply};
pub use self::tallies::Pending;
use self::tallies::Tallies;
use crate::clock::Clock;
use crate::control::{Answers, AskedAnswer, Control};
use crate::domain::{Ack, App, AppId, Callback, DecisionNote, Question};
use crate::journal::{AppendError, Body, CallbackRecord, Journal, NewRecord};
use crate::limits;
use crate::platforms::{BodyForm, Occasion, Provider};

/// Clones share everything.
#[derive(Debug, Clone)]
pub struct Ingest(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Arc<dyn Journal>,
    answers: Answers,
    control: Control,
    clock: Clock,
    public_url: Option<String>,
    tasks: TaskTracker,
    tallies: Tallies,
    counts: Counts,
}

/// Answered 503 with `Retry-After`, and counted.
#[derive(Debug, thiserror::Error)]
#[error("the callback could not be kept")]
pub struct NotKept(#[source] pub AppendError);

impl Ingest {
    /// `answers` holds the answers of the last day, `control` decides new questions, and `public_url`
    /// is how the platforms know us.
    #[must_use]
    pub fn new(
        journal: Arc<dyn Journal>,
        answers: Answers,
        control: Control,
        clock: Clock,
        public_url: Option<String>,
    ) -> Self {
        Self(Arc::new(Inner {
            journal,
            answers,
            control,
            clock,
            public_url,
            tasks: TaskTracker::new(),
            tallies: Tallies::default(),
            counts: Counts::default(),
        }))
    }

    /// Verifies, decodes, stores and answers one callback. Resolves when it is durable; dropping the
    /// future does not cancel it.
    pub async fn receive(&self, app: Arc<App>, callback: Callback) -> Result<Ack, NotKept> {
        self.receive_holding(app, callback, ()).await
    }

    /// Drops `held` when it is done, also when nobody waits for it.
    pub async fn receive_holding<T: Send + 'static>(
        &self,
        app: Arc<App>,
        callback: Callback,
        held: T,
    ) -> Result<Ack, NotKept> {
        let inner = self.0.clone();
        let id = app.id;
        let work = self.0.tasks.spawn(async move {
            let _held = held;
            inner.keep(&app, callback).await
        });
        work.await.unwrap_or_else(|error| {
            tracing::error!(app = id.0, %error, "keeping a callback stopped unexpectedly");
            self.0.tallies.add_lost(Some(id));
            Err(NotKept(AppendError::Closed))
        })
    }

    /// Counts a refused request; `None` for an unknown token. Returns the count since the start, for
    /// sampling the log.
    pub fn refused(&self, app: Option<AppId>) -> u64 {
        self.0.tallies.add_refused(app)
    }

    /// Counts that are not in the journal yet.
    #[must_use]
    pub fn pending(&self) -> Vec<Pending> {
        self.0.tallies.pending()
    }

    /// Since the start, for `/metrics`.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// Callbacks being written now.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.0.tasks.len()
    }

    /// Reads answers of other writers, while there are any.
    pub async fn follow(&self) {
        self.0.answers.follow(&self.0.journal, &self.0.clock).await;
    }

    /// Writes the counts of refused and lost requests, if there are any.
    pub async fn flush_tallies(&self) {
        self.0.tallies.flush(self.0.journal.as_ref(), self.0.clock.now()).await;
    }

    /// Waits for callbacks under way and writes the last counts. Call it after the last connection
    /// closed.
    pub async fn drain(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.flush_tallies().await;
    }
}

struct Answered<'a> {
    question: &'a Question,
    /// Set where it was decided now.
    decision: Option<DecisionNote>,
}

impl Inner {
    async fn keep(&self, app: &App, callback: Callback) -> Result<Ack, NotKept> {
        let reading = Reading::of(app, &callback, self.public_url.as_deref(), self.clock.now());
        match &reading.reply {
            Reply::Now(ack) => {
                let ack = ack.clone();
                self.append(app, callback, &reading, &ack, None).await?;
                Ok(ack)
            }
            Reply::Ask(provider, question) => match self.answers.ask(app.id, &question.key(), self.clock.now()).await {
                AskedAnswer::Known(ack) => {
                    self.append(app, callback, &reading, &ack, Some(Answered { question, decision: None })).await?;
                    Ok(ack)
                }
                AskedAnswer::New(ticket) => {
                    let (ack, decision) = self.decide(*provider, app, question).await;
                    self.append(app, callback, &reading, &ack, Some(Answered { question, decision })).await?;
                    Ok(ticket.keep(&self.journal, ack).await)
                }
                AskedAnswer::Failed(error) => {
                    self.count_lost(app, &reading);
                    Err(NotKept(error))
                }
            },
        }
    }

    /// A rule that panics is a bug of ours; the platform gets the default.
    async fn decide(&self, provider: &dyn Provider, app: &App, question: &Question) -> (Ack, Option<DecisionNote>) {
        let deciding = self.control.decide(provider, app, question);
        match AssertUnwindSafe(deciding).catch_unwind().await {
            Ok(decided) => (decided.ack, Some(decided.note)),
            Err(_) => {
                tracing::error!(app = app.id.0, "deciding a question panicked; it gets the default");
                let default = || provider.answer(&provider.default_decision(question, app), app.answer_form);
                let ack = reading::caught(default).unwrap_or_else(|| provider.ack(&Occasion::Kept(BodyForm::Json)));
                (ack, None)
            }
        }
    }

    async fn append(
        &self,
        app: &App,
        callback: Callback,
        reading: &Reading,
        ack: &Ack,
        answered: Option<Answered<'_>>,
    ) -> Result<(), NotKept> {
        let record = CallbackRecord {
            app: app.id,
            provider: app.provider.0.to_owned(),
            peer: callback.peer,
            tail: callback.tail,
            headers: callback.headers,
            body: callback.body,
            verified: reading.verified,
            foreign: reading.foreign.clone(),
            reply: ack.clone(),
            question: answered.as_ref().map(|answered| answered.question.key()),
            decision: answered.and_then(|answered| answered.decision),
        };
        let body = Body::Callback(Box::new(record));
        let started = std::time::Instant::now();
        match self.journal.append(NewRecord { at: callback.received_at, body }).await {
            Ok(seq) => {
                self.counts.kept(app.id, reading.outcome, ack.status, started.elapsed());
                tracing::debug!(app = app.id.0, callback.seq = seq, status = ack.status, "kept a callback");
                Ok(())
            }
            Err(error) => {
                let so_far = self.counts.not_kept(app.id);
                self.count_lost(app, reading);
                // A full disk refuses a thousand a second.
                if so_far % limits::REFUSALS_LOGGED_EVERY == 1 {
                    let error = crate::error_chain::Chain(&error);
                    tracing::warn!(app = app.id.0, %error, so_far, "a callback could not be kept");
                }
                Err(NotKept(error))
            }
        }
    }

    /// Counts a callback answered 503 as possibly lost, unless its platform pushes this kind again.
    fn count_lost(&self, app: &App, reading: &Reading) {
        if !reading.comes_again {
            self.tallies.add_lost(Some(app.id));
        }
    }
}
