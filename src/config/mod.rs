//! The configuration: a file that people write, and flags that override it.
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

/// Printed by `ringback config default`.
pub const DEFAULT: &str = include_str!("../config.default.toml");

pub const DEFAULT_DATA: &str = "./data";

/// What the program needs to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub plain_listen: Option<SocketAddr>,
    /// Without a trailing slash.
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<IpNet>,
    pub certificate: Option<CertificateFiles>,
    /// Space held back for a full disk, in bytes.
    pub reserve_bytes: u64,
    /// The size at which a journal segment is finished, in bytes.
    pub segment_bytes: u64,
    pub oidc: Option<OidcConfig>,
    pub platform: PlatformConfig,
    /// PEM, trusted for the decision webhook besides the public roots.
    pub control_roots: Option<PathBuf>,
    pub log: LogConfig,
    /// Go on without missing records; a flag for one start.
    pub accept_loss: bool,
    /// Read again on HUP.
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// With its chain, PEM.
    pub cert: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogConfig {
    pub level: tracing::Level,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    /// One object a line.
    Json,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    pub file: Option<PathBuf>,
    pub overrides: Overrides,
}

/// Flags and environment; they override the file.
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
    /// Defaults without a file.
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

    /// Changed keys that take effect only at the next start.
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
