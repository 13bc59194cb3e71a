//! Compresses pages and JSON with gzip.
//!
//! Streams (events, exports, downloads) and answers to platforms stay as they are. Compression reveals
//! something about a page to those who see its length and can put their own text into it (BREACH): a
//! browser can be made to request any query, and pages repeat their query. Therefore:
//!
//! - the token of forms is another one on every page (`src/http/admin/csrf.rs`);
//! - pages with numbers shown whole, and those on which secrets stand (addresses of apps, tokens,
//!   second factors), are not compressed: their handlers' room says so;
//! - an answer of the API repeats nothing of what was asked beside what it holds.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use hyper::body::Body;

use crate::http::{HttpError, Response};
use crate::limits::COMPRESS_MIN;

/// Prefixes of the content types that are compressed.
const TEXT: [&str; 2] = ["text/html", "application/json"];

/// A weight of zero refuses gzip.
pub(crate) fn is_read_by(asked: &HeaderMap) -> bool {
    let said = asked.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip")
            && !matches!(weight.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

pub(crate) async fn compressed(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let is_worth_it = body.size_hint().exact().is_some_and(|bytes| bytes >= COMPRESS_MIN as u64);
    let is_text = parts.headers.get(header::CONTENT_TYPE).is_some_and(|of| {
        let of = of.to_str().unwrap_or_default();
        TEXT.iter().any(|text| of.starts_with(text))
    });
    if !is_worth_it || !is_text || parts.headers.contains_key(header::CONTENT_ENCODING) {
        return Response::from_parts(parts, body);
    }
    let Ok(whole) = body.collect().await else {
        return HttpError::Internal("an answer in memory broke off".into()).into_response();
    };
    let whole = whole.to_bytes();
    let small = tokio::task::spawn_blocking(move || gzip(&whole, Compression::fast()));
    let Ok(small) = small.await else {
        return HttpError::Internal("an answer could not be compressed".into()).into_response();
    };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, small.into())
}

pub(crate) fn gzip(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), level);
    writer.write_all(bytes).and_then(|()| writer.finish()).expect("memory takes all")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use futures_util::stream;
    use warp::Reply;

    use super::*;
    use crate::http::respond;

    fn asked(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn whoever_names_gzip_reads_it_unless_it_weighs_nothing() {
        assert!(is_read_by(&asked("br, gzip;q=0.8")) && is_read_by(&asked("GZip")));
        assert!(!is_read_by(&asked("gzip; q=0")) && !is_read_by(&asked("br")) && !is_read_by(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_page_becomes_smaller_and_is_the_same_inside() {
        for length in [COMPRESS_MIN, 200_000] {
            let html = "<td>0</td>".repeat(length / 10 + 1);
            let small = compressed(respond(http::StatusCode::OK, "text/html; charset=utf-8", html.clone())).await;
            assert_eq!(small.headers()[header::CONTENT_ENCODING], "gzip");
            let sent = small.into_body().collect().await.unwrap().to_bytes();
            assert!(sent.len() * 5 < html.len(), "{} of {}", sent.len(), html.len());
            let mut inside = String::new();
            flate2::read::GzDecoder::new(&sent[..]).read_to_string(&mut inside).unwrap();
            assert_eq!(inside, html);
        }
    }

    #[tokio::test]
    async fn what_is_small_no_text_or_comes_bit_by_bit_stays_as_it_is() {
        let long = "a".repeat(2 * COMPRESS_MIN);
        let events = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(long.clone()))]);
        let mut events = warp::reply::stream(events).into_response();
        events.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let small = respond(http::StatusCode::OK, "text/html", "a");
        let no_text = respond(http::StatusCode::OK, "application/octet-stream", long);
        for response in [events, small, no_text] {
            assert!(!compressed(response).await.headers().contains_key(header::CONTENT_ENCODING));
        }
    }
}
