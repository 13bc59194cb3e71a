//! Bounds: bindings and decisions.

use std::time::Duration;

use super::HEADER_MAX;

/// Memory for pages of the index of bindings: the upper levels of its trees at ten million.
pub const BINDINGS_CACHE_BYTES: usize = 64 << 20;
/// Changes to the index that a crash may make us read from the log again: some seconds of it.
pub const BINDINGS_DURABLE_EVERY: u64 = 400_000;
/// A segment of the log of bindings.
pub const BINDINGS_SEGMENT_BYTES: u64 = 64 << 20;
/// Lines of the log of bindings read at a time; as values they take ten times as much.
pub const BINDINGS_READ_BYTES: usize = 8 << 20;
/// Bindings of it, or of an import, that are applied to the index at a time: some hundred
/// thousand, so that a tree of millions is not rewritten for each handful. They are held, and
/// other changes wait the second or two that it takes.
pub const BINDINGS_APPLY: usize = 200_000;
/// Records of it that a start waits for: a second or two. More are read while it is at work.
pub const BINDINGS_READ_FIRST: u64 = 50_000;
/// How long what others wrote waits while the log is still being read from its beginning.
pub const BINDINGS_FOLLOW_AGAIN: Duration = Duration::from_millis(200);
/// Bindings of one import written to the log at a time.
pub const BINDINGS_IMPORT_CHUNK: usize = 5_000;
/// Rows looked at for one page of bindings; a page may come back with fewer than asked for.
pub const BINDINGS_SCAN_MAX: usize = 50_000;
/// Milliseconds in which a platform has its answer, unless the app's rules say otherwise. None
/// says how long it waits; a caller hears nothing meanwhile.
pub const DECISION_DEADLINE_MS: u16 = 800;
/// What an app may say instead, and what a rule may give the company's own system.
pub const DECISION_DEADLINES_MS: std::ops::RangeInclusive<u16> = 50..=5_000;
/// What is left of the deadline for making the answer durable and sending it.
pub const DECISION_MARGIN: Duration = Duration::from_millis(100);
/// What a rule gives the company's own system unless it says otherwise.
pub const RULE_ASK_MS: u16 = 500;
/// Rules of an app: more is a program, which the company's own system should be.
pub const RULES_MAX: usize = 200;
/// Values of one condition; more belong into a list.
pub const RULE_VALUES_MAX: usize = 200;
/// Earlier versions of an app's rules that are kept: every click that moves or switches a rule makes
/// one, and whoever looks for last week's must find it. Of a dozen rules, some 3 KB, this is
/// 600 KB of the state and a few MB of memory.
pub const RULE_VERSIONS: usize = 200;
/// Those of them that are kept however long they are.
pub const RULE_VERSIONS_LEAST: usize = 20;
/// Bytes of JSON that more of them may take together: of hundreds of rules, each with hundreds of
/// values, not two hundred versions are held in memory.
pub const RULE_VERSIONS_BYTES: usize = 4 << 20;
/// Lists that rules may look into.
pub const LISTS_MAX: usize = 200;
/// Entries of a list: all seven-digit beginnings of a province's mobiles.
pub const LIST_ENTRIES_MAX: usize = 50_000;
/// The answer of the company's own system; a decision has some hundred bytes.
pub const ASK_ANSWER_MAX: usize = 16 << 10;
/// Questions to one address that wait at once; the next one is left to the next rule.
pub const ASK_AT_ONCE: usize = 256;
/// Addresses remembered with how they have been answering.
pub const ASK_SYSTEMS_MAX: usize = 1_000;
/// Failures in a row after which an address is left alone.
pub const ASK_FAILURES: u32 = 5;
/// For how long.
pub const ASK_REST: Duration = Duration::from_secs(10);
/// Bindings of one pair looked at for one question: all but the one that holds are over.
pub const BINDINGS_ASKED_MAX: usize = 1_000;
/// The largest file of bindings that an import reads: some ten million lines. It is never held.
pub const BINDINGS_IMPORT_MAX: usize = 1 << 30;
/// Pieces of such a file that wait to be read: some hundred kilobytes.
pub const BINDINGS_IMPORT_PIECES: usize = 8;
/// What they count for among all bodies under way: each is what was read of a connection at once.
pub const BINDINGS_IMPORT_HELD: usize = BINDINGS_IMPORT_PIECES * HEADER_MAX;
/// The longest line of it; a binding with every field at its longest is a tenth.
pub const BINDINGS_IMPORT_LINE_MAX: u64 = 64 << 10;
/// Lines that an import did not make of which it says why.
pub const BINDINGS_REFUSED_TOLD: usize = 1_000;
/// The largest file that a form uploads; it is held. The command line takes more bindings.
pub const UPLOAD_MAX: usize = 16 << 20;
/// How long an upload may take.
pub const UPLOAD_TIME: Duration = Duration::from_secs(300);
