//! A row of [`endpoints`](crate::http::api::endpoints) as an operation of OpenAPI.
//!
//! What all addresses share (refusals, errors, paging) is added here.

use http::StatusCode;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::parameters;
use crate::http::api::endpoints::{AnswerShape, BodyShape, Endpoint};

pub(super) fn describe(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let (role, rights) = (endpoint.rights.role().name(), endpoint.rights);
    let over = if rights.takes_all_apps() { ", over all apps" } else { "" };
    let mut described = json!({
        "operationId": endpoint.id,
        "summary": endpoint.title.en,
        "description": format!("Takes the role {role} or more{over}."),
        "tags": [endpoint.part],
        "parameters": parameters(endpoint),
        "responses": responses(endpoint, generator),
    });
    if let Some(BodyShape { kind, schema, required }) = &endpoint.body {
        described["requestBody"] =
            json!({ "required": required, "content": { (*kind): { "schema": schema(generator) } } });
    }
    described
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let mut described: Vec<Value> = endpoint.names().iter().map(|name| parameters::in_path(name)).collect();
    described.extend(endpoint.query.iter().flat_map(|name| parameters::in_query(endpoint.path, name)));
    if endpoint.id == "followEvents" {
        described.push(parameters::last_event_id());
    }
    described
}

fn responses(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut responses = Map::new();
    let (status, text, content) = match &endpoint.answer {
        AnswerShape::Object(status, schema) => {
            (*status, "Done", json!({ "application/json": { "schema": schema(generator) } }))
        }
        AnswerShape::List(schema) => {
            (StatusCode::OK, "One page", json!({ "application/json": { "schema": list(&schema(generator)) } }))
        }
        AnswerShape::Bytes(kinds) => {
            let bytes = |kind: &&str| ((*kind).to_owned(), json!({ "schema": { "type": "string" } }));
            (StatusCode::OK, "The bytes", Value::Object(kinds.iter().map(bytes).collect()))
        }
        AnswerShape::Nothing => (StatusCode::NO_CONTENT, "Done", json!({})),
    };
    responses.insert(status.as_str().to_owned(), json!({ "description": text, "content": content }));
    let refused = [
        (StatusCode::BAD_REQUEST, "A parameter or the body is not what it should be; says which and why"),
        (StatusCode::UNAUTHORIZED, "No token, or not a valid one"),
        (StatusCode::FORBIDDEN, "The role does not allow it"),
        (StatusCode::NOT_FOUND, "There is nothing here, or nothing that you may see"),
        (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
        (StatusCode::SERVICE_UNAVAILABLE, "It cannot be kept now; try again after `Retry-After`"),
    ];
    let conflict = (endpoint.method != "GET").then_some((
        StatusCode::CONFLICT,
        "It contradicts what is there already: a name that is taken, or another version by now",
    ));
    for (status, text) in refused.into_iter().chain(conflict) {
        let schema = json!({ "$ref": "#/components/schemas/Error" });
        let refusal = json!({ "description": text, "content": { "application/json": { "schema": schema } } });
        responses.insert(status.as_str().to_owned(), refusal);
    }
    responses
}

fn list(item: &Schema) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": item },
            "next": { "type": ["string", "null"], "description": "The `cursor` of the next page; null at the end." },
        },
    })
}
