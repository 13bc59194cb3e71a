//! The last lines of the log, in memory, for whoever runs this server and has no shell on it.
//!
//! Filled by the subscriber that the command line installs, handed to the server as a value:
//! nothing here is global. Bounded by lines and by bytes. Nothing secret is logged in the first
//! place; runs of digits are masked here all the same, before a line is kept.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use tracing::Level;

use crate::domain::mask_numbers;
use crate::limits::{LOG_LINE_BYTES, LOG_TAIL_BYTES, LOG_TAIL_LINES};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Counted since the start, from 1.
    pub number: u64,
    pub at: Timestamp,
    pub level: Level,
    pub target: String,
    /// The message and its fields as `name=value`.
    pub text: String,
}

#[derive(Debug, Default)]
pub struct LogTail {
    kept: Mutex<Kept>,
    dropped: OnceLock<Dropped>,
}

struct Dropped(Box<dyn Fn() -> usize + Send + Sync>);

impl fmt::Debug for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dropped({})", (self.0)())
    }
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<LogLine>,
    bytes: usize,
    number: u64,
}

impl LogTail {
    /// Drops the oldest lines.
    pub fn push(&self, at: Timestamp, level: Level, target: &str, text: &str) {
        let mut text = mask_numbers(text);
        if text.len() > LOG_LINE_BYTES {
            let end = (0..=LOG_LINE_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            text.truncate(end);
            text.push('…');
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.number += 1;
        kept.bytes += text.len();
        let number = kept.number;
        kept.lines.push_back(LogLine { number, at, level, target: target.to_owned(), text });
        while kept.lines.len() > LOG_TAIL_LINES || kept.bytes > LOG_TAIL_BYTES {
            let Some(gone) = kept.lines.pop_front() else { break };
            kept.bytes -= gone.text.len();
        }
    }

    pub fn count_dropped(&self, dropped: impl Fn() -> usize + Send + Sync + 'static) {
        // Whoever came first says it.
        let _ = self.dropped.set(Dropped(Box::new(dropped)));
    }

    /// Lines not written to standard error because its reader was too slow; they are kept here.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped.get().map_or(0, |dropped| (dropped.0)())
    }

    /// Lines of level `least` and above, newest first; only those before line `before` where that is
    /// given.
    #[must_use]
    pub fn last(&self, least: Level, limit: usize, before: Option<u64>) -> Vec<LogLine> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |line: &&LogLine| line.level <= least && before.is_none_or(|before| line.number < before);
        kept.lines.iter().rev().filter(wanted).take(limit).cloned().collect()
    }
}

/// Most serious first.
pub(crate) const LEVELS: [(&str, Level); 5] = [
    ("error", Level::ERROR),
    ("warn", Level::WARN),
    ("info", Level::INFO),
    ("debug", Level::DEBUG),
    ("trace", Level::TRACE),
];

pub(crate) fn level_name(level: Level) -> &'static str {
    LEVELS.iter().find(|(_, of)| *of == level).map_or("trace", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T02:13:21Z".parse().unwrap()
    }

    #[test]
    fn a_line_is_found_by_its_level_and_numbers_in_it_are_masked() {
        let tail = LogTail::default();
        tail.push(now(), Level::INFO, "ringback::run", "listening");
        tail.push(now(), Level::ERROR, "ringback::ingest", "refused number=13812340021");
        let all = tail.last(Level::TRACE, 10, None);
        assert_eq!(all.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(all[0].text, "refused number=138****0021");
        assert_eq!(tail.last(Level::WARN, 10, None).len(), 1);
        assert_eq!(tail.last(Level::TRACE, 10, Some(2))[0].text, "listening");
        assert_eq!(tail.last(Level::TRACE, 1, None).len(), 1);
    }

    #[test]
    fn the_tail_stays_within_its_lines_and_its_bytes() {
        let tail = LogTail::default();
        for n in 0..LOG_TAIL_LINES + 10 {
            tail.push(now(), Level::INFO, "ringback", &format!("line {n}"));
        }
        let lines = tail.last(Level::TRACE, usize::MAX, None);
        assert_eq!((lines.len(), lines.last().unwrap().number), (LOG_TAIL_LINES, 11));
        let long = "回铃 ".repeat(LOG_LINE_BYTES);
        for _ in 0..LOG_TAIL_LINES {
            tail.push(now(), Level::INFO, "ringback", &long);
        }
        let lines = tail.last(Level::TRACE, usize::MAX, None);
        assert!(lines.iter().map(|line| line.text.len()).sum::<usize>() <= LOG_TAIL_BYTES);
        assert!(lines.len() > 50 && lines.iter().all(|line| line.text.len() <= LOG_LINE_BYTES + '…'.len_utf8()));
    }
}
