//! The page that an address belongs to: from one that only takes POST, its nearest.
//!
//! A form may be answered with a page (a problem, a report, a secret) whose address cannot be opened
//! again. A reload, or a change of language there, leads to the page with the form.

use jiff::Timestamp;

use super::request::{Request, link};
use crate::http::admin::rules::page as rules;
use crate::service::reveals;

impl Request {
    /// This page's path and query; for addresses that only take POST, the nearest page.
    pub(super) fn here(&self) -> String {
        of(self).unwrap_or_else(|| link(&self.path, &self.query))
    }

    /// Until when this page is revealed to this login.
    pub(super) fn revealed(&self) -> Option<Timestamp> {
        let login = self.login.as_ref()?;
        self.ctx().audit.revealed(&login.id, &revealed(self, &self.here()))
    }
}

pub(super) fn of(request: &Request) -> Option<String> {
    Some(match request.segments().as_slice() {
        ["rules", ..] if request.segments().len() > 1 => match request.app(1) {
            Ok(app) => link("/rules", &[("app", &app.name)]),
            Err(_) => "/rules".to_owned(),
        },
        ["bindings", id, "end"] => format!("/bindings/{id}"),
        ["lists", name, "remove"] => format!("/lists/{name}"),
        ["calls", id, "stop"] => format!("/calls/{id}"),
        ["platform", app, ..] => link("/platform", &[("app", app)]),
        ["account", "password" | "logins", ..] => "/account".to_owned(),
        ["account", "second-factor", _, ..] => "/account/second-factor".to_owned(),
        ["retention", _, ..] => "/retention".to_owned(),
        ["users", name, _, ..] => format!("/users/{name}"),
        ["second-factor"] => "/users".to_owned(),
        ["tokens", _, ..] => "/tokens".to_owned(),
        ["apps", id, _, ..] => format!("/apps/{id}"),
        ["searches" | "reveal" | "preferences" | "logout", ..] => "/".to_owned(),
        _ => return None,
    })
}

/// The page that an address belongs to, as its reveal is named: the rules without an app are those of the
/// first app.
pub(super) fn revealed(request: &Request, address: &str) -> String {
    let page = reveals::page_of(address);
    if page != "/rules" {
        return page;
    }
    rules::asking(request).first().map_or(page, |app| link("/rules", &[("app", &app.name)]))
}
