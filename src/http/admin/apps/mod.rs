//! Apps, their numbers and the operations of their platforms.

pub(super) mod changes;
pub(super) mod list_page;
pub(super) mod numbers;
pub(super) mod page;
pub(super) mod platform;
pub(super) mod platform_form;
pub(super) mod platform_settings;
