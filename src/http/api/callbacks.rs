//! `GET /callbacks`, `/callbacks/{seq}`, `/callbacks/{seq}/raw`.

use std::sync::Arc;

use http::{HeaderValue, header};
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::Ask;
use super::decisions::DecisionObject;
use super::{HttpError, Response, blocking, ok};
use crate::domain::{Masking, Seq, Text};
use crate::journal::Body;
use crate::service::{Context, Instant, filters, lists::parties};
use crate::store::{CallbackQuery, CallbackRow};

/// A callback.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CallbackObject {
    seq: Seq,
    received_at: Instant,
    app: String,
    provider: Option<&'static str>,
    label: String,
    question: bool,
    outcome: &'static str,
    verified: Option<bool>,
    suspicions: Vec<String>,
    session_ids: Vec<String>,
    calls: Vec<String>,
    status: u16,
    peer: String,
    tail: String,
    size_bytes: u64,
    /// Whether it was marked as a test.
    test: bool,
    /// Where it asked and was decided: the question, the rule and the answer. What then became of
    /// the call stands in the list of decisions.
    decision: Option<DecisionObject>,
}

impl CallbackObject {
    pub(super) fn new(context: &Context, masking: Masking, row: &CallbackRow) -> Self {
        let decision = row.decision.as_deref();
        let parties = if masking == Masking::Masked { parties(context, row) } else { Vec::new() };
        let text = |text: &str| masking.text_of(text, &parties);
        Self {
            decision: decision.map(|decided| DecisionObject::new(context, masking, row, decided, None)),
            seq: row.seq,
            received_at: Instant(row.received_at),
            app: filters::app_name(context, row.app),
            provider: row.provider.map(|provider| provider.0),
            label: text(&row.label),
            question: row.question,
            outcome: row.outcome.name(),
            verified: row.verified,
            suspicions: row.suspicions.iter().map(|s| format!("{}:{}", s.name(), text(s.about()))).collect(),
            session_ids: row.sessions.iter().map(|session| text(session)).collect(),
            calls: row.calls.iter().map(ToString::to_string).collect(),
            status: row.status,
            peer: row.peer.to_string(),
            tail: text(&row.tail),
            size_bytes: row.size_bytes,
            test: row.test,
        }
    }
}

/// `GET /callbacks`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    super::lists::list::<CallbackQuery, _>(context, ask, CallbackObject::new).await
}

/// `GET /callbacks/{seq}`
pub(super) async fn one(context: &Arc<Context>, ask: &Ask, seq: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let seq = number(seq)?;
    let store = context.store.clone();
    let row = blocking(move || store.callback(seq)).await?;
    let row = row.filter(|row| ask.principal.scope.allows(row.app)).ok_or(HttpError::NotFound)?;
    ok(&CallbackObject::new(context, ask.masking(), &row))
}

pub(super) const TAKES_OPERATOR: Text =
    Text::new("原文里有完整号码，需要操作员权限", "raw bodies hold whole numbers; this takes an operator");

/// `GET /callbacks/{seq}/raw`: the body, byte for byte. It comes from a stranger, so it is
/// text for every browser, whatever it claims to be; the claim stands in a header of its own.
pub(super) async fn raw(context: &Arc<Context>, ask: &Ask, seq: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    if ask.masking() == Masking::Masked {
        return Err(HttpError::Forbidden(TAKES_OPERATOR));
    }
    let seq = number(seq)?;
    let journal = context.journal.clone();
    let record = blocking(move || journal.get(seq)).await?.ok_or(HttpError::NotFound)?;
    let Body::Callback(callback) = record.body else {
        return Err(HttpError::NotFound);
    };
    if !ask.principal.scope.allows(callback.app) {
        return Err(HttpError::NotFound);
    }
    let claimed = callback.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value);
    let mut response = Response::new(callback.body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Some(claimed) = claimed.and_then(|value| HeaderValue::from_str(value).ok()) {
        headers.insert("x-ringback-content-type", claimed);
    }
    Ok(response)
}

fn number(seq: &str) -> Result<Seq, HttpError> {
    seq.parse().map_err(|_| HttpError::NotFound)
}
