//! `ringback reindex`: builds `store/` anew from the journal.

use std::io;
use std::time::Duration;

use anyhow::{Context as _, Result};
use http::Method;

use super::client::{Client, Needs};
use super::place::Place;
use super::{cells, owner};
use crate::journal::DataLock;

/// How often a server is asked how far it is.
const LOOK: Duration = Duration::from_millis(200);

/// Does it, to the end: a running server goes on serving meanwhile, without one it is done here.
pub(super) async fn run(place: &Place) -> Result<()> {
    if !DataLock::is_held(&place.data)? {
        remove_store(place)?;
    }
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    if client.is_remote() {
        eprintln!("the server rebuilds the store and goes on serving; waiting for the end");
        let begun = client.ask(Method::POST, "/api/v1/system/reindex", None).await?;
        if !begun.status.is_success() {
            begun.json()?;
        }
        while client.is_rebuilding().await? {
            tokio::time::sleep(LOOK).await;
        }
    }
    let system = client.get("/system", &[]).await?;
    let known = |field: &str| system["store"][field].as_u64().unwrap_or_default();
    let calls = cells::many(known("calls"), "call", "calls");
    eprintln!("rebuilt: {calls} from {}", cells::many(known("callbacks"), "callback", "callbacks"));
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
