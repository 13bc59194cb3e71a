//! `ringback login`: the browsers that are logged in.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;

use super::app::items;
use super::client::{Client, Needs, part};
use super::place::Place;
use super::{cells, owner, table};

/// What to do with logins.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the open ones, newest first
    List {
        /// Of this user only
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
    /// End one: whoever has it must log in again
    End {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let client = Client::open(&place.data, Needs::State, place.masked).await?;
    match command {
        Command::List { user, json } => list(&client, user, json).await?,
        Command::End { id } => {
            client.delete(&format!("/logins/{}", part(&id))).await?;
            eprintln!("ended {id}");
        }
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

async fn list(client: &Client, user: Option<String>, json: bool) -> Result<()> {
    let query: Vec<(String, String)> = user.map(|user| ("user".to_owned(), user)).into_iter().collect();
    let text = client.get_text("/logins", &query).await?;
    if json {
        return Ok(writeln!(stdout(), "{text}")?);
    }
    let logins: Value = serde_json::from_str(&text)?;
    let row = |login: &Value| {
        vec![
            cells::text(&login["id"]),
            cells::text(&login["user"]),
            cells::instant(&login["created_at"]),
            cells::instant(&login["seen_at"]),
            cells::text(&login["peer"]),
            cells::text(&login["agent"]),
        ]
    };
    let rows: Vec<Vec<String>> = items(&logins).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["ID", "USER", "SINCE", "LAST USED", "PEER", "BROWSER"], &rows)?)
}
