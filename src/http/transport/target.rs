//! Requests that no route can take.
//!
//! hyper accepts every target that HTTP allows, but routes match a path. Requests without one are
//! answered here:
//!
//! | request | answer |
//! | --- | --- |
//! | `CONNECT`: this is no proxy | 405 |
//! | `OPTIONS *`: about the server as a whole | 204 with `Allow` |
//! | a target that is no path: `GET *`, `GET host:1`, `GET name` | 400 |
//! | HTTP/1.1 without `Host`, or any version 1 with two (RFC 9112, 3.2) | 400 |
//!
//! The absolute form, `GET https://host/path`, has a path.

use http::{HeaderValue, Method, Request, StatusCode, Version, header};

use crate::domain::Wording;
use crate::http::{HttpError, Response};

const ALLOW: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// `None` for requests that routes can take.
pub(crate) fn answer<B>(request: &Request<B>) -> Option<Response> {
    let mut response = misfit(request)?;
    // After an unreadable head, the rest cannot be read either.
    if request.version() != Version::HTTP_2 {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Some(response)
}

fn misfit<B>(request: &Request<B>) -> Option<Response> {
    let path = request.uri().path_and_query().map(http::uri::PathAndQuery::path);
    if request.method() == Method::CONNECT {
        return Some(HttpError::MethodNotAllowed { allow: ALLOW }.into_text_response());
    }
    if !has_its_host(request) {
        return Some(wrong("请求须有且只有一个 Host", "a request has one Host header"));
    }
    if request.method() == Method::OPTIONS && path == Some("*") {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(ALLOW));
        return Some(response);
    }
    match path {
        Some(path) if path.starts_with('/') => None,
        _ => Some(wrong("请求的目标不是路径", "the target of the request is no path")),
    }
}

fn wrong(zh: &str, en: &str) -> Response {
    HttpError::BadRequest(Wording::new(zh, en)).into_text_response()
}

fn has_its_host<B>(request: &Request<B>) -> bool {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    match request.version() {
        Version::HTTP_11 => hosts == 1,
        Version::HTTP_10 | Version::HTTP_09 => hosts <= 1,
        // In HTTP/2 it is `:authority`.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: Version, method: &str, target: &str, hosts: usize, status: Option<u16>) {
        let mut request = Request::builder().version(version).method(method).uri(target);
        for _ in 0..hosts {
            request = request.header("host", "localhost");
        }
        let answered = answer(&request.body(()).unwrap());
        assert_eq!(answered.map(|r| r.status().as_u16()), status, "{version:?} {method} {target} {hosts}");
    }

    #[test]
    fn what_has_a_path_goes_on_and_everything_else_has_its_status() {
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            for target in ["/", "/callbacks/x?y=%20", "//", "/?", "https://other", "https://other/x", "http://other?x"]
            {
                check(version, "GET", target, 1, None);
                check(version, "ODD", target, 1, None);
            }
            for (method, target, status) in [
                ("CONNECT", "host:1", 405),
                ("CONNECT", "/path", 405),
                ("OPTIONS", "*", 204),
                ("OPTIONS", "host:1", 400),
                ("GET", "*", 400),
                ("POST", "host:1", 400),
                ("POST", "name", 400),
            ] {
                check(version, method, target, 1, Some(status));
            }
        }
    }

    #[test]
    fn a_request_of_http_1_1_has_one_host() {
        check(Version::HTTP_11, "GET", "/", 0, Some(400));
        check(Version::HTTP_11, "GET", "https://other/x", 0, Some(400));
        check(Version::HTTP_11, "OPTIONS", "*", 0, Some(400));
        for version in [Version::HTTP_10, Version::HTTP_11] {
            check(version, "GET", "/", 2, Some(400));
        }
        check(Version::HTTP_10, "GET", "/", 0, None);
        check(Version::HTTP_2, "GET", "/", 0, None);
    }
}
