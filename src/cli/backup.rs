//! `ringback backup`: a consistent copy. A copy needs no server and no lock, so this process
//! makes it itself, with the rights of whoever asked for it.

use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

use super::place::Place;
use super::{cells, owner};
use crate::journal;

/// `ringback backup`
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// A new or empty directory
    pub(super) dest: PathBuf,
}

pub(super) fn run(place: &Place, flags: &Flags) -> Result<()> {
    let copied = journal::copy(&place.data, &flags.dest)?;
    owner::settle_copy(&flags.dest, &place.data)?;
    eprintln!(
        "copied {} and {}, {}, to {}; `ringback verify` checks them",
        cells::many(copied.segments, "segment", "segments"),
        cells::many(copied.files, "other file", "other files"),
        cells::many(copied.bytes, "byte", "bytes"),
        flags.dest.display()
    );
    Ok(())
}
