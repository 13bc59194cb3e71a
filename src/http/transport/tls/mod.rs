//! Certificates and TLS.
//!
//! TLS 1.2 and 1.3; HTTP/2 and HTTP/1.1 by ALPN. Huawei's platforms offer only TLS 1.2 with ECDHE suites,
//! which rustls has for ECDSA and RSA keys. Files are checked on HUP and every few seconds; a bad new
//! pair is logged once and the old one stays in use. Without files, [`self_signed`] makes a pair.

mod info;
mod self_signed;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, crypto};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::clock::Clock;
use crate::domain::plain_text;
use crate::limits;
use crate::service::CertificateInfo;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Files that are renewed from outside.
    Files {
        cert: PathBuf,
        /// PEM.
        key: PathBuf,
    },
    SelfSigned {
        dir: PathBuf,
        names: Vec<String>,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("reading {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("writing {path}")]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("reading {path} as PEM")]
    Pem {
        path: PathBuf,
        #[source]
        source: pem::Error,
    },
    #[error("{0} holds no certificate")]
    NoCertificate(PathBuf),
    #[error("{0} holds a certificate that cannot be read")]
    BadCertificate(PathBuf),
    #[error("{path} holds a key that cannot be used")]
    BadKey {
        path: PathBuf,
        #[source]
        source: rustls::Error,
    },
    #[error("the key {key} does not belong to the certificate {cert}")]
    Mismatch { cert: PathBuf, key: PathBuf },
    #[error("making a self-signed certificate")]
    Make(#[source] rcgen::Error),
    #[error("setting up TLS")]
    Setup(#[source] rustls::Error),
}

#[derive(Debug)]
pub struct Certificates {
    clock: Clock,
    using: ArcSwap<CertifiedKey>,
    info: ArcSwap<CertificateInfo>,
    watched: Mutex<Watched>,
}

/// The source, and its files' metadata at the last try.
#[derive(Debug)]
struct Watched {
    source: Source,
    seen: Vec<Option<Look>>,
}

/// A file's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    modified: SystemTime,
    inode: u64,
    size: u64,
}

impl Certificates {
    pub fn open(source: Source, clock: Clock) -> Result<Arc<Self>, TlsError> {
        let seen = looks(&source);
        let (key, info) = load(&source, &clock)?;
        Ok(Arc::new(Self {
            clock,
            using: ArcSwap::from_pointee(key),
            info: ArcSwap::from_pointee(info),
            watched: Mutex::new(Watched { source, seen }),
        }))
    }

    /// Reads the pair again, from another `source` if given.
    ///
    /// # Errors
    /// As [`Certificates::open`]; the pair in use stays in use.
    pub fn reload(&self, source: Option<Source>) -> Result<Arc<CertificateInfo>, TlsError> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = source {
            watched.source = source;
        }
        watched.seen = looks(&watched.source);
        let (key, info) = load(&watched.source, &self.clock)?;
        self.using.store(Arc::new(key));
        self.info.store(Arc::new(info));
        Ok(self.info())
    }

    /// Whether the files changed since the last try, or our own certificate must be renewed.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let ends_soon = || self_signed::ends_soon(&self.info(), self.clock.now());
        watched.seen != looks(&watched.source) || matches!(watched.source, Source::SelfSigned { .. }) && ends_soon()
    }

    #[must_use]
    pub fn info(&self) -> Arc<CertificateInfo> {
        self.info.load_full()
    }

    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(TlsError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.ticketer = crypto::ring::Ticketer::new().map_err(TlsError::Setup)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.using.load_full())
    }
}

fn load(source: &Source, clock: &Clock) -> Result<(CertifiedKey, CertificateInfo), TlsError> {
    let (cert, key) = match source {
        Source::Files { cert, key } => (cert.clone(), key.clone()),
        Source::SelfSigned { dir, names } => self_signed::pair(dir, names, clock.now())?,
    };
    let pair = read_pair(&cert, &key)?;
    let info = info::read(&pair.cert[0], &cert).ok_or(TlsError::BadCertificate(cert))?;
    if info.not_after.is_some_and(|end| end < clock.now()) {
        tracing::warn!(certificate = %info.source, not_after = ?info.not_after, "the certificate has ended");
    }
    Ok((pair, info))
}

fn read_pair(cert: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let pem_error = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, source }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(plain_text::without_mark(&read(cert)?))
        .collect::<Result<_, _>>()
        .map_err(pem_error(cert))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(cert.to_owned()));
    }
    let secret = PrivateKeyDer::from_pem_slice(plain_text::without_mark(&read(key)?)).map_err(pem_error(key))?;
    let signer = crypto::ring::sign::any_supported_type(&secret)
        .map_err(|source| TlsError::BadKey { path: key.to_owned(), source })?;
    let pair = CertifiedKey::new(chain, signer);
    match pair.keys_match() {
        Ok(()) => Ok(pair),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err(TlsError::Mismatch { cert: cert.to_owned(), key: key.to_owned() })
        }
        Err(_) => Err(TlsError::BadCertificate(cert.to_owned())),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    use std::io::Read;
    let mut content = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limits::CERTIFICATE_MAX).read_to_end(&mut content))
        .map_err(|source| TlsError::Read { path: path.to_owned(), source })?;
    Ok(content)
}

fn looks(source: &Source) -> Vec<Option<Look>> {
    use std::os::unix::fs::MetadataExt;
    let look = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Look { modified: metadata.modified().ok()?, inode: metadata.ino(), size: metadata.len() })
    };
    match source {
        Source::Files { cert, key } => vec![look(cert), look(key)],
        Source::SelfSigned { .. } => Vec::new(),
    }
}
