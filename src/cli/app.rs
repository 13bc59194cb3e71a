//! `ringback app`: connections to platforms.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::client::{Client, Needs, part};
use super::place::Place;
use super::{cells, owner, table};
use crate::domain::plain_text;
use crate::limits::SECRET_BYTES_MAX;

/// What to do with apps.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an app; prints the address to paste into the platform's console
    Add(Add),
    /// Show all apps
    List {
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
    /// Change an app
    Set(Set),
    /// Give an app a new address; the old one stops working at once
    Rotate {
        /// Its name or id
        app: String,
        /// The new token: 16 to 64 of A-Z a-z 0-9 _ -
        #[arg(long)]
        token: Option<String>,
    },
    /// Remove an app; its calls stay
    Remove {
        /// Its name or id
        app: String,
    },
}

/// `ringback app add`
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The platform
    #[arg(long)]
    provider: String,
    /// Its name, unique
    #[arg(long)]
    name: String,
    /// The secret part of its address: 16 to 64 of A-Z a-z 0-9 _ -; made when absent
    #[arg(long)]
    token: Option<String>,
    /// Huawei APP_Key, 玖云 appId
    #[arg(long, value_name = "KEY")]
    app_key: Option<String>,
    /// A file that holds the Huawei APP_Secret
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
    /// How signatures are treated: off, log, enforce
    #[arg(long, value_name = "MODE")]
    verify: Option<String>,
    /// A network that callbacks may come from; repeat for more, absent for all
    #[arg(long, value_name = "CIDR")]
    allow_from: Vec<String>,
}

/// `ringback app set`
#[derive(Debug, Args)]
pub(super) struct Set {
    /// Its name or id
    app: String,
    /// A new name
    #[arg(long)]
    name: Option<String>,
    /// A new key; an empty one removes it
    #[arg(long, value_name = "KEY")]
    app_key: Option<String>,
    /// A file that holds a new secret; an empty one removes it
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
    /// How signatures are treated: off, log, enforce
    #[arg(long, value_name = "MODE")]
    verify: Option<String>,
    /// The networks that callbacks may come from, instead of those before
    #[arg(long, value_name = "CIDR", conflicts_with = "allow_from_all")]
    allow_from: Vec<String>,
    /// Callbacks may come from everywhere
    #[arg(long)]
    allow_from_all: bool,
    /// How X mode answers are written: array, object
    #[arg(long, value_name = "FORM")]
    answer_form: Option<String>,
    /// The announcement before a call is closed; an empty one removes it
    #[arg(long, value_name = "FILE")]
    close_tone: Option<String>,
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let needs = if matches!(command, Command::Add(_)) { Needs::NewState } else { Needs::State };
    let client = Client::open(&place.data, needs, place.masked).await?;
    match command {
        Command::Add(add) => {
            let app = client.post("/apps", &add.body()?).await?;
            warn_of_nothing_to_verify(&app);
            print_address(&app)?;
        }
        Command::List { json } => list(&client, json).await?,
        Command::Set(set) => {
            let app = client.patch(&format!("/apps/{}", part(&set.app)), &set.body()?).await?;
            warn_of_nothing_to_verify(&app);
            eprintln!("changed {}", cells::text(&app["name"]));
        }
        Command::Rotate { app, token } => {
            let body = token.map_or_else(|| json!({}), |token| json!({ "token": token }));
            let app = client.post(&format!("/apps/{}/rotate", part(&app)), &body).await?;
            print_address(&app)?;
        }
        Command::Remove { app } => {
            let app = client.delete(&format!("/apps/{}", part(&app))).await?;
            eprintln!("removed {}; its calls stay", cells::text(&app["name"]));
        }
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

/// A mode that cannot refuse anything looks like protection and is none.
fn warn_of_nothing_to_verify(app: &Value) {
    if app["verify"] != "off" && app["can_verify"] == false {
        eprintln!(
            "verify is {}, but there is nothing to verify with, so every callback is let through: give --app-secret-file \
             (Huawei) or --app-key (玖云)",
            cells::text(&app["verify"]),
        );
    }
}

/// The address, alone, so that a script can take it.
fn print_address(app: &Value) -> Result<()> {
    let url = cells::text(&app["callback_url"]);
    if url.contains("//0.0.0.0") || url.contains("//[::]") {
        eprintln!("the server's public address is not known (serve --public-url): put its name in place of the zeros");
    }
    Ok(writeln!(stdout(), "{url}")?)
}

async fn list(client: &Client, json: bool) -> Result<()> {
    if json {
        return Ok(writeln!(stdout(), "{}", client.get_text("/apps", &[]).await?)?);
    }
    let apps = client.get("/apps", &[]).await?;
    let rows: Vec<Vec<String>> = items(&apps)
        .iter()
        .map(|app| {
            let secret = if app["has_secret"] == true { "yes" } else { "no" };
            let mut row: Vec<String> =
                ["id", "name", "provider", "verify"].iter().map(|field| cells::text(&app[*field])).collect();
            row.extend([secret.to_owned(), cells::text(&app["allow_from"]), cells::instant(&app["last_seen_at"])]);
            row
        })
        .collect();
    if rows.is_empty() {
        eprintln!("no app yet; `ringback app add --provider P --name N` adds one");
    }
    Ok(table::write(&mut stdout(), &["ID", "NAME", "PROVIDER", "VERIFY", "SECRET", "ALLOW FROM", "LAST SEEN"], &rows)?)
}

pub(super) fn items(list: &Value) -> &[Value] {
    list["items"].as_array().map_or(&[], Vec::as_slice)
}

impl Add {
    fn body(&self) -> Result<Value> {
        let mut body = Map::new();
        body.insert("provider".into(), self.provider.as_str().into());
        body.insert("name".into(), self.name.as_str().into());
        put(&mut body, "token", self.token.as_deref());
        put(&mut body, "app_key", self.app_key.as_deref());
        let secret = secret(self.app_secret_file.as_deref())?;
        if let (Some(""), Some(file)) = (secret.as_deref(), &self.app_secret_file) {
            bail!("{} holds no secret", file.display());
        }
        put(&mut body, "app_secret", secret.as_deref());
        put(&mut body, "verify", self.verify.as_deref());
        body.insert("allow_from".into(), json!(self.allow_from));
        Ok(body.into())
    }
}

impl Set {
    fn body(&self) -> Result<Value> {
        let mut body = Map::new();
        put(&mut body, "name", self.name.as_deref());
        put_or_remove(&mut body, "app_key", self.app_key.as_deref());
        put_or_remove(&mut body, "app_secret", secret(self.app_secret_file.as_deref())?.as_deref());
        put(&mut body, "verify", self.verify.as_deref());
        put(&mut body, "answer_form", self.answer_form.as_deref());
        put_or_remove(&mut body, "close_tone", self.close_tone.as_deref());
        if !self.allow_from.is_empty() || self.allow_from_all {
            body.insert("allow_from".into(), json!(self.allow_from));
        }
        Ok(body.into())
    }
}

fn put(body: &mut Map<String, Value>, field: &str, value: Option<&str>) {
    body.extend(value.map(|value| (field.to_owned(), value.into())));
}

fn put_or_remove(body: &mut Map<String, Value>, field: &str, value: Option<&str>) {
    body.extend(value.map(|value| (field.to_owned(), if value.is_empty() { Value::Null } else { value.into() })));
}

/// The first line of a file. A flag would stand in the list of processes.
pub(super) fn secret(file: Option<&Path>) -> Result<Option<String>> {
    use std::io::Read;
    let Some(file) = file else { return Ok(None) };
    let mut bytes = Vec::new();
    let open = std::fs::File::open(file).with_context(|| format!("reading {}", file.display()))?;
    open.take(2 * SECRET_BYTES_MAX as u64 + 4)
        .read_to_end(&mut bytes)
        .with_context(|| format!("reading {}", file.display()))?;
    let text =
        plain_text::decode(&bytes).with_context(|| format!("{} is no text: write it as UTF-8", file.display()))?;
    Ok(Some(plain_text::bare(&text).to_owned()))
}
