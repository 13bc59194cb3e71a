//! How many connections an address may have, and how long strangers keep theirs when places are few.
//!
//! ```text
//! the network      ── 4,096 places ──┬─ 256 for one address (IPv6: one /64)
//!                                    └─ any number for this machine and trusted proxies
//! control.sock     ── places of its own: a command gets through whatever the network does
//! ```
//!
//! A connection beyond its address's share is closed at once. When few places are left, strangers get
//! seconds instead of a minute, so that places come free as fast as others ask for them. Connections of
//! platforms, users and programs that are known keep their times.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::http::transport::peer::TrustedProxies;
use crate::limits;

#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    network: Arc<Semaphore>,
    control: Arc<Semaphore>,
    addresses: Mutex<HashMap<IpAddr, Arc<Address>>>,
    pressed: watch::Sender<bool>,
}

#[derive(Debug)]
struct Address {
    key: IpAddr,
    connections: AtomicUsize,
    requests: AtomicUsize,
}

#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    /// `None`: no limit.
    address: Option<Arc<Address>>,
    _permit: OwnedSemaphorePermit,
}

/// A request's place in the share of its address; returned when its answer is taken.
#[derive(Debug)]
pub(crate) struct RequestPlace(Option<Arc<Address>>);

impl Places {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            network: Arc::new(Semaphore::new(most)),
            control: Arc::new(Semaphore::new(limits::CONTROL_CONNECTIONS_MAX)),
            addresses: Mutex::default(),
            pressed: watch::Sender::new(false),
        })
    }

    /// Waits for a place; `of_network` is false for `control.sock`. Listeners wait in turn, so that none
    /// takes all.
    pub(crate) async fn permit(&self, of_network: bool) -> OwnedSemaphorePermit {
        let places = if of_network { &self.network } else { &self.control };
        places.clone().acquire_owned().await.expect("the semaphores are never closed")
    }

    /// `None` when the address has its share.
    pub(crate) fn enter(
        self: &Arc<Self>,
        permit: OwnedSemaphorePermit,
        from: Option<SocketAddr>,
        trusted: &TrustedProxies,
    ) -> Option<Place> {
        self.feel();
        let shared = from.map(|from| from.ip().to_canonical()).filter(|ip| !ip.is_loopback() && !trusted.trusts(*ip));
        let address = match shared {
            None => None,
            Some(ip) => Some(self.count(share_of(ip))?),
        };
        Some(Place { places: self.clone(), address, _permit: permit })
    }

    fn count(&self, key: IpAddr) -> Option<Arc<Address>> {
        let mut addresses = self.addresses();
        let new = || Arc::new(Address { key, connections: AtomicUsize::new(0), requests: AtomicUsize::new(0) });
        let address = addresses.entry(key).or_insert_with(new);
        if address.connections.load(Ordering::Relaxed) == limits::CONNECTIONS_PER_ADDRESS {
            return None;
        }
        address.connections.fetch_add(1, Ordering::Relaxed);
        Some(address.clone())
    }

    /// Updates whether places are few. Between the two marks it stays as it was.
    fn feel(&self) {
        let free = self.network.available_permits();
        self.pressed.send_if_modified(|pressed| {
            let now = if *pressed { free < self.most / 4 } else { free < self.most / 8 };
            std::mem::replace(pressed, now) != now
        });
    }

    pub(crate) fn pressed(&self) -> watch::Receiver<bool> {
        self.pressed.subscribe()
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, Arc<Address>>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// `None` when the address has too many requests under way.
    pub(crate) fn request(&self) -> Option<RequestPlace> {
        if let Some(address) = &self.address {
            let more = |requests| (requests < limits::REQUESTS_PER_ADDRESS).then_some(requests + 1);
            address.requests.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        }
        Some(RequestPlace(self.address.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = &self.address else { return };
        let mut addresses = self.places.addresses();
        if address.connections.fetch_sub(1, Ordering::Relaxed) == 1 {
            addresses.remove(&address.key);
        }
    }
}

impl Drop for RequestPlace {
    fn drop(&mut self) {
        if let Some(address) = &self.0 {
            address.requests.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// An IPv6 /64 counts as one address.
fn share_of(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn enter(places: &Arc<Places>, from: &str, trusted: &TrustedProxies) -> Option<Place> {
        places.enter(places.permit(true).await, Some(from.parse().unwrap()), trusted)
    }

    #[tokio::test]
    async fn one_address_does_not_take_all_places() {
        let places = Places::new(limits::CONNECTIONS_MAX);
        let nobody = TrustedProxies::default();
        for (from, other) in [
            ("203.0.113.7:1", "203.0.113.8:1"),
            ("[::ffff:203.0.113.9]:1", "203.0.113.8:1"),
            ("[2001:db8::1]:1", "[2001:db8:0:1::1]:1"),
        ] {
            let mut held = Vec::new();
            while let Some(place) = enter(&places, from, &nobody).await {
                held.push(place);
            }
            assert_eq!(held.len(), limits::CONNECTIONS_PER_ADDRESS, "{from}");
            assert!(enter(&places, other, &nobody).await.is_some());
            held.pop();
            assert!(enter(&places, from, &nobody).await.is_some());
        }
        assert!(places.addresses().is_empty());
        assert_eq!(places.network.available_permits(), limits::CONNECTIONS_MAX);
    }

    #[tokio::test]
    async fn the_addresses_of_one_network_of_ipv6_are_one() {
        let places = Places::new(limits::CONNECTIONS_MAX);
        let mut held = Vec::new();
        for n in 0..=limits::CONNECTIONS_PER_ADDRESS {
            held.push(enter(&places, &format!("[2001:db8::{n:x}]:1"), &TrustedProxies::default()).await);
        }
        assert_eq!(held.iter().flatten().count(), limits::CONNECTIONS_PER_ADDRESS);
    }

    #[tokio::test]
    async fn this_machine_and_trusted_proxies_speak_for_many() {
        let places = Places::new(limits::CONNECTIONS_MAX);
        let trusted = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        for from in ["127.0.0.1:1", "[::1]:1", "10.0.0.2:1"] {
            let mut held = Vec::new();
            for _ in 0..=limits::CONNECTIONS_PER_ADDRESS {
                held.push(enter(&places, from, &trusted).await.unwrap());
            }
            let requests: Vec<_> = (0..=limits::REQUESTS_PER_ADDRESS).map(|_| held[0].request()).collect();
            assert!(requests.iter().all(Option::is_some), "{from}");
        }
    }

    #[tokio::test]
    async fn the_requests_of_an_address_are_counted_over_its_connections() {
        let places = Places::new(limits::CONNECTIONS_MAX);
        let from = "203.0.113.7:1";
        let one = enter(&places, from, &TrustedProxies::default()).await.unwrap();
        let two = enter(&places, from, &TrustedProxies::default()).await.unwrap();
        let mut held: Vec<_> = (0..limits::REQUESTS_PER_ADDRESS).map(|_| one.request().unwrap()).collect();
        assert!(two.request().is_none());
        held.pop();
        assert!(two.request().is_some());
    }

    #[tokio::test]
    async fn it_is_pressed_while_few_places_are_left() {
        let places = Places::new(16);
        let pressed = places.pressed();
        let mut held = Vec::new();
        for n in 1..=16 {
            held.push(enter(&places, "127.0.0.1:1", &TrustedProxies::default()).await.unwrap());
            assert_eq!(*pressed.borrow(), n > 14, "{n}");
        }
        assert!(places.enter(places.permit(false).await, None, &TrustedProxies::default()).is_some());
        for free in 1..=16 {
            held.pop();
            places.feel();
            assert_eq!(*pressed.borrow(), free < 4, "{free}");
        }
    }
}
