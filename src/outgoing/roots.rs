//! Trusted certificates: the public roots compiled in, plus a configured file.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::PrepareError;

pub(super) fn client_config(extra_roots: Option<&Path>) -> Result<ClientConfig, PrepareError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = extra_roots {
        add(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|source| PrepareError::Tls(Box::new(source)))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), PrepareError> {
    let unreadable = |source| PrepareError::Roots { path: path.to_owned(), source: Box::new(source) };
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
        let refused = |source| PrepareError::Roots { path: path.to_owned(), source: Box::new(source) };
        roots.add(certificate.map_err(unreadable)?).map_err(refused)?;
    }
    if roots.len() == before {
        return Err(PrepareError::NoRoots { path: path.to_owned() });
    }
    Ok(())
}
