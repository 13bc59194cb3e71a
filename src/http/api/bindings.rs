//! `/bindings`: who reaches whom through which privacy number.

use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::ask::{Ask, BodyPieces};
use super::{HttpError, Response, ok};
use crate::bindings::BindingQuery;
use crate::domain::{App, Binding, BindingTerms, Direction, Masking, Scope, Seq};
use crate::http::transport::body;
use crate::platforms::InvalidAnswer;
use crate::service::{
    Context, Instant, bindings,
    bindings::{Draft, Field, Report},
    filters,
    query::Query,
};

pub(super) const IMPORT: &[&str] = &["app"];

/// A binding.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct BindingObject {
    id: Seq,
    app: String,
    /// The platform's mode: `x` asks us, the others keep their own.
    kind: &'static str,
    /// `scheduled`, `active`, `expired` or `ended`, now.
    state: &'static str,
    /// One party.
    a: String,
    /// The privacy number.
    x: String,
    /// The other party; without one everybody who calls X reaches A.
    b: Option<String>,
    /// B's own privacy number.
    y: Option<String>,
    extension: Option<String>,
    /// `a_to_b` or `b_to_a`; null is both.
    direction: Option<&'static str>,
    valid_from: Option<Instant>,
    valid_to: Option<Instant>,
    /// The longest call; null is unlimited.
    max_minutes: Option<u16>,
    /// Whether calls are recorded.
    record: bool,
    hint_tone: Option<String>,
    wait_tone: Option<String>,
    last_minute_tone: Option<String>,
    user_data: Option<String>,
    platform_id: Option<String>,
    created_at: Instant,
    changed_at: Instant,
    ended_at: Option<Instant>,
}

/// A field that is not there stays; one that is null is removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingToChange {
    /// `x` (when not given), `ax`, `axb`, `axe` or `axyb`.
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    a: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default, deserialize_with = "there")]
    b: Option<Option<String>>,
    #[serde(default, deserialize_with = "there")]
    y: Option<Option<String>>,
    /// One to four digits that lead to A (axe).
    #[serde(default, deserialize_with = "there")]
    extension: Option<Option<String>>,
    /// `a_to_b` or `b_to_a`; null is both.
    #[serde(default, deserialize_with = "there")]
    direction: Option<Option<String>>,
    /// RFC 3339; null is at once.
    #[serde(default, deserialize_with = "there")]
    valid_from: Option<Option<String>>,
    /// RFC 3339; null is for ever.
    #[serde(default, deserialize_with = "there")]
    valid_to: Option<Option<String>>,
    #[serde(default, deserialize_with = "there")]
    max_minutes: Option<Option<u16>>,
    #[serde(default)]
    record: Option<bool>,
    #[serde(default, deserialize_with = "there")]
    hint_tone: Option<Option<String>>,
    #[serde(default, deserialize_with = "there")]
    wait_tone: Option<Option<String>>,
    #[serde(default, deserialize_with = "there")]
    last_minute_tone: Option<Option<String>>,
    #[serde(default, deserialize_with = "there")]
    user_data: Option<Option<String>>,
    #[serde(default, deserialize_with = "there")]
    platform_id: Option<Option<String>>,
}

fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(field).map(Some)
}

/// The same with the app that it is for, as the description shows it: `app`, `a` and `x` must
/// be there.
pub(super) struct BindingToAdd;

impl JsonSchema for BindingToAdd {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BindingToAdd".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = BindingToChange::json_schema(generator);
        schema.insert("description".to_owned(), json!("A binding to make."));
        schema.insert("required".to_owned(), json!(["app", "a", "x"]));
        if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            fields.insert("app".to_owned(), json!({ "type": "string", "description": "An app by name or id." }));
        }
        schema
    }
}

/// What became of the lines of an import.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ImportObject {
    /// Made.
    made: u64,
    /// There already, the same in every field.
    unchanged: u64,
    /// The first of those that were not made.
    refused: Vec<RefusedLine>,
    /// How many were not made.
    refused_total: u64,
}

/// A line that was not made.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RefusedLine {
    /// Its number; the heading is line 1.
    line: u64,
    /// Why.
    reason: String,
}

impl ImportObject {
    fn new(masking: Masking, report: Report) -> Self {
        let refused =
            |line: crate::bindings::Refused| RefusedLine { line: line.line, reason: masking.text(&line.to_string()) };
        Self {
            made: report.made,
            unchanged: report.unchanged,
            refused: report.refused.into_iter().map(refused).collect(),
            refused_total: report.refused_total,
        }
    }
}

impl BindingObject {
    pub(super) fn new(context: &Context, masking: Masking, binding: &Binding) -> Self {
        let terms = &binding.terms;
        let text = |text: &Option<String>| masking.maybe_text(text.as_deref());
        Self {
            id: binding.id.0,
            app: filters::app_name(context, binding.app),
            kind: terms.kind.name(),
            state: binding.state(context.clock.now()).name(),
            a: masking.number(&terms.a),
            x: masking.number(&terms.x),
            b: masking.maybe(terms.b.as_ref()),
            y: masking.maybe(terms.y.as_ref()),
            extension: text(&terms.extension),
            direction: terms.direction.map(Direction::name),
            valid_from: terms.valid_from.map(Instant),
            valid_to: terms.valid_to.map(Instant),
            max_minutes: terms.max_minutes,
            record: terms.record,
            hint_tone: text(&terms.hint_tone),
            wait_tone: text(&terms.wait_tone),
            last_minute_tone: text(&terms.last_minute_tone),
            user_data: text(&terms.user_data),
            platform_id: text(&terms.platform_id),
            created_at: Instant(binding.created_at),
            changed_at: Instant(binding.changed_at),
            ended_at: binding.ended_at.map(Instant),
        }
    }
}

impl BindingToChange {
    /// Writes these fields into `draft`.
    fn put(self, mut draft: Draft) -> Result<BindingTerms, InvalidAnswer> {
        let texts = [
            (Field::Kind, self.kind.map(Some)),
            (Field::A, self.a.map(Some)),
            (Field::X, self.x.map(Some)),
            (Field::B, self.b),
            (Field::Y, self.y),
            (Field::Extension, self.extension),
            (Field::Direction, self.direction),
            (Field::ValidFrom, self.valid_from),
            (Field::ValidTo, self.valid_to),
            (Field::MaxMinutes, self.max_minutes.map(|minutes| minutes.map(|minutes| minutes.to_string()))),
            (Field::Record, self.record.map(|record| Some(record.to_string()))),
            (Field::HintTone, self.hint_tone),
            (Field::WaitTone, self.wait_tone),
            (Field::LastMinuteTone, self.last_minute_tone),
            (Field::UserData, self.user_data),
            (Field::PlatformId, self.platform_id),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                draft.set(field, text.as_deref())?;
            }
        }
        draft.terms()
    }
}

/// `GET /bindings`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    super::lists::list::<BindingQuery, _>(context, ask, BindingObject::new).await
}

/// `GET /bindings/{id}`
pub(super) async fn one(context: &Context, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let binding = bindings::find(context, &ask.principal.scope, id)?;
    ok(&BindingObject::new(context, ask.masking(), &binding))
}

/// `POST /bindings`
pub(super) async fn add(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    ask.no_query()?;
    let mut body: Map<String, Value> = ask.json()?;
    let app = match body.remove("app") {
        Some(Value::String(name)) => app_of(context, &ask.principal.scope, &name)?,
        _ => return Err(HttpError::BadRequest("app is needed: the name of one".into())),
    };
    let wanted: BindingToChange = read(body)?;
    let terms = wanted.put(Draft::default()).map_err(|error| invalid(&error))?;
    let made = bindings::add(context, ask.actor(), &app, terms).await?;
    let mut response = super::json(StatusCode::CREATED, &BindingObject::new(context, ask.masking(), &made));
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/bindings/{}", made.id.0)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// `PATCH /bindings/{id}`
pub(super) async fn change(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    let present = bindings::find(context, &ask.principal.scope, id)?;
    ask.no_query()?;
    let wanted: BindingToChange = read(ask.json()?)?;
    let terms = wanted.put(Draft::from(&present.terms)).map_err(|error| invalid(&error))?;
    let changed = bindings::change(context, ask.actor(), &present, terms).await?;
    ok(&BindingObject::new(context, ask.masking(), &changed))
}

/// `DELETE /bindings/{id}`: it ends; it is never removed.
pub(super) async fn end(context: &Arc<Context>, ask: &Ask, id: &str) -> Result<Response, HttpError> {
    let present = bindings::find(context, &ask.principal.scope, id)?;
    ask.no_query()?;
    let ended = bindings::end(context, ask.actor(), &present).await?;
    ok(&BindingObject::new(context, ask.masking(), &ended))
}

/// `POST /bindings/import?app=`: a CSV of any length, never held.
pub(super) async fn import(context: &Arc<Context>, ask: &Ask, stream: BodyPieces) -> Result<Response, HttpError> {
    let query = Query::parse(&ask.query, IMPORT)?;
    let name = query.one("app").ok_or_else(|| HttpError::BadRequest("app is needed: ?app=NAME".into()))?;
    let app = app_of(context, &ask.principal.scope, name)?;
    let kind = ask.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text/csv");
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("text/csv")) {
        return Err(HttpError::UnsupportedMediaType);
    }
    let mut admission = ask.admission(context);
    let pour = |give| body::pour(&ask.headers, stream, body::IMPORT, give);
    let report = bindings::import(context, ask.actor(), &app, pour, || admission.check()).await?;
    ok(&ImportObject::new(ask.masking(), report))
}

fn read(fields: Map<String, Value>) -> Result<BindingToChange, HttpError> {
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| HttpError::BadRequest(format!("the body: {error}").into()))
}

fn invalid(error: &InvalidAnswer) -> HttpError {
    HttpError::BadRequest(error.to_string().into())
}

pub(super) fn app_of(context: &Context, scope: &Scope, name: &str) -> Result<Arc<App>, HttpError> {
    let one = form_urlencoded::Serializer::new(String::new()).append_pair("app", name).finish();
    let found = filters::apps(context, scope, &Query::parse(&one, &["app!"])?)?;
    let app = found.any.first().and_then(|id| context.state.app(*id));
    app.ok_or_else(|| crate::service::query::bad("app", name, "an app").into())
}
