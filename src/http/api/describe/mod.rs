//! `GET /openapi.json`: the description of the API, made from the code.
//!
//! ```text
//! endpoints  one row an operation ─┐
//! parameters one row a name ───────┼─► document, as OpenAPI 3.1
//! schemas    of the objects' types ┘
//! ```
//!
//! Schemas come from the types that are sent and read, parameters from the lists that queries are checked
//! against, addresses from the rows that requests are matched with. So the description cannot differ from
//! the code. The Help page shows the same rows.

mod operation;
mod parameters;
mod question;

use std::sync::LazyLock;

use http::{Method, StatusCode};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::endpoints::{ENDPOINTS, PARTS};
use super::{HttpError, Response};
use crate::domain::Lang;
use crate::http::respond;

/// Method, address, title and rights of every operation, for the Help page.
pub(in crate::http) fn listed(lang: Lang) -> impl Iterator<Item = (&'static str, String, &'static str, &'static str)> {
    ENDPOINTS.iter().map(move |endpoint| {
        let (does, who) = (endpoint.title.get(lang), endpoint.rights.who().get(lang));
        (endpoint.method, format!("/api/v1{}", endpoint.path), does, who)
    })
}

/// The same for every installation, so anyone may read it.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// `GET /openapi.json`
pub(super) fn get(method: &Method) -> Result<Response, HttpError> {
    if *method != Method::GET {
        return Err(HttpError::MethodNotAllowed { allow: "GET" });
    }
    Ok(respond(StatusCode::OK, "application/json", DOCUMENT.as_str()))
}

fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let paths = paths(&mut generator);
    let webhooks = question::webhooks(&mut generator);
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("Error".to_owned(), error());
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ringback",
            "version": "1",
            "summary": "Calls, callbacks and what surrounds them",
            "description": DESCRIPTION,
        },
        "servers": [{ "url": "/api/v1" }],
        "security": [{ "token": [] }, { "login": [] }],
        "tags": PARTS.iter().map(|(name, text, _)| json!({ "name": name, "description": text })).collect::<Vec<_>>(),
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "An API token: `ringback token add`." },
                "login": {
                    "type": "apiKey", "in": "cookie", "name": crate::http::admission::LOGIN_COOKIE,
                    "description": "The dashboard's login, for reading: numbers are masked.",
                },
            },
        },
    });
    plainly_named(document)
}

/// Drops the suffix `Object` that tells the API's types from the domain's.
fn plainly_named(document: Value) -> Value {
    match document {
        Value::Object(map) => {
            let renamed = |(name, value): (String, Value)| {
                let name = if value.is_object() {
                    name.strip_suffix("Object").map_or(name.clone(), str::to_owned)
                } else {
                    name
                };
                (name, plainly_named(value))
            };
            Value::Object(map.into_iter().map(renamed).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(plainly_named).collect()),
        Value::String(text) if text.starts_with("#/components/schemas/") => {
            Value::String(text.strip_suffix("Object").map_or(text.clone(), str::to_owned))
        }
        other => other,
    }
}

const DESCRIPTION: &str = "Times are RFC 3339 in UTC. Lists are newest first and paged by a cursor, which pins a \
    snapshot: no row comes twice. A filter may be repeated for OR; `not_NAME` takes away. Unknown parameters are \
    refused with 400. Viewers see numbers masked, and so does everyone who sends `X-Ringback-Masked`. While the store \
    is rebuilt, answers hold what is known and carry `X-Ringback-Rebuilding` with the progress from 0 to 1.";

fn paths(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut paths = Map::new();
    for endpoint in ENDPOINTS.iter() {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_ascii_lowercase()] = operation::describe(endpoint, generator);
    }
    paths
}

fn error() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": { "type": "string", "description": "For programs: stays the same." },
                    "message": { "type": "string", "description": "For people: what was wrong, and what was expected." },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reference_leads_somewhere_and_every_schema_is_used() {
        let document = document();
        let text = document.to_string();
        let mut led_to = BTreeSet::new();
        for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
            led_to.insert(part.split('"').next().unwrap().to_owned());
        }
        let schemas: BTreeSet<String> =
            document["components"]["schemas"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(led_to, schemas);
        // schemars adds a number to the second of two equal names.
        let bad = |name: &&String| name.ends_with("Object") || name.ends_with(|c: char| c.is_ascii_digit());
        assert_eq!(schemas.iter().find(bad), None);
    }
}
