//! Counted calls.

pub(super) mod charts;
pub(super) mod counts;
pub(super) mod figures;
pub(super) mod form;
pub(super) mod page;
pub(super) mod ranges;
pub(super) mod tables;
