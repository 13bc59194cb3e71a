//! `ringback backup`: a consistent copy. A copy needs no server and no lock, so this process
//! makes it itself, with the rights of whoever asked for it.

use anyhow::Result;

use super::arguments::{BackupFlags, Place};
use super::{cells, owner};
use crate::journal;

pub(super) fn run(place: &Place, flags: &BackupFlags) -> Result<()> {
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
