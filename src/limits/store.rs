//! Bounds: the store and what feeds it.

use std::time::Duration;

use jiff::SignedDuration;

/// How much of the journal is projected at once: thousands of callbacks, so that the cost of a
/// batch is spread, and few enough that readers see them soon.
pub const PROJECT_BATCH_BYTES: usize = 4 << 20;
/// How long changes stay in memory before they are written to `store/`. Losing them costs a
/// start that reads as much of the journal again.
pub const CHECKPOINT_TIME: Duration = Duration::from_millis(500);
/// Changed rows at which they are written without waiting: about 20 MiB of them.
pub const CHECKPOINT_ROWS: usize = 20_000;
/// A row of the store before compression, for estimating how much a checkpoint writes.
pub const ROW_BYTES_TYPICAL: usize = 1 << 10;
/// Free space below which the store writes no checkpoint: the journal needs it more.
pub const STORE_ROOM: u64 = 8 << 20;
/// How long the projector pauses when the store cannot be written: a full disk or a damaged
/// store does not heal faster for being asked more often.
pub const STORE_RETRY: Duration = Duration::from_millis(200);
/// sled's cache. Its rows are the hot part and counters; blocks are files beside it.
pub const SLED_CACHE_BYTES: u64 = 32 << 20;
/// How often sled is asked for its lock. Another process cannot hold it: the data directory has
/// a lock of its own; a store that was just closed may still be letting go.
pub const STORE_LOCK_TRIES: u32 = 60;
/// How long between two of these tries.
pub const STORE_LOCK_WAIT: Duration = Duration::from_millis(50);
/// Calls kept in the store's hot part before the oldest are sealed. About 600 bytes each, so
/// 60 MiB; a call is over, and its record here, long before a hundred thousand others begin.
pub const HOT_CALLS: usize = 3 * SEALED_CALLS;
/// Calls in one sealed segment of the store: about three hundred segments for ten million calls.
pub const SEALED_CALLS: usize = 32_768;
/// Callbacks in one sealed segment of the store, likewise.
pub const SEALED_CALLBACKS: usize = 32_768;
/// Rows of the hot part that stand together: what a change copies while a reader walks, some 20 kB,
/// and how many runs a snapshot counts, some hundreds.
pub const HOT_RUN: usize = 256;
/// Rows in one compressed block of a sealed segment: 8 to 32 KiB, what one read costs and what compresses well.
pub const BLOCK_ROWS: usize = 128;
/// The largest block of rows, decompressed: `BLOCK_ROWS` of the largest rows there can be.
pub const BLOCK_BYTES_MAX: usize = 64 << 20;
/// The largest part of a sealed segment that is read at once: a length in a damaged file must
/// not decide how much memory is asked for.
pub const SEGMENT_PART_MAX: usize = 64 << 20;
/// Events kept per call: a platform sends about ten; a run-away sender must not grow one row
/// without bound. What comes later still counts as received and is kept in the journal.
pub const CALL_EVENTS_MAX: usize = 256;
/// Records kept per call, likewise.
pub const CALL_RECORDS_MAX: usize = 16;
/// Callback numbers kept per call, likewise.
pub const CALL_CALLBACKS_MAX: usize = 1_024;
/// States kept per privacy number; a number changes a few times a year.
pub const NUMBER_STATES_MAX: usize = 200;

/// Hours of one talk that count as calls in talk at once: what claims to have lasted longer than
/// a day is a platform's wrong clock.
pub const COUNTED_TALK_HOURS: usize = 24;
/// The longest talk: platforms end a call after eight hours (玖云) or 1,440 minutes (华为云).
pub const TALK_MAX: SignedDuration = SignedDuration::from_hours(24);
/// The longest ringing: networks give up after a minute or two; a wrong clock says more.
pub const RING_MAX: SignedDuration = SignedDuration::from_hours(1);
/// How far the instants of one call may lie apart: the longest talk, its ringing, and the fourteen
/// hours of a time zone that one of them was written in by mistake.
pub const CALL_SPAN: SignedDuration = SignedDuration::from_hours(48);
/// How far after its receipt an instant may lie: eight hours are a zone mistaken, more than a day
/// is no clock's error any more but nonsense.
pub const INSTANT_AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// How far before its receipt: twenty years. Old records are imported and pushed again, and where
/// their instants agree they are believed; before that there were no such platforms.
pub const INSTANT_AGE: SignedDuration = SignedDuration::from_hours(20 * 8_766);
/// How long after its end a day is summed up: by then nearly every record of it is here.
pub const DAY_OPEN_HOURS: i64 = 2;
/// The longest span over which the most calls at once are looked for, a quarter: each of its hours is read.
pub const PEAK_HOURS: i64 = 93 * 24;
