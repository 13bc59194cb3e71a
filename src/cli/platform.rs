//! `ringback platform`: asks an app's platform, and what that takes.
//!
//! `ringback platform APP OPERATION field=value …` asks; what there is to ask is told by
//! `ringback platform operations`.

use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::client::{Client, Needs, part};
use super::place::Place;
use super::retention::print;
use super::{Usage, app, cells, owner, table};

/// How one asks, which is no command that has a name.
pub(super) const HOW_TO_ASK: &str = "\
To ask: ringback platform APP OPERATION [field=value ...]
  ringback platform operations            what there is to ask
  ringback platform operations axb.bind   the fields of one
  ringback platform order-hotline axb.bind callerNum=13800000021 calleeNum=13900000022 areaCode=0755";

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what platforms can be asked
    Operations {
        /// Only one, with its fields
        operation: Option<String>,
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
    /// Show or set what asking an app's platform takes
    Settings(Settings),
    /// Compare our bindings with the platform's
    Compare {
        /// The app's name or id
        app: String,
        /// ax, axb, axe, axyb
        mode: String,
    },
    /// APP OPERATION [field=value …]: ask
    #[command(external_subcommand)]
    Call(Vec<String>),
}

/// `ringback platform settings`
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// The app's name or id
    app: String,
    /// Where the platform stands; empty asks nothing any more
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// How Huawei's requests are signed: aksk, wsse
    #[arg(long, value_name = "SCHEME")]
    scheme: Option<String>,
    /// The accountSid (玖云)
    #[arg(long, value_name = "SID")]
    account_sid: Option<String>,
    /// A file that holds the authToken (玖云)
    #[arg(long, value_name = "FILE")]
    auth_token_file: Option<PathBuf>,
}

impl Settings {
    fn body(&self) -> Result<Map<String, Value>> {
        let token = app::secret(self.auth_token_file.as_deref())?;
        let fields = [
            ("base_url", &self.base_url),
            ("scheme", &self.scheme),
            ("account_sid", &self.account_sid),
            ("auth_token", &token),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.as_deref()?.into())));
        Ok(given.collect())
    }
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let client = Client::open(&place.data, Needs::State, place.masked).await?;
    match command {
        Command::Operations { operation, json } => {
            let answer = client.get("/platform/operations", &[]).await?;
            operations(&answer, operation.as_deref(), json)?;
        }
        Command::Settings(settings) => {
            let (path, body) = (format!("/apps/{}/platform", part(&settings.app)), settings.body()?);
            let answer = match body.is_empty() {
                true => client.get(&path, &[]).await?,
                false => client.patch(&path, &body.into()).await?,
            };
            print(&answer)?;
        }
        Command::Compare { app, mode } => compare(&client, &app, &mode).await?,
        Command::Call(words) => {
            let (path, body) = question(&words)?;
            print(&client.post(&path, &body).await?)?;
        }
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

/// The path and the body of `APP OPERATION field=value …`.
fn question(words: &[String]) -> Result<(String, Value)> {
    let [app, operation, fields @ ..] = words else {
        let text = "ringback platform APP OPERATION [field=value …]; `ringback platform operations` lists them";
        return Err(Usage(text.to_owned()).into());
    };
    let mut body = Map::new();
    for field in fields {
        let pair = field.split_once('=').ok_or_else(|| {
            Usage(format!("{field} is not field=value; `ringback platform operations {operation}` names the fields"))
        })?;
        if body.insert(pair.0.to_owned(), pair.1.into()).is_some() {
            return Err(Usage(format!("{} is there twice", pair.0)).into());
        }
    }
    Ok((format!("/platform/{}/{}", part(app), part(operation)), body.into()))
}

/// Goes on until the end of our bindings; a line each that is not the same.
async fn compare(client: &Client, app: &str, mode: &str) -> Result<()> {
    let (mut rows, mut cursor, mut same) = (Vec::new(), Value::Null, 0);
    loop {
        let body = json!({ "mode": mode, "cursor": cursor });
        let page = client.post(&format!("/platform/{}/compare", part(app)), &body).await?;
        for row in page["items"].as_array().into_iter().flatten() {
            if row["verdict"] == "same" {
                same += 1;
                continue;
            }
            let what = row["what"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
            let cell = |name| cells::text(&row[name]);
            rows.push(vec![cell("verdict"), cell("binding"), cell("platform_id"), cell("x"), what.join(", ")]);
        }
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    table::write(&mut stdout(), &["VERDICT", "BINDING", "PLATFORM ID", "X", "WHAT"], &rows)?;
    writeln!(stdout(), "{same} the same, {} not", rows.len())?;
    Ok(())
}

fn operations(answer: &Value, only: Option<&str>, json: bool) -> Result<()> {
    let items = answer["items"].as_array().cloned().unwrap_or_default();
    let Some(only) = only else {
        if json {
            return print(answer);
        }
        let row = |item: &Value| {
            let names = item["fields"].as_array().into_iter().flatten();
            let needed = names.filter(|field| field["required"] == true).filter_map(|field| field["name"].as_str());
            let cell = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            vec![
                cell(&item["id"]),
                cell(&item["title"][0]),
                cell(&item["title"][1]),
                needed.collect::<Vec<_>>().join(" "),
            ]
        };
        let rows: Vec<Vec<String>> = items.iter().map(row).collect();
        return Ok(table::write(&mut stdout(), &["OPERATION", "名称", "TITLE", "NEEDS"], &rows)?);
    };
    let item = items.iter().find(|item| item["id"] == only);
    let item = item.ok_or_else(|| Usage(format!("there is no operation {only}; `ringback platform operations`")))?;
    if json {
        return print(item);
    }
    let row = |field: &Value| {
        let cell = |name: &str| field[name].as_str().unwrap_or_default().to_owned();
        let words = field["choices"].as_array().into_iter().flatten();
        let words: Vec<String> = words
            .map(|word| {
                format!(
                    "{}={}",
                    word["value"].as_str().unwrap_or_default(),
                    word["meaning"][1].as_str().unwrap_or_default()
                )
            })
            .collect();
        let needed = if field["required"] == true { "yes" } else { "" };
        let meaning = field["meaning"][1].as_str().unwrap_or_default();
        vec![cell("name"), needed.to_owned(), cell("kind"), format!("{meaning} {}", words.join(", "))]
    };
    let rows: Vec<Vec<String>> = item["fields"].as_array().into_iter().flatten().map(row).collect();
    Ok(table::write(&mut stdout(), &["FIELD", "NEEDED", "KIND", "MEANING"], &rows)?)
}
