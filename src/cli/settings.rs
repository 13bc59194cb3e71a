//! `ringback settings [KEY [VALUE]]`: what is set while the server runs.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::Usage;
use super::client::{Client, Needs};
use super::owner;
use super::place::Place;
use super::retention::print;

/// Which, and what from now on.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// For example retention.raw_days; all when absent
    key: Option<String>,
    /// A number, or `null` for ever
    value: Option<String>,
}

pub(super) async fn run(place: &Place, flags: &Flags) -> Result<()> {
    let client = Client::open(&place.data, Needs::State, place.masked).await?;
    let path = flags.key.as_deref().map(|key| format!("/{}", key.replace('.', "/")));
    let answer = match (&flags.key, &flags.value) {
        (Some(key), Some(value)) => {
            let Some((group, name)) = key.split_once('.') else {
                return Err(Usage(format!("{key} is no setting; `ringback settings` shows all")).into());
            };
            let value: Value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value.as_str()));
            client.patch("/settings", &json!({ group: { name: value } })).await?
        }
        _ => client.get("/settings", &[]).await?,
    };
    match path.and_then(|path| answer.pointer(&path).cloned()) {
        Some(value) => print(&value)?,
        None if flags.key.is_none() => print(&answer)?,
        None => return Err(Usage("there is no such setting; `ringback settings` shows all".to_owned()).into()),
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}
