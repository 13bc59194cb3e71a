//! Callbacks as they were received.

pub(super) mod list_page;
pub(super) mod page;
pub(super) mod unreadable;
