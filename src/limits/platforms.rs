//! Bounds: signatures, bodies and questions of platforms.

use std::time::Duration;

/// How far in the past `Created` of a signature may lie: a platform repeats a push for up to
/// half a day, and nothing says that it signs again.
pub const SIGNATURE_AGE: Duration = Duration::from_secs(24 * 3600);
/// How far in the future it may lie, before the eight hours of those who write UTC+8 with a `Z`.
pub const SIGNATURE_AHEAD: Duration = Duration::from_secs(15 * 60);
/// Nesting of a JSON body that is decoded; documented bodies have three levels.
pub const JSON_DEPTH: usize = 64;
/// Records of one push: documented are 50 (fee) and 100 (numStatus).
pub const PUSH_ITEMS_MAX: usize = 1_000;
/// Characters of a session id; the longest documented one has as many. A longer one is shortened.
pub const SESSION_MAX: usize = 256;
/// Characters of any other single field that is taken over into a call: twice the longest address of
/// a recording. What is longer is cut, and stays readable in the callback itself.
pub const FIELD_MAX: usize = 4_096;
/// Characters shown on each side of the place at which a body could not be read: a line on a screen.
pub const EXCERPT_CHARS: usize = 40;
/// Bytes looked at on each side of it: phone numbers that begin outside of the excerpt are found and masked.
pub const EXCERPT_LOOK: usize = 512;
/// Characters of an undocumented name that a platform sent, where it is shown to a person: a cell of a table.
pub const SHOWN_NAME_MAX: usize = 32;
/// Applications that one push names beside the app's own, and that are remembered: a push is of one application.
pub const FOREIGN_APPLICATIONS_MAX: usize = 8;
/// Different oddities noted per push: a person reads them, and a sender of nonsense must not make the list long.
pub const SUSPICIONS_MAX: usize = 64;
/// Answers to questions remembered in memory: at 400 bytes each about 50 MiB, and one and a
/// half new questions a second for a whole day. The oldest go first.
pub const ANSWERS_MAX: usize = 1 << 17;
/// How long an answer is remembered: a platform repeats a push for up to half a day.
pub const ANSWERS_AGE: Duration = Duration::from_secs(24 * 3600);
/// How far records of requests that came together may stand out of the order of their times.
pub const ANSWERS_DISORDER: Duration = Duration::from_secs(10 * 60);
/// How much of the journal is read at once when the answers of the last day, or another writer's, are
/// looked for.
pub const ANSWERS_READ_BYTES: usize = 4 << 20;
