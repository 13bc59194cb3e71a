//! Plays a platform: sends what is due, repeats what was not acknowledged, follows decisions.
//!
//! ```text
//! stream ─► (chaos) ─► queue by time ─► try ─► answered ──► ledger, what follows a decision
//!                          ▲                  └ not ─► next gap of the platform's schedule
//!                          └───────────────────────────────────────┘
//! ```
//!
//! One task keeps the queue and the ledger; tries run beside it, never more than the plan's
//! connections. With a time scale above one, stamps begin so far in the past that they do not
//! run ahead of the clock.

use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};
use std::io::Write as _;
use std::iter::Peekable;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::Instant;
use xxhash_rust::xxh3::xxh3_64;

use super::answer::{Refusal, judge};
use super::chaos::{Chaos, Disturbed};
use super::client::{Client, Delivery, Heard, Unreached};
use super::huawei::sign::Signer;
use super::job::Job;
use super::ledger::Ledger;
use super::plan::{Pace, Plan, scaled};
use super::platform::Platform;
use super::push::{Decided, Push};
use super::stamp::Millis;
use super::starts::Starts;
use super::stream::{Questions, Stream};
use crate::limits::{SIMULATOR_ANSWERS_KEPT, SIMULATOR_OUTLOOK_CALLS};

/// How much of a call may lie after its last start, for the stamps of scaled plays.
const TALK_MS: f64 = 600_000.0;

#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The address has no host or a port that is none, or is neither http nor https.
    #[error(
        "the address must begin with http:// or https:// and name a host: https://calls.example.com/callbacks/TOKEN"
    )]
    Address,
    #[error("setting up TLS")]
    Tls(#[source] rustls::Error),
    /// The rate or the time scale is not a positive number.
    #[error("the rate and the time scale must be numbers above zero")]
    Pace,
    /// The first connection of all failed, and the plan wants it to hold.
    #[error("cannot connect to {host}: {reason}")]
    Unreachable {
        host: String,
        /// Why, as the system or TLS said it.
        reason: Unreached,
    },
    /// Only one platform asks.
    #[error("only huawei-private asks questions")]
    Questions,
}

/// Plays a plan to its end or until it is stopped. `progress` hears of the ledger after every
/// try.
///
/// # Errors
/// When the plan cannot be played at all. Whatever goes wrong later stands in the ledger.
pub async fn play(plan: Plan, progress: impl FnMut(&Ledger)) -> Result<Ledger, PlayError> {
    let per_second = plan.rate / plan.time_scale;
    let span = plan.calls as f64 / per_second * 1000.0 + TALK_MS;
    let back = match plan.pace {
        Pace::Open => span * (1.0 - 1.0 / plan.time_scale.max(1.0)),
        Pace::Closed => span,
    };
    let base = plan.clock.now().as_millisecond() - back as Millis;
    let stream = super::script::stream(
        plan.platform,
        plan.app_key.as_deref(),
        plan.seed,
        Starts::paced(base, per_second, plan.calls),
        if plan.questions { Questions::Only } else { Questions::Ask },
    );
    Player::new(plan, stream.peekable(), Duration::ZERO)?.run(progress).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// How many pushes, without what chaos adds.
    pub pushes: u64,
    /// How long until the last.
    pub takes: Duration,
}

/// What `plan` comes to; `None` where it is too long to be looked through.
#[must_use]
pub fn outlook(plan: &Plan) -> Option<Outlook> {
    if plan.calls > SIMULATOR_OUTLOOK_CALLS || plan.rate <= 0.0 || plan.time_scale <= 0.0 {
        return None;
    }
    let questions = if plan.questions { Questions::Only } else { Questions::Assume };
    let starts = Starts::paced(0, plan.rate / plan.time_scale, plan.calls);
    let stream = super::script::stream(plan.platform, plan.app_key.as_deref(), plan.seed, starts, questions);
    let (pushes, last) = stream.fold((0, Duration::ZERO), |(pushes, last), push| (pushes + 1, last.max(push.due)));
    Some(Outlook { pushes, takes: scaled(last, plan.time_scale) })
}

#[derive(Debug)]
pub(super) struct Player {
    plan: Plan,
    client: Arc<Client>,
    signer: Option<Signer>,
    chaos: Option<Chaos>,
    stream: Peekable<Stream>,
    /// How far the play has come, in the time of the calls, when it begins.
    head_start: Duration,
    started: Instant,
    queue: BinaryHeap<Job>,
    queued: u64,
    tries: JoinSet<(Job, Heard, Duration)>,
    answers: HashMap<String, u64>,
    /// Whether a try has come to its end.
    tried: bool,
    ledger: Ledger,
}

impl Player {
    pub(super) fn new(plan: Plan, stream: Peekable<Stream>, head_start: Duration) -> Result<Self, PlayError> {
        plan.check()?;
        let signer = plan.app_secret.clone().filter(|_| plan.platform != Platform::Jiuyun).map(|secret| Signer {
            recipe: plan.recipe,
            key: plan.app_key.clone().unwrap_or_default(),
            secret,
            url: plan.to.to_string(),
        });
        Ok(Self {
            client: Arc::new(Client::new(&plan).map_err(PlayError::Tls)?),
            chaos: plan.chaos.then(|| Chaos::new(plan.seed, signer.is_some())),
            signer,
            plan,
            stream,
            head_start,
            started: Instant::now(),
            queue: BinaryHeap::new(),
            queued: 0,
            tries: JoinSet::new(),
            answers: HashMap::new(),
            tried: false,
            ledger: Ledger::default(),
        })
    }

    /// Puts a push into the queue that no stream knows.
    pub(super) fn add(&mut self, push: Push) {
        let due = self.due(&push);
        self.enqueue(Disturbed::not(push), due);
    }

    pub(super) async fn run(mut self, mut progress: impl FnMut(&Ledger)) -> Result<Ledger, PlayError> {
        let stop = self.plan.stop.clone();
        let mut end = None;
        loop {
            self.take_from_stream();
            if end.is_none() && self.stream.peek().is_none() {
                end = self.plan.patience.map(|patience| Instant::now() + patience);
            }
            let next = self.queue.peek().map(|job| job.due);
            if next.is_none() && self.tries.is_empty() {
                break;
            }
            let may_send = next.is_some() && self.tries.len() < self.plan.connections.max(1);
            let far = self.started + Duration::from_secs(86_400 * 365);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(Ok((job, heard, took))) = self.tries.join_next(), if !self.tries.is_empty() => {
                    self.first_of_all(&heard)?;
                    self.settle(job, &heard, took);
                    progress(&self.ledger);
                }
                () = tokio::time::sleep_until(next.unwrap_or(far)), if may_send => self.send_next(),
                () = tokio::time::sleep_until(end.unwrap_or(far)), if end.is_some() => break,
            }
            self.ledger.took = self.started.elapsed();
        }
        while let Some(done) = self.tries.join_next().await {
            if let Ok((job, heard, took)) = done {
                self.settle(job, &heard, took);
            }
        }
        self.ledger.took = self.started.elapsed();
        if let Some(receipts) = &mut self.plan.acknowledged {
            // A full disk on our side must not change what is said about the receiver.
            let _ = receipts.0.flush();
        }
        progress(&self.ledger);
        Ok(self.ledger)
    }

    /// The first try tells whether anybody is there at all: nothing would come of the others.
    fn first_of_all(&mut self, heard: &Heard) -> Result<(), PlayError> {
        let first = !std::mem::replace(&mut self.tried, true);
        match heard {
            Heard::NoConnection(reason) if first && self.plan.first_must_connect => {
                let host = self.plan.to.authority().map(ToString::to_string).unwrap_or_default();
                Err(PlayError::Unreachable { host, reason: reason.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Moves what is due before anything that waits from the stream to the queue.
    fn take_from_stream(&mut self) {
        while let Some(push) = self.stream.peek() {
            let due = match self.plan.pace {
                Pace::Open => self.started + scaled(push.due.saturating_sub(self.head_start), self.plan.time_scale),
                Pace::Closed => self.started,
            };
            if self.queue.peek().is_some_and(|job| job.due <= due) {
                return;
            }
            let Some(push) = self.stream.next() else { return };
            let disturbed = match &mut self.chaos {
                Some(chaos) => chaos.disturb(push, &mut self.ledger),
                None => vec![Disturbed::not(push)],
            };
            for push in disturbed {
                self.enqueue(push, due);
            }
        }
    }

    fn due(&self, push: &Push) -> Instant {
        match self.plan.pace {
            Pace::Open => self.started + scaled(push.due.saturating_sub(self.head_start), self.plan.time_scale),
            Pace::Closed => Instant::now(),
        }
    }

    fn enqueue(&mut self, disturbed: Disturbed, due: Instant) {
        self.ledger.line_mut(disturbed.push.kind).pushes += 1;
        self.queued += 1;
        self.queue.push(Job::new(disturbed, due, self.plan.time_scale, self.queued));
    }

    fn send_next(&mut self) {
        let Some(job) = self.queue.pop() else { return };
        let mut headers: Vec<(&'static str, String)> =
            job.push.headers().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        if let Some(signer) = &self.signer {
            let nonce = format!("{:032X}", fastrand::u128(..));
            let now = self.plan.clock.now();
            headers.extend(if job.forged { signer.forged().headers(&nonce, now) } else { signer.headers(&nonce, now) });
        }
        self.ledger.line_mut(job.push.kind).sent += 1;
        let client = self.client.clone();
        self.tries.spawn(async move {
            let body = Bytes::copy_from_slice(&job.push.body);
            let from = Instant::now();
            let heard = client.post(headers, body, job.delivery).await;
            (job, heard, from.elapsed())
        });
    }

    fn settle(&mut self, mut job: Job, heard: &Heard, took: Duration) {
        let kind = job.push.kind;
        let line = self.ledger.line_mut(kind);
        match heard {
            Heard::Answer { status, body } => match self.judge(&job.push, *status, body) {
                Ok(decided) => {
                    self.ledger.line_mut(kind).answered += 1;
                    self.ledger.latency.record(took);
                    self.acknowledged(&job, decided);
                    return;
                }
                Err(refusal) => {
                    let line = self.ledger.line_mut(kind);
                    *(if refusal.is_error() { &mut line.errors } else { &mut line.refused }) += 1;
                    self.ledger.refused(refusal);
                }
            },
            Heard::Nothing => {
                line.timed_out += 1;
                job.uncertain = true;
            }
            Heard::NotDelivered | Heard::NoConnection(_) => line.not_delivered += 1,
        }
        self.again(job);
    }

    fn judge(&mut self, push: &Push, status: u16, body: &[u8]) -> Result<Option<Decided>, Refusal> {
        let decided = judge(push.expects, status, body)?;
        if let (Some(_), Some(question)) = (&decided, push.sessions.first()) {
            // A question asked again must hear the same bytes.
            if self.answers.len() >= SIMULATOR_ANSWERS_KEPT {
                self.answers.clear();
            }
            match self.answers.entry(format!("{}/{question}", push.kind.name())) {
                Entry::Occupied(known) if *known.get() != xxh3_64(body) => return Err(Refusal::Changed),
                Entry::Occupied(_) => {}
                Entry::Vacant(free) => {
                    free.insert(xxh3_64(body));
                }
            }
        }
        Ok(decided)
    }

    fn acknowledged(&mut self, job: &Job, decided: Option<Decided>) {
        if let Some(receipts) = &mut self.plan.acknowledged {
            let line = serde_json::json!({
                "provider": job.push.platform.name(),
                "kind": job.push.kind.name(),
                "sessions": job.push.sessions,
                "xxh3": format!("{:016x}", xxh3_64(&job.push.body)),
                "at": self.plan.clock.now().to_string(),
                "decided": decided.as_ref().map(Decided::words),
            });
            let _ = writeln!(receipts.0, "{line}");
        }
        let Some(decided) = decided.filter(|_| job.follows) else { return };
        for push in job.push.follow(&decided) {
            let due = self.due(&push);
            let disturbed = match &mut self.chaos {
                Some(chaos) => chaos.disturb(push, &mut self.ledger),
                None => vec![Disturbed::not(push)],
            };
            for push in disturbed {
                self.enqueue(push, due);
            }
        }
    }

    /// Waits for the next gap of the platform's schedule, or gives up.
    fn again(&mut self, mut job: Job) {
        let gaps = job.push.platform.retry_gaps(job.push.kind);
        let Some(&gap) = gaps.get(job.tries) else {
            let line = self.ledger.line_mut(job.push.kind);
            line.given_up += 1;
            line.given_up_uncertain += u64::from(job.uncertain);
            return;
        };
        job.tries += 1;
        job.delivery = Delivery::Whole;
        job.forged = false;
        job.due = Instant::now() + scaled(gap, self.plan.time_scale);
        self.queue.push(job);
    }
}
