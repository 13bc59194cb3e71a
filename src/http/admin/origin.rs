//! Whether a form comes from a page of ours, by the headers of the browser.
//!
//! ```text
//! Sec-Fetch-Site   Origin                          taken
//! cross-site       any or none                     no
//! any other        the public address, or Host     yes
//! any other        another                         no: nothing overrules a foreign origin
//! same-origin,     null or none                    yes: pages that send no referrer say null
//!   none
//! same-site        null or none                    no
//! not sent         null                            no
//! not sent         none                            yes: a program
//! ```
//!
//! A proxy may change `Host`, as nginx does by default, so the configured address is accepted too.
//! Logged-in users send a CSRF token as well.

use http::Uri;
use http::uri::Authority;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sent<'a> {
    pub(super) origin: Option<&'a str>,
    pub(super) fetch_site: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) public_url: Option<&'a str>,
}

impl Sent<'_> {
    pub(super) fn is_ours(&self) -> bool {
        match (self.fetch_site, self.origin) {
            (Some("cross-site"), _) => false,
            (Some("same-origin" | "none"), None | Some("null")) => true,
            (Some(_), None | Some("null")) | (None, Some("null")) => false,
            (None, None) => true,
            (_, Some(origin)) => self.is_from_us(origin),
        }
    }

    fn is_from_us(&self, origin: &str) -> bool {
        let Some(origin) = Place::of(origin) else { return false };
        let asked = self.host.and_then(|host| Place::under("https", host));
        let public = self.public_url.and_then(Place::of);
        [asked, public].into_iter().flatten().any(|ours| ours == origin)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Place(String, String, u16);

impl Place {
    fn of(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        Self::under(uri.scheme_str()?, uri.authority()?.as_str())
    }

    fn under(scheme: &str, authority: &str) -> Option<Self> {
        let authority: Authority = authority.parse().ok()?;
        let usual = if scheme == "http" { 80 } else { 443 };
        let port = authority.port_u16().unwrap_or(usual);
        Some(Self(scheme.to_ascii_lowercase(), authority.host().to_ascii_lowercase(), port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "https://calls.example.com";

    fn said(text: &str) -> Option<&str> {
        (!text.is_empty()).then_some(text)
    }

    fn taken(fetch_site: &str, origin: &str, host: &str) -> bool {
        let (origin, fetch_site, host) = (said(origin), said(fetch_site), said(host));
        Sent { origin, fetch_site, host, public_url: Some(PUBLIC) }.is_ours()
    }

    #[test]
    fn a_form_of_the_public_address_is_taken_whatever_host_a_proxy_passes_on() {
        for host in ["127.0.0.1:8443", "upstream", "calls.example.com", ""] {
            assert!(taken("same-origin", PUBLIC, host), "{host}");
            assert!(taken("", PUBLIC, host), "{host}");
            assert!(taken("", "https://CALLS.example.com:443", host), "{host}");
        }
        assert!(taken("", "https://192.0.2.7:8443", "192.0.2.7:8443"), "by its own address");
        assert!(taken("", "https://[2001:db8::1]:8443", "[2001:db8::1]:8443"));
    }

    #[test]
    fn nothing_overrules_a_foreign_origin() {
        for foreign in [
            "https://evil.example",
            "http://calls.example.com",
            "https://calls.example.com:8443",
            "https://calls.example.com.evil.example",
            "https://evil.example/https://calls.example.com",
            "calls.example.com",
            "file://",
        ] {
            for fetch_site in ["same-origin", "same-site", "cross-site", "none", ""] {
                assert!(!taken(fetch_site, foreign, "calls.example.com"), "{fetch_site} {foreign}");
            }
        }
    }

    #[test]
    fn without_an_origin_the_browser_must_not_say_that_it_comes_from_elsewhere() {
        for (fetch_site, origin, expected) in [
            ("", "", true),
            ("same-origin", "", true),
            ("same-origin", "null", true),
            ("none", "", true),
            ("same-site", "", false),
            ("same-site", "null", false),
            ("cross-site", "", false),
            ("cross-site", "null", false),
            ("cross-site", PUBLIC, false),
            ("", "null", false),
            ("something-new", "", false),
        ] {
            assert_eq!(taken(fetch_site, origin, "calls.example.com"), expected, "{fetch_site} {origin}");
        }
    }
}
