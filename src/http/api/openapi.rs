//! `GET /openapi.json`: the description of the API. Kept by hand beside the code; a test walks
//! it against the table, so that neither has an address the other lacks.

use http::{Method, StatusCode};

use super::{HttpError, Response};
use crate::http::respond;

/// The document.
pub(super) const DOCUMENT: &str = include_str!("openapi.json");

/// Anyone may read it: it is the same for every installation.
pub(super) fn get(method: &Method) -> Result<Response, HttpError> {
    if *method != Method::GET {
        return Err(HttpError::MethodNotAllowed { allow: "GET" });
    }
    Ok(respond(StatusCode::OK, "application/json", DOCUMENT))
}
