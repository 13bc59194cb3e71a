//! `ringback healthcheck`: asks the running server, for containers and supervisors.

use std::io::{Write, stdout};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use http::Method;

use super::client::{Client, Needs};
use super::place::Place;
use crate::journal::DataLock;

pub(super) async fn run(place: &Place) -> Result<ExitCode> {
    let data = &place.data;
    if !DataLock::is_held(data).with_context(|| format!("looking at the lock of {}", data.display()))? {
        bail!("no server runs on {}", data.display());
    }
    let client = Client::open(data, Needs::Store, place.masked).await?;
    let reply = client.ask(Method::GET, "/healthz", None).await?;
    writeln!(stdout(), "{}", String::from_utf8_lossy(&reply.body).trim_end())?;
    Ok(if reply.status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
