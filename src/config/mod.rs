//! What the program is told: a file that people write, and flags that go before it.
//!
//! [`Settings`] is what a person may write, [`Config`] what the program needs. One function,
//! [`Config::from_toml`], makes the second from the first and reports every problem at once,
//! each with its key. [`DEFAULT`] is the documentation, and a test holds it to be true.

mod oidc;
mod platform;
mod problem;
mod settings;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;

pub use self::oidc::OidcConfig;
pub use self::platform::PlatformConfig;
pub use self::problem::{ConfigError, Problem, Problems};
pub use self::settings::Settings;
use crate::domain::plain_text;
use crate::limits;

/// The annotated defaults, as `ringback config default` prints them.
pub const DEFAULT: &str = include_str!("../config.default.toml");

/// The data directory when nothing else is said.
pub const DEFAULT_DATA: &str = "./data";

/// What the program needs to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// Where callbacks are taken without TLS.
    pub plain_listen: Option<SocketAddr>,
    /// The address by which the platforms know us, without a trailing slash.
    pub public_url: Option<String>,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    pub certificate: Option<CertificateFiles>,
    /// Space held back for a full disk, in bytes.
    pub reserve_bytes: u64,
    /// The size at which a journal segment is finished, in bytes.
    pub segment_bytes: u64,
    /// The provider of logins, where one is configured.
    pub oidc: Option<OidcConfig>,
    pub platform: PlatformConfig,
    /// Certificates that the company's own system may have, besides the public ones.
    pub control_roots: Option<PathBuf>,
    pub log: LogConfig,
    /// Whether to go on without records that are missing; only a flag says so, and for one start.
    pub accept_loss: bool,
    /// Where this came from, to be read again on HUP.
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate and its chain, PEM.
    pub cert: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogConfig {
    /// The least important level that is logged.
    pub level: tracing::Level,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// An object a line.
    Json,
}

/// Where a configuration came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    pub file: Option<PathBuf>,
    pub overrides: Overrides,
}

/// What flags and the environment say; it goes before the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// `--data`, `RINGBACK_DATA`.
    pub data: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--plain-listen`.
    pub plain_listen: Option<String>,
    /// `--public-url`.
    pub public_url: Option<String>,
    /// `--tls-cert`.
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key`.
    pub tls_key: Option<PathBuf>,
    /// `--log-level`.
    pub log_level: Option<String>,
    /// `--accept-loss`.
    pub accept_loss: bool,
}

impl Config {
    /// The configuration of a file, or the defaults without one.
    pub fn load(file: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        let text = match file {
            Some(path) => read(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?,
            None => String::new(),
        };
        let mut config = Self::from_toml(&text, &overrides)
            .map_err(|problems| ConfigError::Problems { file: file.map(Path::to_owned), problems })?;
        config.accept_loss = overrides.accept_loss;
        config.origin = Origin { file: file.map(Path::to_owned), overrides };
        Ok(config)
    }

    /// The same configuration, read again from where it came from.
    pub fn reload(&self) -> Result<Self, ConfigError> {
        Self::load(self.origin.file.as_deref(), self.origin.overrides.clone())
    }

    /// The configuration that a text and flags together give. A mistake in the text is reported
    /// also where a flag goes before it: the file is as wrong without the flag.
    ///
    /// # Errors
    /// Everything that is wrong, each with its key.
    pub fn from_toml(text: &str, overrides: &Overrides) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let settings = Settings::parse(text, &mut problems);
        settings.clone().into_config(&mut problems);
        let mut with_flags = Problems::default();
        let config = settings.with(overrides).into_config(&mut with_flags);
        problems.join(with_flags);
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// The keys in which `other` differs and which only a new start applies.
    #[must_use]
    pub fn needs_restart(&self, other: &Self) -> Vec<&'static str> {
        let same = [
            ("server.listen", self.listen == other.listen),
            ("server.plain_listen", self.plain_listen == other.plain_listen),
            ("server.public_url", self.public_url == other.public_url),
            ("journal.reserve_mib", self.reserve_bytes == other.reserve_bytes),
            ("journal.segment_mib", self.segment_bytes == other.segment_bytes),
            ("oidc", self.oidc == other.oidc),
            ("platform", self.platform == other.platform),
            ("control", self.control_roots == other.control_roots),
            ("log.level", self.log.level == other.log.level),
            ("log.format", self.log.format == other.log.format),
        ];
        same.into_iter().filter(|(_, same)| !same).map(|(key, _)| key).collect()
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(limits::CONFIG_MAX).read_to_end(&mut bytes)?;
    let text = plain_text::decode(&bytes).ok_or(std::io::ErrorKind::InvalidData)?;
    Ok(text.into_owned())
}
