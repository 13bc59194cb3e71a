//! `GET /callbacks`, `/callbacks/{seq}`, `/callbacks/{seq}/raw`.

use std::sync::Arc;

use http::{HeaderValue, header};
use serde::Serialize;

use super::ask::Ask;
use super::query::Query;
use super::sight::Sight;
use super::{Context, HttpError, Instant, List, Response, blocking, filters, ok};
use crate::domain::{Outcome, Scope, Seq};
use crate::journal::Body;
use crate::store::{CallbackQuery, CallbackRow, Page};

const KNOWN: &[&str] = &["app!", "provider!", "outcome!", "session!", "from", "to", "cursor", "limit"];

/// A callback.
#[derive(Debug, Serialize)]
pub(super) struct CallbackObject {
    seq: Seq,
    received_at: Instant,
    app: String,
    provider: Option<&'static str>,
    outcome: &'static str,
    verified: Option<bool>,
    session_ids: Vec<String>,
    calls: Vec<String>,
    status: u16,
    peer: String,
    tail: String,
    size_bytes: u64,
}

impl CallbackObject {
    /// A callback as someone with this sight sees it.
    pub(super) fn new(context: &Context, sight: Sight, row: &CallbackRow) -> Self {
        Self {
            seq: row.seq,
            received_at: Instant(row.received_at),
            app: filters::app_name(context, row.app),
            provider: row.provider.map(|provider| provider.0),
            outcome: row.outcome.name(),
            verified: row.verified,
            session_ids: row.sessions.iter().map(|session| sight.text(session)).collect(),
            calls: row.calls.iter().map(ToString::to_string).collect(),
            status: row.status,
            peer: row.peer.to_string(),
            tail: sight.text(&row.tail),
            size_bytes: row.size_bytes,
        }
    }
}

/// `GET /callbacks`
pub(super) async fn list(context: &Arc<Context>, ask: &Ask) -> Result<Response, HttpError> {
    let (callbacks, page) = asked(context, &ask.principal.scope, &ask.query)?;
    let store = context.store.clone();
    let listing = blocking(move || store.callbacks(&callbacks, &page)).await?;
    let items = listing.items.iter().map(|row| CallbackObject::new(context, ask.sight(), row)).collect();
    ok(&List { items, next: listing.next })
}

/// Which callbacks, and which page of them, an address asks for. The pages take the same.
pub(in crate::http) fn asked(context: &Context, scope: &Scope, raw: &str) -> Result<(CallbackQuery, Page), HttpError> {
    let query = Query::parse(raw, KNOWN)?;
    let outcomes = Outcome::ALL.map(Outcome::name);
    let callbacks = CallbackQuery {
        span: filters::span(&query)?,
        app: filters::apps(context, scope, &query)?,
        provider: filters::providers(&query)?,
        outcome: filters::named(&query, "outcome", Outcome::parse, &outcomes)?,
        session: filters::sessions(&query)?,
    };
    Ok((callbacks, filters::page(&query)?))
}

/// `GET /callbacks/{seq}`
pub(super) async fn one(context: &Arc<Context>, ask: &Ask, seq: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    let seq = number(seq)?;
    let store = context.store.clone();
    let row = blocking(move || store.callback(seq)).await?;
    let row = row.filter(|row| ask.principal.scope.allows(row.app)).ok_or(HttpError::NotFound)?;
    ok(&CallbackObject::new(context, ask.sight(), &row))
}

/// `GET /callbacks/{seq}/raw`: the body, byte for byte. It comes from a stranger, so it is
/// text for every browser, whatever it claims to be; the claim stands in a header of its own.
pub(super) async fn raw(context: &Arc<Context>, ask: &Ask, seq: &str) -> Result<Response, HttpError> {
    ask.no_query()?;
    if ask.sight() == Sight::Masked {
        return Err(HttpError::Forbidden("raw bodies hold whole numbers; this takes an operator"));
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
