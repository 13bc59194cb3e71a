//! The installation itself, and what it keeps for how long.

pub(super) mod actions;
pub(super) mod certificate;
pub(super) mod erasure;
pub(super) mod groups;
pub(super) mod log;
pub(super) mod page;
pub(super) mod retention;
pub(super) mod settings;
