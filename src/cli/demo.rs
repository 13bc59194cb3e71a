//! `ringback demo`: a throw-away installation with a lively day of calls.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

/// Where to show it.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Where HTTPS is listened on; port 0 picks a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    listen: String,
}

/// Does it, until a signal.
pub(super) async fn run(flags: Flags) -> Result<ExitCode> {
    anyhow::bail!("the server is not built into this branch: {}", flags.listen)
}
