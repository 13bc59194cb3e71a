//! `ringback serve`: the appliance.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::{Usage, logging};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Overrides};
use crate::run;

/// Flags go before the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub(super) struct Flags {
    /// The configuration file; `ringback config default` prints one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where HTTPS is listened on; port 0 picks a free one [default: 0.0.0.0:8443]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Also take callbacks, and only those, without TLS
    #[arg(long, value_name = "ADDR:PORT")]
    plain_listen: Option<String>,
    /// The address by which the platforms know this server
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The certificate with its chain, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Go on without records that are missing from journal/, state/ or bindings/
    #[arg(long)]
    accept_loss: bool,
    #[arg(skip)]
    data: Option<PathBuf>,
}

impl Flags {
    /// With the data directory that stood before the command.
    pub(super) fn with_data(self, data: Option<PathBuf>) -> Self {
        Self { data, ..self }
    }

    /// The configuration that these flags and the file give.
    fn config(self) -> Result<Config> {
        let overrides = Overrides {
            data: self.data,
            listen: self.listen,
            plain_listen: self.plain_listen,
            public_url: self.public_url,
            tls_cert: self.tls_cert,
            tls_key: self.tls_key,
            log_level: self.log_level,
            accept_loss: self.accept_loss,
        };
        load(self.config.as_deref(), overrides)
    }
}

/// The configuration that flags and a file give; without a file it is the flags that are wrong.
pub(super) fn load(file: Option<&Path>, flags: Overrides) -> Result<Config> {
    match Config::load(file, flags) {
        Err(ConfigError::Problems { file: None, problems }) => Err(Usage(problems.to_string()).into()),
        config => Ok(config?),
    }
}

pub(super) async fn run(flags: Flags) -> Result<ExitCode> {
    let config = flags.config()?;
    let log = logging::start(config.log, &Clock::system());
    let ended = run::asked_to_end()?;
    run::run(config, log.tail.clone(), ended).await?;
    Ok(ExitCode::SUCCESS)
}
