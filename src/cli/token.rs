//! `ringback token`: the access of programs.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::app::items;
use super::client::{Client, Needs, part};
use super::place::Place;
use super::user::{apps, reach};
use super::{Usage, cells, owner, table};
use crate::clock::Clock;

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token; prints it, alone, once
    Add {
        /// The name
        name: String,
        /// viewer, operator or admin
        #[arg(long)]
        role: String,
        /// An app the token may see; several times for several; all when not given
        #[arg(long, value_name = "NAME", conflicts_with = "all_apps")]
        app: Vec<String>,
        /// The token may see all apps, as when no app is given
        #[arg(long)]
        all_apps: bool,
        /// When it stops working: 90d, 12h, 6w, or an instant such as 2026-11-21T00:00:00Z
        #[arg(long, value_name = "WHEN")]
        expires: Option<String>,
    },
    /// Show all tokens, not what they are
    List {
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
    /// Take a token back
    Revoke {
        /// The name
        name: String,
    },
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let needs = if matches!(command, Command::Add { .. }) { Needs::NewState } else { Needs::State };
    let client = Client::open(&place.data, needs, place.masked).await?;
    match command {
        Command::Add { name, role, app, all_apps, expires } => {
            let apps = (!app.is_empty()).then_some(app);
            let now = Clock::system().now();
            let expires = expires.map(|text| end(&text, now).ok_or_else(|| wrong(&text))).transpose()?;
            let expires = expires.map(|at| at.to_string());
            let reach = reach(all_apps);
            let body = json!({ "name": name, "role": role, "scope": reach, "apps": apps, "expires_at": expires });
            let token = client.post("/tokens", &body).await?;
            writeln!(stdout(), "{}", cells::text(&token["token"]))?;
        }
        Command::List { json } => list(&client, json).await?,
        Command::Revoke { name } => {
            client.delete(&format!("/tokens/{}", part(&name))).await?;
            eprintln!("revoked {name}");
        }
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

async fn list(client: &Client, json: bool) -> Result<()> {
    if json {
        return Ok(writeln!(stdout(), "{}", client.get_text("/tokens", &[]).await?)?);
    }
    let tokens = client.get("/tokens", &[]).await?;
    let row = |token: &Value| {
        let instants = ["created_at", "expires_at", "last_used_at"].map(|name| cells::instant(&token[name]));
        let rights = [cells::text(&token["name"]), cells::text(&token["role"]), apps(&token["apps"])];
        rights.into_iter().chain(instants).collect()
    };
    let rows: Vec<Vec<String>> = items(&tokens).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["NAME", "ROLE", "APPS", "CREATED", "EXPIRES", "LAST USED"], &rows)?)
}

fn end(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let hours = match text.chars().last()? {
        'h' => 1,
        'd' => 24,
        'w' => 24 * 7,
        _ => return None,
    };
    let count: i64 = text[..text.len() - 1].parse().ok().filter(|count| (1..=1_000_000).contains(count))?;
    now.checked_add(SignedDuration::from_hours(count * hours)).ok()
}

fn wrong(text: &str) -> anyhow::Error {
    Usage(format!("--expires {text} is neither 90d, 12h, 6w, nor an instant such as 2026-11-21T00:00:00Z")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_an_instant_or_so_long_from_now() {
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        for (text, at) in [
            ("90d", "2027-02-19T02:00:00Z"),
            ("12h", "2026-11-21T14:00:00Z"),
            ("2w", "2026-12-05T02:00:00Z"),
            ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ] {
            assert_eq!(end(text, now), Some(at.parse().unwrap()), "{text}");
        }
        for text in ["", "d", "-1d", "0d", "90", "9 days", "1.5d", "天"] {
            assert_eq!(end(text, now), None, "{text}");
        }
    }
}
