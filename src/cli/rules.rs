//! `ringback rules`: how an app's questions are decided.

use std::io::{Read, Write, stdin, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::client::{Client, Needs, part};
use super::place::Place;
use super::{cells, owner, retention, table};
use crate::domain::{ActorId, plain_text};

/// What a file of rules looks like. `show --json` prints one, the API's description has every word.
const RULES_FILE: &str = r#"A file of rules; the first whose conditions all hold decides:
  {"deadline_ms": 800, "rules": [
    {"name": "night", "when": {"asks": "call", "time": [{"from": "22:00", "to": "07:00"}]},
     "then": {"do": "close", "tone": "night.wav"}},
    {"name": "hotline", "when": {"x": ["17000000001"], "weekday": [1,2,3,4,5], "not_holiday": ["golden-week"]},
     "then": {"do": "connect", "to": "075528780808", "max_minutes": 60}},
    {"name": "crm", "when": {"binding": false},
     "then": {"do": "ask", "url": "https://crm.example.com/route", "timeout_ms": 500}},
    {"name": "texts", "when": {"asks": "sms"}, "then": {"do": "forward", "to": "13800000021"}}]}
when: asks x caller not_caller region not_region time weekday holiday not_holiday binding
then: follow_binding connect close forward discard ask"#;

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the rules of an app as sentences
    Show {
        #[command(flatten)]
        of: OfApp,
        /// Print the API's answer, which `set` takes
        #[arg(long)]
        json: bool,
    },
    /// Set the rules of an app from a JSON file
    #[command(after_help = RULES_FILE)]
    Set {
        #[command(flatten)]
        of: OfApp,
        /// The file; - is standard input
        file: PathBuf,
    },
    /// Show which rule would answer a question, and the exact bytes; nothing is kept
    Try {
        #[command(flatten)]
        of: OfApp,
        #[command(flatten)]
        question: Question,
    },
    /// Show the versions of an app's rules that are kept
    Versions {
        #[command(flatten)]
        of: OfApp,
        /// Print the API's answer
        #[arg(long)]
        json: bool,
    },
    /// Make another secret for questions to the company's own system; prints it, alone, once
    Secret {
        #[command(flatten)]
        of: OfApp,
    },
    /// Show the lists that rules look into
    Lists {
        /// Print the API's answer, with every entry
        #[arg(long)]
        json: bool,
    },
    /// Keep a list from a file with an entry a line
    SetList {
        /// Its name
        name: String,
        /// What it holds: days, numbers
        #[arg(long)]
        kind: String,
        /// The file; - is standard input
        file: PathBuf,
    },
    /// Remove a list that no rule looks into
    RemoveList {
        /// Its name
        name: String,
    },
}

/// Which app.
#[derive(Debug, Args)]
pub(super) struct OfApp {
    /// The app, by name or id
    #[arg(long)]
    app: String,
}

/// A question to try the rules with.
#[derive(Debug, Args)]
pub(super) struct Question {
    /// The privacy number
    #[arg(long, value_name = "NUMBER")]
    x: Option<String>,
    /// Who calls or writes
    #[arg(long, value_name = "NUMBER")]
    caller: Option<String>,
    /// A message instead of a call
    #[arg(long)]
    sms: bool,
    /// When [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Rules to try instead of those that are set
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Really ask the company's own system
    #[arg(long)]
    ask: bool,
    /// Print the API's answer
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, command: Command) -> Result<()> {
    let client = Client::open(&place.data, Needs::State, place.masked).await?;
    act(&client, command).await?;
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

async fn act(client: &Client, command: Command) -> Result<()> {
    match command {
        Command::Show { of, json } => {
            let rules = client.get("/rules", &of.query()).await?;
            if json { retention::print(&rules)? } else { show(&rules)? }
        }
        Command::Set { of, file } => {
            let rules: Value = serde_json::from_str(&read(&file)?).with_context(|| format!("{}", file.display()))?;
            let made = client.put("/rules", &of.query(), &rules).await?;
            eprintln!("version {} is in force", cells::text(&made["version"]));
        }
        Command::Try { of, question } => {
            let json = question.json;
            let trial = client.post_about("/rules/try", &of.query(), &question.body()?).await?;
            if json { retention::print(&trial)? } else { tried(&trial)? }
        }
        Command::Versions { of, json } => {
            let versions = client.get("/rules/versions", &of.query()).await?;
            if json { retention::print(&versions)? } else { list_versions(&versions)? }
        }
        Command::Secret { of } => {
            let made = client.post_about("/rules/secret", &of.query(), &json!({})).await?;
            writeln!(stdout(), "{}", cells::text(&made["secret"]))?;
        }
        Command::Lists { json } => {
            let lists = client.get("/lists", &[]).await?;
            if json { retention::print(&lists)? } else { list_lists(&lists)? }
        }
        Command::SetList { name, kind, file } => {
            let text = read(&file)?;
            let entries: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let list = json!({ "kind": kind, "entries": entries });
            let kept = client.put(&format!("/lists/{}", part(&name)), &[], &list).await?;
            eprintln!("kept {}", cells::many(kept["count"].as_u64().unwrap_or_default(), "entry", "entries"));
        }
        Command::RemoveList { name } => {
            client.remove(&format!("/lists/{}", part(&name))).await?;
            eprintln!("removed {name}");
        }
    }
    Ok(())
}

fn show(rules: &Value) -> Result<()> {
    let mut out = stdout();
    for (at, sentence) in rules["sentences"]["en"].as_array().into_iter().flatten().enumerate() {
        let rule = &rules["rules"][at];
        let off = if rule["off"] == true { " (off)" } else { "" };
        let (name, sentence) = (cells::text(&rule["name"]), cells::text(sentence));
        writeln!(out, "{}. {}{off}: {}", at + 1, table::plain(&name), table::plain(&sentence))?;
    }
    writeln!(out, "then: a binding is followed; without one a call is closed and a message dropped")?;
    let by = match set_by(rules) {
        Some(by) => format!(", set by {} at {}", table::plain(&by), cells::instant(&rules["at"])),
        None => String::new(),
    };
    eprintln!("version {}{by}", cells::text(&rules["version"]));
    Ok(())
}

fn tried(trial: &Value) -> Result<()> {
    let mut out = stdout();
    for step in trial["steps"].as_array().into_iter().flatten() {
        let text = |field: &str| table::plain(&cells::text(&step[field]));
        let verdict = [text("verdict"), text("why"), text("problem")].join(" ");
        writeln!(out, "{}. {}: {}", text("rule"), text("name"), verdict.trim_end())?;
    }
    let by = match trial["rule"]["name"].as_str() {
        Some(name) => format!("rule {} ({})", cells::text(&trial["rule"]["number"]), table::plain(name)),
        None => "the default".to_owned(),
    };
    let to = match trial["to"].as_str() {
        Some(to) => format!(": {}", table::plain(to)),
        None => String::new(),
    };
    writeln!(out, "{} by {by}{to}", cells::text(&trial["action"]))?;
    writeln!(out, "{}", table::plain(&cells::text(&trial["answer"]["body"])))?;
    Ok(())
}

fn list_lists(lists: &Value) -> Result<()> {
    let row = |list: &Value| ["name", "kind", "count"].map(|field| cells::text(&list[field])).to_vec();
    let rows: Vec<_> = super::app::items(lists).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["NAME", "KIND", "ENTRIES"], &rows)?)
}

fn set_by(version: &Value) -> Option<String> {
    Some(ActorId::written(version["by"].as_str()?, version["by_kind"].as_str()).to_string())
}

fn list_versions(versions: &Value) -> Result<()> {
    let row = |version: &Value| {
        vec![
            cells::text(&version["version"]),
            cells::instant(&version["at"]),
            set_by(version).unwrap_or_default(),
            version["rules"].as_array().map_or(0, Vec::len).to_string(),
        ]
    };
    let rows: Vec<_> = super::app::items(versions).iter().map(row).collect();
    Ok(table::write(&mut stdout(), &["VERSION", "AT", "BY", "RULES"], &rows)?)
}

fn read(file: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    }
    let text =
        plain_text::decode(&bytes).with_context(|| format!("{} is no text: write it as UTF-8", file.display()))?;
    Ok(text.into_owned())
}

impl OfApp {
    fn query(&self) -> Vec<(String, String)> {
        vec![("app".to_owned(), self.app.clone())]
    }
}

impl Question {
    fn body(self) -> Result<Value> {
        let mut body = Map::new();
        body.insert("asks".to_owned(), if self.sms { "sms" } else { "call" }.into());
        let texts = [("x", self.x), ("caller", self.caller), ("at", self.at)];
        body.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))));
        if let Some(file) = self.rules {
            let mut rules: Value = serde_json::from_str(&read(&file)?)?;
            // What `show --json` tells beside the rules.
            if let Some(rules) = rules.as_object_mut() {
                rules.retain(|name, _| matches!(name.as_str(), "deadline_ms" | "rules"));
            }
            body.insert("rules".to_owned(), rules);
        }
        body.insert("ask".to_owned(), self.ask.into());
        Ok(body.into())
    }
}
