//! `control.sock`: where the command line reaches the running server.
//!
//! Access to the data directory is administrator access: the socket is 0600 in a directory that is 0700.
//! The process that holds the directory's lock binds it, so an existing file is stale or a copy, and is
//! replaced. The server also runs without it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

fn path(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// Logs a warning and returns `None` on failure.
pub(super) fn bind(data: &Path) -> Option<UnixListener> {
    let path = path(data);
    let bound = remove_stale(&path).and_then(|()| {
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(listener)
    });
    match bound {
        Ok(listener) => Some(listener),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
            tracing::warn!(
                path = %path.display(),
                "this path is too long for a socket; the command line cannot reach the running server",
            );
            None
        }
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the command line cannot reach the running server");
            None
        }
    }
}

pub(super) fn remove(data: &Path) {
    if let Err(error) = remove_stale(&path(data)) {
        tracing::debug!(%error, "the control socket stays behind");
    }
}

fn remove_stale(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
