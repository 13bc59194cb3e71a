//! Which certificate is used: the configured one, one beside the program, or a self-signed one.
//!
//! A self-signed one is made only if there is no other, so that a first start needs nothing; platforms
//! are not expected to accept it.

use std::path::Path;

use crate::config::{CertificateFiles, Config};
use crate::http::transport::tls::Source;

pub(super) fn source(config: &Config) -> Source {
    if let Some(CertificateFiles { cert, key }) = config.certificate.clone() {
        return Source::Files { cert, key };
    }
    let (cert, key) = (Path::new("certs/server.crt"), Path::new("certs/server.key"));
    match (cert.exists(), key.exists()) {
        (true, true) => return Source::Files { cert: cert.to_owned(), key: key.to_owned() },
        (false, false) => {}
        (true, false) => tracing::warn!("certs/server.crt is not used: certs/server.key is missing"),
        (false, true) => tracing::warn!("certs/server.key is not used: certs/server.crt is missing"),
    }
    Source::SelfSigned { dir: config.data.join("certs"), names: names(config.public_url.as_deref()) }
}

fn names(public_url: Option<&str>) -> Vec<String> {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let public = public_url.and_then(|url| Some(url.parse::<http::Uri>().ok()?.host()?.to_owned()));
    let public = public.map(|host| host.trim_matches(['[', ']']).to_owned());
    let mut names: Vec<String> = Vec::new();
    for name in public.into_iter().chain([host, "localhost".into(), "127.0.0.1".into(), "::1".into()]) {
        let usable = !name.is_empty() && name.is_ascii() && !name.contains(char::is_whitespace);
        if usable && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_certificate_is_for_the_public_host_and_this_machine() {
        let names = names(Some("https://ring.example.com:8443"));
        assert_eq!(names[0], "ring.example.com");
        for local in ["localhost", "127.0.0.1", "::1"] {
            assert!(names.iter().any(|name| name == local), "{names:?}");
        }
        assert!(super::names(Some("https://[2001:db8::1]")).contains(&"2001:db8::1".to_owned()));
    }
}
