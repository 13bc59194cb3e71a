//! `ringback erase`: takes everything of one person out, and prints the certificate.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::client::{Client, Needs, part};
use super::owner;
use super::place::Place;
use super::retention::{finished, print};

/// Whose, how, why.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// The number, in any form
    number: String,
    /// Put a made-up name in its place, the same everywhere, instead of nothing
    #[arg(long)]
    pseudonymise: bool,
    /// Only say what would be found
    #[arg(long)]
    dry_run: bool,
    /// Why; stands in the certificate
    #[arg(long, required_unless_present = "dry_run", default_value = "")]
    reason: String,
}

pub(super) async fn run(place: &Place, flags: &Flags) -> Result<()> {
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    let wanted = json!({
        "number": flags.number,
        "pseudonymise": flags.pseudonymise,
        "dry_run": flags.dry_run,
        "reason": flags.reason,
    });
    let begun = client.post("/erasures", &wanted).await?;
    let ended = finished(&client, "/erasures", "last").await?;
    if flags.dry_run {
        print(&ended["counts"])?;
    } else {
        let id = begun["id"].as_str().unwrap_or_default();
        print(&client.get(&format!("/erasures/{}", part(id)), &[]).await?)?;
    }
    client.close().await?;
    Ok(owner::settle(&place.data)?)
}
