//! Pages shown unmasked: which one, to which login, until when.
//!
//! In memory only. A reveal holds for one address with its query: another page of a list needs its own
//! reveal and entry.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::limits::{REVEAL_TIME, REVEALS_MAX};

#[derive(Debug, Default)]
pub(super) struct Reveals {
    /// By login and page.
    open: Mutex<HashMap<(String, String), Timestamp>>,
}

impl Reveals {
    /// Returns until when it is open.
    pub(super) fn open(&self, login: &str, page: &str, now: Timestamp) -> Timestamp {
        let mut open = self.lock();
        open.retain(|_, until| *until > now);
        if open.len() >= REVEALS_MAX
            && let Some(first) = open.iter().min_by_key(|(_, until)| **until).map(|(key, _)| key.clone())
        {
            open.remove(&first);
        }
        let until = now + REVEAL_TIME;
        open.insert((login.to_owned(), page.to_owned()), until);
        until
    }

    /// Bounded from now, in case the clock was set back.
    pub(super) fn until(&self, login: &str, page: &str, now: Timestamp) -> Option<Timestamp> {
        let until = self.lock().get(&(login.to_owned(), page.to_owned())).copied();
        until.filter(|until| *until > now && *until <= now + REVEAL_TIME)
    }

    pub(super) fn close(&self, login: &str) {
        self.lock().retain(|(of, _), _| of != login);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), Timestamp>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_whole_for_one_login_and_for_a_while() {
        let reveals = Reveals::default();
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        let until = reveals.open("a", "/calls?number=0021", now);
        assert_eq!(reveals.until("a", "/calls?number=0021", now), Some(until));
        assert_eq!(reveals.until("a", "/calls", now), None);
        assert_eq!(reveals.until("b", "/calls?number=0021", now), None);
        assert_eq!(reveals.until("a", "/calls?number=0021", until), None);
        reveals.close("a");
        assert_eq!(reveals.until("a", "/calls?number=0021", now), None);
    }

    #[test]
    fn a_clock_set_back_by_a_day_shows_nothing_for_a_day() {
        let reveals = Reveals::default();
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        reveals.open("a", "/calls", now);
        assert_eq!(reveals.until("a", "/calls", now - std::time::Duration::from_secs(24 * 3600)), None);
    }

    #[test]
    fn the_memory_of_reveals_is_bounded() {
        let reveals = Reveals::default();
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        for n in 0..REVEALS_MAX + 5 {
            reveals.open("a", &n.to_string(), now);
        }
        assert_eq!(reveals.lock().len(), REVEALS_MAX);
    }
}
