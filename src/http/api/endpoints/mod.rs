//! The table of the API's endpoints: rights, parameters, body, answer, audit action and handler of each.
//!
//! ```text
//!          ┌─► find      which handler, or 404, or 405 with `Allow`
//!          ├─► answer    limits of the body, rights, then the handler
//! rows ────┼─► acts      what the audit trail calls a change
//!          ├─► describe  openapi.json and the list of the Help page
//!          └─► tests     whatever holds for every address
//! ```
//!
//! Rights are checked by the row before its handler runs; the handler checks which apps are in sight.

/// A row's handler, called with parts of the path: `{name}` by name, others by place; with `..` it reads
/// the body in pieces.
macro_rules! run {
    ($handler:path $(, $name:ident)*) => {
        super::Handler {
            names: &[$(stringify!($name)),*],
            run: |context, ask, _| Box::pin($handler(context, ask $(, ask.param(stringify!($name)))*)),
        }
    };
    ($handler:path, $place:literal) => {
        super::Handler { names: &[], run: |context, ask, _| Box::pin($handler(context, ask, &ask.path[$place])) }
    };
    ($handler:path, ..) => {
        super::Handler { names: &[], run: |context, ask, pieces| Box::pin($handler(context, ask, pieces)) }
    };
}

mod apps;
mod calls;
mod people;
mod routing;
mod system;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use bytes::Buf;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::ask::{Ask, BodyPieces};
use super::{HttpError, Response};
use crate::audit::AuditAction;
use crate::domain::{Rights, Text};
use crate::http::transport::body::{self, BodyLimits, FORM};
use crate::http::transport::budget::Claim;
use crate::service::{BodyError, Context, filters};

const FILES: &[&str] =
    &["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson"];

type Rows = fn() -> Vec<Endpoint>;

pub(super) const PARTS: [(&str, &str, Rows); 7] = [
    ("calls", "Calls, and what platforms said about them", calls::calls),
    ("lists", "Counts and files of what a list shows, and searches that were saved", calls::lists),
    ("figures", "Counts and statistics, kept as calls change: never a scan", calls::figures),
    ("routing", "Who reaches whom through which privacy number", routing::routing),
    ("apps", "Connections to platforms", apps::apps),
    ("people", "Users, logins, API tokens, and who did what", people::people),
    ("system", "The installation itself", system::system),
];

pub(in crate::http) static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let of = |(part, _, rows): (&'static str, _, Rows)| rows().into_iter().map(move |row| Endpoint { part, ..row });
    PARTS.into_iter().flat_map(of).collect()
});

/// For the `Allow` header of each path.
static ALLOWED: LazyLock<BTreeMap<&str, String>> = LazyLock::new(|| {
    let mut methods: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for endpoint in ENDPOINTS.iter() {
        methods.entry(endpoint.path).or_default().push(endpoint.method);
    }
    methods.into_iter().map(|(path, methods)| (path, methods.join(", "))).collect()
});

pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

type Answering<'a> = BoxFuture<'a, Result<Response, HttpError>>;

#[derive(Debug)]
pub(in crate::http) struct Endpoint {
    pub(in crate::http) method: &'static str,
    /// `/calls/{id}`, behind `/api/v1`.
    pub(in crate::http) path: &'static str,
    /// `operationId`, for generated clients.
    pub(super) id: &'static str,
    /// The tag.
    pub(super) part: &'static str,
    pub(super) title: Text,
    pub(super) rights: Rights,
    /// `None`: leaves no audit entry.
    pub(in crate::http) audit: Option<AuditAction>,
    pub(super) query: Vec<&'static str>,
    pub(super) body: Option<BodyShape>,
    limits: BodyLimits,
    /// Set where the handler reads the body: how many bytes of it are held at once.
    streamed: Option<usize>,
    pub(super) answer: AnswerShape,
    handler: Handler,
}

#[derive(Debug)]
pub(super) struct BodyShape {
    /// `text/csv`.
    pub(super) kind: &'static str,
    pub(super) schema: SchemaOf,
    pub(super) required: bool,
}

#[derive(Debug)]
pub(super) enum AnswerShape {
    Object(StatusCode, SchemaOf),
    /// One page of objects.
    List(SchemaOf),
    Bytes(&'static [&'static str]),
    Nothing,
}

#[derive(Debug)]
struct Handler {
    names: &'static [&'static str],
    run: for<'a> fn(&'a Arc<Context>, &'a Ask, BodyPieces) -> Answering<'a>,
}

/// The endpoint of a method and path. Of several, the one with the fewest `{names}`.
pub(super) fn find(method: &Method, path: &[String]) -> Result<&'static Endpoint, HttpError> {
    let here = || ENDPOINTS.iter().filter(|endpoint| endpoint.is_at(path));
    let closest = |endpoint: &&Endpoint| endpoint.handler.names.len();
    let found = here().filter(|endpoint| endpoint.method == method.as_str()).min_by_key(closest);
    found.ok_or_else(|| match here().min_by_key(closest) {
        Some(other) => HttpError::MethodNotAllowed { allow: &ALLOWED[other.path] },
        None => HttpError::NotFound,
    })
}

impl Endpoint {
    pub(super) fn names(&self) -> &'static [&'static str] {
        self.handler.names
    }

    fn is_at(&self, path: &[String]) -> bool {
        let mut own = self.path.split('/').skip(1);
        path.iter().all(|part| own.next().is_some_and(|own| own.starts_with('{') || own == part))
            && own.next().is_none()
    }

    /// Checks the rights and calls the handler.
    pub(super) async fn answer<B: Buf>(
        &self,
        context: &Arc<Context>,
        mut ask: Ask,
        claim: &Claim,
        stream: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
    ) -> Result<Response, HttpError> {
        let pieces = if let Some(held) = self.streamed {
            claim.take(held).map_err(BodyError::from)?;
            stream.map_ok(|mut piece| piece.copy_to_bytes(piece.remaining())).boxed()
        } else {
            let body = body::read(claim, &ask.headers, stream, self.limits).await?;
            if self.audit.is_some() {
                ask.take(body);
            } else {
                ask.body = body;
            }
            stream::empty().boxed()
        };
        if let Some(why) = self.rights.refusal(ask.principal.role, &ask.principal.scope) {
            return Err(HttpError::Forbidden(why));
        }
        (self.handler.run)(context, &ask, pieces).await
    }
}

/// An endpoint without an audit entry; `at` is its method and path.
fn look(at: &'static str, id: &'static str, rights: Rights, handler: Handler) -> Endpoint {
    let (method, path) = at.split_once(' ').expect("a row begins with its method and path");
    let (part, title, audit, query, body) = ("", Text::new("", ""), None, Vec::new(), None);
    let (limits, streamed, answer) = (FORM, None, AnswerShape::Nothing);
    Endpoint { method, path, id, part, title, rights, audit, query, body, limits, streamed, answer, handler }
}

/// An endpoint of an audited action, with the action's rights.
fn act(at: &'static str, id: &'static str, action: AuditAction, handler: Handler) -> Endpoint {
    Endpoint { audit: Some(action), ..look(at, id, action.rights(), handler) }
}

impl Endpoint {
    fn says(self, zh: &'static str, en: &'static str) -> Self {
        Self { title: Text::new(zh, en), ..self }
    }

    /// Takes more rights than its action does elsewhere.
    fn needs(self, rights: Rights) -> Self {
        Self { rights, ..self }
    }

    /// Adds query parameters.
    fn takes(mut self, query: &[&'static str]) -> Self {
        self.query.extend_from_slice(query);
        self
    }

    fn reads<T: JsonSchema>(self) -> Self {
        self.reads_as("application/json", SchemaGenerator::subschema_for::<T>, true)
    }

    fn may_read<T: JsonSchema>(self) -> Self {
        self.reads_as("application/json", SchemaGenerator::subschema_for::<T>, false)
    }

    fn reads_file(self, kind: &'static str) -> Self {
        self.reads_as(kind, |_| json_schema!({ "type": "string" }), true)
    }

    fn reads_as(self, kind: &'static str, schema: SchemaOf, required: bool) -> Self {
        Self { body: Some(BodyShape { kind, schema, required }), ..self }
    }

    fn up_to(self, limits: BodyLimits) -> Self {
        Self { limits, ..self }
    }

    /// The handler reads the body and holds so many bytes of it.
    fn streamed(self, held: usize) -> Self {
        Self { streamed: Some(held), ..self }
    }

    fn answers<T: JsonSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::OK)
    }

    fn makes<T: JsonSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::CREATED)
    }

    /// 202: the work goes on after the answer.
    fn begins<T: JsonSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::ACCEPTED)
    }

    fn answers_with<T: JsonSchema>(self, status: StatusCode) -> Self {
        Self { answer: AnswerShape::Object(status, SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn lists<T: JsonSchema>(self) -> Self {
        Self { answer: AnswerShape::List(SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn pages<T: JsonSchema>(self, filters: &[&'static str]) -> Self {
        self.takes(filters).takes(filters::PAGING).lists::<T>()
    }

    fn streams(self, kinds: &'static [&'static str]) -> Self {
        Self { answer: AnswerShape::Bytes(kinds), ..self }
    }
}
