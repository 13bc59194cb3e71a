//! What each parameter means: one row a name, the same at every address that takes it.
//!
//! A list of names that a query is checked against marks those that may be negated with `!`;
//! these become two parameters here. A name without a row fails a test.

use serde_json::{Value, json};

use crate::domain::{Anomaly, CallOutcome, Outcome, Product};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::providers;

/// The end of a number.
const ENDING: &str = "The end of a number, four digits or more, with or without country code";

/// A part of a path.
pub(super) fn in_path(name: &str) -> Value {
    let (text, schema) = match name {
        "seq" => ("Its number in the journal", json!({ "type": "integer", "minimum": 1 })),
        "app" => ("An app by name or id", json!({ "type": "string" })),
        "name" => ("Its name", json!({ "type": "string" })),
        _ => ("Its id", json!({ "type": "string" })),
    };
    json!({ "name": name, "in": "path", "required": true, "description": text, "schema": schema })
}

/// A parameter of a query, and its negation where it has one.
pub(super) fn in_query(name: &'static str) -> Vec<Value> {
    let Some(base) = name.strip_suffix('!') else { return vec![one(name)] };
    let (text, schema) = meaning(base);
    let many = json!({ "type": "array", "items": schema });
    let filter = |name: String, text: String| json!({ "name": name, "in": "query", "description": text, "schema": many, "style": "form", "explode": true });
    vec![
        filter(base.to_owned(), format!("{text}. Repeat for OR")),
        filter(format!("not_{base}"), format!("None of these. {text}")),
    ]
}

fn one(name: &str) -> Value {
    let (text, schema) = meaning(name);
    json!({ "name": name, "in": "query", "description": text, "schema": schema })
}

/// Where a follower of events goes on.
pub(super) fn last_event_id() -> Value {
    json!({
        "name": "Last-Event-ID", "in": "header", "schema": { "type": "integer", "minimum": 0 },
        "description": "Callbacks after this one are sent first",
    })
}

fn words<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": names.into_iter().collect::<Vec<_>>() })
}

/// The meaning of a name and the shape of its value.
fn meaning(name: &str) -> (&'static str, Value) {
    let text = || json!({ "type": "string", "minLength": 1 });
    let instant = || json!({ "type": "string", "format": "date-time" });
    let count = || json!({ "type": "integer", "minimum": 0 });
    match name {
        "app" => ("An app by name or id", text()),
        "provider" => ("A platform", words(providers::ALL.iter().map(|provider| provider.id().0))),
        "product" => ("A product of a platform", words(Product::ALL.map(Product::name))),
        "session" => ("The platform's id of a call, exactly", text()),
        "number" => ("Any party. The end of a number, four digits or more, with or without country code", text()),
        "caller" | "callee" | "x" | "sender" | "receiver" => (ENDING, text()),
        "q" => ("A session, our id, your own reference, or the end of a number", text()),
        "outcome" => ("How it ended (calls), what became of it (callbacks)", words(outcomes())),
        "anomaly" => ("Something odd about it", words(Anomaly::ALL.map(Anomaly::name))),
        "from" => ("The first instant inside", instant()),
        "to" => ("The first instant after", instant()),
        "min_talk" => ("Talk time in seconds, at least", count()),
        "max_talk" => ("Talk time in seconds, at most", count()),
        "has_recording" => ("Whether it has a recording", json!({ "type": "boolean" })),
        "by" => ("The width of one step", words(["hour", "day"])),
        "group" => ("What is counted apart", words(["app", "provider", "product", "outcome", "x"])),
        "cursor" => ("The `next` of the page before", text()),
        "limit" => (
            "Rows of one page",
            json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT }),
        ),
        other => panic!("the parameter {other} is not described"),
    }
}

fn outcomes() -> impl Iterator<Item = &'static str> {
    CallOutcome::ALL.into_iter().map(CallOutcome::name).chain(Outcome::ALL.into_iter().map(Outcome::name))
}
