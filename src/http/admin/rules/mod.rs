//! What platforms ask, the rules and lists that decide it, and what was decided.

pub(super) mod changes;
pub(super) mod decision_view;
pub(super) mod decisions;
pub(super) mod form;
pub(super) mod list;
pub(super) mod lists;
pub(super) mod page;
pub(super) mod rule_input;
pub(super) mod secret;
pub(super) mod trial;
pub(super) mod typed;
pub(super) mod words;
