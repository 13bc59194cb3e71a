//! The entry that a change leaves in the audit trail, unless its handler tells a better one.
//!
//! The API and the pages say what is done by a method and a path; both are read here, so that
//! an act has the same name whichever way it came. Which fields a change named is noted, never
//! what they said: there are passwords among them.

use http::Method;

use crate::audit::Act;
use crate::domain::{App, AppId, plain_text};
use crate::service::Context;
use crate::service::keeping::Asker;

/// What is asked for by a method and a path, as an act. `fields` are the names and values that came
/// with it.
pub(super) fn act(
    context: &Context,
    asker: Asker<'_>,
    method: &Method,
    path: &[&str],
    fields: &[(String, String)],
) -> Act {
    let name = fields.iter().find(|(name, _)| name == "name").map(|(_, value)| value.trim());
    let app = match path {
        ["apps", app, ..] => app_of(context, app).map(|app| app.id),
        _ => None,
    };
    let subject = match (path, app, name) {
        (_, Some(app), _) => format!("app {}", app.0),
        (["users"], _, Some(name)) | (&["users", name, ..], _, _) => format!("user {name}"),
        (["tokens"], _, Some(name)) | (&["tokens", name, ..], _, _) => format!("token {name}"),
        (["account", ..], _, _) => format!("user {}", asker.by.name),
        // What else stands in a path may be a number.
        _ => path.first().copied().unwrap_or_default().to_owned(),
    };
    let mut act = asker.act(action(method, path), subject);
    act.app = app;
    let mut fields: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "csrf").collect();
    fields.dedup();
    if fields.is_empty() { act } else { act.with("fields", fields) }
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
        ("POST", ["users", _, "logins"]) | (_, ["account", "logins", ..]) => "login.end",
        (_, ["account", "password"]) => "password.change",
        ("POST", ["logout"]) => "logout",
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
