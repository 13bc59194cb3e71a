//! Bounds: the journal.

use std::time::Duration;

/// Callbacks waiting for the committer. Two thousand at 1 KiB are 2 MiB and, at the slowest
/// disk seen, less than two seconds of work.
pub const COMMIT_QUEUE: usize = 2_048;
/// Records appended together that wait in it at once: half of it, so that a single one finds room.
pub const APPEND_WAITING: usize = 1_024;
/// How often a change is decided again because another writer's came first: whoever loses does so to
/// somebody who won, and among a handful of writers nobody loses so often.
pub const OVERTAKEN_TRIES: u32 = 64;
/// How long a callback waits for a place in that queue before it is answered 503.
pub const COMMIT_QUEUE_WAIT: Duration = Duration::from_secs(2);
/// What is written and synced at once, at most: the whole queue at its usual sizes, and little
/// enough that whoever waits behind a batch of large bodies does not wait long.
pub const COMMIT_BATCH_BYTES: usize = 4 << 20;
/// The size at which a journal segment is finished: quickly rewritten as a whole, and fifty
/// million callbacks are some hundred files.
pub const SEGMENT_BYTES: u64 = 64 << 20;
/// Records read at first where the last entry of the audit trail is looked for: a login is one,
/// so it is hardly ever further back.
pub const AUDIT_READ_RECORDS: u64 = 4_096;
/// How much of the journal is read at once there.
pub const AUDIT_READ_BYTES: usize = 4 << 20;
/// Outcomes of acts that wait because the journal does not take them: each comes of a change that
/// was under way when the disk failed, and while it fails no other begins.
pub const AUDIT_OUTCOMES_WAITING: usize = 256;
/// How many of the outcomes behind a page of the audit trail are read to say how its acts ended: one
/// follows its act at once, and few acts have one.
pub const AUDIT_OUTCOMES_READ: usize = 10_000;
/// How long a page stays whole after a reveal: long enough to dial a number and to note it, not
/// long enough to forget that it is on the screen.
pub const REVEAL_TIME: Duration = Duration::from_secs(15 * 60);
/// The shortest answer that is compressed: a shorter one leaves in one packet as it is.
pub const COMPRESS_MIN: usize = 1_400;
/// Pages that are shown whole at once, of everybody together: some hundred bytes each.
pub const REVEALS_MAX: usize = 10_000;
/// Characters of the reason that somebody gives for a reveal: a sentence.
pub const REASON_CHARS_MAX: usize = 300;
/// Space held back for a full disk: an hour of fifteen callbacks a second.
pub const RESERVE_BYTES: u64 = 64 << 20;
/// The reserve is only held back again when that leaves this many times its size free: otherwise
/// it would be given up and made in turns. That the disk is full is not said for as long: only until
/// clearly more is free than was given up.
pub const RESERVE_ROOM: u64 = 2;
/// How often a taker of the directory's lock looks before it is refused: somebody who only looks
/// holds the lock for some microseconds.
pub const LOCK_LOOKS: u32 = 20;
/// How long between two of these looks.
pub const LOCK_LOOK_TIME: Duration = Duration::from_millis(5);
/// How often a journal to which nothing comes looks whether its file is still there, tries
/// whether it can write again where it could not, and whether there is room for the reserve again.
pub const RECOVERY_PROBE: Duration = Duration::from_secs(2);
/// The longest line of the journal that is read: a body of `BODY_MAX` in Base64 with headers stays below.
pub const LINE_MAX: usize = 4 << 20;
/// The uncompressed size of one independent zstd frame in a finished segment: small enough to
/// show one callback quickly, large enough to compress well.
pub const FRAME_BYTES: usize = 256 << 10;
/// The level finished segments are compressed with: 6 takes twice the time for a few per cent.
pub const ZSTD_LEVEL: i32 = 3;
/// That of segments an erasure wrote anew: a fifth smaller than at 3, and quick enough to wait for.
pub const ZSTD_LEVEL_ERASED: i32 = 9;
/// That of segments a retention run thinned: a third smaller than at 3, for years; slow, at night.
pub const ZSTD_LEVEL_THINNED: i32 = 15;
/// The distance of two marks in the index of a plain segment: what is read too much to find one
/// record, against the memory that the marks of 64 MiB take (32 KiB).
pub const MARK_BYTES: u64 = 64 << 10;
/// Bytes read at once when a segment is read from one end to the other.
pub const READ_CHUNK: usize = 1 << 20;
/// Segments kept open for reading: file descriptors, and marks of up to 32 KiB each.
pub const OPEN_SEGMENTS: usize = 32;
/// Decompressed frames kept, so that the callbacks of one page cost one frame and not fifty.
pub const KEPT_FRAMES: usize = 8;
/// Damaged lines that are remembered; beyond it a disk is lost and the list of no more use.
pub const DAMAGES_KEPT: usize = 1_000;
/// How often it is synced how far a log came: what a power failure takes of that is at most as old,
/// and a busy log is held up for one sync in a second.
pub const WATERMARK_SYNC: Duration = Duration::from_secs(1);
/// Numbers after which that is not waited for.
pub const WATERMARK_NUMBERS: u64 = 1 << 15;
/// Numbers left free where records are missing and nobody closed the log: more than can have been
/// given out since the last sync.
pub const WATERMARK_AHEAD: u64 = 2 * WATERMARK_NUMBERS;
/// How long a new app waits for the ids that other apps had, where only the journal says them: a small
/// journal is read by then, and who asks for a large one is told to come again.
pub const APP_IDS_TIME: Duration = Duration::from_secs(5);
/// How often it is looked whether that is so.
pub const APP_IDS_LOOK: Duration = Duration::from_millis(20);
/// The largest file that says how far a log came: the names of three hundred thousand segments.
pub const WATERMARK_MAX: u64 = 8 << 20;
/// How often counts of what was refused or lost are written to the journal: one small record
/// for however many there were.
pub const TALLY_EVERY: Duration = Duration::from_secs(2);
