//! What can be asked of the counters.
//!
//! Counters are kept by hour, app, product, outcome and cause, and by privacy number, product
//! and outcome. What is asked together with a privacy number is therefore answered without
//! causes, lengths of talk and calls at once: there are no rows for them, and never a scan.

use jiff::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Hour,
    /// One day in Asia/Shanghai.
    Day,
    /// The whole span at once.
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The app; keys are app ids in decimal.
    App,
    Provider,
    /// The product; `none` while unknown.
    Product,
    /// How calls ended; `none` for those that are not over.
    Outcome,
    /// Why they ended: provider, table and code with a blank between; `huawei-voice other` for
    /// codes that no table lists, `none` where none was given.
    Cause,
    /// The privacy number; `none` for calls without one.
    X,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatRow {
    /// The start of the step; of the whole span, its first day with a call.
    pub at: Timestamp,
    /// The group's key; empty without groups.
    pub key: String,
    /// Calls that began in the step.
    pub calls: u64,
    /// Of these, answered: those that are in talk as well.
    pub answered: u64,
    /// Of the answered, in talk now.
    pub talking: u64,
    /// Of the calls, neither answered nor over.
    pub ringing: u64,
    /// Their talk time in seconds.
    pub talk_seconds: u64,
    /// Calls whose ringing is known.
    pub rung: u64,
    /// Their seconds from ringing to answer or end.
    pub ring_seconds: u64,
    /// Calls for which both setup and ringing are known.
    pub with_pdd: u64,
    /// Their seconds from setup to ringing (post-dial delay).
    pub pdd_seconds: u64,
}

/// One hour of the week, all weeks of the span together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeatRow {
    /// Monday is 0.
    pub weekday: usize,
    /// The hour of the day, in Asia/Shanghai.
    pub hour: usize,
    /// What its calls add up to.
    pub sums: StatRow,
}

/// Calls by length of talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TalkRow {
    /// The shortest talk, in seconds.
    pub from: u32,
    /// The longest; `None` for the last.
    pub to: Option<u32>,
    pub calls: u64,
}

/// The most calls in talk at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeakRow {
    /// The start of the step.
    pub at: Timestamp,
    pub peak: u64,
    /// The first second in which they were.
    pub peak_at: Timestamp,
}

/// A sum and what it is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    pub part: u64,
    pub whole: u64,
}

impl Ratio {
    /// The quotient; `None` where there is nothing to divide by.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        // Counts are far below 2⁵³.
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }
}

/// What the figures are computed from; what each means in words stands in
/// [`crate::domain::metrics`].
impl StatRow {
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.talking + self.ringing
    }

    /// The answer rate: a call that still rings is neither answered nor unanswered.
    #[must_use]
    pub fn asr(&self) -> Ratio {
        Ratio { part: self.answered, whole: self.calls.saturating_sub(self.ringing) }
    }

    /// The mean talk: of a call that goes on nobody knows how long it is.
    #[must_use]
    pub fn acd(&self) -> Ratio {
        Ratio { part: self.talk_seconds, whole: self.answered.saturating_sub(self.talking) }
    }

    /// The mean time from setup to ringing.
    #[must_use]
    pub fn pdd(&self) -> Ratio {
        Ratio { part: self.pdd_seconds, whole: self.with_pdd }
    }

    /// The mean time from ringing to answer or end.
    #[must_use]
    pub fn ring(&self) -> Ratio {
        Ratio { part: self.ring_seconds, whole: self.rung }
    }

    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.answered += other.answered;
        self.talking += other.talking;
        self.ringing += other.ringing;
        self.talk_seconds += other.talk_seconds;
        self.rung += other.rung;
        self.ring_seconds += other.ring_seconds;
        self.with_pdd += other.with_pdd;
        self.pdd_seconds += other.pdd_seconds;
    }
}
