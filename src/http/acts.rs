//! The entry that a change leaves in the audit trail, unless its service tells a better one.
//!
//! The API and the pages say by the row of an address which action it is, so that an act has the
//! same name whichever way it came. Which fields a change named is noted, never what they said:
//! there are passwords among them.

use crate::audit::{Act, AuditAction};
use crate::domain::{App, AppId, plain_text};
use crate::service::{Context, keeping::Actor};

/// What somebody does at an address that ends in `path`, as an act. `fields` are the names and values
/// that came with it.
pub(super) fn act(
    context: &Context,
    actor: Actor<'_>,
    action: AuditAction,
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
        (["account", ..], _, _) => format!("user {}", actor.by.name),
        // What else stands in a path may be a number.
        _ => path.first().copied().unwrap_or_default().to_owned(),
    };
    let mut act = actor.act(action, subject);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_fields_are_taken_from_a_body() {
        let fields = json_fields(br#"{"name":"lin","password":"correct horse battery","role":null}"#);
        assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["name", "password", "role"]);
        assert_eq!(json_fields(b"no json"), []);
    }
}
