//! Addresses of servers, as people write them and as consoles are given them.

/// The address without the port that its scheme means anyway: browsers and platforms leave it out.
#[must_use]
pub fn without_default_port(url: &str) -> String {
    let Some((scheme, host, rest)) = split(url) else { return url.to_owned() };
    let bare = host.strip_suffix(default_port(scheme)).unwrap_or(host);
    format!("{scheme}://{bare}{rest}")
}

/// The address with that port written out, where it names none.
#[must_use]
pub fn with_default_port(url: &str) -> String {
    let Some((scheme, host, rest)) = split(url) else { return url.to_owned() };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let port = if has_port { "" } else { default_port(scheme) };
    format!("{scheme}://{host}{port}{rest}")
}

/// The scheme, the host with its port, and what stands behind.
pub(crate) fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some((scheme, host, rest))
}

fn default_port(scheme: &str) -> &'static str {
    if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_port_is_that_of_the_scheme() {
        for (with, without) in [
            ("https://a.example:443", "https://a.example"),
            ("HTTPS://A.example:443/x", "HTTPS://A.example/x"),
            ("http://a.example:80/", "http://a.example/"),
            ("https://[::1]:443", "https://[::1]"),
        ] {
            assert_eq!((without_default_port(with), with_default_port(without)), (without.into(), with.into()));
        }
        for other in ["https://a.example:80", "http://a.example:443", "https://a.example:8443/x:443"] {
            assert_eq!((without_default_port(other), with_default_port(other)), (other.into(), other.into()));
        }
    }
}
