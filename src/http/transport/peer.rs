//! Who is on the other side of a connection.
//!
//! Set by [`crate::http::transport::server`] before any route; nothing else decides who is calling.
//! Forwarded headers count only when the socket's address is a trusted proxy, and then the rightmost
//! address that is not a trusted proxy: everything left of it was written by the client.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;
use warp::Filter;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Network {
        /// The sender, behind trusted proxies.
        ip: IpAddr,
        /// Whether a header says that it was forwarded, believed or not.
        forwarded: bool,
    },
    /// The command line on this machine, through `control.sock`: the administrator.
    Control,
}

impl Peer {
    /// The sender's address; of the command line, this machine's.
    #[must_use]
    pub fn ip(&self) -> IpAddr {
        match self {
            Self::Network { ip, .. } => *ip,
            Self::Control => IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        }
    }

    /// Whether it comes from this machine, not through a proxy here.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Network { ip, forwarded } => ip.is_loopback() && !forwarded,
            Self::Control => true,
        }
    }
}

pub fn peer() -> impl Filter<Extract = (Peer,), Error = warp::Rejection> + Clone {
    warp::ext::get::<Peer>()
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    #[must_use]
    pub fn resolve(&self, socket: SocketAddr, headers: &HeaderMap) -> Peer {
        let mut ip = socket.ip().to_canonical();
        let forwarded = headers.keys().any(|name| is_of_a_proxy(name.as_str()));
        if !self.trusts(ip) {
            return Peer::Network { ip, forwarded };
        }
        let hops = headers.get_all("x-forwarded-for");
        let hops: Vec<&str> = hops.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
        for hop in hops.iter().rev() {
            let Some(address) = read_hop(hop) else { break };
            ip = address;
            if !self.trusts(address) {
                break;
            }
        }
        Peer::Network { ip, forwarded }
    }

    pub(crate) fn trusts(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&ip))
    }
}

/// Headers of proxies. One of them is enough: a proxy on this machine must not pass for this machine.
fn is_of_a_proxy(name: &str) -> bool {
    const NAMES: [&str; 11] = [
        "cf-connecting-ip",
        "client-ip",
        "fastly-client-ip",
        "forwarded",
        "proxy-client-ip",
        "true-client-ip",
        "via",
        "wl-proxy-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-real-ip",
    ];
    NAMES.contains(&name) || ["x-forwarded", "x-original-", "x-envoy-"].iter().any(|start| name.starts_with(start))
}

/// Reads an address as proxies write it: bare, with a port, or IPv6 in brackets.
fn read_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(trusted: &[&str], socket: &str, forwarded_for: &[&str], expected: &str) {
        let trusted = TrustedProxies(trusted.iter().map(|net| net.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for value in forwarded_for {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let peer = trusted.resolve(socket.parse().unwrap(), &headers);
        assert_eq!(peer.ip(), expected.parse::<IpAddr>().unwrap(), "{socket} {forwarded_for:?}");
    }

    #[test]
    fn a_forwarded_address_is_believed_only_from_a_trusted_proxy() {
        check(&[], "203.0.113.7:4000", &["198.51.100.1"], "203.0.113.7");
        check(&["10.0.0.0/8"], "203.0.113.7:4000", &["198.51.100.1"], "203.0.113.7");
        check(&["10.0.0.0/8"], "10.0.0.2:4000", &["198.51.100.1"], "198.51.100.1");
        check(&["10.0.0.0/8"], "10.0.0.2:4000", &[], "10.0.0.2");
    }

    #[test]
    fn the_rightmost_untrusted_address_counts() {
        let proxies = &["10.0.0.0/8", "::1/128"];
        check(proxies, "10.0.0.2:1", &["192.0.2.4, 198.51.100.1, 10.0.0.9"], "198.51.100.1");
        check(proxies, "10.0.0.2:1", &["192.0.2.4", "198.51.100.1:55,10.0.0.9"], "198.51.100.1");
        check(proxies, "[::1]:1", &["[2001:db8::5]"], "2001:db8::5");
        check(proxies, "[::ffff:10.0.0.2]:1", &["::ffff:198.51.100.1"], "198.51.100.1");
        check(proxies, "10.0.0.2:1", &["192.0.2.4, unknown, 10.0.0.9"], "10.0.0.9");
        check(proxies, "10.0.0.2:1", &["10.0.0.3, 10.0.0.4"], "10.0.0.3");
    }

    #[test]
    fn a_request_through_a_proxy_on_this_machine_is_not_local() {
        let socket = "127.0.0.1:1".parse().unwrap();
        let mut headers = HeaderMap::new();
        assert!(TrustedProxies::default().resolve(socket, &headers).is_local());
        headers.insert("x-aksk", "signed".parse().unwrap());
        headers.insert("host", "localhost".parse().unwrap());
        assert!(TrustedProxies::default().resolve(socket, &headers).is_local());
        for name in
            ["x-forwarded-for", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Proto", "X-Forwarded", "True-Client-IP"]
        {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(name.clone(), "198.51.100.1".parse().unwrap())]);
            assert!(!TrustedProxies::default().resolve(socket, &headers).is_local(), "{name}");
        }
    }
}
