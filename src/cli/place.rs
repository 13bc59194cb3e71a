//! Where a command works.

use std::path::PathBuf;

/// Which installation, and how it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) data: PathBuf,
    /// Whether numbers are shown masked.
    pub(super) masked: bool,
}
