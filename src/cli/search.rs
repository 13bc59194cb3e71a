//! `ringback search`: queries of lists kept under a name.
//!
//! What the command line saves for itself belongs to the command line; `--shared` gives it to
//! everybody, and then it stands above the list on its page.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::app::items;
use super::client::{Client, Needs, part};
use super::place::Place;
use super::{cells, owner, table};

/// What to do with saved searches.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the shared ones and those of the command line
    List {
        /// Only those of this list: calls, callbacks, sms, numbers, bindings or decisions
        #[arg(long, value_name = "LIST")]
        list: Option<String>,
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
    /// Save one; prints its id, alone
    Save {
        /// The name it is found by
        name: String,
        /// The list that is searched: calls, callbacks, sms, numbers, bindings or decisions
        #[arg(long, value_name = "LIST")]
        list: String,
        /// The filters as they stand in the address of the page: outcome=busy&not_app=test
        #[arg(long)]
        query: String,
        /// Give it to everybody
        #[arg(long)]
        shared: bool,
    },
    /// Remove one
    Remove {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let client = Client::open(&place.data, Needs::State, place.masked).await?;
    match command {
        Command::List { list, json } => show(&client, list, json).await?,
        Command::Save { name, list, query, shared } => {
            let search = json!({ "name": name, "list": list, "query": query, "shared": shared });
            let saved = client.post("/searches", &search).await?;
            writeln!(stdout(), "{}", cells::text(&saved["id"]))?;
        }
        Command::Remove { id } => {
            client.delete(&format!("/searches/{}", part(&id))).await?;
            eprintln!("removed {id}");
        }
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

async fn show(client: &Client, list: Option<String>, json: bool) -> Result<()> {
    let query: Vec<(String, String)> = list.map(|list| ("list".to_owned(), list)).into_iter().collect();
    let text = client.get_text("/searches", &query).await?;
    if json {
        return Ok(writeln!(stdout(), "{text}")?);
    }
    let searches: Value = serde_json::from_str(&text)?;
    let row = |search: &Value| {
        let of = if search["shared"] == true { "everybody" } else { "command line" };
        let [id, list, name, query] = ["id", "list", "name", "query"].map(|field| cells::text(&search[field]));
        vec![id, list, name, of.to_owned(), cells::instant(&search["created_at"]), query]
    };
    let rows: Vec<Vec<String>> = items(&searches).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["ID", "LIST", "NAME", "OF", "SAVED", "QUERY"], &rows)?)
}
