//! `ringback user`: people.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::app::items;
use super::client::{Client, Needs, part};
use super::password::Password;
use super::place::Place;
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
        /// An app the user may see; several times for several; all when not given
        #[arg(long, value_name = "NAME", conflicts_with = "all_apps")]
        app: Vec<String>,
        /// The user may see all apps, as when no app is given
        #[arg(long)]
        all_apps: bool,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change a user's rights; losing some ends the user's logins
    Set {
        /// The name
        name: String,
        /// viewer, operator or admin
        #[arg(long, required_unless_present_any = ["app", "all_apps"])]
        role: Option<String>,
        /// An app the user may see; several times for several
        #[arg(long, value_name = "NAME", conflicts_with = "all_apps")]
        app: Vec<String>,
        /// The user may see all apps
        #[arg(long)]
        all_apps: bool,
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
    /// Take the second factor of someone who lost it away
    ResetTotp {
        /// The name
        name: String,
    },
    /// Say who must have a second factor: none, admin, operator (and administrators) or all
    RequireTotp {
        /// none, admin, operator or all; shows what is so when not given
        who: Option<String>,
    },
    /// Remove a user
    Remove {
        /// The name
        name: String,
    },
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let needs = if matches!(command, Command::Add { .. }) { Needs::NewState } else { Needs::State };
    let client = Client::open(&place.data, needs, place.masked).await?;
    match command {
        Command::Add { name, role, app, all_apps, password_stdin } => {
            let password = Password::get(password_stdin, &name)?;
            let apps = (!app.is_empty()).then_some(app);
            let secret = password.secret().reveal();
            let reach = reach(all_apps);
            let body = json!({ "name": name, "role": role, "scope": reach, "apps": apps, "password": secret });
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
        Command::Set { name, role, app, all_apps } => {
            let mut body = serde_json::Map::new();
            if let Some(role) = role {
                body.insert("role".to_owned(), role.into());
            }
            if all_apps || !app.is_empty() {
                body.insert("apps".to_owned(), if all_apps { Value::Null } else { app.into() });
            }
            client.patch(&format!("/users/{}", part(&name)), &body.into()).await?;
        }
        Command::ResetTotp { name } => {
            client.delete(&format!("/users/{}/second-factor", part(&name))).await?;
            eprintln!("{name} logs in without a code now");
        }
        Command::RequireTotp { who: Some(who) } => {
            client.patch("/second-factor", &json!({ "required": who })).await?;
        }
        Command::RequireTotp { who: None } => {
            let required = client.get("/second-factor", &[]).await?;
            writeln!(stdout(), "{}", cells::text(&required["required"]))?;
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
        let totp = if user["totp"] == true { "yes" } else { "no" }.to_owned();
        let rights = [cells::text(&user["name"]), cells::text(&user["role"]), apps(&user["apps"]), totp];
        rights.into_iter().chain(instants).collect()
    };
    let rows: Vec<Vec<String>> = items(&users).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["NAME", "ROLE", "APPS", "TOTP", "CREATED", "LAST LOGIN"], &rows)?)
}

/// What is said where all apps are meant in so many words.
pub(super) fn reach(all_apps: bool) -> Option<&'static str> {
    all_apps.then_some("all")
}

/// The apps somebody may see, in one cell.
pub(super) fn apps(apps: &Value) -> String {
    let Some(apps) = apps.as_array() else { return "all".to_owned() };
    apps.iter().map(cells::text).collect::<Vec<_>>().join(", ")
}
