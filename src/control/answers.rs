//! What questions were answered during the last day.
//!
//! One decision per app and question: the first to ask gets a [`Ticket`] and decides, everyone
//! who asks meanwhile waits for it, everyone who asks later gets the same bytes, also after the
//! app's settings changed and after a restart ([`Answers::load`]).
//!
//! ```text
//! absent ── ask ──► deciding ── Ticket::keep ──► decided (a day)
//!    ▲                 │
//!    └── Ticket dropped: all who wait are told that it failed
//! ```
//!
//! Another writer may have decided the same question: the first record in the order of the journal
//! holds, for both. So before an answer is kept everything is read that others wrote before it, and
//! whose record stands first is the answer. On one machine there is nothing to read.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::{Ack, AppId, Seq};
use crate::error_chain::Chain;
use crate::journal::{AppendError, Body, Journal, ReadError, Record};
use crate::limits;
use crate::store::Store;

/// Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Answers(Arc<Mutex<Known>>);

type Key = (AppId, String);

#[derive(Debug, Default)]
struct Known {
    answers: HashMap<Key, Slot>,
    /// The decided ones, oldest first.
    order: VecDeque<(Timestamp, Key)>,
    /// The journal was read up to here.
    read: Seq,
}

#[derive(Debug)]
enum Slot {
    Deciding(watch::Receiver<Verdict>),
    Decided(Ack),
}

#[derive(Debug, Clone)]
enum Verdict {
    Open,
    Decided(Ack),
}

#[derive(Debug)]
pub enum Asked {
    Known(Ack),
    /// A new question: decide it, make the answer durable, then [`Ticket::keep`] it.
    New(Ticket),
    /// The deciding side could not make the answer durable.
    Failed(AppendError),
}

/// The duty to decide one question. Dropping it lets somebody else decide.
#[derive(Debug)]
pub struct Ticket {
    answers: Answers,
    key: Key,
    at: Timestamp,
    tell: watch::Sender<Verdict>,
    kept: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("loading the answers of the last day")]
pub struct LoadError(#[from] ReadError);

impl Answers {
    /// The answers of the day before `now`. The store knows which callbacks asked; what it has
    /// not seen, the last moments or, while it is rebuilt, everything, is looked for in the
    /// journal.
    ///
    /// # Errors
    /// When the journal cannot be read. Without these answers a repeated question might be
    /// answered otherwise than the first time, so nothing may be decided then.
    pub fn load(journal: &dyn Journal, store: &Store, now: Timestamp) -> Result<Self, LoadError> {
        let answers = Self::default();
        let since = now - age();
        let applied = store.status().applied;
        let mut from = applied + 1;
        match store.questions_since(since) {
            Ok(questions) if applied > 0 => {
                for seq in questions {
                    if let Some(record) = journal.get(seq)? {
                        answers.lock().learn(record, since);
                    }
                }
            }
            _ => from = first_since(journal, since)?,
        }
        answers.lock().read = from - 1;
        answers.read_on(journal, now)?;
        Ok(answers)
    }

    /// Reads other writers' answers, while there are other writers.
    pub async fn follow(&self, journal: &Arc<dyn Journal>, clock: &Clock) {
        let mut others = journal.others();
        loop {
            let last = *others.borrow_and_update();
            self.read_to(journal, last, clock.now()).await;
            if others.changed().await.is_err() {
                return;
            }
        }
    }

    async fn read_to(&self, journal: &Arc<dyn Journal>, seq: Seq, now: Timestamp) {
        if self.lock().read >= seq {
            return;
        }
        let (answers, journal) = (self.clone(), journal.clone());
        let read = tokio::task::spawn_blocking(move || answers.read_on(&*journal, now)).await;
        if let Err(error) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())) {
            tracing::error!(error = %Chain(&error), "what others answered is not known here yet");
        }
    }

    /// Reads on in order: the first answer to a question holds.
    fn read_on(&self, journal: &dyn Journal, now: Timestamp) -> Result<(), ReadError> {
        let (since, mut from) = (now - age(), self.lock().read + 1);
        loop {
            let end = *journal.durable().borrow();
            let records = journal.read(from, limits::ANSWERS_READ_BYTES)?;
            let last = records.last().map_or(end, |last| last.seq);
            let mut known = self.lock();
            known.read = known.read.max(last);
            if records.is_empty() {
                return Ok(());
            }
            from = last + 1;
            for record in records {
                known.learn(record, since);
            }
        }
    }

    /// Asks for the answer to a question of `app`; waits while somebody else is deciding it.
    pub async fn ask(&self, app: AppId, question: &str, now: Timestamp) -> Asked {
        let key = (app, question.to_owned());
        let mut decision = {
            let mut known = self.lock();
            known.forget_old(now);
            match known.answers.get(&key) {
                Some(Slot::Decided(ack)) => return Asked::Known(ack.clone()),
                Some(Slot::Deciding(decision)) => decision.clone(),
                None => {
                    let (tell, decision) = watch::channel(Verdict::Open);
                    known.answers.insert(key.clone(), Slot::Deciding(decision));
                    return Asked::New(Ticket { answers: self.clone(), key, at: now, tell, kept: false });
                }
            }
        };
        match decision.wait_for(|verdict| matches!(verdict, Verdict::Decided(_))).await.as_deref() {
            Ok(Verdict::Decided(ack)) => Asked::Known(ack.clone()),
            // The one who was deciding is gone without an answer.
            Ok(Verdict::Open) | Err(_) => Asked::Failed(AppendError::Closed),
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().order.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Every change below is complete before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Stores the durable answer and gives everyone who waits the one that holds: another writer's,
    /// where its record comes first.
    pub async fn keep(mut self, journal: &Arc<dyn Journal>, ack: Ack) -> Ack {
        let others = *journal.others().borrow();
        self.answers.read_to(journal, others, self.at).await;
        let ack = {
            let mut known = self.answers.lock();
            match known.answers.get(&self.key) {
                Some(Slot::Decided(first)) => first.clone(),
                Some(Slot::Deciding(_)) | None => {
                    known.decided(self.key.clone(), self.at, ack.clone());
                    ack
                }
            }
        };
        self.kept = true;
        self.tell.send_replace(Verdict::Decided(ack.clone()));
        ack
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut known = self.answers.lock();
        if !self.kept && matches!(known.answers.get(&self.key), Some(Slot::Deciding(_))) {
            known.answers.remove(&self.key);
        }
    }
}

impl Known {
    fn learn(&mut self, record: Record, since: Timestamp) {
        let Body::Callback(callback) = record.body else { return };
        let Some(question) = callback.question else { return };
        let key = (callback.app, question);
        // The first answer is the answer; later records repeat it.
        if record.at >= since && !matches!(self.answers.get(&key), Some(Slot::Decided(_))) {
            self.decided(key, record.at, callback.reply);
        }
    }

    fn decided(&mut self, key: Key, at: Timestamp, ack: Ack) {
        while self.order.len() >= limits::ANSWERS_MAX {
            self.forget_oldest();
        }
        self.answers.insert(key.clone(), Slot::Decided(ack));
        self.order.push_back((at, key));
    }

    fn forget_old(&mut self, now: Timestamp) {
        while self.order.front().is_some_and(|(at, _)| now.duration_since(*at) > age()) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_front() {
            self.answers.remove(&key);
        }
    }
}

fn age() -> SignedDuration {
    SignedDuration::try_from(limits::ANSWERS_AGE).expect("a day is a signed duration")
}

/// A number before everything recorded since `since`. Times rise with numbers except for requests that
/// came together, so it looks a little earlier.
fn first_since(journal: &dyn Journal, since: Timestamp) -> Result<Seq, ReadError> {
    let since = since - SignedDuration::try_from(limits::ANSWERS_DISORDER).expect("minutes are a signed duration");
    let (mut low, mut high) = (1, *journal.durable().borrow() + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match journal.read(middle, 1)?.first() {
            Some(record) if record.at < since => low = record.seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::testing::{Logs, MemoryJournal, on_both};
    use crate::journal::{CallbackRecord, NewRecord};

    const APP: AppId = AppId(1);

    fn ack(body: &str) -> Ack {
        Ack { status: 200, content_type: "application/json".into(), body: body.into() }
    }

    fn alone() -> Arc<dyn Journal> {
        Arc::new(MemoryJournal::default())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ticket(asked: Asked) -> Ticket {
        match asked {
            Asked::New(ticket) => ticket,
            other => panic!("not new: {other:?}"),
        }
    }

    fn known(asked: Asked) -> Ack {
        match asked {
            Asked::Known(ack) => ack,
            other => panic!("not known: {other:?}"),
        }
    }

    #[tokio::test]
    async fn everyone_who_asks_while_it_is_decided_gets_the_one_answer() {
        let answers = Answers::default();
        let now = at("2026-11-21T08:00:00Z");
        let first = ticket(answers.ask(APP, "s1", now).await);
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let answers = answers.clone();
                tokio::spawn(async move { answers.ask(APP, "s1", now).await })
            })
            .collect();
        tokio::task::yield_now().await;
        first.keep(&alone(), ack("one")).await;
        for asked in waiting {
            assert_eq!(known(asked.await.unwrap()), ack("one"));
        }
        assert_eq!(known(answers.ask(APP, "s1", now).await), ack("one"));
    }

    #[tokio::test]
    async fn a_decision_that_could_not_be_kept_fails_everyone_who_waited_and_is_open_again() {
        let answers = Answers::default();
        let now = at("2026-11-21T08:00:00Z");
        let first = ticket(answers.ask(APP, "s1", now).await);
        let waiting = {
            let answers = answers.clone();
            tokio::spawn(async move { answers.ask(APP, "s1", now).await })
        };
        tokio::task::yield_now().await;
        drop(first);
        assert!(matches!(waiting.await.unwrap(), Asked::Failed(_)));
        ticket(answers.ask(APP, "s1", now).await);
    }

    #[tokio::test]
    async fn an_answer_is_forgotten_after_a_day_and_belongs_to_its_app() {
        let answers = Answers::default();
        ticket(answers.ask(APP, "s1", at("2026-11-21T08:00:00Z")).await).keep(&alone(), ack("one")).await;
        assert_eq!(known(answers.ask(APP, "s1", at("2026-11-22T07:59:59Z")).await), ack("one"));
        ticket(answers.ask(AppId(2), "s1", at("2026-11-22T07:59:59Z")).await);
        ticket(answers.ask(APP, "s1", at("2026-11-22T08:00:01Z")).await);
        assert!(answers.is_empty());
    }

    fn asked(app: AppId, question: &str, now: Timestamp, reply: Ack) -> NewRecord {
        let body = Body::Callback(Box::new(CallbackRecord {
            app,
            provider: "huawei-private".to_owned(),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            tail: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
            verified: None,
            foreign: Vec::new(),
            reply,
            question: Some(question.to_owned()),
            decision: None,
        }));
        NewRecord { at: now, body }
    }

    /// The platform asks one machine, hears nothing in time, and asks the other.
    #[tokio::test(flavor = "multi_thread")]
    async fn of_two_writers_who_decide_one_question_the_first_in_the_journal_is_right() {
        let now = at("2026-11-21T08:00:00Z");
        for the_first_keeps_first in [true, false] {
            let log = MemoryJournal::chatter();
            let journals: [Arc<dyn Journal>; 2] = [Arc::new(log.beside()), Arc::new(log.beside())];
            let [one, two] = [Answers::default(), Answers::default()];
            let tickets = [ticket(one.ask(APP, "s1", now).await), ticket(two.ask(APP, "s1", now).await)];
            let waiting = {
                let two = two.clone();
                tokio::spawn(async move { two.ask(APP, "s1", now).await })
            };
            journals[0].append(asked(APP, "s1", now, ack("one"))).await.unwrap();
            journals[1].append(asked(APP, "s1", now, ack("two"))).await.unwrap();
            let [first, second] = tickets;
            let (first, second) = if the_first_keeps_first {
                let first = first.keep(&journals[0], ack("one")).await;
                (first, second.keep(&journals[1], ack("two")).await)
            } else {
                let second = second.keep(&journals[1], ack("two")).await;
                (first.keep(&journals[0], ack("one")).await, second)
            };
            assert_eq!((first, second), (ack("one"), ack("one")));
            for answers in [&one, &two] {
                assert_eq!(known(answers.ask(APP, "s1", now).await), ack("one"));
            }
            assert_eq!(known(waiting.await.unwrap()), ack("one"));
        }
    }

    #[tokio::test]
    async fn what_others_answered_is_known_as_it_comes() {
        let now = at("2026-11-21T08:00:00Z");
        let log = MemoryJournal::chatter();
        let ours: Arc<dyn Journal> = Arc::new(log.beside());
        let answers = Answers::default();
        let following = {
            let (answers, clock) = (answers.clone(), Clock::fixed(now));
            tokio::spawn(async move { answers.follow(&ours, &clock).await })
        };
        log.append(asked(APP, "s1", now, ack("theirs"))).await.unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while answers.is_empty() {
            assert!(std::time::Instant::now() < deadline);
            tokio::task::yield_now().await;
        }
        assert_eq!(known(answers.ask(APP, "s1", now).await), ack("theirs"));
        following.abort();
    }

    on_both! {
        the_answers_of_the_last_day_are_found_without_the_store
    }

    async fn the_answers_of_the_last_day_are_found_without_the_store(logs: Logs) {
        let now = at("2026-11-21T08:00:00Z");
        let journal = logs.journal();
        for (hours, question, answer) in
            [(50, "s0", "old"), (30, "s1", "old"), (3, "s1", "one"), (2, "s1", "two"), (1, "s2", "three")]
        {
            let then = now - SignedDuration::from_hours(hours);
            journal.append(asked(APP, question, then, ack(answer))).await.unwrap();
        }
        let clock = Clock::fixed(now);
        let catalog = crate::correlate::Catalog {
            meaning: |_, _| None,
            recording_days: |_| 0,
            provider: |_| None,
            dials_caller: |_| false,
            with_digits: |product| product,
        };
        let (store, ..) = Store::open(&logs.path().join("store"), "installation", catalog, &clock, &|_| None).unwrap();
        let answers = Answers::load(&*journal, &store, now).unwrap();
        assert_eq!(known(answers.ask(APP, "s1", now).await), ack("one"));
        assert_eq!(known(answers.ask(APP, "s2", now).await), ack("three"));
        ticket(answers.ask(APP, "s0", now).await);
        assert_eq!(answers.len(), 2);
    }
}
