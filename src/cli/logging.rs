//! The log: standard error, as text or as JSON, and its last lines in memory.
//!
//! The only global thing of the program, set up once by the command line. `RUST_LOG` is not
//! read: the configuration says what is logged, and libraries stay at warnings, because theirs
//! may hold what we never log. The lines in memory are for the system page.
//!
//! A thread of its own writes them. A pipe that nobody reads any more is full after some hundred
//! lines, and whoever writes to it waits for ever: every worker, and with them every callback. So
//! lines wait in a queue of a fixed length; what does not fit is dropped and counted.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::{Debug, Write};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::clock::Clock;
use crate::config::{LogConfig, LogFormat};
use crate::limits::{LOG_FLUSH_LOOK, LOG_FLUSH_TIME, LOG_LINES_WAITING};
use crate::service::LogTail;

/// A log that was started. When this is dropped, the last lines are written.
#[derive(Debug)]
pub(super) struct Logging {
    pub(super) tail: Arc<LogTail>,
    writer: NonBlocking,
    guard: Option<WorkerGuard>,
}

/// Starts logging. A second call starts nothing.
pub(super) fn start(config: LogConfig, clock: &Clock) -> Logging {
    let ours = LevelFilter::from_level(config.level);
    let filter = Targets::new().with_target("ringback", ours).with_default(ours.min(LevelFilter::WARN));
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let queue = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LOG_LINES_WAITING).thread_name("log");
    let (writer, guard) = queue.finish(std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(writer.clone());
    let lines = lines.with_ansi(is_terminal).with_target(false);
    let layer = match config.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let log = Arc::new(LogTail::default());
    let dropped = writer.error_counter();
    log.count_dropped(move || dropped.dropped_lines());
    let tail = Tail { log: log.clone(), clock: clock.clone() };
    let subscriber = tracing_subscriber::registry().with(layer.and_then(tail).with_filter(filter));
    // An error means that a subscriber is set already: tests set their own.
    if subscriber.try_init().is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
    Logging { tail: log, writer, guard: Some(guard) }
}

/// A panic goes the way of every line: the standard library's own hook waits for the reader.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(tracing::field::display);
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(backtrace));
    tracing::error!(panic = panic.payload_as_str(), place, backtrace, "a thread panicked");
}

impl Drop for Logging {
    fn drop(&mut self) {
        let Some(guard) = self.guard.take() else { return };
        // Where nothing is read, nothing can be written, and the end is not held up for it. An
        // empty line tells whether there is room.
        let counter = self.writer.error_counter();
        let mut is_full = || {
            let before = counter.dropped_lines();
            // What does not fit is no error.
            let _ = self.writer.write(b"");
            counter.dropped_lines() > before
        };
        let begun = Instant::now();
        while is_full() {
            if begun.elapsed() > LOG_FLUSH_TIME {
                std::mem::forget(guard);
                return;
            }
            std::thread::sleep(LOG_FLUSH_LOOK);
        }
        // Its drop waits until what is there is written, and a second at most.
        drop(guard);
    }
}

/// Keeps what is logged in a [`LogTail`].
struct Tail {
    log: Arc<LogTail>,
    clock: Clock,
}

impl<S: Subscriber> Layer<S> for Tail {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let metadata = event.metadata();
        self.log.push(self.clock.now(), *metadata.level(), metadata.target(), &(text.message + &text.fields));
    }
}

/// An event as one line.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        written.expect("a string takes whatever is written");
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn what_is_logged_stands_in_the_tail_with_its_fields() {
        let log = Arc::new(LogTail::default());
        let tail = Tail { log: log.clone(), clock: Clock::system() };
        let filter = Targets::new().with_default(LevelFilter::INFO);
        let subscriber = tracing_subscriber::registry().with(tail.with_filter(filter));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(number = "13812340021", attempt = 2, "not sent");
            tracing::debug!("too little to be kept");
        });
        let lines = log.last(Level::TRACE, 10, None);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].level, lines[0].target.as_str()), (Level::WARN, "ringback::cli::logging::tests"));
        assert_eq!(lines[0].text, "not sent number=\"138****0021\" attempt=2");
    }
}
