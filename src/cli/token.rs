//! `ringback token`: the access of programs.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::app::items;
use super::arguments::Place;
use super::client::{Client, Needs, part};
use super::{cells, owner, table};

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

/// Does it.
pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let needs = if matches!(command, Command::Add { .. }) { Needs::NewState } else { Needs::State };
    let client = Client::open(&place.data, needs, place.masked).await?;
    match command {
        Command::Add { name, role } => {
            let token = client.post("/tokens", &json!({ "name": name, "role": role })).await?;
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
        vec![cells::text(&token["name"]), cells::text(&token["role"]), cells::instant(&token["created_at"])]
    };
    let rows: Vec<Vec<String>> = items(&tokens).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["NAME", "ROLE", "CREATED"], &rows)?)
}
