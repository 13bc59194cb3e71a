//! `ringback reindex`: builds `store/` anew from the journal.

use std::io;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::arguments::Place;
use super::client::{Client, Needs};
use super::{cells, owner};
use crate::journal::DataLock;

/// Does it: a running server begins and goes on serving; otherwise this process does it and
/// waits for the end.
pub(super) async fn run(place: &Place) -> Result<()> {
    if !DataLock::is_held(&place.data)? {
        remove_store(place)?;
    }
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    if client.is_remote() {
        client.post("/system/reindex", &json!({})).await?;
        eprintln!("the server has begun; /readyz says when it is done");
    } else {
        let system = client.get("/system", &[]).await?;
        let known = |field: &str| cells::text(&system["store"][field]);
        eprintln!("rebuilt: {} calls from {} callbacks", known("calls"), known("callbacks"));
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}

/// What is derived may be deleted at any time, but not while somebody else writes it.
fn remove_store(place: &Place) -> Result<()> {
    let store = place.data.join("store");
    if !store.exists() {
        return Ok(());
    }
    let _lock = DataLock::take(&place.data)?;
    match std::fs::remove_dir_all(&store) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", store.display()))
        }
        _ => Ok(()),
    }
}
