//! `ringback config`: the annotated defaults, and everything that is wrong with a file.

use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Subcommand;

use super::cells;
use crate::config::{Config, ConfigError, DEFAULT, Overrides};
use crate::error_chain::Chain;

/// What to do with a configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print every key with its default and what it means
    Default,
    /// Say everything that is wrong with a file
    Check {
        /// The file
        file: PathBuf,
    },
}

pub(super) fn run(command: Command) -> Result<()> {
    match command {
        Command::Default => Ok(write!(stdout(), "{DEFAULT}")?),
        Command::Check { file } => match Config::load(Some(&file), Overrides::default()) {
            Ok(_) => {
                eprintln!("{} is right", file.display());
                Ok(())
            }
            Err(ConfigError::Problems { problems, .. }) => {
                writeln!(stdout(), "{problems}")?;
                bail!("{} has {}", file.display(), cells::many(problems.0.len() as u64, "problem", "problems"))
            }
            Err(error @ ConfigError::Read { .. }) => bail!("{}", Chain(&error)),
        },
    }
}
