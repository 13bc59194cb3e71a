//! The provider's discovery document, cached for an hour.
//!
//! It must name the configured issuer letter by letter, and TLS addresses: otherwise whoever answers
//! there could redirect codes and secrets.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::OidcError;
use super::client::Client;
use crate::limits::OIDC_DISCOVERY_AGE;

#[derive(Debug, Default)]
pub(super) struct Discovery(Mutex<Option<(Timestamp, Arc<Discovered>)>>);

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Discovered {
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    /// Send the secret in a header, otherwise in the form.
    pub(super) takes_basic: bool,
}

impl Discovery {
    pub(super) async fn get(
        &self,
        issuer: &str,
        client: &Client,
        now: Timestamp,
    ) -> Result<Arc<Discovered>, OidcError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, found)) = known
            && now.duration_since(at) < OIDC_DISCOVERY_AGE
        {
            return Ok(found);
        }
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found = Arc::new(read(issuer, &client.get(&address).await?)?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, found.clone()));
        Ok(found)
    }
}

pub(super) fn read(issuer: &str, document: &Map<String, Value>) -> Result<Discovered, OidcError> {
    if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err(OidcError::Malformed("issuer in its discovery"));
    }
    let endpoint = |name: &str, what| {
        let address = document.get(name).and_then(Value::as_str);
        address.filter(|address| address.starts_with("https://")).map(str::to_owned).ok_or(OidcError::Malformed(what))
    };
    let methods = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    Ok(Discovered {
        authorization_endpoint: endpoint("authorization_endpoint", "authorization endpoint")?,
        token_endpoint: endpoint("token_endpoint", "token endpoint")?,
        // Absent means that it does (OpenID Connect Discovery 1.0, section 3).
        takes_basic: methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic")),
    })
}
