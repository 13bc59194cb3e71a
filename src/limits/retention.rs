//! Bounds: what is kept for how long.

use std::time::Duration;

/// The shortest time for which anything may be kept: a platform repeats a push for up to half a
/// day, and what was removed cannot be known as a repeat.
pub const KEEP_DAYS_MIN: u32 = 7;
/// The longest: a century, which no calendar arithmetic minds.
pub const KEEP_DAYS_MAX: u32 = 36_500;
/// Callbacks that one cut of the store spans: its sums are some hundred kilobytes then, far below the longest line.
pub const CUT_CALLBACKS: u64 = 20_000;
/// Holds: each is asked about every record whose time is over.
pub const HOLDS_MAX: usize = 200;
/// How often it is looked whether a nightly run is due.
pub const RETENTION_POLL: Duration = Duration::from_secs(60);
/// How long a run waits for the store to apply what it wrote to the journal.
pub const RETENTION_WAIT: Duration = Duration::from_secs(600);
/// Ids of calls in one note of an erasure under way: a third of a megabyte, far below the longest line.
pub const ERASURE_NOTE_CALLS: usize = 10_000;
