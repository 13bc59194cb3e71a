//! What was sent and what came of it, so that both sides' books can be compared.
//!
//! ```text
//! sent    = answered + with an error + refused + timed out + not delivered     (tries)
//! pushes  = acknowledged + given up + waiting                       (what the tries were for)
//! ```
//!
//! A receiver must have kept every push that was acknowledged. The bodies that reached it whole
//! number at least `answered + with an error + refused`, and at most as many and the timed out.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::answer::Refusal;
use super::latencies::Latencies;
use super::platform::PushKind;
use crate::domain::many;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// Pushes begun, duplicates made on purpose included.
    pub pushes: u64,
    pub sent: u64,
    /// Tries that succeeded: the push is acknowledged.
    pub answered: u64,
    /// Tries that were answered with an error: a status of 400 or above.
    pub errors: u64,
    /// Tries that were answered with anything else: a code or a decision that the platform does not take.
    pub refused: u64,
    /// Tries without an answer: the receiver may or may not have them.
    pub timed_out: u64,
    /// Tries that cannot have arrived whole: no connection, or cut short on purpose.
    pub not_delivered: u64,
    /// Pushes that will not be tried again.
    pub given_up: u64,
    /// Of those: pushes that may have arrived all the same, since a try timed out.
    pub given_up_uncertain: u64,
}

impl Line {
    /// Pushes that were neither acknowledged nor given up.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.pushes.saturating_sub(self.answered + self.given_up)
    }

    fn add(&mut self, other: &Self) {
        self.pushes += other.pushes;
        self.sent += other.sent;
        self.answered += other.answered;
        self.errors += other.errors;
        self.refused += other.refused;
        self.timed_out += other.timed_out;
        self.not_delivered += other.not_delivered;
        self.given_up += other.given_up;
        self.given_up_uncertain += other.given_up_uncertain;
    }
}

#[derive(Debug, Clone, Default)]
pub struct Ledger {
    lines: BTreeMap<PushKind, Line>,
    refusals: BTreeMap<Refusal, u64>,
    disturbances: BTreeMap<&'static str, u64>,
    /// How long answers took.
    pub latency: Latencies,
    pub took: Duration,
}

impl Ledger {
    #[must_use]
    pub fn line(&self, kind: PushKind) -> Line {
        self.lines.get(&kind).copied().unwrap_or_default()
    }

    #[must_use]
    pub fn total(&self) -> Line {
        let mut total = Line::default();
        self.lines.values().for_each(|line| total.add(line));
        total
    }

    #[must_use]
    pub fn refusals(&self) -> &BTreeMap<Refusal, u64> {
        &self.refusals
    }

    #[must_use]
    pub fn disturbances(&self) -> &BTreeMap<&'static str, u64> {
        &self.disturbances
    }

    pub(super) fn line_mut(&mut self, kind: PushKind) -> &mut Line {
        self.lines.entry(kind).or_default()
    }

    pub(super) fn refused(&mut self, refusal: Refusal) {
        *self.refusals.entry(refusal).or_default() += 1;
    }

    pub(super) fn disturbed(&mut self, how: &'static str) {
        *self.disturbances.entry(how).or_default() += 1;
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<14}{:>9}{:>9}{:>10}{:>12}{:>9}{:>11}{:>15}{:>10}{:>9}",
            "",
            "pushes",
            "sent",
            "answered",
            "with error",
            "refused",
            "timed out",
            "not delivered",
            "given up",
            "waiting"
        )?;
        for kind in PushKind::ALL {
            if let Some(line) = self.lines.get(&kind) {
                write_line(f, kind.name(), line)?;
            }
        }
        let total = self.total();
        write_line(f, "total", &total)?;
        for (refusal, count) in &self.refusals {
            let how = if refusal.is_error() { "answered with an error" } else { "refused" };
            writeln!(f, "{how} {}: {refusal}", many(*count, "time", "times"))?;
        }
        if total.given_up_uncertain > 0 {
            writeln!(f, "{} given up may have arrived: no answer came", total.given_up_uncertain)?;
        }
        if !self.disturbances.is_empty() {
            let list: Vec<String> = self.disturbances.iter().map(|(how, count)| format!("{count} {how}")).collect();
            writeln!(f, "chaos: {}", list.join(", "))?;
        }
        let seconds = self.took.as_secs_f64();
        let per_second = if seconds > 0.0 { total.answered as f64 / seconds } else { 0.0 };
        write!(f, "{per_second:.1} acknowledged a second over {seconds:.1} s; {}", self.latency)
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, name: &str, line: &Line) -> fmt::Result {
    writeln!(
        f,
        "{name:<14}{:>9}{:>9}{:>10}{:>12}{:>9}{:>11}{:>15}{:>10}{:>9}",
        line.pushes,
        line.sent,
        line.answered,
        line.errors,
        line.refused,
        line.timed_out,
        line.not_delivered,
        line.given_up,
        line.waiting()
    )
}
