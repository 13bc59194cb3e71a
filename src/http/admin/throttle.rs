//! Slows down guessing of passwords: a number of tries within a window, then a wait.
//!
//! ```text
//! who tries                              is counted by
//! a stranger                             name and network · network · name
//! a browser that was logged in before    name and browser
//! whoever is logged in                   name, apart from both
//! somebody a provider sends back         network
//! ```
//!
//! Strangers share one count per name, so that guessing from ten thousand addresses is bounded; it does
//! not lock out browsers that were logged in before. A try is counted before the password is checked, so
//! that parallel tries cannot slip through. A success returns its own count. Each count reports only once
//! a window that it is exhausted, so that further tries do not fill the audit trail.
//!
//! A count starts again when the clock is set back: nobody waits for longer than a window.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::limits;

#[derive(Debug, Default)]
pub(crate) struct Throttle {
    tries: Mutex<HashMap<Key, Tries>>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum What {
    Password,
    /// The second step, counted apart: a right password must not return its tries.
    Code,
}

#[derive(Debug, Clone)]
pub(crate) enum Who {
    Stranger(IpAddr),
    /// The id of a browser that was logged in with that name.
    Known(String),
    /// Logged in with that name.
    Inside,
}

/// Key of a count. Names are hashed, so that long ones cost the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Network(IpAddr),
    From(What, u64, IpAddr),
    Browser(What, u64),
    Inside(What, u64),
    /// Strangers at any address.
    Name(What, u64),
}

#[derive(Debug)]
pub(crate) struct Try(Vec<(Key, u32)>);

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    since: Timestamp,
    /// Whether exhaustion was reported in this window.
    told: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) wait: Duration,
    /// Whether it is the first refusal in the window of one of its counts.
    pub(crate) is_first: bool,
}

impl Throttle {
    pub(crate) fn a_try(&self, what: What, name: &str, who: &Who) -> Try {
        let hashed = self.hasher.hash_one(name);
        Try(match who {
            Who::Stranger(peer) => {
                let of_name = match what {
                    What::Password => limits::LOGIN_TRIES_STRANGERS,
                    What::Code => limits::LOGIN_TRIES_CODES,
                };
                let network = network(*peer);
                vec![
                    (Key::From(what, hashed, network), limits::LOGIN_TRIES_NAME),
                    (Key::Network(network), limits::LOGIN_TRIES_PEER),
                    (Key::Name(what, hashed), of_name),
                ]
            }
            Who::Known(id) => {
                vec![(Key::Browser(what, self.hasher.hash_one((name, id))), limits::LOGIN_TRIES_NAME)]
            }
            Who::Inside => vec![(Key::Inside(what, hashed), limits::LOGIN_TRIES_NAME)],
        })
    }

    pub(crate) fn sent_back(peer: IpAddr) -> Try {
        Try(vec![(Key::Network(network(peer)), limits::LOGIN_TRIES_PEER)])
    }

    pub(crate) fn count(&self, tried: &Try, now: Timestamp) -> Result<(), Held> {
        let mut tries = self.lock();
        for of in tries.values_mut() {
            of.since = of.since.min(now);
        }
        tries.retain(|_, t| age(t, now) < limits::LOGIN_WINDOW);
        let mut held: Option<Held> = None;
        for (key, most) in &tried.0 {
            let Some(of) = tries.get_mut(key).filter(|of| of.count >= *most) else { continue };
            let wait = limits::LOGIN_WINDOW.saturating_sub(age(of, now));
            let is_first = !std::mem::replace(&mut of.told, true);
            let before = held.unwrap_or(Held { wait, is_first });
            held = Some(Held { wait: wait.max(before.wait), is_first: is_first || before.is_first });
        }
        if let Some(held) = held {
            return Err(held);
        }
        for (key, _) in &tried.0 {
            make_room(&mut tries);
            tries.entry(*key).or_insert(Tries { count: 0, since: now, told: false }).count += 1;
        }
        Ok(())
    }

    /// Returns the count of a successful try and clears the earlier failures of the same sender, not
    /// those of others.
    pub(crate) fn succeeded(&self, tried: &Try) {
        let mut tries = self.lock();
        for (key, _) in &tried.0 {
            if matches!(key, Key::From(..) | Key::Browser(..) | Key::Inside(..)) {
                tries.remove(key);
            } else if let Some(t) = tries.get_mut(key) {
                t.count = t.count.saturating_sub(1);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Tries>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An IPv6 /64 counts as one address.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & (u128::MAX << 64)).into()),
    }
}

fn age(tries: &Tries, now: Timestamp) -> Duration {
    let age: SignedDuration = now.duration_since(tries.since);
    age.try_into().unwrap_or(Duration::ZERO)
}

/// Drops the least important counts; counts of whole names last, or a flood of other names would make
/// guessing one unbounded.
fn make_room(tries: &mut HashMap<Key, Tries>) {
    if tries.len() < limits::LOGIN_TRACKED {
        return;
    }
    let least = tries.iter().min_by_key(|(key, t)| (matches!(key, Key::Name(..)), t.count, t.since));
    if let Some(key) = least.map(|(key, _)| *key) {
        tries.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn from(n: u32) -> Who {
        Who::Stranger(IpAddr::V4(Ipv4Addr::from(n)))
    }

    impl Throttle {
        fn tried(&self, name: &str, who: &Who, now: Timestamp) -> Result<(), Held> {
            self.count(&self.a_try(What::Password, name, who), now)
        }
    }

    #[test]
    fn a_name_is_held_up_for_one_network_after_so_many_tries_and_free_again_after_the_window() {
        let throttle = Throttle::default();
        let stranger = Who::Stranger(PEER);
        for _ in 0..limits::LOGIN_TRIES_NAME {
            assert_eq!(throttle.tried("lin", &stranger, at(0)), Ok(()));
        }
        let held = throttle.tried("lin", &stranger, at(60)).unwrap_err();
        assert_eq!(held, Held { wait: limits::LOGIN_WINDOW - Duration::from_secs(60), is_first: true });
        assert_eq!(throttle.tried("wang", &stranger, at(60)), Ok(()));
        assert_eq!(throttle.tried("lin", &from(1), at(60)), Ok(()), "another network");
        assert_eq!(throttle.tried("lin", &stranger, at(60) + held.wait), Ok(()));
    }

    #[test]
    fn a_flood_from_everywhere_holds_strangers_and_neither_a_known_browser_nor_who_is_inside() {
        let throttle = Throttle::default();
        for n in 0..limits::LOGIN_TRIES_STRANGERS {
            assert_eq!(throttle.tried("lin", &from(n), at(0)), Ok(()));
        }
        assert!(throttle.tried("lin", &from(1 << 20), at(1)).is_err(), "the guess of one name is bounded");
        assert_eq!(throttle.tried("wang", &from(1 << 20), at(1)), Ok(()));
        let known = Who::Known("a".to_owned());
        assert_eq!(throttle.tried("lin", &known, at(1)), Ok(()));
        assert_eq!(throttle.tried("lin", &Who::Inside, at(1)), Ok(()));
        // From the same network as well.
        for n in 0..limits::LOGIN_TRIES_PEER {
            throttle.tried(&n.to_string(), &Who::Stranger(PEER), at(1)).unwrap();
        }
        assert!(throttle.tried("zhao", &Who::Stranger(PEER), at(1)).is_err());
        assert_eq!(throttle.tried("lin", &known, at(1)), Ok(()));
    }

    #[test]
    fn a_known_browser_and_who_is_inside_have_counts_of_their_own() {
        for who in [Who::Known("a".to_owned()), Who::Inside] {
            let throttle = Throttle::default();
            for _ in 0..limits::LOGIN_TRIES_NAME {
                assert_eq!(throttle.tried("lin", &who, at(0)), Ok(()));
            }
            assert!(throttle.tried("lin", &who, at(0)).is_err(), "{who:?}");
            assert_eq!(throttle.tried("lin", &Who::Known("b".to_owned()), at(0)), Ok(()), "{who:?}");
            assert_eq!(throttle.tried("lin", &Who::Stranger(PEER), at(0)), Ok(()), "{who:?}");
        }
    }

    #[test]
    fn codes_are_guessed_less_often_than_passwords_wherever_the_guesses_come_from() {
        let throttle = Throttle::default();
        let code = |n| throttle.count(&throttle.a_try(What::Code, "lin", &from(n)), at(0));
        for n in 0..limits::LOGIN_TRIES_CODES {
            assert_eq!(code(n), Ok(()));
        }
        assert!(code(1 << 20).is_err());
        assert_eq!(throttle.tried("lin", &from(1 << 20), at(0)), Ok(()), "a password is something else");
    }

    #[test]
    fn who_is_held_up_is_told_once_a_window_for_each_count() {
        let throttle = Throttle::default();
        let stranger = Who::Stranger(PEER);
        for _ in 0..limits::LOGIN_TRIES_NAME {
            throttle.tried("lin", &stranger, at(0)).unwrap();
        }
        let is_first = |name: &str, seconds| throttle.tried(name, &stranger, at(seconds)).unwrap_err().is_first;
        assert!(is_first("lin", 1));
        assert!(!is_first("lin", 2));
        for n in limits::LOGIN_TRIES_NAME..limits::LOGIN_TRIES_PEER {
            throttle.tried(&n.to_string(), &stranger, at(3)).unwrap();
        }
        assert!(is_first("another", 4), "the network this time");
        assert!(!(5..100).any(|n| is_first(&format!("name-{n}"), n)), "whatever else it tries");
        let window = i64::try_from(limits::LOGIN_WINDOW.as_secs()).unwrap();
        for _ in 0..limits::LOGIN_TRIES_NAME {
            throttle.tried("lin", &stranger, at(window)).unwrap();
        }
        assert!(is_first("lin", window + 1), "another window");
    }

    #[test]
    fn a_network_is_held_up_whatever_names_it_tries() {
        let throttle = Throttle::default();
        for i in 0..limits::LOGIN_TRIES_PEER {
            assert_eq!(throttle.tried(&format!("name-{i}"), &Who::Stranger(PEER), at(0)), Ok(()));
        }
        assert!(throttle.tried("another", &Who::Stranger(PEER), at(1)).is_err());
        assert!(throttle.count(&Throttle::sent_back(PEER), at(1)).is_err());
    }

    #[test]
    fn a_success_forgets_the_failures_of_whoever_made_it_and_of_nobody_else() {
        let throttle = Throttle::default();
        let stranger = Who::Stranger(PEER);
        for _ in 1..limits::LOGIN_TRIES_NAME {
            throttle.tried("lin", &stranger, at(0)).unwrap();
            throttle.tried("lin", &from(1), at(0)).unwrap();
        }
        let last = throttle.a_try(What::Password, "lin", &stranger);
        throttle.count(&last, at(1)).unwrap();
        throttle.succeeded(&last);
        assert_eq!(throttle.tried("lin", &stranger, at(2)), Ok(()));
        assert_eq!(throttle.tried("lin", &from(1), at(2)), Ok(()));
        assert!(throttle.tried("lin", &from(1), at(2)).is_err(), "another's failures stay");
    }

    #[test]
    fn a_clock_set_back_by_a_day_holds_nobody_for_longer_than_the_window() {
        let throttle = Throttle::default();
        let (stranger, day) = (Who::Stranger(PEER), 24 * 3600);
        for _ in 0..limits::LOGIN_TRIES_NAME {
            throttle.tried("lin", &stranger, at(day)).unwrap();
        }
        let held = throttle.tried("lin", &stranger, at(0)).unwrap_err();
        assert!(held.wait <= limits::LOGIN_WINDOW, "{held:?}");
        assert_eq!(throttle.tried("lin", &stranger, at(0) + held.wait), Ok(()));
    }

    #[test]
    fn neighbours_in_an_ipv6_network_count_as_one() {
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::ffff:1".parse().unwrap()));
        assert_ne!(network("2001:db8:0:1::1".parse().unwrap()), network("2001:db8::1".parse().unwrap()));
        assert_eq!(network("::ffff:203.0.113.7".parse().unwrap()), network(PEER));
    }

    #[test]
    fn the_memory_of_tries_is_bounded_and_a_flood_does_not_wash_the_count_of_a_name_out_of_it() {
        let throttle = Throttle::default();
        for n in 0..limits::LOGIN_TRIES_STRANGERS {
            throttle.tried("lin", &from(n), at(0)).unwrap();
        }
        for n in 0..limits::LOGIN_TRACKED as u32 {
            // Known browsers and strangers, each with a name of its own.
            throttle.tried("same", &Who::Known(n.to_string()), at(1)).unwrap();
        }
        assert!(throttle.lock().len() <= limits::LOGIN_TRACKED);
        assert!(throttle.tried("lin", &from(1 << 20), at(2)).is_err());
    }
}
