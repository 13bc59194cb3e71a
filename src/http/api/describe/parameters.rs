//! Descriptions of parameters: of filters from the table of their list, of others from a row here.
//!
//! Names marked with `!` may be negated; they become two parameters. A name without a row fails a test.

use serde_json::{Value, json};

use crate::bindings::BindingQuery;
use crate::limits::{LOG_PAGE_LINES, LOG_TAIL_LINES, PAGE_DEFAULT, PAGE_MAX};
use crate::platforms;
use crate::store::{
    AuditQuery, CallQuery, CallbackQuery, DecisionQuery, FilterDoc, FilterTable as _, NumberQuery, Shape, SmsQuery,
    Tests,
};

pub(super) fn in_path(name: &str) -> Value {
    let (text, schema) = match name {
        "seq" => ("Its number in the journal", json!({ "type": "integer", "minimum": 1 })),
        "app" => ("An app by name or id", text()),
        "operation" => ("What is asked, as `GET /platform/operations` names it", text()),
        "name" => ("Its name", text()),
        _ => ("Its id", text()),
    };
    json!({ "name": name, "in": "path", "required": true, "description": text, "schema": schema })
}

/// A query parameter of `path`, and its negation if it has one.
pub(super) fn in_query(path: &str, name: &str) -> Vec<Value> {
    let Some(base) = name.strip_suffix('!') else { return vec![one(path, name)] };
    let (text, schema) = meaning(path, base);
    let many = json!({ "type": "array", "items": or_empty(schema) });
    let filter = |name: String, text: String| json!({ "name": name, "in": "query", "description": text, "schema": many, "style": "form", "explode": true });
    vec![
        filter(base.to_owned(), format!("{text}. Repeat for OR")),
        filter(format!("not_{base}"), format!("None of these. {text}")),
    ]
}

fn one(path: &str, name: &str) -> Value {
    let (text, schema) = meaning(path, name);
    json!({ "name": name, "in": "query", "description": text, "schema": or_empty(schema) })
}

/// An empty value counts as absent, as forms send it.
fn or_empty(mut schema: Value) -> Value {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push("".into());
    } else if schema != text() {
        schema = json!({ "anyOf": [schema, { "const": "" }] });
    }
    schema
}

fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn last_event_id() -> Value {
    json!({
        "name": "Last-Event-ID", "in": "header", "schema": { "type": "integer", "minimum": 0 },
        "description": "Callbacks after this one are sent first",
    })
}

fn words<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": names.into_iter().collect::<Vec<_>>() })
}

/// The filters of the list at an address; of calls if it has no list of its own.
fn filters(path: &str) -> &'static [FilterDoc] {
    match path.split('/').nth(1) {
        Some("callbacks") => CallbackQuery::docs(),
        Some("sms") => SmsQuery::docs(),
        Some("numbers") => NumberQuery::docs(),
        Some("bindings") => BindingQuery::docs(),
        Some("decisions") => DecisionQuery::docs(),
        Some("audit") => AuditQuery::docs(),
        _ => CallQuery::docs(),
    }
}

fn of_filter(doc: &FilterDoc, name: &str) -> Option<(String, Value)> {
    let FilterDoc { names, shape, text: said } = doc;
    let count = || json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    let instant = || json!({ "type": "string", "format": "date-time" });
    let api = said.api.to_owned();
    Some(match shape {
        Shape::Span if name == "from" => ("The first instant inside".to_owned(), instant()),
        Shape::Span if name == "to" => ("The first instant after".to_owned(), instant()),
        Shape::Bounds if name == names.min => (format!("{api}, at least"), count()),
        Shape::Bounds if name == names.max => (format!("{api}, at most"), count()),
        _ if name != names.name => return None,
        Shape::Bounds => (
            format!("{api}: {}", said.bound.examples),
            json!({ "type": "string", "pattern": r"^(\d+|\d+\.\.\d*|\.\.\d+)$" }),
        ),
        Shape::Provider => (api, words(platforms::ALL.iter().map(|provider| provider.id().0))),
        Shape::Choice(values) => (api, words(values.iter().map(|(name, _)| *name))),
        Shape::Whole { min, max: u64::MAX, .. } => (api, json!({ "type": "integer", "minimum": min })),
        Shape::Whole { min, max, .. } => (api, json!({ "type": "integer", "minimum": min, "maximum": max })),
        Shape::Flag(_) => (api, json!({ "type": "boolean" })),
        Shape::Tests => (api, words(Tests::NAMED.map(|(name, _)| name))),
        Shape::Text { known, .. } if !known.is_empty() => (api, words(known.iter().copied())),
        Shape::Instant => (api, instant()),
        Shape::App | Shape::Ending | Shape::Text { .. } | Shape::Span => (api, text()),
    })
}

fn meaning(path: &str, name: &str) -> (String, Value) {
    if let Some(found) = filters(path).iter().find_map(|doc| of_filter(doc, name)) {
        return found;
    }
    let (said, schema) = match name {
        "kind" => ("What is followed", words(["callback", "call", "decision", "sms", "number"])),
        "since" => (
            "Callbacks after this one are sent first, as with `Last-Event-ID`",
            json!({ "type": "integer", "minimum": 0 }),
        ),
        "by" => ("What a row stands for", words(["hour", "day", "all", "weekday_hour"])),
        "group" => ("What is counted apart", words(["app", "provider", "product", "outcome", "cause", "x", "talk"])),
        "user" => ("Whose", text()),
        "format" => ("The kind of file", words(["csv", "xlsx", "jsonl"])),
        "lang" => ("The language of its headings; without it they are the names of the fields", words(["zh", "en"])),
        "level" => ("The least serious level", words(crate::service::LEVELS.map(|(name, _)| name))),
        "limit" if path == "/system/log" => (
            "Lines of one page",
            json!({ "type": "integer", "minimum": 1, "maximum": LOG_TAIL_LINES, "default": LOG_PAGE_LINES }),
        ),
        "cursor" if path == "/system/log" => {
            ("The `next` of the page before", json!({ "type": "integer", "minimum": 1 }))
        }
        "cursor" => ("The `next` of the page before", text()),
        "limit" => (
            "Rows of one page",
            json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT }),
        ),
        other => panic!("the parameter {other} is not described"),
    };
    (said.to_owned(), schema)
}
