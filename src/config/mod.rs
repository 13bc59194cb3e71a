//! The configuration file, and the flags that override it.
//!
//! [`Settings`] is what a person may write, [`Config`] what the program needs. [`Config::from_toml`]
//! reports every problem at once, each with its key. A test keeps [`DEFAULT`], which is the
//! documentation, true.

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub plain_listen: Option<SocketAddr>,
    /// Without a trailing slash.
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<IpNet>,
    pub certificate: Option<CertificateFiles>,
    /// Disk space reserved for a full disk.
    pub reserve_bytes: u64,
    pub segment_bytes: u64,
    pub oidc: Option<OidcConfig>,
    pub platform: PlatformConfig,
    /// PEM, trusted for the decision webhook besides the public roots.
    pub control_roots: Option<PathBuf>,
    pub log: LogConfig,
    /// Start despite missing records; a flag for one start.
    pub accept_loss: bool,
    /// To read it again on HUP.
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// PEM, with its chain.
    pub cert: PathBuf,
    /// PEM.
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
    /// Or `RINGBACK_DATA`.
    pub data: Option<PathBuf>,
    pub listen: Option<String>,
    pub plain_listen: Option<String>,
    pub public_url: Option<String>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub log_level: Option<String>,
    pub accept_loss: bool,
}

impl Config {
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

    /// Combines a text and flags. A mistake in the text is reported even if a flag overrides it.
    pub fn from_toml(text: &str, overrides: &Overrides) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let settings = Settings::parse(text, &mut problems);
        settings.clone().into_config(&mut problems);
        let mut with_flags = Problems::default();
        let config = settings.with(overrides).into_config(&mut with_flags);
        problems.join(with_flags);
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

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
