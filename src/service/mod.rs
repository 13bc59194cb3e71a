//! What can be done with an installation, whoever asks and however: rights, validation, the entry in
//! the audit trail and the act itself, with errors of its own.
//!
//! A page, an object of the API and a command only translate: they read what was asked, call a use
//! case, and say in their own way what came of it. Nothing here knows a status, a header or a page.

pub(crate) mod bindings;
mod context;
pub(crate) mod disk;
mod error;
pub(crate) mod gauges;
pub(crate) mod keeping;
mod log_tail;
mod misdirected;
pub(crate) mod platform;
pub(crate) mod problems;
pub(crate) mod reveals;
pub(crate) mod rights;
pub(crate) mod rules;

pub use self::context::{CertificateInfo, Context, ServerInfo};
pub use self::error::{BodyError, ServiceError};
pub use self::gauges::Gauges;
pub use self::log_tail::{LogLine, LogTail};
pub use self::misdirected::{Misdirected, MisdirectedRequest, Missed};
