//! What can be done with an installation, whoever asks and however: rights, validation, the entry in
//! the audit trail and the act itself, with errors of its own.
//!
//! A page, an object of the API and a command only translate: they read what was asked, call a use
//! case, and say in their own way what came of it. Nothing here knows a status, a header or a page.

mod actor;
pub(crate) mod apps;
pub(crate) mod bindings;
mod context;
pub(crate) mod disk;
mod error;
pub(crate) mod filters;
pub(crate) mod gauges;
mod instant;
pub(crate) mod keeping;
pub(crate) mod lists;
mod log_tail;
mod misdirected;
pub(crate) mod people;
pub(crate) mod platform;
pub(crate) mod problems;
pub(crate) mod query;
pub(crate) mod reveals;
pub(crate) mod rights;
pub(crate) mod rules;
pub(crate) mod searches;
pub(crate) mod system;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod trail;

pub(crate) use self::actor::Actor;
pub use self::context::{CertificateInfo, Context, ServerInfo};
pub use self::error::{BodyError, ServiceError};
pub use self::gauges::Gauges;
pub(crate) use self::instant::Instant;
pub(crate) use self::log_tail::{LEVELS, level_name};
pub use self::log_tail::{LogLine, LogTail};
pub use self::misdirected::{Misdirected, MisdirectedRequest, Missed};

/// Runs work that may wait for the disk on a thread for that.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
