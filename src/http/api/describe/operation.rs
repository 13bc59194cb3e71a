//! One method of one address, as a row of the description.
//!
//! A row is built in one expression: what it is, what it takes, what it answers, who may. What
//! every address has in common (refusals, the shape of errors, paging) is added here, so that a
//! row says only what is its own.

use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::parameters;
use crate::domain::Role;

/// The parts of the API, in the order in which they are shown.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("calls", "Calls, and what platforms said about them"),
    ("lists", "Counts and files of what a list shows, and searches that were saved"),
    ("figures", "Counts and statistics, kept as calls change: never a scan"),
    ("routing", "Who reaches whom through which privacy number"),
    ("apps", "Connections to platforms"),
    ("people", "Users, logins, API tokens, and who did what"),
    ("system", "The installation itself"),
];

type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What an operation answers.
#[derive(Debug, Clone, Copy)]
enum Answer {
    /// One object.
    Object(StatusCode, SchemaOf),
    /// One page of objects.
    List(SchemaOf),
    /// Bytes of any of these types.
    Bytes(&'static [&'static str]),
    /// Nothing.
    Nothing,
}

/// One method of one address.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// `GET`.
    pub(super) method: &'static str,
    /// `/calls/{id}`, behind `/api/v1`.
    pub(super) path: &'static str,
    /// Its name for programs that are made from the description.
    pub(super) id: &'static str,
    /// What it does, in one line.
    pub(super) summary: &'static str,
    /// The least role.
    pub(super) role: Role,
    tag: &'static str,
    query: Vec<&'static str>,
    body: Option<(SchemaOf, bool)>,
    file: Option<&'static str>,
    answer: Answer,
    conflicts: bool,
}

impl Operation {
    /// Reads something; viewers may.
    pub(super) fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("GET", path, id, summary, Role::Viewer)
    }

    /// Changes something; administrators may.
    pub(super) fn change(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self { conflicts: true, ..Self::new(method, path, id, summary, Role::Admin) }
    }

    fn new(method: &'static str, path: &'static str, id: &'static str, summary: &'static str, role: Role) -> Self {
        let (query, body, answer) = (Vec::new(), None, Answer::Nothing);
        Self { method, path, id, summary, role, tag: "calls", query, body, file: None, answer, conflicts: false }
    }

    /// The part of the API it belongs to.
    pub(super) fn of(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    /// The least role it takes.
    pub(super) fn by(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// It takes an administrator although it only reads.
    pub(super) fn for_admins(self) -> Self {
        self.by(Role::Admin)
    }

    /// The parameters it takes, as its query is checked against them; said again, these as well.
    pub(super) fn takes(mut self, query: &[&'static str]) -> Self {
        self.query.extend_from_slice(query);
        self
    }

    /// The JSON object it needs.
    pub(super) fn reads<T: JsonSchema>(self) -> Self {
        Self { body: Some((SchemaGenerator::subschema_for::<T>, true)), ..self }
    }

    /// The JSON object it may be given.
    pub(super) fn may_read<T: JsonSchema>(self) -> Self {
        Self { body: Some((SchemaGenerator::subschema_for::<T>, false)), ..self }
    }

    /// The file of this type that it needs.
    pub(super) fn reads_file(self, kind: &'static str) -> Self {
        Self { file: Some(kind), ..self }
    }

    /// It answers one object.
    pub(super) fn answers<T: JsonSchema>(self) -> Self {
        Self { answer: Answer::Object(StatusCode::OK, SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers the object that it made.
    pub(super) fn makes<T: JsonSchema>(self) -> Self {
        Self { answer: Answer::Object(StatusCode::CREATED, SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It goes on with the work and answers how things are.
    pub(super) fn begins<T: JsonSchema>(self) -> Self {
        Self { answer: Answer::Object(StatusCode::ACCEPTED, SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers a page of objects.
    pub(super) fn lists<T: JsonSchema>(self) -> Self {
        Self { answer: Answer::List(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers bytes of any of these types.
    pub(super) fn streams(self, kinds: &'static [&'static str]) -> Self {
        Self { answer: Answer::Bytes(kinds), ..self }
    }

    /// This operation in the words of OpenAPI.
    pub(super) fn describe(&self, generator: &mut SchemaGenerator) -> Value {
        let mut described = json!({
            "operationId": self.id,
            "summary": self.summary,
            "description": format!("Takes the role {} or more.", self.role.name()),
            "tags": [self.tag],
            "parameters": self.parameters(),
            "responses": self.responses(generator),
        });
        if let Some((schema, required)) = self.body {
            described["requestBody"] =
                json!({ "required": required, "content": { "application/json": { "schema": schema(generator) } } });
        }
        if let Some(kind) = self.file {
            described["requestBody"] =
                json!({ "required": true, "content": { kind: { "schema": { "type": "string" } } } });
        }
        described
    }

    fn parameters(&self) -> Vec<Value> {
        let in_path = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let mut described: Vec<Value> = in_path.map(parameters::in_path).collect();
        described.extend(self.query.iter().flat_map(|name| parameters::in_query(self.path, name)));
        if self.id == "followEvents" {
            described.push(parameters::last_event_id());
        }
        described
    }

    fn responses(&self, generator: &mut SchemaGenerator) -> Map<String, Value> {
        let mut responses = Map::new();
        let (status, text, content) = match self.answer {
            Answer::Object(status, schema) => {
                (status, "Done", json!({ "application/json": { "schema": schema(generator) } }))
            }
            Answer::List(schema) => {
                (StatusCode::OK, "One page", json!({ "application/json": { "schema": list(&schema(generator)) } }))
            }
            Answer::Bytes(kinds) => {
                let bytes = |kind: &&str| ((*kind).to_owned(), json!({ "schema": { "type": "string" } }));
                (StatusCode::OK, "The bytes", Value::Object(kinds.iter().map(bytes).collect()))
            }
            Answer::Nothing => (StatusCode::NO_CONTENT, "Done", json!({})),
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
        let conflict = self.conflicts.then_some((StatusCode::CONFLICT, "Something of this name is there already"));
        for (status, text) in refused.into_iter().chain(conflict) {
            let schema = json!({ "$ref": "#/components/schemas/Error" });
            let refusal = json!({ "description": text, "content": { "application/json": { "schema": schema } } });
            responses.insert(status.as_str().to_owned(), refusal);
        }
        responses
    }
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
