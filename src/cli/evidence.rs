//! `ringback evidence`: everything there is about one call, as one ZIP.

use std::fs::OpenOptions;
use std::io::{Write, stdout};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use http::Method;
use serde_json::json;

use super::client::{Client, Needs, part};
use super::place::Place;
use super::{cells, owner};

/// Of which call, why, and where to.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// The call's id
    call: String,
    /// Why: it stands in the pack and in the audit trail
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where to; - is standard output [default: evidence-CALL.zip here]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of the page in it
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    language: Language,
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Zh,
    En,
}

pub(super) async fn run(place: &Place, flags: Flags) -> Result<()> {
    let language = match flags.language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    let client = Client::open(&place.data, Needs::Store, place.masked).await?;
    let uri = format!("/api/v1/calls/{}/evidence", part(&flags.call));
    let reply = client.ask(Method::POST, &uri, Some(&json!({ "reason": flags.reason, "language": language }))).await?;
    client.close().await?;
    owner::settle(&place.data)?;
    if !reply.status.is_success() {
        return reply.json().map(drop);
    }
    if flags.output.as_deref() == Some(Path::new("-")) {
        return Ok(stdout().write_all(&reply.body)?);
    }
    let path = flags.output.unwrap_or_else(|| PathBuf::from(format!("evidence-{}.zip", flags.call)));
    // It holds whole numbers, and an earlier pack is not written over.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    file.and_then(|mut file| file.write_all(&reply.body)).with_context(|| format!("writing {}", path.display()))?;
    eprintln!("wrote {}, {}", path.display(), cells::many(reply.body.len() as u64, "byte", "bytes"));
    Ok(())
}
