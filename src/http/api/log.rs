//! `/system/log`: the last lines of this server's log, newest first.
//!
//! For administrators of all apps. The lines are in memory and end with the process; the whole log goes
//! to standard error.

use schemars::JsonSchema;
use serde::Serialize;
use tracing::Level;

use super::ask::Ask;
use super::{HttpError, List, Response, ok};
use crate::limits::{LOG_PAGE_LINES, LOG_TAIL_LINES};
use crate::service::{Context, Instant, LEVELS, LogLine, level_name, query::Query};

pub(super) const KNOWN: &[&str] = &["level", "limit", "cursor"];

/// One line of the log.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LogObject {
    /// Its number since the start of the server.
    number: u64,
    /// When it was logged.
    #[schemars(with = "String")]
    at: Instant,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    level: &'static str,
    /// Which part of the program.
    target: String,
    /// What happened, and the fields beside it as `name=value`. Long runs of digits are masked.
    text: String,
}

pub(super) async fn list(context: &Context, ask: &Ask) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, KNOWN)?;
    let least = query.word("level", &LEVELS)?.unwrap_or(Level::TRACE);
    let limit = query.number("limit", 1..=LOG_TAIL_LINES)?.unwrap_or(LOG_PAGE_LINES);
    let before = query.number("cursor", 1..=u64::MAX)?;
    let mut lines = context.server.log.last(least, limit + 1, before);
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|line| line.number.to_string());
    ok(&List { items: lines.into_iter().map(LogObject::from).collect(), next })
}

impl From<LogLine> for LogObject {
    fn from(line: LogLine) -> Self {
        let LogLine { number, at, level, target, text } = line;
        Self { number, at: Instant(at), level: level_name(level), target, text }
    }
}
