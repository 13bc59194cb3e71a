//! Requests that were meant for a callback address and came to none.
//!
//! The address in a platform's console lacks its token, ends in a blank, or was cut where it was
//! pasted: the platform pushes, is refused, and pushes again, and nobody here hears of it. So each
//! such request is counted as refused, and the last of them are shown to whoever asks why nothing
//! arrives. What is remembered is bounded and gone with the process; the count stands in the
//! ledger.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::domain::{mask_numbers, vocabulary};
use crate::limits;

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Missed {
        Address "address",
        Token "token",
        /// The request line cannot be read: mostly a blank in the address.
        RequestLine "request_line",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisdirectedRequest {
    pub at: Timestamp,
    pub peer: IpAddr,
    /// Without anything that could be a token.
    pub path: String,
    pub missed: Missed,
}

#[derive(Debug, Default)]
pub struct Misdirected(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    count: u64,
    recent: VecDeque<MisdirectedRequest>,
}

impl Misdirected {
    /// `target`: the address, as far as it could be read.
    pub(crate) fn note(&self, at: Timestamp, peer: IpAddr, target: &str, missed: Missed) {
        let mut seen = self.lock();
        seen.count += 1;
        if seen.recent.len() == limits::MISDIRECTED_SHOWN {
            seen.recent.pop_front();
        }
        seen.recent.push_back(MisdirectedRequest { at, peer, path: shown(target), missed });
    }

    /// The count, and the last ones, newest first.
    #[must_use]
    pub fn seen(&self) -> (u64, Vec<MisdirectedRequest>) {
        let seen = self.lock();
        (seen.count, seen.recent.iter().rev().cloned().collect())
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A target to show: without query and control characters, tokens cut to their first characters,
/// numbers masked.
fn shown(target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    let parts: Vec<String> =
        path.split('/').map(|part| if may_be_token(part) { begin(part) } else { part.to_owned() }).collect();
    let path: String = parts.join("/").chars().take(limits::MISDIRECTED_PATH_CHARS).collect();
    mask_numbers(&path).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// A mistyped token is almost the right one; a short word is no token.
fn may_be_token(part: &str) -> bool {
    let like = part.bytes().filter(|byte| is_of_token(*byte)).count();
    let shortest = *limits::APP_TOKEN_LEN.start();
    like >= shortest || (like >= shortest / 2 && !part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The first characters of a token, and what follows it: mostly a blank.
fn begin(part: &str) -> String {
    let behind = part.trim_start_matches(|c: char| u8::try_from(c).is_ok_and(is_of_token));
    let behind = if may_be_token(behind) { "" } else { behind };
    part.chars().take(4).chain(['…']).chain(behind.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_without_what_could_be_a_token_or_a_number() {
        assert_eq!(shown("/status?token=abcdefghijklmnopqrst"), "/status");
        assert_eq!(shown("/callbacks/q8Z3abcdEFGHijklMNOP/status"), "/callbacks/q8Z3…/status");
        assert_eq!(shown("/callbacks/q8Z3abcdEFGHijklMNOP%20"), "/callbacks/q8Z3…%20");
        assert_eq!(shown("/callbacks/q8Z3abcdEFGHijklMNOP /status"), "/callbacks/q8Z3… /status");
        assert_eq!(shown("/to/13812345678"), "/to/1381…");
        assert!(!shown("/to/138 1234 5678").contains("1234"));
        assert_eq!(shown("/a\u{1b}[2J"), "/a\u{fffd}[2J");
        assert_eq!(shown(&"/a".repeat(10_000)).chars().count(), limits::MISDIRECTED_PATH_CHARS);
    }

    #[test]
    fn the_last_ones_are_remembered_and_all_are_counted() {
        let misdirected = Misdirected::default();
        let peer = IpAddr::from([203, 0, 113, 7]);
        for n in 0..limits::MISDIRECTED_SHOWN as i64 + 5 {
            let at = Timestamp::from_second(n).unwrap();
            misdirected.note(at, peer, &format!("/{n}"), Missed::Address);
        }
        let (count, recent) = misdirected.seen();
        assert_eq!((count, recent.len()), (limits::MISDIRECTED_SHOWN as u64 + 5, limits::MISDIRECTED_SHOWN));
        assert_eq!(recent[0].path, format!("/{}", count - 1));
    }
}
