//! Logging in at a provider of the company's own: OpenID Connect, authorization code with PKCE.
//!
//! ```text
//! browser ─ /login/oidc ─► provider: state, nonce, S256 of a verifier
//! browser ◄─ code ── provider        we ─ code, verifier ─► provider ─ ID token ─► claims ─► Identity
//! ```
//!
//! The ID token comes from the provider's token endpoint over TLS that we verified, which OpenID Connect
//! Core 1.0, "ID Token Validation", point 6, accepts instead of its signature. So no keys are fetched;
//! every other check is made ([`claims`]). A browser never carries an ID token.
//!
//! This room finds out who somebody is and with which role; `http` decides who gets a login, and `state`
//! keeps it. Off without `[oidc]`.

mod claims;
mod client;
mod discovery;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::client::Client;
use self::discovery::{Discovered, Discovery};
use crate::clock::Clock;
use crate::config::OidcConfig;
use crate::domain::{Role, Secret, plain_text};
use crate::outgoing::OutgoingError;

#[derive(Debug, Clone)]
pub struct Oidc(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: OidcConfig,
    secret: Secret,
    redirect_uri: String,
    client: Client,
    discovery: Discovery,
    clock: Clock,
}

/// What the answer to a started login must match; kept sealed by the browser.
#[derive(Debug, Clone)]
pub struct Begun {
    pub state: String,
    /// Returned in the ID token.
    pub nonce: String,
    /// PKCE (RFC 7636).
    pub verifier: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    /// The provider's id of the person, never reused.
    pub subject: String,
    pub name: String,
    pub role: Role,
}

#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("preparing to ask the provider of logins")]
    Prepare(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("asking the provider of logins")]
    Ask(#[source] OutgoingError),
    #[error("the provider of logins answered {status} to {what}")]
    Refused { what: &'static str, status: u16 },
    #[error("the provider of logins sent no good {0}")]
    Malformed(&'static str),
    #[error("the ID token is not good: {0}")]
    Claim(&'static str),
    #[error("not let in: {0}")]
    Denied(&'static str),
}

impl Oidc {
    /// Sends no request: an unreachable provider must not prevent the start.
    pub fn new(config: OidcConfig, public_url: &str, clock: Clock) -> Result<Self, OidcError> {
        let prepare = |error| OidcError::Prepare(Box::new(error));
        let secret = std::fs::read(&config.client_secret_file).map_err(prepare)?;
        let secret = plain_text::decode(&secret).ok_or_else(|| prepare(std::io::ErrorKind::InvalidData.into()))?;
        let secret = Secret::new(plain_text::bare(&secret));
        let client = Client::new(config.extra_roots.clone())?;
        let redirect_uri = format!("{public_url}/login/oidc/callback");
        let discovery = Discovery::default();
        Ok(Self(Arc::new(Inner { config, secret, redirect_uri, client, discovery, clock })))
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.config.name
    }

    /// The address to send a browser to. `random` returns a new unguessable text each time.
    pub async fn begin(&self, random: impl Fn() -> String) -> Result<(String, Begun), OidcError> {
        let found = self.discover().await?;
        let begun = Begun { state: random(), nonce: random(), verifier: random() };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&begun.verifier));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.0.config.client_id)
            .append_pair("redirect_uri", &self.0.redirect_uri)
            .append_pair("scope", &self.0.config.scopes)
            .append_pair("state", &begun.state)
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let separator = if found.authorization_endpoint.contains('?') { '&' } else { '?' };
        Ok((format!("{}{separator}{query}", found.authorization_endpoint), begun))
    }

    /// Returns who logged in with `code`; the caller has checked `state`.
    pub async fn finish(&self, code: &str, begun: &Begun) -> Result<Identity, OidcError> {
        let inner = &*self.0;
        let found = self.discover().await?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &inner.redirect_uri),
            ("client_id", &inner.config.client_id),
            ("code_verifier", &begun.verifier),
        ];
        let basic = found.takes_basic.then(|| basic(&inner.config.client_id, &inner.secret));
        if basic.is_none() {
            form.push(("client_secret", inner.secret.reveal()));
        }
        let answer = inner.client.post(&found.token_endpoint, &form, basic.as_ref()).await?;
        let token = answer.get("id_token").and_then(Value::as_str).ok_or(OidcError::Malformed("ID token"))?;
        claims::identity(&inner.config, token, &begun.nonce, inner.clock.now())
    }

    async fn discover(&self) -> Result<Arc<Discovered>, OidcError> {
        let inner = &*self.0;
        inner.discovery.get(&inner.config.issuer, &inner.client, inner.clock.now()).await
    }
}

/// RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
fn basic(client_id: &str, secret: &Secret) -> Secret {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(secret.reveal()));
    Secret::new(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
}
