//! Privacy numbers and their states.
//!
//! A number is known from the calls that used it and from the platform's notices. Notices carry
//! no instant, so their order is that of receipt, and a repeat of the state that holds already
//! adds no line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cursor::digest;
use super::encoding;
use super::{Count, FilterTable as _, Listing, NumberQuery, NumberRow, Page, QueryError};
use crate::domain::{AppId, NumberState, NumberStatus, PhoneNumber, Seq};
use crate::limits;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct States {
    /// (number of the callback, place in it, microseconds, state, cause), ascending.
    pub(super) lines: Vec<(u64, u32, i64, String, Option<String>)>,
}

#[derive(Debug)]
pub(crate) struct KnownNumber {
    pub(super) app: AppId,
    pub(super) number: PhoneNumber,
    states: States,
}

impl KnownNumber {
    fn new((app, number): &(AppId, String), states: States) -> Self {
        Self { app: *app, number: PhoneNumber::from_stored(number.as_str()), states }
    }

    /// `None` where no platform ever reported one.
    pub(super) fn state(&self) -> Option<&str> {
        self.states.lines.last().map(|line| line.3.as_str())
    }

    pub(super) fn cause(&self) -> Option<&str> {
        self.states.lines.last()?.4.as_deref()
    }
}

#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: BTreeMap<(AppId, String), KnownNumber>,
    pub(super) changed: BTreeSet<(AppId, String)>,
}

impl Numbers {
    pub(super) fn used(&mut self, app: AppId, number: &PhoneNumber) {
        let key = (app, number.reveal().to_owned());
        if !self.known.contains_key(&key) {
            self.changed.insert(key.clone());
            let known = KnownNumber::new(&key, States::default());
            self.known.insert(key, known);
        }
    }

    /// A platform reported the state; `true` if it is new.
    pub(super) fn told(
        &mut self,
        app: AppId,
        status: &NumberStatus,
        seq: Seq,
        place: u32,
        received_at: Timestamp,
    ) -> bool {
        let key = (app, status.number.reveal().to_owned());
        let known = self.known.entry(key.clone()).or_insert_with_key(|key| KnownNumber::new(key, States::default()));
        let lines = &mut known.states.lines;
        let Err(at) = lines.binary_search_by_key(&(seq, place), |line| (line.0, line.1)) else { return false };
        let name = status.state.name().to_owned();
        let news = at.checked_sub(1).is_none_or(|before| lines[before].3 != name || lines[before].4 != status.cause);
        if news {
            lines.insert(at, (seq, place, received_at.as_microsecond(), name, status.cause.clone()));
            if lines.len() > limits::NUMBER_STATES_MAX {
                lines.remove(0);
            }
            self.changed.insert(key);
        }
        news
    }

    /// Numbers by app and number. All are in memory, and new ones never change the place of the
    /// others, so a cursor is the last key shown.
    pub(super) fn page(&self, query: &NumberQuery, page: &Page) -> Result<Listing<NumberRow>, QueryError> {
        let digest = digest(query);
        let after = page.cursor.as_deref().map(|cursor| read_cursor(cursor, digest)).transpose()?;
        let limit = page.limit.clamp(1, limits::PAGE_MAX);
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut items = Vec::new();
        let mut last = None;
        for (key, known) in self.known.range((from, Bound::Unbounded)) {
            if !query.takes(known) {
                continue;
            }
            if items.len() == limit {
                return Ok(Listing { items, next: last.map(|key| write_cursor(key, digest)) });
            }
            items.push(row(known));
            last = Some(key);
        }
        Ok(Listing { items, next: None })
    }

    pub(super) fn count(&self, query: &NumberQuery) -> Count {
        let rows = self.known.values().filter(|known| query.takes(known)).count();
        Count { rows: rows as u64, exact: true }
    }

    /// One for each app that has the number.
    pub(super) fn named(&self, number: &PhoneNumber) -> Vec<NumberRow> {
        self.known.values().filter(|known| known.number == *number).map(row).collect()
    }

    pub(super) fn value(&self, key: &(AppId, String)) -> Vec<u8> {
        let states = self.known.get(key).map(|known| known.states.clone()).unwrap_or_default();
        encoding::encode(&states)
    }

    pub(super) fn load(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let app = AppId(u32::from_be_bytes(key.get(1..5)?.try_into().ok()?));
        let number = std::str::from_utf8(key.get(5..)?).ok()?.to_owned();
        let key = (app, number);
        let known = KnownNumber::new(&key, encoding::decode(value).ok()?);
        self.known.insert(key, known);
        Some(())
    }
}

pub(super) fn key((app, number): &(AppId, String)) -> Vec<u8> {
    let mut key = vec![b'n'];
    key.extend_from_slice(&app.0.to_be_bytes());
    key.extend_from_slice(number.as_bytes());
    key
}

fn write_cursor((app, number): &(AppId, String), digest: u64) -> String {
    let mut bytes = digest.to_be_bytes().to_vec();
    bytes.extend_from_slice(&app.0.to_be_bytes());
    bytes.extend_from_slice(number.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read_cursor(text: &str, wanted: u64) -> Result<(AppId, String), QueryError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| QueryError::Cursor)?;
    let (digest, rest) = bytes.split_first_chunk::<8>().ok_or(QueryError::Cursor)?;
    let (app, number) = rest.split_first_chunk::<4>().ok_or(QueryError::Cursor)?;
    if u64::from_be_bytes(*digest) != wanted {
        return Err(QueryError::Cursor);
    }
    let number = String::from_utf8(number.to_vec()).map_err(|_| QueryError::Cursor)?;
    Ok((AppId(u32::from_be_bytes(*app)), number))
}

fn row(known: &KnownNumber) -> NumberRow {
    let history: Vec<_> = known
        .states
        .lines
        .iter()
        .rev()
        .map(|(seq, _, at, state, cause)| {
            (Timestamp::from_microsecond(*at).unwrap_or(Timestamp::UNIX_EPOCH), state_named(state), cause.clone(), *seq)
        })
        .collect();
    let last = history.first();
    NumberRow {
        number: known.number.clone(),
        app: known.app,
        state: last.map(|(_, state, ..)| state.clone()),
        cause: last.and_then(|(_, _, cause, _)| cause.clone()),
        since: last.map(|(at, ..)| *at),
        history,
    }
}

fn state_named(name: &str) -> NumberState {
    [NumberState::Normal, NumberState::Paused, NumberState::Unavailable, NumberState::Frozen]
        .into_iter()
        .find(|state| state.name() == name)
        .unwrap_or_else(|| NumberState::Unknown(name.to_owned()))
}
