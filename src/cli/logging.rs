//! The log: standard error, as text or as JSON.
//!
//! The only global thing of the program, set up once by the command line. `RUST_LOG` is not
//! read: the configuration says what is logged, and libraries stay at warnings, because theirs
//! may hold what we never log.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogConfig, LogFormat};

/// Starts logging. A second call changes nothing.
pub(super) fn start(config: LogConfig) {
    let ours = LevelFilter::from_level(config.level);
    let filter = Targets::new().with_target("ringback", ours).with_default(ours.min(LevelFilter::WARN));
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_terminal).with_target(false);
    let layer = match config.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // An error means that a subscriber is set already: tests set their own.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
}
