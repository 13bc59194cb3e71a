//! Drives a receiver as hard as it goes, at little cost: it may share the receiver's cores.
//!
//! Requests are whole byte strings made beforehand; a connection writes one, reads the answer's
//! status and length, and writes the next; one that cannot be opened is given up. Nothing is signed,
//! retried or followed: the simulator's `play` does that. In the open loop a latency counts from the
//! instant at which the request was due, so that a receiver that stalls is not spared the requests it
//! delayed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use bytes::Bytes;
use http::Uri;
use ringback::simulator::{Latencies, Push};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::wire::{self, Connection, Connector, Reply};

/// How to drive.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// The address to push to.
    pub(crate) to: Uri,
    /// Connections, each with one request under way.
    pub(crate) connections: usize,
    /// Requests a second over all connections; none: each as soon as the one before is answered.
    pub(crate) rate: Option<f64>,
    /// For how long.
    pub(crate) time: Duration,
    /// After how many requests to end at the latest.
    pub(crate) requests_max: Option<u64>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoadReport {
    /// Requests written.
    pub(crate) sent: u64,
    /// Answered with 200.
    pub(crate) answered: u64,
    /// Answered with anything else.
    pub(crate) refused: u64,
    /// Not answered: the connection failed.
    pub(crate) failed: u64,
    /// Connections opened.
    pub(crate) connections: u64,
    /// How long answers took.
    pub(crate) latency: Latencies,
    /// How long it all took.
    pub(crate) took: Duration,
}

impl LoadReport {
    /// Requests answered with 200 in a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.answered += other.answered;
        self.refused += other.refused;
        self.failed += other.failed;
        self.connections += other.connections;
        self.latency.merge(&other.latency);
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} acknowledged a second over {:.1} s: sent {}, answered {}, refused {}, failed {}, \
             connections {}; {}",
            self.per_second(),
            self.took.as_secs_f64(),
            self.sent,
            self.answered,
            self.refused,
            self.failed,
            self.connections,
            self.latency
        )
    }
}

/// Makes whole requests of pushes.
pub(crate) fn prepare(to: &Uri, pushes: &[Push]) -> Vec<Bytes> {
    pushes.iter().map(|push| wire::request(to, push)).collect()
}

/// Sends the requests, over and over where there are too few, until time or number is up.
/// Connections that fail are counted.
pub(crate) async fn load(load: &Load, requests: Vec<Bytes>) -> anyhow::Result<LoadReport> {
    ensure!(!requests.is_empty(), "there are no requests to send");
    let connector = Arc::new(Connector::new(&load.to)?);
    let started = Instant::now();
    let work = Arc::new(Work {
        requests,
        claimed: AtomicU64::new(0),
        requests_max: load.requests_max.unwrap_or(u64::MAX),
        started,
        until: started + load.time,
        gap: load.rate.filter(|&rate| rate > 0.0).map(|rate| Duration::from_secs_f64(1.0 / rate)),
    });
    let mut drivers = JoinSet::new();
    for _ in 0..load.connections.max(1) {
        drivers.spawn(drive(connector.clone(), work.clone()));
    }
    let mut report = LoadReport::default();
    while let Some(done) = drivers.join_next().await {
        report.add(&done.unwrap_or_default());
    }
    report.took = started.elapsed();
    let counted = report.answered + report.refused;
    ensure!(report.latency.total() == counted && counted <= report.sent, "the report does not add up: {report}");
    Ok(report)
}

#[derive(Debug)]
struct Work {
    requests: Vec<Bytes>,
    claimed: AtomicU64,
    requests_max: u64,
    started: Instant,
    until: Instant,
    gap: Option<Duration>,
}

impl Work {
    /// The next request and the instant at which it is due; none when it is over.
    fn claim(&self) -> Option<(&Bytes, Instant)> {
        let number = self.claimed.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let due = self.gap.map_or(now, |gap| self.started + gap.mul_f64(number as f64));
        (number < self.requests_max && due.max(now) < self.until)
            .then(|| (&self.requests[(number % self.requests.len() as u64) as usize], due))
    }
}

/// One connection after the other, one request after the other.
async fn drive(connector: Arc<Connector>, work: Arc<Work>) -> LoadReport {
    let mut report = LoadReport::default();
    let mut open: Option<Connection> = None;
    while let Some((request, due)) = work.claim() {
        tokio::time::sleep_until(due).await;
        let mut connection = match open.take() {
            Some(connection) => connection,
            None => match connector.connect().await {
                Ok(connection) => {
                    report.connections += 1;
                    connection
                }
                // A receiver that is down is not helped by a thousand tries a second.
                Err(_) => {
                    report.failed += 1;
                    return report;
                }
            },
        };
        report.sent += 1;
        match connection.exchange(request).await {
            Ok(Reply { status, keep_alive }) => {
                report.latency.record(due.elapsed());
                if status == 200 {
                    report.answered += 1;
                } else {
                    report.refused += 1;
                }
                open = keep_alive.then_some(connection);
            }
            Err(_) => report.failed += 1,
        }
    }
    report
}
