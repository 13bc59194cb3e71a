//! Files that a command makes get the owner of the data directory: `sudo ringback app add`
//! must not lock the service out of its own state.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

/// Gives what lies in the data directory its owner, where that is another one.
///
/// Only root may give files away; anybody else made them under the one name they have.
pub(super) fn settle(data: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let owner = fs::metadata(data)?;
    give(data, owner.uid(), owner.gid())
}

fn give(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    let meta = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        meta => meta?,
    };
    if (meta.uid(), meta.gid()) != (uid, gid) {
        lchown(path, Some(uid), Some(gid))?;
    }
    if meta.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), uid, gid)?;
        }
    }
    Ok(())
}

/// As [`settle`], for a copy: it belongs to whom the original belongs to.
pub(super) fn settle_copy(copy: &Path, data: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let owner = fs::metadata(data)?;
    give(copy, owner.uid(), owner.gid())
}
