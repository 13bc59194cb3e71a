//! Where a platform may stand: hosts that the configuration lists, and no others.
//!
//! An administrator of an app sets its base URL; that must not become a way to make this server
//! ask whatever else it can reach. So the list is not theirs to change, and every use is checked
//! against it: it may have become shorter.

use http::Uri;

use super::PlatformError;
use crate::outgoing;

/// The hosts that the platforms' documents name.
pub fn documented_hosts() -> impl Iterator<Item = &'static str> {
    let mut hosts: Vec<&str> = super::all().flat_map(|outbound| outbound.hosts().iter().copied()).collect();
    hosts.dedup();
    hosts.into_iter()
}

/// Hosts that may be asked, each `host` or `host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts(Vec<String>);

impl Default for Hosts {
    fn default() -> Self {
        Self::new(documented_hosts())
    }
}

impl Hosts {
    #[must_use]
    pub fn new(hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(hosts.into_iter().map(|host| host.into().to_ascii_lowercase()).collect())
    }

    #[must_use]
    pub fn list(&self) -> &[String] {
        &self.0
    }

    /// A base URL without a slash at its end, if it may be asked.
    pub fn admit(&self, base: &str) -> Result<String, PlatformError> {
        if base.is_empty() {
            return Err(PlatformError::Off);
        }
        let base = base.trim_end_matches('/');
        let address: Uri = base.parse().map_err(|_| PlatformError::Base)?;
        let host = outgoing::admit(&address)?.to_ascii_lowercase();
        if !matches!(address.path(), "" | "/") || address.query().is_some() {
            return Err(PlatformError::Base);
        }
        let with_port = address.port_u16().map(|port| format!("{host}:{port}"));
        let listed = self.0.iter().any(|known| *known == host || Some(known) == with_port.as_ref());
        if listed { Ok(base.to_owned()) } else { Err(PlatformError::Host(host)) }
    }
}
