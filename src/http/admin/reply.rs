//! Answers to a browser: a page, a redirect, a cookie.
//!
//! Every page leaves with the headers that forbid anything inline or from elsewhere.

use std::time::Duration;

use askama::Template;
use http::{HeaderValue, StatusCode, header};

use crate::http::transport::assets;
use crate::http::{HttpError, Response, respond};
use crate::limits;

pub(super) fn page(page: &impl Template) -> Result<Response, HttpError> {
    page_with(StatusCode::OK, page)
}

pub(super) fn page_with(status: StatusCode, page: &impl Template) -> Result<Response, HttpError> {
    let html = page.render().map_err(|error| HttpError::Internal(Box::new(error)))?;
    let mut response = respond(status, "text/html; charset=utf-8", html);
    assets::page_headers(response.headers_mut());
    Ok(response)
}

pub(super) fn see_other(location: &str) -> Response {
    let mut response = Response::new(String::new().into());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Adds a login cookie, hidden from scripts. Names beginning with `__Host-` need `Secure`, `Path=/` and
/// no domain.
pub(super) fn with_login_cookie(mut response: Response, name: &str, value: &str, time: Duration) -> Response {
    let cookie = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Lax", time.as_secs());
    add_cookie(&mut response, &cookie);
    response
}

pub(super) fn with_preference(mut response: Response, name: &str, value: &'static str) -> Response {
    let seconds = limits::PREFERENCE_TIME.as_secs();
    add_cookie(&mut response, &format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; SameSite=Lax"));
    response
}

fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let response = with_login_cookie(see_other("/"), "__Host-ringback_login", "abc", Duration::from_secs(60));
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        for part in ["__Host-ringback_login=abc", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=60"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "its prefix forbids that: {cookie}");
        assert_eq!(response.status(), 303);
    }
}
