//! Every address of the API, a row each: who may ask it, what it takes, answers and leaves in the
//! audit trail, and which handler answers.
//!
//! ```text
//!          ┌─► find      which handler, or 404, or 405 with `Allow`
//!          ├─► answer    limits of the body, rights, then the handler
//! rows ────┼─► acts      what the audit trail calls a change
//!          ├─► describe  openapi.json and the list of the Help page
//!          └─► tests     whatever holds for every address
//! ```
//!
//! A handler asks nobody for his role: the row says it, and nothing is done before it is checked.
//! Which apps somebody sees is the handler's business.

/// A handler as a row holds it, with the parts of the path that it takes: `{name}` by its name, any
/// other by its place; with `..` it takes the body in pieces.
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

use bytes::{Buf, Bytes};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::ask::Ask;
use super::{HttpError, Response};
use crate::audit::AuditAction;
use crate::domain::{Rights, Text};
use crate::http::transport::body::{self, BodyLimits, FORM};
use crate::http::transport::budget::Claim;
use crate::service::{BodyError, Context, filters};

/// What a list can be exported as.
const FILES: &[&str] =
    &["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson"];

type Rows = fn() -> Vec<Endpoint>;

/// The parts of the API with what they are about, in the order in which they are shown.
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

/// The methods of each path, as the `Allow` header lists them.
static ALLOWED: LazyLock<BTreeMap<&str, String>> = LazyLock::new(|| {
    let mut methods: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for endpoint in ENDPOINTS.iter() {
        methods.entry(endpoint.path).or_default().push(endpoint.method);
    }
    methods.into_iter().map(|(path, methods)| (path, methods.join(", "))).collect()
});

pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A body that its handler reads.
pub(super) type BodyPieces = BoxStream<'static, Result<Bytes, warp::Error>>;

type Answering<'a> = BoxFuture<'a, Result<Response, HttpError>>;

#[derive(Debug)]
pub(in crate::http) struct Endpoint {
    pub(in crate::http) method: &'static str,
    /// `/calls/{id}`, behind `/api/v1`.
    pub(in crate::http) path: &'static str,
    /// Its name for programs that are made from the description.
    pub(super) id: &'static str,
    /// The part of the API that it belongs to.
    pub(super) part: &'static str,
    pub(super) title: Text,
    pub(super) rights: Rights,
    /// What the audit trail calls it; `None` where it leaves no entry.
    pub(in crate::http) audit: Option<AuditAction>,
    pub(super) query: Vec<&'static str>,
    pub(super) body: Option<BodyShape>,
    limits: BodyLimits,
    /// Where its handler reads the body: so many bytes of it are held at once.
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
    /// The `{names}` of the path that it takes, in their order.
    names: &'static [&'static str],
    run: for<'a> fn(&'a Arc<Context>, &'a Ask, BodyPieces) -> Answering<'a>,
}

/// The endpoint that a request is for: at the address with the fewest names that takes its method.
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

    /// Answers a request whose sender is known. What changes something takes an author of the
    /// request's: the service puts it on record before it changes anything.
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

/// A row that changes nothing and leaves no entry in the audit trail; `at` is its method and path.
fn look(at: &'static str, id: &'static str, rights: Rights, handler: Handler) -> Endpoint {
    let (method, path) = at.split_once(' ').expect("a row begins with its method and path");
    let (part, title, audit, query, body) = ("", Text::new("", ""), None, Vec::new(), None);
    let (limits, streamed, answer) = (FORM, None, AnswerShape::Nothing);
    Endpoint { method, path, id, part, title, rights, audit, query, body, limits, streamed, answer, handler }
}

/// A row that does this: its rights are the action's.
fn act(at: &'static str, id: &'static str, action: AuditAction, handler: Handler) -> Endpoint {
    Endpoint { audit: Some(action), ..look(at, id, action.rights(), handler) }
}

/// What a row is made of besides.
impl Endpoint {
    fn says(self, zh: &'static str, en: &'static str) -> Self {
        Self { title: Text::new(zh, en), ..self }
    }

    /// More rights than its action takes everywhere.
    fn needs(self, rights: Rights) -> Self {
        Self { rights, ..self }
    }

    /// The parameters it takes; said again, these as well.
    fn takes(mut self, query: &[&'static str]) -> Self {
        self.query.extend_from_slice(query);
        self
    }

    /// The JSON object it needs.
    fn reads<T: JsonSchema>(self) -> Self {
        self.reads_as("application/json", SchemaGenerator::subschema_for::<T>, true)
    }

    fn may_read<T: JsonSchema>(self) -> Self {
        self.reads_as("application/json", SchemaGenerator::subschema_for::<T>, false)
    }

    /// The file of this type that it needs.
    fn reads_file(self, kind: &'static str) -> Self {
        self.reads_as(kind, |_| json_schema!({ "type": "string" }), true)
    }

    fn reads_as(self, kind: &'static str, schema: SchemaOf, required: bool) -> Self {
        Self { body: Some(BodyShape { kind, schema, required }), ..self }
    }

    /// How long its body may be, where that is more than a form's.
    fn up_to(self, limits: BodyLimits) -> Self {
        Self { limits, ..self }
    }

    /// Its handler reads the body, of which so many bytes are held at once.
    fn streamed(self, held: usize) -> Self {
        Self { streamed: Some(held), ..self }
    }

    fn answers<T: JsonSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::OK)
    }

    fn makes<T: JsonSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::CREATED)
    }

    /// It goes on with the work and answers how things are.
    fn begins<T: JsonSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::ACCEPTED)
    }

    fn answers_with<T: JsonSchema>(self, status: StatusCode) -> Self {
        Self { answer: AnswerShape::Object(status, SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn lists<T: JsonSchema>(self) -> Self {
        Self { answer: AnswerShape::List(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers a page of what these filters find.
    fn pages<T: JsonSchema>(self, filters: &[&'static str]) -> Self {
        self.takes(filters).takes(filters::PAGING).lists::<T>()
    }

    /// It answers bytes of any of these types.
    fn streams(self, kinds: &'static [&'static str]) -> Self {
        Self { answer: AnswerShape::Bytes(kinds), ..self }
    }
}
