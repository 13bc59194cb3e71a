//! Asking the provider: HTTPS only, with roots compiled in and those of the configuration, under
//! a deadline, and no more read than an answer of its kind can be.
//!
//! Redirects are not followed: an endpoint is where the discovery says it is. What goes out and
//! comes in is never logged; there are secrets in both.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Map, Value};

use super::OidcError;
use crate::domain::Secret;
use crate::limits::{OIDC_ANSWER_MAX, OIDC_TIME};

/// A client of one provider.
#[derive(Debug)]
pub(super) struct Client(legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Client {
    /// A client that trusts public roots and the certificates in `extra_roots`.
    pub(super) fn new(extra_roots: Option<&Path>) -> Result<Self, OidcError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = extra_roots {
            let certificates = CertificateDer::pem_file_iter(path).map_err(prepare)?;
            for certificate in certificates {
                roots.add(certificate.map_err(prepare)?).map_err(prepare)?;
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = builder.map_err(prepare)?.with_root_certificates(roots).with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1().build();
        Ok(Self(legacy::Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)))
    }

    /// The object at `address`.
    pub(super) async fn get(&self, address: &str) -> Result<Map<String, Value>, OidcError> {
        let request = Request::get(address).header(header::ACCEPT, "application/json").body(Full::default());
        self.ask("discovery", request.map_err(ask)?).await
    }

    /// The object that `address` answers to a form.
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
        self.ask("the code", request.body(Full::new(body.into())).map_err(ask)?).await
    }

    async fn ask(&self, what: &'static str, request: Request<Full<Bytes>>) -> Result<Map<String, Value>, OidcError> {
        let exchange = async {
            let response = self.0.request(request).await.map_err(ask)?;
            let status = response.status();
            if !status.is_success() {
                return Err(OidcError::Refused { what, status: status.as_u16() });
            }
            let body = Limited::new(response.into_body(), OIDC_ANSWER_MAX).collect().await.map_err(OidcError::Ask)?;
            serde_json::from_slice(&body.to_bytes()).map_err(|_| OidcError::Malformed("JSON"))
        };
        tokio::time::timeout(OIDC_TIME, exchange).await.map_err(ask)?
    }
}

fn ask(error: impl std::error::Error + Send + Sync + 'static) -> OidcError {
    OidcError::Ask(Box::new(error))
}

fn prepare(error: impl std::error::Error + Send + Sync + 'static) -> OidcError {
    OidcError::Prepare(Box::new(error))
}
