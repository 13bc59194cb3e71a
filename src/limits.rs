//! Every bound of the program, one `const` each, with its reason.
//!
//! Sizes are bytes unless the name says otherwise. A bound that nothing uses fails a test.

mod simulator;

use std::time::Duration;

use jiff::SignedDuration;

pub use self::simulator::*;

// HTTP: connections and requests.

/// Open connections; beyond it a new one waits in the kernel's backlog.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Open connections of one address, of an IPv6 network of 64 bits together: a platform keeps some
/// dozens, and an office behind one address some dozens of browsers. Trusted proxies and this
/// machine itself speak for many and have no such share.
pub const CONNECTIONS_PER_ADDRESS: usize = 256;
/// Requests under way of one such address, on all its connections: at five milliseconds each, a
/// hundred thousand callbacks a second.
pub const REQUESTS_PER_ADDRESS: usize = 512;
/// Connections of commands on this machine: they have places of their own.
pub const CONTROL_CONNECTIONS_MAX: usize = 64;
/// How long a stranger may take for the handshake, his first request and each pause while few
/// places are left: three round trips to the other end of the world, and a lost packet.
pub const PRESSED_TIME: Duration = Duration::from_secs(2);
/// How long a TLS handshake may take.
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How long the head of a request may take.
pub const HEADER_TIME: Duration = Duration::from_secs(15);
/// The largest head of a request; a platform's is about one kilobyte, a browser's a few. As much
/// is held of each connection, whoever it is.
pub const HEADER_MAX: usize = 32 << 10;
/// Requests under way at once on one HTTP/2 connection: more than any platform sends at once.
pub const STREAMS_MAX: u32 = 128;
/// How long a connection may stand open with nothing under way. Platforms keep theirs open
/// between pushes; closing one as the next push sets out loses that push.
pub const IDLE_TIME: Duration = Duration::from_secs(75);
/// How long a client may take none of the bytes we have for it.
pub const WRITE_TIME: Duration = Duration::from_secs(60);
/// How much of an answer is handed over to an HTTP/2 connection at once, so that it is seen whether
/// its client takes it: one frame of the usual size.
pub const ANSWER_PIECE: usize = 16 << 10;
/// What an HTTP/2 client may send before any of it is read, on all its streams together: of a
/// thousand connections, a quarter of a gigabyte at the worst.
pub const RECEIVE_WINDOW: u32 = 256 << 10;
/// What waits within an HTTP/2 connection to be written, of each of its streams.
pub const SEND_BUFFER: usize = 64 << 10;
/// How long an HTTP/2 connection may be silent before it is asked whether it is still there: a
/// live stream may have nothing to hear for hours.
pub const PING_AFTER: Duration = Duration::from_secs(60);
/// How long its answer may take.
pub const PING_TIME: Duration = Duration::from_secs(20);
/// The longest wait after a failed accept; the first is a hundredth of it. Running out of file
/// descriptors ends only as connections close.
pub const ACCEPT_BACKOFF: Duration = Duration::from_secs(1);
/// How long a stop waits for what is under way.
pub const DRAIN_TIME: Duration = Duration::from_secs(10);
/// How long a command waits for a server that is starting or stopping, or for another command:
/// as long as a stop takes, and some.
pub const COMMAND_PATIENCE: Duration = Duration::from_secs(15);
/// How long, during a stop, a connection without a request may still deliver one that was on
/// its way; a silent client holds up a stop for this long at most.
pub const DRAIN_QUIET: Duration = Duration::from_millis(500);
/// The largest callback body that is kept. The largest documented one, 50 call records of
/// about 2 KiB, is a tenth of it.
pub const BODY_MAX: usize = 1 << 20;
/// The largest body of somebody who has not said who he is: a login form has some hundred bytes.
pub const STRANGER_BODY_MAX: usize = 8 << 10;
/// All bodies under way, from their first byte to the answer: a tenth of the smallest server's memory.
pub const BODIES_MAX: usize = 64 << 20;
/// Of them, those of strangers: a thousand at once, each at its largest.
pub const BODIES_STRANGERS: usize = 8 << 20;
/// Those of people and programs that are known: an upload of [`UPLOAD_MAX`], and forms beside it.
pub const BODIES_PEOPLE: usize = 24 << 20;
/// Those of platforms, which nobody else takes: thirty thousand callbacks of the usual size.
pub const BODIES_PLATFORMS: usize = 32 << 20;
/// What room is made for at first of a body whose length is not known yet.
pub const BODY_FIRST: usize = 4 << 10;
/// How much of a too large body is read and dropped, so that a client still sending sees the 413.
pub const BODY_DRAIN_MAX: usize = 4 << 20;
/// How long such a body is read for.
pub const BODY_DRAIN_TIME: Duration = Duration::from_secs(2);
/// How long a client may take to send a body.
pub const BODY_TIME: Duration = Duration::from_secs(30);
/// The largest form or API request; the longest list of rules that a person keeps is a tenth.
pub const FORM_MAX: usize = 256 << 10;
/// What a 503 asks the platform to wait.
pub const RETRY_AFTER: Duration = Duration::from_secs(5);
/// One refused request in so many is logged: a scanner must not fill the log.
pub const REFUSALS_LOGGED_EVERY: u64 = 100;
/// Requests shown that came to no address of ours: the last of each sender's tries are alike.
pub const MISDIRECTED_SHOWN: usize = 20;
/// Characters shown of where one of them was sent.
pub const MISDIRECTED_PATH_CHARS: usize = 120;
/// Bytes of a request's head that are remembered until it is read, to say what could not be.
pub const REQUEST_LINE_BYTES: usize = 512;
/// For how long a browser asks for nothing but HTTPS after it saw a certificate that it trusts: half
/// a year, the least that testers call long.
pub const HSTS_TIME: Duration = Duration::from_secs(180 * 86_400);
/// Header fields kept with a callback: those that are kept at all, some of them more than once.
pub const KEPT_HEADERS_MAX: usize = 24;
/// The longest value of a kept header; the longest documented one is about 300 bytes.
pub const KEPT_HEADER_VALUE_MAX: usize = 2_048;
/// The longest address tail kept with a callback: a person wrote it into a console's box.
pub const TAIL_MAX: usize = 1_024;
/// Lines of the log kept in memory for the system page: the morning of a quiet server, the last
/// minute of a troubled one; the whole log is wherever standard error goes.
pub const LOG_TAIL_LINES: usize = 500;
/// Bytes of these lines.
pub const LOG_TAIL_BYTES: usize = 256 << 10;
/// Bytes of one of them; an error with all its causes is a fifth.
pub const LOG_LINE_BYTES: usize = 2 << 10;
/// Lines of the log that wait for whoever reads standard error: a second of a troubled server, some
/// hundreds of kilobytes. What comes beyond is counted and dropped: the log must not hold up a callback.
pub const LOG_LINES_WAITING: usize = 4_096;
/// How long the end of the program waits for room among them.
pub const LOG_FLUSH_TIME: Duration = Duration::from_secs(1);
/// How often it looks.
pub const LOG_FLUSH_LOOK: Duration = Duration::from_millis(10);
/// Lines of the log on one page: below a hundred kilobytes with all else on it.
pub const LOG_PAGE_LINES: usize = 100;
/// Damaged lines that are shown; one bad disk block can make thousands.
pub const DAMAGE_SHOWN: usize = 100;
/// Files looked at to say what a data directory takes: a second's work on a slow disk.
pub const DISK_FILES_MAX: usize = 200_000;
/// Free space below which `/readyz` warns: what ten minutes of the fastest sender would fill.
pub const DISK_LOW_BYTES: u64 = 128 << 20;

// HTTP: certificates, configuration.

/// How often certificate files are looked at for changes.
pub const CERTIFICATE_POLL: Duration = Duration::from_secs(5);
/// The largest certificate or key file that is read.
pub const CERTIFICATE_MAX: u64 = 1 << 20;
/// For how many days a self-signed certificate is made: browsers refuse more than 398.
pub const SELF_SIGNED_DAYS: i64 = 397;
/// How many days before its end it is made anew.
pub const SELF_SIGNED_RENEW_DAYS: i64 = 30;
/// The largest configuration file that is read.
pub const CONFIG_MAX: u64 = 1 << 20;

/// The largest size in the configuration, in MiB: a TiB, beyond every disk it is meant for.
pub const CONFIGURED_MEBIBYTES_MAX: u64 = 1 << 20;

// HTTP: lists, live events, pages.

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

// The journal.

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

// The store and what feeds it.

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

// Providers: signatures, bodies, questions.

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

// People: names, passwords, logins.

/// Characters of a name of an app, a user or a token: fits a table's cell.
pub const NAME_CHARS_MAX: usize = 64;
/// Characters of an app's token: shorter could be guessed, longer does not fit every platform's address field.
pub const APP_TOKEN_LEN: std::ops::RangeInclusive<usize> = 16..=64;
/// The longest app key, app secret, password or announcement.
pub const SECRET_BYTES_MAX: usize = 1_024;
/// Apps, users and API tokens, of each: all are in memory and are listed on one page.
pub const SET_MAX: usize = 1_000;
/// Saved searches of one person, and shared ones: a row of links above a list, not an archive.
pub const SEARCHES_MAX: usize = 100;
/// The longest query that is saved: a hundred values of each of a handful of filters.
pub const SEARCH_QUERY_MAX: usize = 8 << 10;
/// The state log is rewritten at a start when it has this many records, and many times more than it needs.
pub const STATE_REWRITE_RECORDS: usize = 2_000;
/// The state log is one segment: larger than it ever becomes.
pub const STATE_SEGMENT_BYTES: u64 = 1 << 40;
/// How much of the state log is read at once.
pub const STATE_READ_BYTES: usize = 4 << 20;
/// The shortest password: ten characters and a slow hash outlast guessing at the login page.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// How hard a password is to guess, from 0 to 4, so that it may be set: from 2 on it takes a million
/// guesses, which is months at the login page. Lower are the common ones, dates, keys in a row.
pub const PASSWORD_SCORE_MIN: u8 = 2;
/// The shortest password of digits only: shorter ones are dates and phone numbers.
pub const PASSWORD_DIGITS_MIN: usize = 16;
/// Characters of a password by which it is judged: the time grows with their square, and what is
/// longer is no weaker.
pub const PASSWORD_JUDGED_CHARS: usize = 64;
/// Passwords hashed at once: each takes 19 MiB and one core for some ten milliseconds.
pub const PASSWORD_CHECKS: usize = 2;
/// How long the choice of language and theme is remembered: browsers keep no cookie for longer.
pub const PREFERENCE_TIME: Duration = Duration::from_secs(400 * 24 * 3600);
/// How long a login lasts: two weeks without typing a password, and not for ever.
pub const LOGIN_TIME: Duration = Duration::from_secs(14 * 24 * 3600);
/// How long a name and a password are good for the code that follows: to find the phone.
pub const LOGIN_CODE_TIME: Duration = Duration::from_secs(5 * 60);
/// Recovery codes made at once: as many as fit on a note in a drawer.
pub const RECOVERY_CODES: usize = 10;
/// How long a browser remembers that somebody was logged in with it: browsers keep no cookie for longer.
pub const KNOWN_BROWSER_TIME: Duration = Duration::from_secs(400 * 24 * 3600);
/// Names that a browser remembers: those of a shift that shares a desk.
pub const KNOWN_BROWSER_NAMES: usize = 8;
/// Tickets remembered as spent at once, each for minutes: more logins than a company has people.
pub const TICKETS_SPENT_MAX: usize = 10_000;
/// How long a login at a provider may take, there and back: passwords and codes are typed there.
pub const OIDC_LOGIN_TIME: Duration = Duration::from_secs(10 * 60);
/// How long a provider of logins may take to answer; a person waits for it.
pub const OIDC_TIME: Duration = Duration::from_secs(10);
/// The longest answer of a provider that is read; an ID token with many groups has a few kilobytes.
pub const OIDC_ANSWER_MAX: usize = 256 << 10;
/// How long a provider's own description is believed: it moves once in years.
pub const OIDC_DISCOVERY_AGE: SignedDuration = SignedDuration::from_hours(1);
/// How far a provider's clock may be off.
pub const OIDC_CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);
/// The age of an ID token that is taken: it was made a moment ago, for this login.
pub const OIDC_TOKEN_AGE: SignedDuration = SignedDuration::from_mins(10);
/// How often it is written that a token is in use: it shall be seen which ones nobody needs.
pub const TOKEN_USE_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// Logins kept per user; the oldest one goes. A person has a handful of browsers.
pub const LOGINS_PER_USER: usize = 64;
/// Characters kept of what a browser says it is: the longest usual one has two hundred.
pub const AGENT_CHARS_MAX: usize = 300;
/// Logins of which it is remembered when they were last used: some fifty bytes each.
pub const LOGINS_SEEN_MAX: usize = 10_000;
/// Logins tried for one name from one network, or by one browser that was logged in before, within
/// [`LOGIN_WINDOW`]: enough for a tired person, too few for a guesser.
pub const LOGIN_TRIES_NAME: u32 = 10;
/// Passwords of one name tried by strangers from everywhere within [`LOGIN_WINDOW`]: ten thousand a
/// day, a hundred days for the weakest password that may be set.
pub const LOGIN_TRIES_STRANGERS: u32 = 100;
/// The same for codes of the second step: of a million three are right at any time.
pub const LOGIN_TRIES_CODES: u32 = 10;
/// Logins tried by one peer within [`LOGIN_WINDOW`]: a whole office may share an address.
pub const LOGIN_TRIES_PEER: u32 = 30;
/// How long tries are remembered: guessing a thousand passwords of one name from one network takes
/// a day.
pub const LOGIN_WINDOW: Duration = Duration::from_secs(15 * 60);
/// Counts of tries that are remembered at once: a megabyte, however many come.
pub const LOGIN_TRACKED: usize = 10_000;

// What is kept for how long.

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

// Asking others.

/// Connections kept open to one host for the next question: as many as are asked at once where
/// it matters, while a phone rings.
pub const OUTGOING_IDLE: usize = 64;
/// How long one is kept that nobody uses: less than servers usually do, so that none is closed as a question sets out.
pub const OUTGOING_IDLE_TIME: Duration = Duration::from_secs(20);

/// How long a platform may take to do what it is asked; a person waits for it.
pub const PLATFORM_TIME: Duration = Duration::from_secs(15);
/// The longest answer of a platform that is read: a hundred bindings are some fifty kilobytes.
pub const PLATFORM_ANSWER_MAX: usize = 1 << 20;
/// Our bindings that follow one question: an X has at most so many pairs, as documented.
pub const PLATFORM_PAIRS: usize = 5_000;
/// Bindings of an X that are asked for at once: the most that the platform gives.
pub const PLATFORM_PAGE: usize = 100;
/// Our bindings that one comparison asks a platform about: a person waits for some tens of milliseconds each.
pub const PLATFORM_COMPARED: usize = 50;
/// Characters kept of what a platform says about its refusal: documented are 256.
pub const PLATFORM_TEXT_CHARS: usize = 256;

// Bindings and decisions.

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
