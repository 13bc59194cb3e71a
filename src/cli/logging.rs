//! The log: standard error, as text or as JSON, and its last lines in memory.
//!
//! The only global thing of the program, set up once by the command line. `RUST_LOG` is not
//! read: the configuration says what is logged, and libraries stay at warnings, because theirs
//! may hold what we never log. The lines in memory are for the system page.

use std::fmt::{Debug, Write};
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::clock::Clock;
use crate::config::{LogConfig, LogFormat};
use crate::http::LogTail;

/// Starts logging; gives the last lines, for whoever shows them. A second call starts nothing.
pub(super) fn start(config: LogConfig, clock: &Clock) -> Arc<LogTail> {
    let ours = LevelFilter::from_level(config.level);
    let filter = Targets::new().with_target("ringback", ours).with_default(ours.min(LevelFilter::WARN));
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_terminal).with_target(false);
    let layer = match config.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let log = Arc::new(LogTail::default());
    let tail = Tail { log: log.clone(), clock: clock.clone() };
    // An error means that a subscriber is set already: tests set their own.
    let _ = tracing_subscriber::registry().with(layer.and_then(tail).with_filter(filter)).try_init();
    log
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
