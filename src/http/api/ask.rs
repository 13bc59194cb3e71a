//! A request of the API, as its handler sees it.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::HttpError;
use super::endpoints::Endpoint;
use crate::domain::{Masking, Role, plain_text};
use crate::http::admission::Admission;
use crate::service::{Actor, Context};
use crate::state::Principal;

/// A body that its handler reads.
pub(super) type BodyPieces = BoxStream<'static, Result<Bytes, warp::Error>>;

#[derive(Debug)]
pub(super) struct Ask {
    pub(super) principal: Principal,
    /// `None` on this machine.
    pub(super) peer: Option<IpAddr>,
    /// Whether it came over `control.sock`, without credentials.
    pub(super) known: bool,
    /// The public id of the dashboard's login, if a browser asks.
    pub(super) login: Option<String>,
    /// Whether that browser's page is revealed now.
    pub(super) revealed: bool,
    pub(super) endpoint: &'static Endpoint,
    /// The path behind `/api/v1/`, decoded.
    pub(super) path: Vec<String>,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// The names of the body's fields, for the audit trail.
    pub(super) fields: Vec<String>,
}

impl Ask {
    /// By role, or masked on request. A browser gets numbers masked until its page is revealed: what a
    /// page loads must not show more than the page.
    pub(super) fn masking(&self) -> Masking {
        if self.headers.contains_key(super::MASKED) || (self.login.is_some() && !self.revealed) {
            return Masking::Masked;
        }
        if self.principal.role >= Role::Operator { Masking::Whole } else { Masking::Masked }
    }

    /// The login, if its user may reveal numbers.
    pub(super) fn may_be_shown_numbers(&self) -> Option<&str> {
        let may = self.principal.role >= Role::Operator && !self.headers.contains_key(super::MASKED);
        self.login.as_deref().filter(|_| may)
    }

    pub(super) fn admission(&self, context: &Arc<Context>) -> Admission {
        let shown = (!self.known).then(|| self.headers.clone());
        Admission::new(context, self.principal.clone(), self.login.clone(), shown)
    }

    pub(super) fn actor(&self) -> Actor<'_> {
        Actor { by: &self.principal, peer: self.peer, fields: &self.fields }
    }

    /// The part of the path at the row's `{name}`.
    pub(super) fn param(&self, name: &str) -> &str {
        let is_name = |part: &str| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) == Some(name);
        self.endpoint.path.split('/').skip(1).position(is_name).map_or("", |at| &self.path[at])
    }

    pub(super) fn take(&mut self, body: Vec<u8>) {
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(plain_text::without_mark(&body)).unwrap_or_default();
        self.fields = object.into_iter().map(|(name, _)| name).collect();
        self.body = body;
    }

    /// Reads the body as a JSON object.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        let problem = |text: &dyn std::fmt::Display| HttpError::BadRequest(format!("the body: {text}").into());
        // serde would accept a list for an object, with its values in the order of the fields.
        let body = plain_text::without_mark(&self.body);
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err(problem(&"expected an object, not a list"));
        }
        serde_json::from_slice(body).map_err(|error| problem(&error))
    }

    /// Refuses query parameters where there are none.
    pub(super) fn no_query(&self) -> Result<(), HttpError> {
        Ok(crate::service::query::Query::parse(&self.query, &[]).map(drop)?)
    }
}

pub(super) fn path(tail: &str) -> Result<Vec<String>, HttpError> {
    let parts = tail.split('/').map(|part| percent_decode_str(part).decode_utf8().map(String::from));
    let mut parts: Vec<String> = parts.collect::<Result<_, _>>().map_err(|_| HttpError::NotFound)?;
    if parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    Ok(parts)
}
