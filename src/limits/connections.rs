//! Bounds: HTTP: connections and requests.

use std::time::Duration;

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
/// Those of people and programs that are known: an upload of [`UPLOAD_MAX`](crate::limits::UPLOAD_MAX),
/// and forms beside it.
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
