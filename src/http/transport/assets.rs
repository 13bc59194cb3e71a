//! Styles, scripts and icons, embedded in the executable.
//!
//! The address of an asset holds a hash of all assets: `/static/{hash}/css/app.css`. It may be cached for
//! good, since the next version of the program has other addresses. Relative addresses between assets
//! work, because all share the hash. [`page_headers`] are the headers of every page: nothing from
//! elsewhere, nothing inline.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use flate2::Compression;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;
use warp::Filter;

use crate::http::transport::compress;
use crate::http::{HttpError, Response, Routes};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Files;

/// Sixteen hexadecimal digits over the names and contents of all assets.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    for name in names {
        hasher.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            hasher.update(&file.metadata.sha256_hash());
        }
    }
    format!("{:016x}", hasher.digest())
});

/// The address of an asset: `css/app.css` becomes `/static/0123456789abcdef/css/app.css`.
#[must_use]
pub fn asset_url(path: &str) -> String {
    format!("/static/{}/{path}", *HASH)
}

/// The text of an asset, for evidence packs; empty if there is none.
#[must_use]
pub fn text(path: &str) -> String {
    Files::get(path).map_or_else(String::new, |file| String::from_utf8_lossy(&file.data).into_owned())
}

/// Compressed assets, where that is smaller.
static COMPRESSED: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let compress = |name: &str| {
        let file = Files::get(name)?;
        let compressed = compress::gzip(&file.data, Compression::best());
        (compressed.len() < file.data.len()).then_some(compressed)
    };
    Files::iter().filter_map(|name| Some((name.to_string(), compress(&name)?))).collect()
});

/// Serves `/static/{hash}/{path}`.
#[must_use]
pub fn routes() -> Routes {
    warp::path("static")
        .and(warp::path::param::<String>())
        .and(warp::path::tail())
        .and(warp::get().or(warp::head()).unify())
        .and(warp::header::headers_cloned())
        .map(|hash: String, path: warp::path::Tail, headers| asset(&hash, path.as_str(), &headers))
        .boxed()
}

fn asset(hash: &str, path: &str, asked: &HeaderMap) -> Response {
    // A page of another version may still be open: it gets our asset, which must not be cached under the
    // old address.
    let caching = if hash == HASH.as_str() { "public, max-age=31536000, immutable" } else { "no-store" };
    let Some(file) = Files::get(path) else {
        return HttpError::NotFound.into_text_response();
    };
    let compressed = COMPRESSED.get(path).filter(|_| compress::is_read_by(asked));
    let is_compressed = compressed.is_some();
    let mut response = Response::new(compressed.cloned().unwrap_or_else(|| file.data.into_owned()).into());
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    if is_compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}

/// Only our own styles, scripts and pictures; no framing, sniffing, referrer (addresses hold phone
/// numbers) or cached copies.
pub fn page_headers(headers: &mut HeaderMap) {
    const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                       media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; \
                       frame-ancestors 'none'; base-uri 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn an_asset_under_its_hash_may_be_kept_for_good() {
        let url = asset_url("robots.txt");
        let hash = url.split('/').nth(2).unwrap();
        let response = asset(hash, "robots.txt", &HeaderMap::new());
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        assert_eq!(asset("0000", "robots.txt", &HeaderMap::new()).headers()[header::CACHE_CONTROL], "no-store");
    }

    #[tokio::test]
    async fn an_asset_is_smaller_for_whoever_reads_gzip_and_the_same_inside() {
        let mut asked = HeaderMap::new();
        asked.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip;q=0.8"));
        let response = asset(&HASH, "css/app.css", &asked);
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        let sent = response.into_body().collect().await.unwrap().to_bytes();
        let mut inside = Vec::new();
        flate2::read::GzDecoder::new(&sent[..]).read_to_end(&mut inside).unwrap();
        assert_eq!(inside, text("css/app.css").into_bytes());
        assert!(sent.len() * 2 < inside.len(), "{} of {}", sent.len(), inside.len());
        asked.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip;q=0"));
        assert!(asset(&HASH, "css/app.css", &asked).headers().get(header::CONTENT_ENCODING).is_none());
    }

    #[test]
    fn nothing_but_the_embedded_files_is_served() {
        for path in ["", "no-such.css", "../Cargo.toml", "/etc/passwd"] {
            assert_eq!(asset(&HASH, path, &HeaderMap::new()).status(), 404, "{path}");
        }
    }
}
