//! The entry that every change leaves in the audit trail, unless its handler left a better one.
//!
//! The API and the pages say what was done by a method and a path; both are read here, so that
//! an act has the same name whichever way it came. Which fields a change named is noted, never
//! what they said: there are passwords among them.

use std::net::IpAddr;

use http::Method;

use super::{Context, HttpError, Response};
use crate::audit::Act;
use crate::domain::{App, AppId, plain_text};
use crate::state::Principal;

/// Marks a response whose handler has recorded the act itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded;

/// Marks `response` so.
pub(super) fn recorded(mut response: Response) -> Response {
    response.extensions_mut().insert(Recorded);
    response
}

/// A change that somebody asked for, before it is known whether it happens.
#[derive(Debug)]
pub(super) struct Deed {
    action: &'static str,
    subject: String,
    app: Option<AppId>,
    /// What a new object is called.
    name: Option<String>,
    fields: Vec<String>,
}

impl Deed {
    /// Reads what is asked for. `fields` are the names and values that came with it.
    pub(super) fn of(context: &Context, method: &Method, path: &[&str], fields: &[(String, String)]) -> Self {
        let name = fields.iter().find(|(name, _)| name == "name").map(|(_, value)| value.trim().to_owned());
        let mut fields: Vec<String> =
            fields.iter().map(|(name, _)| name.clone()).filter(|name| name != "csrf").collect();
        fields.dedup();
        let app = match path {
            ["apps", app, ..] => app_of(context, app).map(|app| app.id),
            _ => None,
        };
        let subject = match (path, app, name.as_deref()) {
            (_, Some(app), _) => format!("app {}", app.0),
            (["users"], _, Some(name)) | (&["users", name, ..], _, _) => format!("user {name}"),
            (["tokens"], _, Some(name)) | (&["tokens", name, ..], _, _) => format!("token {name}"),
            // What else stands in a path may be a number.
            _ => path.first().copied().unwrap_or_default().to_owned(),
        };
        Self { action: action(method, path), subject, app, name, fields }
    }

    /// Records it if `answered` says that it was done.
    ///
    /// # Errors
    /// When the trail cannot be written: then the answer says so, and not that all is well.
    pub(super) async fn record(
        self,
        context: &Context,
        by: &Principal,
        peer: Option<IpAddr>,
        answered: Response,
    ) -> Result<Response, HttpError> {
        let done = answered.status().is_success() || answered.status().is_redirection();
        if !done || answered.extensions().get::<Recorded>().is_some() {
            return Ok(answered);
        }
        let mut act = Act::new(by, self.action, self.subject).from(peer);
        act.app = self.app;
        // The number of a new app is known only now.
        if self.action == "app.add"
            && let Some(app) = self.name.and_then(|name| context.state.app_named(&name))
        {
            (act.subject, act.app) = (format!("app {}", app.id.0), Some(app.id));
        }
        if !self.fields.is_empty() {
            act = act.with("fields", self.fields);
        }
        context.audit.record(act).await?;
        Ok(answered)
    }
}

/// The names and values of a JSON object, as far as they are text.
pub(super) fn json_fields(body: &[u8]) -> Vec<(String, String)> {
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(plain_text::without_mark(body)).unwrap_or_default();
    object.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect()
}

fn app_of(context: &Context, app: &str) -> Option<std::sync::Arc<App>> {
    context.state.app_named(app).or_else(|| context.state.app(AppId(app.parse().ok()?)))
}

fn action(method: &Method, path: &[&str]) -> &'static str {
    match (method.as_str(), path) {
        ("POST", ["apps"]) => "app.add",
        ("PATCH" | "POST", ["apps", _, "platform"]) => "platform.settings",
        ("PATCH" | "POST", ["apps", _]) => "app.change",
        ("DELETE", ["apps", _]) | ("POST", ["apps", _, "remove"]) => "app.remove",
        ("POST", ["apps", _, "rotate"]) => "app.rotate",
        ("POST", ["apps", _, "test"]) => "app.test",
        ("POST", ["users"]) => "user.add",
        ("DELETE", ["users", _]) | ("POST", ["users", _, "remove"]) => "user.remove",
        (_, ["users", _, "second-factor"]) => "second_factor.reset",
        (_, ["users", ..]) => "user.change",
        (_, ["second-factor"]) => "second_factor.require",
        (_, ["account", "second-factor", "off"]) => "second_factor.off",
        (_, ["account", "second-factor", "codes"]) => "second_factor.codes",
        (_, ["account", "second-factor"]) => "second_factor.on",
        ("POST", ["tokens"]) => "token.add",
        ("DELETE", ["tokens", _]) | ("POST", ["tokens", _, "revoke" | "remove"]) => "token.revoke",
        (_, ["tokens", ..]) => "token.change",
        ("POST", ["system", "backup"]) => "system.backup",
        ("POST", ["system", "reindex"]) => "system.reindex",
        (_, ["system", ..]) => "system.change",
        (_, ["settings", ..]) => "settings.change",
        (_, ["retention", ..]) => "retention.change",
        ("DELETE", ["searches", ..]) => "search.remove",
        (_, ["searches", ..]) => "search.save",
        _ => "change",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_and_the_api_give_an_act_the_same_name() {
        let by = |method: Method, path: &[&str]| action(&method, path);
        assert_eq!(by(Method::DELETE, &["apps", "3"]), by(Method::POST, &["apps", "3", "remove"]));
        assert_eq!(by(Method::PATCH, &["apps", "3"]), by(Method::POST, &["apps", "3"]));
        assert_eq!(by(Method::POST, &["something"]), "change");
    }

    #[test]
    fn only_the_names_of_fields_are_taken_from_a_body() {
        let fields = json_fields(br#"{"name":"lin","password":"correct horse battery","role":null}"#);
        assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["name", "password", "role"]);
        assert_eq!(json_fields(b"no json"), []);
    }
}
