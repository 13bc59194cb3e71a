//! `ringback backup`: a consistent copy. A copy needs no server and no lock, so this process
//! makes it itself, with the rights of whoever asked for it.

use anyhow::Result;

use super::arguments::{BackupFlags, Place};
use super::owner;
use crate::journal;

/// Does it.
pub(super) fn run(place: &Place, flags: &BackupFlags) -> Result<()> {
    let copied = journal::copy(&place.data, &flags.dest)?;
    owner::settle_copy(&flags.dest, &place.data)?;
    eprintln!(
        "copied {} segments and {} other files, {} bytes, to {}; `ringback verify` checks them",
        copied.segments,
        copied.files,
        copied.bytes,
        flags.dest.display()
    );
    Ok(())
}
