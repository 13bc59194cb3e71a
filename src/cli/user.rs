//! `ringback user`: people.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::app::items;
use super::arguments::Place;
use super::client::{Client, Needs, part};
use super::password::Password;
use super::{cells, owner, table};

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a user; asks for the password, or makes one and prints it
    Add {
        /// The name
        name: String,
        /// viewer, operator or admin
        #[arg(long)]
        role: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Show all users
    List {
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
    /// Set a password; ends the user's logins
    Passwd {
        /// The name
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Remove a user
    Remove {
        /// The name
        name: String,
    },
}

/// Does it.
pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let needs = if matches!(command, Command::Add { .. }) { Needs::NewState } else { Needs::State };
    let client = Client::open(&place.data, needs, place.masked).await?;
    match command {
        Command::Add { name, role, password_stdin } => {
            let password = Password::get(password_stdin, &name)?;
            let body = json!({ "name": name, "role": role, "password": password.secret().reveal() });
            client.post("/users", &body).await?;
            tell(&password)?;
        }
        Command::List { json } => list(&client, json).await?,
        Command::Passwd { name, password_stdin } => {
            let password = Password::get(password_stdin, &name)?;
            let body = json!({ "password": password.secret().reveal() });
            client.patch(&format!("/users/{}", part(&name)), &body).await?;
            tell(&password)?;
        }
        Command::Remove { name } => {
            client.delete(&format!("/users/{}", part(&name))).await?;
            eprintln!("removed {name}");
        }
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

/// A password that was made here is printed, alone; nobody else knows it.
fn tell(password: &Password) -> Result<()> {
    if let Password::Made(secret) = password {
        writeln!(stdout(), "{}", secret.reveal())?;
    }
    Ok(())
}

async fn list(client: &Client, json: bool) -> Result<()> {
    if json {
        return Ok(writeln!(stdout(), "{}", client.get_text("/users", &[]).await?)?);
    }
    let users = client.get("/users", &[]).await?;
    let row = |user: &Value| {
        let instants = [&user["created_at"], &user["last_login_at"]].map(cells::instant);
        [&user["name"], &user["role"]].map(cells::text).into_iter().chain(instants).collect()
    };
    let rows: Vec<Vec<String>> = items(&users).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["NAME", "ROLE", "CREATED", "LAST LOGIN"], &rows)?)
}
