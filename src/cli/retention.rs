//! `ringback retention`: what is kept for how long, what is held, and runs that make room.

use std::io::{Write, stdout};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Needs, part};
use super::owner;
use super::place::Place;

/// How often it is asked how far a run is.
const LOOK: Duration = Duration::from_millis(200);

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is kept, what is held, and the last runs
    Show,
    /// Make room now
    Run {
        /// Only say what it would free
        #[arg(long)]
        dry_run: bool,
    },
    /// Keep something whatever the settings say
    Hold {
        /// The hold's name
        name: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// Only this app
        #[arg(long)]
        app: Option<String>,
        /// Only this number, by its end
        #[arg(long)]
        number: Option<String>,
        /// Only this session
        #[arg(long)]
        session: Option<String>,
        /// From this instant on
        #[arg(long)]
        from: Option<String>,
        /// Before this instant
        #[arg(long)]
        to: Option<String>,
    },
    /// End a hold
    Release {
        /// Its id, as `show` tells
        id: String,
    },
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    let answer = match command {
        Command::Show => client.get("/retention", &[]).await?,
        Command::Run { dry_run } => {
            client.post("/retention/runs", &json!({ "dry_run": dry_run })).await?;
            let last = if dry_run { "last_dry_run" } else { "last" };
            finished(&client, "/retention", last).await?
        }
        Command::Hold { name, reason, app, number, session, from, to } => {
            let hold = json!({
                "name": name, "reason": reason, "app": app, "number": number, "session": session, "from": from, "to": to,
            });
            client.post("/retention/holds", &hold).await?
        }
        Command::Release { id } => client.delete(&format!("/retention/holds/{}", part(&id))).await?,
    };
    print(&answer)?;
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

/// Waits for the end of what `path` says is running; gives how it ended.
pub(super) async fn finished(client: &Client, path: &str, last: &str) -> Result<Value> {
    loop {
        let standing = client.get(path, &[]).await?;
        if standing["running"].is_null() {
            let job = standing[last].clone();
            if let Some(error) = job["error"].as_str() {
                bail!("{error}");
            }
            return Ok(job);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// One object, readable.
pub(super) fn print(value: &Value) -> Result<()> {
    writeln!(stdout(), "{}", serde_json::to_string_pretty(value)?)?;
    Ok(())
}
