//! One request of the API, as its handler sees it.

use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::HttpError;
use super::endpoints::Endpoint;
use crate::domain::{Masking, Role, plain_text};
use crate::http::admission::Admission;
use crate::service::{Actor, Context};
use crate::state::Principal;

#[derive(Debug)]
pub(super) struct Ask {
    pub(super) principal: Principal,
    /// From where, if over a network.
    pub(super) peer: Option<IpAddr>,
    /// Whether it is somebody known without showing anything: the command line.
    pub(super) known: bool,
    /// The public id of the dashboard's login, where a browser asks and not a program.
    pub(super) login: Option<String>,
    /// Whether the page in front of that browser is shown whole now.
    pub(super) revealed: bool,
    pub(super) endpoint: &'static Endpoint,
    /// The path behind `/api/v1/`, decoded.
    pub(super) path: Vec<String>,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// The names in the body, where it is an object that changes something.
    pub(super) fields: Vec<String>,
}

impl Ask {
    /// How whoever asks sees numbers: as the role allows, or masked on request. A browser that
    /// is logged in sees them masked whatever its role, until its page was revealed: nothing
    /// that a page loads by itself may show what the page may not.
    pub(super) fn masking(&self) -> Masking {
        if self.headers.contains_key(super::MASKED) || (self.login.is_some() && !self.revealed) {
            return Masking::Masked;
        }
        if self.principal.role >= Role::Operator { Masking::Whole } else { Masking::Masked }
    }

    /// The login of a browser whose reader may have the numbers of a page shown.
    pub(super) fn may_be_shown_numbers(&self) -> Option<&str> {
        let may = self.principal.role >= Role::Operator && !self.headers.contains_key(super::MASKED);
        self.login.as_deref().filter(|_| may)
    }

    /// With what whoever asks was let in.
    pub(super) fn admission(&self, context: &Arc<Context>) -> Admission {
        let shown = (!self.known).then(|| self.headers.clone());
        Admission::new(context, self.principal.clone(), self.login.clone(), shown)
    }

    /// Who asks and from where, for what goes on record.
    pub(super) fn actor(&self) -> Actor<'_> {
        Actor { by: &self.principal, peer: self.peer, fields: &self.fields }
    }

    /// The part of the path that stands where the row has `{name}`.
    pub(super) fn param(&self, name: &str) -> &str {
        let is_name = |part: &str| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) == Some(name);
        self.endpoint.path.split('/').skip(1).position(is_name).map_or("", |at| &self.path[at])
    }

    /// Keeps the body, and the names of its fields for the audit trail.
    pub(super) fn take(&mut self, body: Vec<u8>) {
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(plain_text::without_mark(&body)).unwrap_or_default();
        self.fields = object.into_iter().map(|(name, _)| name).collect();
        self.body = body;
    }

    /// The body as JSON of this shape; unknown fields are refused by the shape itself.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        let problem = |text: &dyn std::fmt::Display| HttpError::BadRequest(format!("the body: {text}").into());
        // serde would take a list for an object, its values in the order of the fields.
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
