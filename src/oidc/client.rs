//! Requests to the provider and its JSON answers: TLS only, bounded in time and size by [`outgoing`].
//! Redirects are refused: the discovery document gives the endpoints.

use std::path::PathBuf;

use bytes::Bytes;
use http::{Request, header};
use serde_json::{Map, Value};

use super::OidcError;
use crate::domain::{Secret, plain_text};
use crate::limits::{OIDC_ANSWER_MAX, OIDC_TIME};
use crate::outgoing::{self, Limits, Options, OutgoingError};

#[derive(Debug)]
pub(super) struct Client(outgoing::Client);

impl Client {
    pub(super) fn new(extra_roots: Option<PathBuf>) -> Result<Self, OidcError> {
        let client = outgoing::Client::new(&Options { extra_roots, keep_alive: false });
        client.map(Self).map_err(|error| OidcError::Prepare(Box::new(error)))
    }

    pub(super) async fn get(&self, address: &str) -> Result<Map<String, Value>, OidcError> {
        let request = Request::get(address).header(header::ACCEPT, "application/json").body(Bytes::new());
        self.ask("discovery", request).await
    }

    pub(super) async fn post(
        &self,
        address: &str,
        form: &[(&str, &str)],
        authorization: Option<&Secret>,
    ) -> Result<Map<String, Value>, OidcError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::post(address)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization.reveal());
        }
        self.ask("the code", request.body(body.into())).await
    }

    async fn ask(
        &self,
        what: &'static str,
        request: http::Result<Request<Bytes>>,
    ) -> Result<Map<String, Value>, OidcError> {
        let request = request.map_err(|_| OidcError::Ask(OutgoingError::Address("it is not written as one")))?;
        // No exception for an issuer on this machine: the standard requires TLS everywhere.
        if request.uri().scheme_str() != Some("https") {
            return Err(OidcError::Ask(OutgoingError::Address("it does not begin with https://")));
        }
        let limits = Limits { time: OIDC_TIME, answer_max: OIDC_ANSWER_MAX };
        let response = self.0.send(request, limits).await.map_err(OidcError::Ask)?;
        if !response.status().is_success() {
            return Err(OidcError::Refused { what, status: response.status().as_u16() });
        }
        serde_json::from_slice(plain_text::without_mark(response.body())).map_err(|_| OidcError::Malformed("JSON"))
    }
}
