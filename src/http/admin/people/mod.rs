//! Who may: logins, users, tokens, the audit trail, reveals.

pub(super) mod account;
pub(super) mod audit;
pub(super) mod audit_words;
pub(super) mod entering;
pub(super) mod known_browser;
pub(super) mod list_page;
pub(super) mod login;
pub(super) mod login_audit;
pub(super) mod login_code;
pub(super) mod oidc;
pub(super) mod page;
pub(super) mod reveal;
pub(super) mod rights_form;
pub(super) mod second_factor;
pub(super) mod setup;
pub(super) mod strength;
pub(super) mod tokens;
