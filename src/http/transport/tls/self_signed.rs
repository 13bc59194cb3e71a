//! The self-signed certificate, used until there is a better one.
//!
//! Made on the first start, kept in `data/certs/`, renewed before it ends and when it lacks a name. The
//! key stays the same for those who pinned it. Platforms cannot be expected to accept it; the dashboard
//! says so. Damaged files are moved aside and made again, since callbacks must not wait for a person.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::error_chain::Chain;
use crate::http::transport::tls::{TlsError, info, read_pair};
use crate::limits;
use crate::service::CertificateInfo;

/// The pair in `dir`, made if it is missing, damaged, ends soon or lacks a name.
pub(crate) fn pair(dir: &Path, names: &[String], now: Timestamp) -> Result<(PathBuf, PathBuf), TlsError> {
    let (cert, key) = (dir.join("self-signed.crt"), dir.join("self-signed.key"));
    if let (Some(_), Some(_)) = (look(&cert)?, look(&key)?)
        && let Err(error) = read_pair(&cert, &key)
    {
        tracing::warn!(error = %Chain(&error), "our own certificate cannot be used; it is put aside and another made");
        put_aside(&cert)?;
        if look(&key)?.flatten().is_none() {
            put_aside(&key)?;
        }
    }
    if is_good(&cert, names, now) && key.exists() {
        return Ok((cert, key));
    }
    let secret = match look(&key)? {
        Some(Some(secret)) => secret,
        found => {
            if found.is_some() {
                tracing::warn!(key = %key.display(), "our own key cannot be used; it is put aside and another made");
                put_aside(&key)?;
            }
            let secret = KeyPair::generate().map_err(TlsError::Make)?;
            write(&key, &secret.serialize_pem(), 0o600)?;
            secret
        }
    };
    let certificate = parameters(names, now)?.self_signed(&secret).map_err(TlsError::Make)?;
    write(&cert, &certificate.pem(), 0o644)?;
    tracing::info!(certificate = %cert.display(), "made a self-signed certificate");
    Ok((cert, key))
}

/// `None`: no file; `Some(None)`: no key in it.
fn look(path: &Path) -> Result<Option<Option<KeyPair>>, TlsError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(std::str::from_utf8(&bytes).ok().and_then(|pem| KeyPair::from_pem(pem).ok()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TlsError::Read { path: path.to_owned(), source }),
    }
}

/// Renames a file, to be looked at later.
fn put_aside(path: &Path) -> Result<(), TlsError> {
    let aside = (1..)
        .map(|n| path.with_added_extension(format!("damaged-{n}")))
        .find(|aside| !aside.exists())
        .expect("the numbers do not end");
    fs::rename(path, aside).map_err(|source| TlsError::Write { path: path.to_owned(), source })
}

pub(crate) fn ends_soon(info: &CertificateInfo, now: Timestamp) -> bool {
    let margin = SignedDuration::from_hours(24 * limits::SELF_SIGNED_RENEW_DAYS);
    info.not_after.is_none_or(|end| end - margin <= now)
}

fn is_good(cert: &Path, names: &[String], now: Timestamp) -> bool {
    let info = CertificateDer::from_pem_file(cert).ok().and_then(|der| info::read(&der, cert));
    info.is_some_and(|info| !ends_soon(&info, now) && names.iter().all(|name| info.names.contains(name)))
}

fn parameters(names: &[String], now: Timestamp) -> Result<CertificateParams, TlsError> {
    let day = |days: i64| {
        let date = (now + SignedDuration::from_hours(24 * days)).to_zoned(TimeZone::UTC).date();
        let month = u8::try_from(date.month()).expect("a month is small");
        rcgen::date_time_ymd(i32::from(date.year()), month, u8::try_from(date.day()).expect("a day is small"))
    };
    let mut parameters = CertificateParams::new(names).map_err(TlsError::Make)?;
    // Valid from a little earlier, for clocks that are behind.
    parameters.not_before = day(-1);
    parameters.not_after = day(limits::SELF_SIGNED_DAYS - 1);
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, "Ringback, self-signed");
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(parameters)
}

/// Writes to a temporary file and renames it.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), TlsError> {
    let beside = path.with_extension("new");
    let written = (|| {
        // A file left by a crash may have another mode.
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    written.map_err(|source| TlsError::Write { path: path.to_owned(), source })
}
