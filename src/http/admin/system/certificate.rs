//! Whether a platform would accept the certificate in use, said plainly.
//!
//! A platform's client is an ordinary TLS client: it wants a certificate for the name it was
//! given, in its time, from an issuer it knows. The last we cannot know for certain; the rest we
//! can.

use std::net::SocketAddr;

use jiff::Timestamp;

use crate::domain::Lang;
use crate::http::admin::parts::span;
use crate::service::CertificateInfo;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) accepted: bool,
    /// Whether another certificate is seen than this one.
    pub(crate) elsewhere: bool,
    pub(crate) reason: String,
    pub(crate) advice: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    /// Nobody whom a platform could reach.
    Off,
    Open,
    /// Only this machine does, and there is an address for platforms: a reverse proxy stands there.
    Proxy,
}

impl Plain {
    pub(crate) fn of(listen: Option<SocketAddr>, public_url: Option<&str>) -> Self {
        match listen {
            None => Self::Off,
            Some(listen) if !listen.ip().is_loopback() => Self::Open,
            Some(_) if public_url.is_some() => Self::Proxy,
            Some(_) => Self::Off,
        }
    }
}

pub(crate) fn verdict(lang: Lang, certificate: &CertificateInfo, host: &str, plain: Plain, now: Timestamp) -> Verdict {
    let verdict = of_our_own(lang, certificate, host, plain, now);
    if verdict.accepted || plain != Plain::Proxy {
        return verdict;
    }
    Verdict {
        accepted: true,
        elsewhere: true,
        reason: match lang {
            Lang::Zh => format!("平台看到的是 {host} 上反向代理的证书，不是这里的：明文端口只在本机监听。"),
            Lang::En => {
                format!("A platform sees the certificate of the reverse proxy at {host}, not this one: plain callbacks are taken from this machine only.")
            }
        },
        advice: lang.t(
            "请确认代理把 /callbacks/ 转到明文端口，并在配置里写明 trusted_proxies。",
            "See that the proxy passes /callbacks/ on to the plain port, and name it in trusted_proxies of the configuration.",
        ),
    }
}

fn of_our_own(lang: Lang, certificate: &CertificateInfo, host: &str, plain: Plain, now: Timestamp) -> Verdict {
    let no = |reason: String| Verdict { accepted: false, elsewhere: false, reason, advice: advice(lang, plain) };
    if certificate.self_signed {
        return no(lang
            .t("证书是自签名的，平台不会接受。", "Self-signed certificate: platforms will reject it.")
            .to_owned());
    }
    if certificate.not_after.is_some_and(|end| end <= now) {
        return no(lang.t("证书已过期。", "The certificate has expired.").to_owned());
    }
    if !certificate.names.iter().any(|name| covers(name, host)) {
        let names = certificate.names.join(", ");
        return no(match lang {
            Lang::Zh => format!("证书属于 {names}，而平台访问的是 {host}。"),
            Lang::En => format!("The certificate is for {names}; the platform calls {host}."),
        });
    }
    let left = certificate.not_after.and_then(|end| u64::try_from(end.duration_since(now).as_secs()).ok());
    let left = left.map(|s| span(lang, s - s % 86_400)).unwrap_or_default();
    Verdict {
        accepted: true,
        elsewhere: false,
        reason: match lang {
            Lang::Zh => format!("平台应当接受：证书覆盖 {host}，由 {} 签发，还有 {left}。", certificate.issuer),
            Lang::En => {
                format!("A platform should accept it: it covers {host}, issued by {}, {left} left.", certificate.issuer)
            }
        },
        advice: "",
    }
}

fn advice(lang: Lang, plain: Plain) -> &'static str {
    if plain == Plain::Open {
        return lang.t(
            "换上受信任机构签发的证书（--tls-cert、--tls-key）；在此之前用下面的明文地址，平台允许 http。",
            "Install a certificate from a known issuer (--tls-cert, --tls-key); until then use the plain address below: platforms allow http.",
        );
    }
    lang.t(
        "换上受信任机构签发的证书（--tls-cert、--tls-key）；或用 --plain-listen 0.0.0.0:8080 重新启动，这里就会给出明文地址，平台允许 http。",
        "Install a certificate from a known issuer (--tls-cert, --tls-key); or start again with --plain-listen 0.0.0.0:8080 and this page offers plain addresses: platforms allow http.",
    )
}

/// The host of an address, without its port.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    if let Some(v6) = authority.strip_prefix('[') {
        return v6.split(']').next().unwrap_or(v6);
    }
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

fn covers(name: &str, host: &str) -> bool {
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    let Some(parent) = name.strip_prefix("*.") else { return false };
    host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> CertificateInfo {
        CertificateInfo {
            names: vec!["*.example.com".to_owned()],
            issuer: "Example CA".to_owned(),
            not_after: Some("2027-01-01T00:00:00Z".parse().unwrap()),
            self_signed: false,
            source: String::new(),
        }
    }

    fn check(certificate: &CertificateInfo, host: &str, accepted: bool) {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        assert_eq!(verdict(Lang::En, certificate, host, Plain::Open, now).accepted, accepted, "{host}");
    }

    #[test]
    fn a_platform_accepts_a_valid_certificate_for_the_name_it_calls() {
        check(&certificate(), "calls.example.com", true);
        check(&certificate(), "example.com", false);
        check(&certificate(), "a.b.example.com", false);
        check(&certificate(), "203.0.113.9", false);
        check(&CertificateInfo { self_signed: true, ..certificate() }, "calls.example.com", false);
        let ended = Some("2026-11-20T00:00:00Z".parse().unwrap());
        check(&CertificateInfo { not_after: ended, ..certificate() }, "calls.example.com", false);
    }

    #[test]
    fn the_plain_address_is_only_named_where_there_is_one() {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let own = CertificateInfo { self_signed: true, ..certificate() };
        let advice = |plain| verdict(Lang::En, &own, "calls.example.com", plain, now).advice;
        assert!(advice(Plain::Open).contains("plain address below"));
        assert!(advice(Plain::Off).contains("--plain-listen"));
    }

    #[test]
    fn a_plain_listener_on_loopback_is_for_a_proxy_whose_certificate_is_the_one_that_counts() {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let own = CertificateInfo { self_signed: true, ..certificate() };
        let listen = |text: &str| Some(text.parse().unwrap());
        let url = Some("https://calls.example.com:21443");
        assert_eq!(Plain::of(listen("127.0.0.1:21080"), url), Plain::Proxy);
        assert_eq!(Plain::of(listen("[::1]:21080"), None), Plain::Off, "nobody else reaches it");
        assert_eq!(Plain::of(listen("0.0.0.0:8080"), url), Plain::Open);
        let verdict = verdict(Lang::En, &own, "calls.example.com", Plain::Proxy, now);
        assert!(verdict.accepted && verdict.elsewhere, "{verdict:?}");
        check(&certificate(), "calls.example.com", true);
    }

    #[test]
    fn the_host_is_read_from_any_address() {
        assert_eq!(host("https://calls.example.com:8443/callbacks/x"), "calls.example.com");
        assert_eq!(host("https://[2001:db8::1]:8443"), "2001:db8::1");
        assert_eq!(host("http://calls.example.com/"), "calls.example.com");
    }
}
