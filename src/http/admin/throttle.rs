//! Slows down whoever guesses passwords: so many tries per name and per peer, then a wait.
//!
//! A try is counted before anything else is looked at, so that many tries at once cannot slip
//! through while the first is still being checked. A success gives its own count back. That
//! somebody is held up is told once a window for each name and each peer: whoever goes on
//! trying must not fill the audit trail.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::limits;

/// Tries of late, by name and by peer.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    tries: Mutex<HashMap<Key, Tries>>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// The hash of a name: names of any length cost the same.
    Name(u64),
    Peer(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    since: Timestamp,
    /// Whether it was told already that there were too many.
    told: bool,
}

/// One try too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// How long to wait.
    pub(super) wait: Duration,
    /// Whether it is the first of its window, for this name or from this peer.
    pub(super) is_first: bool,
}

impl Throttle {
    /// Counts a try.
    ///
    /// # Errors
    /// When there were too many.
    pub(super) fn count(&self, name: &str, peer: IpAddr, now: Timestamp) -> Result<(), Held> {
        let keys = [(self.name(name), limits::LOGIN_TRIES_NAME), (network(peer), limits::LOGIN_TRIES_PEER)];
        let mut tries = self.lock();
        tries.retain(|_, t| age(t, now) < limits::LOGIN_WINDOW);
        let mut held: Option<Held> = None;
        for (key, most) in keys {
            let Some(of) = tries.get_mut(&key).filter(|of| of.count >= most) else { continue };
            let wait = limits::LOGIN_WINDOW.saturating_sub(age(of, now));
            let is_first = !std::mem::replace(&mut of.told, true);
            let before = held.unwrap_or(Held { wait, is_first });
            held = Some(Held { wait: wait.max(before.wait), is_first: is_first || before.is_first });
        }
        if let Some(held) = held {
            return Err(held);
        }
        for (key, _) in keys {
            make_room(&mut tries);
            tries.entry(key).or_insert(Tries { count: 0, since: now, told: false }).count += 1;
        }
        Ok(())
    }

    /// Takes back the count of a try that succeeded, and forgets the failures of its name.
    pub(super) fn succeeded(&self, name: &str, peer: IpAddr) {
        let mut tries = self.lock();
        tries.remove(&self.name(name));
        if let Some(t) = tries.get_mut(&network(peer)) {
            t.count = t.count.saturating_sub(1);
        }
    }

    fn name(&self, name: &str) -> Key {
        Key::Name(self.hasher.hash_one(name))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Tries>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One person holds a whole IPv6 /64.
fn network(peer: IpAddr) -> Key {
    Key::Peer(match peer.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & (u128::MAX << 64)).into()),
    })
}

fn age(tries: &Tries, now: Timestamp) -> Duration {
    let age: SignedDuration = now.duration_since(tries.since);
    age.try_into().unwrap_or(Duration::ZERO)
}

fn make_room(tries: &mut HashMap<Key, Tries>) {
    if tries.len() < limits::LOGIN_TRACKED {
        return;
    }
    let oldest = tries.iter().min_by_key(|(_, t)| t.since).map(|(key, _)| *key);
    if let Some(key) = oldest {
        tries.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_name_is_held_up_after_so_many_tries_and_free_again_after_the_window() {
        let throttle = Throttle::default();
        for i in 0..limits::LOGIN_TRIES_NAME {
            let peer = IpAddr::V4(std::net::Ipv4Addr::from(i));
            assert_eq!(throttle.count("lin", peer, at(0)), Ok(()));
        }
        let held = throttle.count("lin", PEER, at(60)).unwrap_err();
        assert_eq!(held, Held { wait: limits::LOGIN_WINDOW - Duration::from_secs(60), is_first: true });
        assert_eq!(throttle.count("wang", PEER, at(60)), Ok(()));
        assert_eq!(throttle.count("lin", PEER, at(60) + held.wait), Ok(()));
    }

    #[test]
    fn who_is_held_up_is_told_once_a_window_for_a_name_and_for_a_peer() {
        let throttle = Throttle::default();
        for _ in 0..limits::LOGIN_TRIES_NAME {
            throttle.count("lin", PEER, at(0)).unwrap();
        }
        let is_first = |name: &str, seconds| throttle.count(name, PEER, at(seconds)).unwrap_err().is_first;
        assert!(is_first("lin", 1));
        assert!(!is_first("lin", 2));
        for n in limits::LOGIN_TRIES_NAME..limits::LOGIN_TRIES_PEER {
            throttle.count(&n.to_string(), PEER, at(3)).unwrap();
        }
        assert!(is_first("another", 4), "the peer this time");
        assert!(!(5..100).any(|n| is_first(&format!("name-{n}"), n)), "whatever else it tries");
        let window = i64::try_from(limits::LOGIN_WINDOW.as_secs()).unwrap();
        for _ in 0..limits::LOGIN_TRIES_NAME {
            throttle.count("lin", PEER, at(window)).unwrap();
        }
        assert!(is_first("lin", window + 1), "another window");
    }

    #[test]
    fn a_peer_is_held_up_whatever_names_it_tries() {
        let throttle = Throttle::default();
        for i in 0..limits::LOGIN_TRIES_PEER {
            assert_eq!(throttle.count(&format!("name-{i}"), PEER, at(0)), Ok(()));
        }
        assert!(throttle.count("another", PEER, at(1)).is_err());
    }

    #[test]
    fn a_success_forgets_the_failures_of_its_name() {
        let throttle = Throttle::default();
        for _ in 1..limits::LOGIN_TRIES_NAME {
            throttle.count("lin", PEER, at(0)).unwrap();
        }
        throttle.count("lin", PEER, at(1)).unwrap();
        throttle.succeeded("lin", PEER);
        assert_eq!(throttle.count("lin", PEER, at(2)), Ok(()));
    }

    #[test]
    fn neighbours_in_an_ipv6_network_count_as_one() {
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::ffff:1".parse().unwrap()));
        assert_ne!(network("2001:db8:0:1::1".parse().unwrap()), network("2001:db8::1".parse().unwrap()));
        assert_eq!(network("::ffff:203.0.113.7".parse().unwrap()), network(PEER));
    }

    #[test]
    fn the_memory_of_tries_is_bounded() {
        let throttle = Throttle::default();
        for i in 0..limits::LOGIN_TRACKED as u32 {
            let peer = IpAddr::V4(std::net::Ipv4Addr::from(i));
            throttle.count("same", peer, at(0)).ok();
            throttle.count(&i.to_string(), peer, at(0)).ok();
        }
        assert!(throttle.lock().len() <= limits::LOGIN_TRACKED);
    }
}
