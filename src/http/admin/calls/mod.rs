//! Calls, their messages and recordings, and everything about one of them.

pub(super) mod call_view;
pub(in crate::http) mod evidence;
pub(in crate::http) mod evidence_pack;
pub(super) mod form;
pub(super) mod gaps;
pub(super) mod ladder;
pub(super) mod ladder_steps;
pub(super) mod list_page;
pub(super) mod messages;
pub(super) mod page;
pub(super) mod recordings;
pub(super) mod related;
