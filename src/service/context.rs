//! What every handler is given.
//!
//! It is made once, when the server starts, and never changes but for the certificate: a handler
//! that needs something else asks a service, and a test builds one of real parts.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::{Gauges, LogTail, Misdirected, Missed};
use crate::audit::Audit;
use crate::bindings::Bindings;
use crate::clock::Clock;
use crate::control::Control;
use crate::domain::address::without_default_port;
use crate::erasure::Erasure;
use crate::ingest::Ingest;
use crate::journal::{Journal, Rewrite};
use crate::limits;
use crate::oidc::Oidc;
use crate::platforms::outbound::Platform;
use crate::retention::Retention;
use crate::state::State;
use crate::store::Store;

#[derive(Debug)]
pub struct Context {
    pub store: Store,
    pub state: State,
    pub bindings: Bindings,
    pub control: Control,
    pub journal: Arc<dyn Journal>,
    pub audit: Audit,
    pub retention: Retention,
    pub erasure: Erasure,
    pub ingest: Ingest,
    pub platform: Platform,
    pub oidc: Option<Oidc>,
    pub clock: Clock,
    pub server: ServerInfo,
}

impl Context {
    /// Counts a request to a missing callback address.
    pub fn misdirected(&self, peer: IpAddr, target: &str, missed: Missed) {
        let so_far = self.ingest.refused(None);
        self.server.misdirected.note(self.clock.now(), peer, target, missed);
        if so_far % limits::REFUSALS_LOGGED_EVERY == 1 {
            let (_, recent) = self.server.misdirected.seen();
            let path = recent.first().map(|request| request.path.as_str());
            tracing::warn!(%peer, path, missed = missed.name(), so_far, "a request came to no callback address of ours");
        }
    }

    #[must_use]
    pub fn keepers(
        journal: &Arc<dyn Rewrite>,
        store: &Store,
        bindings: &Bindings,
        state: &State,
        clock: &Clock,
        data: PathBuf,
    ) -> (Retention, Erasure) {
        let retention = Retention::new(journal.clone(), store.clone(), state.clone(), clock.clone());
        let erasure = Erasure::new(
            journal.clone(),
            store.clone(),
            bindings.clone(),
            state.clone(),
            retention.clone(),
            clock.clone(),
            data,
        );
        (retention, erasure)
    }

    /// Progress of a rebuild, 0 to 1.
    #[must_use]
    pub fn rebuilding(&self) -> Option<f64> {
        let parts = [self.store.status().rebuilding, self.bindings.reading()];
        parts.into_iter().flatten().reduce(f64::min)
    }
}

#[derive(Debug)]
pub struct ServerInfo {
    /// As configured, without a trailing slash.
    pub public_url: Option<String>,
    pub listen: SocketAddr,
    pub plain_listen: Option<SocketAddr>,
    pub data: PathBuf,
    pub started_at: Timestamp,
    pub certificate: ArcSwap<CertificateInfo>,
    pub gauges: Arc<Gauges>,
    pub misdirected: Misdirected,
    pub log: Arc<LogTail>,
}

impl ServerInfo {
    /// The address from outside, without a trailing slash.
    #[must_use]
    pub fn base(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| without_default_port(&format!("https://{}", self.listen)))
    }

    /// Whether `host` (with or without a port) is a name of this server: any while no public address is
    /// configured; then that one, the certificate's names, and IP addresses, which nobody can point
    /// elsewhere.
    #[must_use]
    pub fn is_called(&self, host: &str) -> bool {
        let Some(public) = &self.public_url else { return true };
        let host = without_port(host);
        let public = public.split_once("://").map_or(public.as_str(), |(_, rest)| rest);
        let public = without_port(public.split('/').next().unwrap_or_default());
        let certificate = self.certificate.load();
        let mut names = certificate.names.iter().map(String::as_str).chain([public, "localhost"]);
        host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() || names.any(|name| is_name(name, host))
    }

    /// Whether to send HSTS: the public address is https and the certificate is trusted.
    #[must_use]
    pub fn insists_on_https(&self) -> bool {
        let is_https = self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        is_https && !self.certificate.load().self_signed
    }

    /// The address to paste into a platform's console for an app's token and a tail.
    #[must_use]
    pub fn callback_url(&self, token: &str, tail: &str) -> String {
        let base = self.base();
        if tail.is_empty() { format!("{base}/callbacks/{token}") } else { format!("{base}/callbacks/{token}/{tail}") }
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// `name` may be `*.example.com`.
fn is_name(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(domain) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain)),
        None => name.eq_ignore_ascii_case(host),
    }
}

#[derive(Debug, Clone, Default)]
pub struct CertificateInfo {
    pub names: Vec<String>,
    pub issuer: String,
    pub not_after: Option<Timestamp>,
    /// No platform can be expected to accept it.
    pub self_signed: bool,
    pub source: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(public_url: Option<&str>, names: &[&str], self_signed: bool) -> ServerInfo {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        ServerInfo {
            public_url: public_url.map(str::to_owned),
            listen: SocketAddr::from(([0, 0, 0, 0], 8443)),
            plain_listen: None,
            data: PathBuf::new(),
            started_at: Timestamp::UNIX_EPOCH,
            certificate: ArcSwap::from_pointee(CertificateInfo { names, self_signed, ..CertificateInfo::default() }),
            gauges: Arc::default(),
            misdirected: Misdirected::default(),
            log: Arc::default(),
        }
    }

    #[test]
    fn a_server_is_called_by_its_public_address_its_certificates_names_and_any_address() {
        let named = server(Some("https://Calls.example.com:8443/in"), &["*.voice.example", "old.example"], false);
        for host in ["calls.example.com", "calls.example.com:80", "a.voice.example:443", "OLD.example"] {
            assert!(named.is_called(host), "{host}");
        }
        for host in ["203.0.113.7", "203.0.113.7:8443", "[2001:db8::7]", "[2001:db8::7]:8443", "localhost:1"] {
            assert!(named.is_called(host), "{host}");
        }
        for host in ["", "example.com", "voice.example", "a.b.voice.example", "calls.example.com.evil.example"] {
            assert!(!named.is_called(host), "{host}");
        }
        assert!(server(None, &[], true).is_called("anything.example"));
    }

    #[test]
    fn browsers_are_told_to_use_https_only_once_the_certificate_is_trusted() {
        let url = Some("https://calls.example.com");
        assert!(server(url, &[], false).insists_on_https());
        assert!(!server(url, &[], true).insists_on_https());
        assert!(!server(Some("http://calls.example.com"), &[], false).insists_on_https());
        assert!(!server(None, &[], false).insists_on_https());
    }
}
