//! Apps, their numbers, and what their platforms can be asked.

pub(super) mod changes;
pub(super) mod list_page;
pub(super) mod numbers;
pub(super) mod page;
pub(super) mod platform;
pub(super) mod platform_form;
pub(super) mod platform_settings;
