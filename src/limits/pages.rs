//! Bounds: lists, live events and pages.

use std::time::Duration;

/// Rows of one page of a list: an export asks a thousand times for a million rows, and one
/// answer stays below a few megabytes.
pub const PAGE_MAX: usize = 1_000;
/// Rows of one page when nothing is said: what a person looks through.
pub const PAGE_DEFAULT: usize = 50;
/// Pages of an export that are made before the one on its way is taken: some megabytes.
pub const EXPORT_PAGES_AHEAD: usize = 2;
/// Rows of one sheet of a workbook, the heading included: more are not opened.
pub const SHEET_ROWS_MAX: u32 = 1_048_576;
/// Bytes of one sheet before it is packed: from four gibibytes on an archive takes a form that
/// not every program reads.
pub const SHEET_BYTES_MAX: u64 = 3 << 30;
/// Characters of one cell: a spreadsheet "repairs" a file with longer ones.
pub const SHEET_TEXT_MAX: usize = 32_767;
/// Rows at which a count stops: beyond it "100,000+" says as much.
pub const COUNT_MAX: usize = 100_000;
/// Rows that are compared for a count where the indexes cannot count: some ten milliseconds for each
/// thousand.
pub const COUNT_COMPARED: usize = 10_000;
/// Parts of sealed segments that one page of a list reads, at most; each takes ten to twenty
/// microseconds. Ten filters over the three hundred segments of ten million calls stay below;
/// what does not comes as a short page with a cursor to go on from.
pub const SCAN_WORK: usize = 5_000;
/// Values of one repeated filter: each is a look-up in every segment.
pub const FILTER_VALUES_MAX: usize = 100;
/// The fewest characters of the end of a reference by which `q` finds it: fewer would mean everything.
pub const REFERENCE_END_MIN: usize = 4;
/// The fewest characters of the beginning of a session or of a call's id: as many as people read out.
pub const ID_BEGINNING_MIN: usize = 8;
/// Changes by which a slow follower of live events may fall behind: a minute of seventy a second.
pub const LIVE_BACKLOG: usize = 4_096;
/// Followers of live events at once, open pages included: each reads every change it is told.
pub const FOLLOWERS_MAX: usize = 200;
/// Hours for which a call without an end counts as under way on the live page: no platform lets
/// one run for longer, and a hang-up that was never told must not stand there for ever.
pub const LIVE_HOURS: i64 = 4;
/// The newest decisions on the live page, beside the calls; `static/js/live.js` keeps as many.
pub const LIVE_DECISIONS: usize = 12;
/// Calls under way on the live page.
pub const LIVE_ACTIVE: usize = 100;
/// Missed callbacks sent to a follower of events that comes back; more is a case for the lists.
pub const EVENTS_RESUME: u64 = 1_000;
/// How often a silent stream of events says that it is alive: proxies give up after a minute.
pub const EVENTS_HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a stream of events, or another transfer that lasts, asks whether whoever follows is
/// still let in: a login that was ended is ended within a breath.
pub const ADMISSION_CHECK: Duration = Duration::from_secs(1);
/// Recordings about to be deleted that the home page counts, of each provider: each call is read.
pub const HOME_EXPIRING: usize = 200;
/// Calls of one outcome that the home page looks at for the codes no table lists.
pub const HOME_UNLISTED: usize = 20;
/// Days over which the home page looks for a loss: a month of hourly counters.
pub const HOME_LEDGER_DAYS: i64 = 30;
/// Rows of one table of the statistics; all of them are one click away.
pub const STATISTICS_ROWS: usize = 50;
/// Days over which gaps are looked for: as long as the longest that a platform keeps a recording.
pub const GAPS_DAYS: i64 = 30;
/// Hours without a push after which an app that was busy a week ago has stopped.
pub const GAPS_QUIET_HOURS: i64 = 6;
/// Callbacks whose bodies stand on the page of a call; the others are one click away.
pub const CALL_BODIES: usize = 24;
/// Bytes of these bodies, indented: the page stays under a hundred kilobytes with all else on it.
pub const CALL_BODY_BYTES: usize = 32 << 10;
/// Decisions on the page of a call and in its object: a call asks once, a broken rule may ask again.
pub const CALL_DECISIONS: usize = 16;
/// Steps of a call that are drawn: a screen and a half; the table below has the others.
pub const LADDER_STEPS: usize = 40;
/// Hours before and after a call in which messages belong to its story: half a working day.
pub const CALL_AROUND_HOURS: i64 = 6;
/// Such messages on the page of a call; a link leads to all of them.
pub const CALL_AROUND_MESSAGES: usize = 10;
/// Callbacks in one evidence pack; a call has a dozen, and repeats do not add to the proof.
pub const EVIDENCE_CALLBACKS: usize = 1_000;
/// Bytes of their bodies: the pack is made in memory.
pub const EVIDENCE_BYTES: usize = 64 << 20;
/// Callbacks that the attention page groups: one page of the list.
pub const ATTENTION_ROWS: usize = 1_000;
/// Unreadable bodies whose cause it looks for, of a mebibyte at most: each is read again from the journal.
pub const ATTENTION_BODIES: usize = 200;
/// Callbacks of such a group that it links one by one, as no filter finds them alone.
pub const ATTENTION_LINKS: usize = 12;
/// Days over which it looks: who was on holiday still sees what came.
pub const ATTENTION_DAYS: i64 = 14;
/// How long the page of an app waits for the projector after a test callback, before it answers
/// without a link to what became of it: a person waits, and it mostly takes milliseconds.
pub const TEST_SHOWN_WITHIN: Duration = Duration::from_secs(2);
/// The largest body that a page shows; a larger one is a download.
pub const SHOWN_BODY: usize = 128 << 10;
