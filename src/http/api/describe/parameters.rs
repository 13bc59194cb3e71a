//! What each parameter means: one row a name, the same at every address that takes it.
//!
//! A list of names that a query is checked against marks those that may be negated with `!`;
//! these become two parameters here. A name without a row fails a test.

use serde_json::{Value, json};

use crate::domain::{
    ActorKind, Anomaly, Asking, Asks, BindingKind, BindingState, CallOutcome, CallState, DecisionAction, Direction,
    Outcome, Product, RecordingState, Suspicion,
};
use crate::http::api::numbers;
use crate::limits::{LOG_PAGE_LINES, LOG_TAIL_LINES, PAGE_DEFAULT, PAGE_MAX};
use crate::platforms;
use crate::store::Joined;

/// The end of a number.
const ENDING: &str = "The end of a number, four digits or more, with or without country code";

/// A part of a path.
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

/// A parameter of the query of `path`, and its negation where it has one.
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

/// The meaning of a name at an address, and the shape of its value.
fn meaning(path: &str, name: &str) -> (&'static str, Value) {
    let instant = || json!({ "type": "string", "format": "date-time" });
    let count = || json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    let yes = || json!({ "type": "boolean" });
    // Both bounds count; either may be missing.
    let range = || json!({ "type": "string", "pattern": r"^(\d+|\d+\.\.\d*|\.\.\d+)$" });
    match name {
        "app" => ("An app by name or id", text()),
        "provider" => ("A platform", words(platforms::ALL.iter().map(|provider| provider.id().0))),
        "product" => ("A product of a platform", words(Product::ALL.map(Product::name))),
        "session" => ("The platform's id of a call, exactly", text()),
        "number" => ("Any party. The end of a number, four digits or more, with or without country code", text()),
        "caller" | "callee" | "a" | "b" | "x" | "y" | "sender" | "receiver" => (ENDING, text()),
        "q" => (
            "The end of a number or of your own reference (4 characters or more), or the beginning of a session or of \
             our id (8 or more)",
            text(),
        ),
        "outcome" if path.starts_with("/callbacks") => ("What became of it", words(Outcome::ALL.map(Outcome::name))),
        "outcome" => ("How the call ended", words(CallOutcome::ALL.map(CallOutcome::name))),
        "state" if path.starts_with("/numbers") => {
            ("What the platform last said of the number", words(numbers::STATES))
        }
        "state" if path.starts_with("/bindings") => {
            ("How the binding stands now", words(BindingState::ALL.map(BindingState::name)))
        }
        "state" => ("How far the call is", words(CallState::ALL.map(CallState::name))),
        "direction" => ("Who called", words(Direction::ALL.map(Direction::name))),
        "answered" => ("Whether the parties talk or talked", yes()),
        "main_cause" => (
            "The most telling code it ended with, the one in `release`: as `cause`, or `unlisted` for codes that no table lists",
            text(),
        ),
        "cause" => ("Why: a code, or its table and the code, as in `stateCode:7014`", text()),
        "anomaly" => (
            "Something odd about the call; `implausible_time` and `implausible_duration` are values that count for nothing",
            words(Anomaly::ALL.map(Anomaly::name)),
        ),
        "recording_state" => ("What became of the recording", words(RecordingState::ALL.map(RecordingState::name))),
        "expires_before" => {
            ("Whose recording is only at the platform, which deletes it before this instant", instant())
        }
        "from" => ("The first instant inside", instant()),
        "to" => ("The first instant after", instant()),
        "talk" => ("Talk time in seconds: `18`, `10..60`, `60..`", range()),
        "ring" => ("Seconds from ringing to answer or end: `18`, `10..60`, `60..`", range()),
        "pdd" => ("Seconds from setup to ringing: `3`, `0..5`, `10..`", range()),
        "min_pdd" => ("Seconds from setup to ringing, at least", count()),
        "max_pdd" => ("Seconds from setup to ringing, at most", count()),
        "joined" => (
            "What became of its content: attached to a call, a message or number state, or neither",
            words(Joined::ALL.map(Joined::name)),
        ),
        "size" => ("Bytes of the body: `812`, `..1000`, `4096..`", range()),
        "min_talk" => ("Talk time in seconds, at least", count()),
        "max_talk" => ("Talk time in seconds, at most", count()),
        "min_ring" => ("Seconds from ringing to answer or end, at least", count()),
        "max_ring" => ("Seconds from ringing to answer or end, at most", count()),
        "min_size" => ("Bytes of the body, at least", count()),
        "max_size" => ("Bytes of the body, at most", count()),
        "weekday" => (
            "The day of the week in Asia/Shanghai, Monday is 1",
            json!({ "type": "integer", "minimum": 1, "maximum": 7 }),
        ),
        "hour" => ("The hour of the day in Asia/Shanghai", json!({ "type": "integer", "minimum": 0, "maximum": 23 })),
        "has_recording" => ("Whether it has a recording", yes()),
        "verified" => ("Whether the signature held", words(["yes", "no", "unchecked"])),
        "suspicious" => ("Whether something about it looks wrong", yes()),
        "suspicion" => ("What looks wrong", words(Suspicion::NAMES)),
        "test" if path.starts_with("/callbacks") => ("Whether it was marked as a test", yes()),
        "test" => ("Whether tests are among them: `false` unless said otherwise", words(["false", "true", "any"])),
        "question" => ("Whether the platform asked something", yes()),
        "label" => ("What it is, in one word: `released`, `record`, `sms`", text()),
        "peer" => ("The address it came from", text()),
        "status" => ("The status we answered", json!({ "type": "integer", "minimum": 100, "maximum": 599 })),
        "mode" => ("Whether the message was told or asked about", words(["notify", "block"])),
        "sms_id" => ("The platform's id of the message, exactly", text()),
        "kind" if path.starts_with("/bindings") => {
            ("The platform's mode", words(BindingKind::ALL.map(BindingKind::name)))
        }
        "platform_id" => ("The platform's own id of it, exactly", text()),
        "user_data" => ("What is echoed in events and records, exactly", text()),
        "kind" => ("What is followed", words(["callback", "call", "decision", "sms", "number"])),
        "since" => (
            "Callbacks after this one are sent first, as with `Last-Event-ID`",
            json!({ "type": "integer", "minimum": 0 }),
        ),
        "by" if path == "/stats" => ("What a row stands for", words(["hour", "day", "all", "weekday_hour"])),
        "group" => ("What is counted apart", words(["app", "provider", "product", "outcome", "cause", "x", "talk"])),
        "by" => ("Who: a user or a token", text()),
        "by_kind" => ("What kind of one", words(ActorKind::ALL.map(ActorKind::name))),
        "action" if path.starts_with("/decisions") => {
            ("What was answered", words(DecisionAction::ALL.map(DecisionAction::name)))
        }
        "asks" => ("What was asked about", words(Asks::ALL.map(Asks::name))),
        "rule" => ("The name of the rule that decided; `default` where none did", text()),
        "binding" => ("The binding that was followed", json!({ "type": "integer", "minimum": 0 })),
        "asking" => ("How asking the company's own system went", words(Asking::ALL.map(Asking::name))),
        "action" => ("What was done: `reveal`, `app.add`", text()),
        "subject" => ("What it was done to: `call 8f0c…`", text()),
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
    }
}
