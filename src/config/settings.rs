//! What a person may write, and how it becomes a [`Config`].
//!
//! Read by hand from the TOML document, because a derived deserialiser stops at the first mistake. An
//! unknown key is a problem: a misspelt key would silently be a default.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::IpNet;
use toml::{Table, Value};

use super::oidc::OidcSettings;
use super::platform::PlatformSettings;
use super::{CertificateFiles, Config, DEFAULT_DATA, LogConfig, LogFormat, Origin, Overrides, Problems};
use crate::domain::address::without_default_port;
use crate::limits::{self, CONFIGURED_MEBIBYTES_MAX};

/// `None` is the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    data: Option<PathBuf>,
    listen: Option<String>,
    plain_listen: Option<String>,
    public_url: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    reserve_mib: Option<u64>,
    segment_mib: Option<u64>,
    oidc: OidcSettings,
    platform: PlatformSettings,
    control_roots: Option<PathBuf>,
    log_level: Option<String>,
    log_format: Option<String>,
}

impl Settings {
    pub fn parse(text: &str, problems: &mut Problems) -> Self {
        let document = match text.parse::<Table>() {
            Ok(document) => document,
            Err(error) => {
                problems.add("", format!("not TOML: {}", error.to_string().trim_end()));
                return Self::default();
            }
        };
        let mut reader = Reader { document, problems };
        let settings = Self {
            data: None,
            listen: reader.text("server", "listen"),
            plain_listen: reader.text("server", "plain_listen"),
            public_url: reader.text("server", "public_url"),
            trusted_proxies: reader.texts("server", "trusted_proxies"),
            tls_cert: reader.text("tls", "cert").map(PathBuf::from),
            tls_key: reader.text("tls", "key").map(PathBuf::from),
            reserve_mib: reader.number("journal", "reserve_mib"),
            segment_mib: reader.number("journal", "segment_mib"),
            oidc: OidcSettings::read(&mut reader),
            platform: PlatformSettings::read(&mut reader),
            control_roots: reader.text("control", "extra_roots").map(PathBuf::from),
            log_level: reader.text("log", "level"),
            log_format: reader.text("log", "format"),
        };
        reader.refuse_the_rest();
        settings
    }

    #[must_use]
    pub fn with(self, flags: &Overrides) -> Self {
        // A certificate from flags and a key from the file would not match.
        let pair = flags.tls_cert.is_some() || flags.tls_key.is_some();
        Self {
            data: flags.data.clone().or(self.data),
            listen: flags.listen.clone().or(self.listen),
            plain_listen: flags.plain_listen.clone().or(self.plain_listen),
            public_url: flags.public_url.clone().or(self.public_url),
            tls_cert: if pair { flags.tls_cert.clone() } else { self.tls_cert },
            tls_key: if pair { flags.tls_key.clone() } else { self.tls_key },
            log_level: flags.log_level.clone().or(self.log_level),
            ..self
        }
    }

    /// A wrong value is a problem and becomes its default.
    pub fn into_config(self, problems: &mut Problems) -> Config {
        let listen = self.listen.as_deref().and_then(|text| address("server.listen", text, problems));
        let plain_listen = self.plain_listen.as_deref().and_then(|text| address("server.plain_listen", text, problems));
        let listen = listen.unwrap_or(SocketAddr::from(([0, 0, 0, 0], 8443)));
        if plain_listen == Some(listen) && listen.port() != 0 {
            problems.add("server.plain_listen", "is the same as server.listen; it needs another port");
        }
        let public_url = self.public_url.and_then(|text| public_url(&text, problems));
        Config {
            data: self.data.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA)),
            listen,
            plain_listen,
            oidc: self.oidc.into_config(public_url.is_some(), problems),
            platform: self.platform.into_config(problems),
            control_roots: self.control_roots,
            public_url,
            trusted_proxies: networks(&self.trusted_proxies.unwrap_or_default(), problems),
            certificate: certificate(self.tls_cert, self.tls_key, problems),
            reserve_bytes: mebibytes("journal.reserve_mib", self.reserve_mib, 0, limits::RESERVE_BYTES, problems),
            segment_bytes: mebibytes("journal.segment_mib", self.segment_mib, 1, limits::SEGMENT_BYTES, problems),
            log: LogConfig {
                level: level(self.log_level.as_deref(), problems),
                format: format(self.log_format.as_deref(), problems),
            },
            accept_loss: false,
            origin: Origin::default(),
        }
    }
}

fn address(key: &str, text: &str, problems: &mut Problems) -> Option<SocketAddr> {
    let address = text.parse().ok();
    if address.is_none() {
        problems.add(key, format!("{text:?} is not an address and a port like 0.0.0.0:8443 or [::]:8443"));
    }
    address
}

fn public_url(text: &str, problems: &mut Problems) -> Option<String> {
    let text = text.trim_end_matches('/');
    let is_good = http::Uri::from_str(text).is_ok_and(|uri| {
        let has_host = uri.authority().is_some_and(|a| !a.host().is_empty() && !a.as_str().contains('@'));
        has_host
            && matches!(uri.scheme_str(), Some("https" | "http"))
            && matches!(uri.path(), "" | "/")
            && uri.query().is_none()
    });
    if !is_good {
        problems
            .add("server.public_url", format!("{text:?} is not scheme and host like https://callbacks.example.com"));
    }
    is_good.then(|| without_default_port(text))
}

fn networks(texts: &[String], problems: &mut Problems) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)) {
            Some(network) => networks.push(network),
            None => problems.add(
                format!("server.trusted_proxies[{index}]"),
                format!("{text:?} is not a network like 10.0.0.0/8, nor an address"),
            ),
        }
    }
    networks
}

fn certificate(cert: Option<PathBuf>, key: Option<PathBuf>, problems: &mut Problems) -> Option<CertificateFiles> {
    match (cert, key) {
        (Some(cert), Some(key)) => return Some(CertificateFiles { cert, key }),
        (None, None) => {}
        (Some(_), None) => problems.add("tls.key", "is missing: tls.cert needs the key that belongs to it"),
        (None, Some(_)) => problems.add("tls.cert", "is missing: tls.key needs the certificate that it belongs to"),
    }
    None
}

fn mebibytes(key: &str, value: Option<u64>, least: u64, default: u64, problems: &mut Problems) -> u64 {
    match value {
        None => default,
        Some(value) if (least..=CONFIGURED_MEBIBYTES_MAX).contains(&value) => value << 20,
        Some(value) => {
            problems.add(key, format!("{value} is not between {least} and {CONFIGURED_MEBIBYTES_MAX}"));
            default
        }
    }
}

fn level(text: Option<&str>, problems: &mut Problems) -> tracing::Level {
    let Some(text) = text else { return tracing::Level::INFO };
    match text {
        "error" => tracing::Level::ERROR,
        "warn" => tracing::Level::WARN,
        "info" => tracing::Level::INFO,
        "debug" => tracing::Level::DEBUG,
        "trace" => tracing::Level::TRACE,
        _ => {
            problems.add("log.level", format!("{text:?} is none of error, warn, info, debug, trace"));
            tracing::Level::INFO
        }
    }
}

fn format(text: Option<&str>, problems: &mut Problems) -> LogFormat {
    match text {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(text) => {
            problems.add("log.format", format!("{text:?} is neither text nor json"));
            LogFormat::Text
        }
    }
}

/// Takes values out of a document; the remaining keys are unknown.
pub(super) struct Reader<'a> {
    document: Table,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn take<T>(
        &mut self,
        section: &str,
        key: &str,
        expected: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.document.get_mut(section)?.as_table_mut()?.remove(key)?;
        let read = read(&value);
        if read.is_none() {
            self.problems.add(format!("{section}.{key}"), format!("is {}, not {expected}", kind(&value)));
        }
        read
    }

    pub(super) fn text(&mut self, section: &str, key: &str) -> Option<String> {
        self.take(section, key, "a text in quotes", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn texts(&mut self, section: &str, key: &str) -> Option<Vec<String>> {
        self.take(section, key, "a list of texts", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    fn number(&mut self, section: &str, key: &str) -> Option<u64> {
        self.take(section, key, "a whole number", |value| value.as_integer()?.try_into().ok())
    }

    fn refuse_the_rest(self) {
        for (name, value) in &self.document {
            match value {
                Value::Table(section)
                    if ["server", "tls", "journal", "oidc", "platform", "control", "log"].contains(&name.as_str()) =>
                {
                    for key in section.keys() {
                        self.problems
                            .add(format!("{name}.{key}"), "there is no such key; `ringback config default` lists them");
                    }
                }
                Value::Table(_) => {
                    self.problems.add(
                        name.clone(),
                        "there is no such section; there are server, tls, journal, oidc, platform, control and log",
                    );
                }
                _ => {
                    let text = "every key stands in a section: [server], [tls], [journal], [oidc], [platform], [control], [log]";
                    self.problems.add(name.clone(), text);
                }
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(number) if *number < 0 => "a negative number",
        Value::Integer(_) => "a number",
        Value::Float(_) => "a number with a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a time",
        Value::Array(_) => "a list with something else in it",
        Value::Table(_) => "a section",
    }
}
