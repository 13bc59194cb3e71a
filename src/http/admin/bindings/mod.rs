//! Who reaches whom through which privacy number.

pub(super) mod form;
pub(super) mod import;
pub(super) mod list_page;
pub(super) mod new;
pub(super) mod page;
pub(super) mod words;
