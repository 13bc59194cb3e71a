//! `ringback system`: how this installation is doing, as `GET /system` says.

use anyhow::Result;

use super::client::{Client, Needs};
use super::owner;
use super::place::Place;
use super::retention::print;

pub(super) async fn run(place: &Place) -> Result<()> {
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    print(&client.get("/system", &[]).await?)?;
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}
