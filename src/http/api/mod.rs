//! `/api/v1`, for programs and the command line, described by [`describe`].
//!
//! [`endpoints`] has a row for every method of every address. A handler reads the query, calls a service
//! and turns the result into an object of its own. Whole phone numbers pass through
//! [`crate::domain::Masking`] and nowhere else. Errors are `{"error":{"code","message"}}` and say which
//! value was wrong and what was expected.
//!
//! The command line uses the same routes over `control.sock` or in memory ([`routes_as`]).

mod apps;
mod ask;
pub(super) mod audit;
pub(super) mod bindings;
pub(super) mod callbacks;
pub(super) mod calls;
pub(super) mod decisions;
pub(super) mod describe;
pub(super) mod endpoints;
pub(super) mod erasures;
mod events;
pub(super) mod evidence;
mod export;
pub(super) mod ledger;
pub(super) mod lists;
pub(super) mod log;
mod logins;
pub(super) mod numbers;
mod platform;
mod recordings;
pub(super) mod retention;
pub(super) mod rules;
pub(super) mod searches;
pub(super) mod settings;
pub(super) mod sms;
pub(super) mod stats;
pub(super) mod system;
mod tokens;
mod users;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use warp::Filter;
use warp::filters::path::Tail;

use self::ask::Ask;
use super::{HttpError, Peer, Response, Routes, respond};
use crate::http::admission::authenticate;
use crate::http::transport::body;
use crate::http::transport::budget::{Claim, Whose, claim};
use crate::http::transport::compress;
use crate::service::{Context, Missed, blocking, reveals};
use crate::state::Principal;

/// Set by `--masked`: numbers are masked whatever the role.
pub const MASKED: HeaderName = HeaderName::from_static("x-ringback-masked");

/// Set by scripts of a page: the page's address.
pub const PAGE: HeaderName = HeaderName::from_static("x-ringback-page");

const OPENAPI: &str = "openapi.json";

const REBUILDING: HeaderName = HeaderName::from_static("x-ringback-rebuilding");

#[must_use]
pub fn routes(context: Arc<Context>) -> Routes {
    build(context, None)
}

#[must_use]
pub fn routes_as(context: Arc<Context>, principal: Principal) -> Routes {
    build(context, Some(principal))
}

fn build(context: Arc<Context>, known: Option<Principal>) -> Routes {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::path("api")
        .and(warp::path("v1"))
        .and(warp::path::tail())
        .and(warp::method())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .and(claim())
        .and(warp::body::stream())
        .then(move |tail: Tail, method, query, headers: HeaderMap, peer: Option<Peer>, claim: Claim, stream| {
            let (context, known) = (context.clone(), known.clone());
            let reads_gzip = compress::is_read_by(&headers);
            async move {
                let answer = async {
                    let path = ask::path(tail.as_str());
                    if method == Method::POST
                        && let Some(ip) = peer.and_then(network)
                    {
                        let parts = path.as_deref().unwrap_or_default();
                        if parts != [OPENAPI] && matches!(endpoints::find(&method, parts), Err(HttpError::NotFound)) {
                            context.misdirected(ip, &format!("/api/v1/{}", tail.as_str()), Missed::Address);
                        }
                    }
                    let path = path?;
                    if path == [OPENAPI] {
                        return describe::get(&method);
                    }
                    let is_known = known.is_some();
                    let (principal, login) = match known {
                        Some(principal) => (principal, None),
                        None => authenticate(&context, &method, &headers)?,
                    };
                    claim.know(Whose::Peoples);
                    let revealed = login.as_deref().is_some_and(|login| is_revealed(&context, login, &headers));
                    let peer = peer.and_then(network);
                    let endpoint = match endpoints::find(&method, &path) {
                        Ok(endpoint) => endpoint,
                        Err(error) => {
                            body::read(&claim, &headers, stream, body::FORM).await?;
                            return Err(error);
                        }
                    };
                    let (known, body) = (is_known, Vec::new());
                    let fields = Vec::new();
                    let ask =
                        Ask { principal, peer, known, login, revealed, endpoint, path, query, headers, body, fields };
                    endpoint.answer(&context, ask, &claim, stream).await
                };
                let answer = finish(&context, answer.await);
                if reads_gzip { compress::compressed(answer).await } else { answer }
            }
        })
        .boxed()
}

fn network(peer: Peer) -> Option<IpAddr> {
    match peer {
        Peer::Network { ip, .. } => Some(ip),
        Peer::Control => None,
    }
}

/// Whether this page is revealed to this login now.
fn is_revealed(context: &Context, login: &str, headers: &HeaderMap) -> bool {
    let page = headers.get(PAGE).and_then(|page| page.to_str().ok());
    page.is_some_and(|page| context.audit.revealed(login, &reveals::page_of(page)).is_some())
}

/// Adds the headers of every answer: no caching, and whether a rebuild is under way.
fn finish(context: &Context, answer: Result<Response, HttpError>) -> Response {
    let mut response = answer.unwrap_or_else(HttpError::into_response);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(progress) = context.rebuilding()
        && let Ok(progress) = HeaderValue::from_str(&format!("{progress:.2}"))
    {
        headers.insert(REBUILDING, progress);
    }
    response
}

fn json(status: http::StatusCode, object: &impl serde::Serialize) -> Response {
    let body = serde_json::to_string(object).expect("the API's objects are plain data");
    respond(status, "application/json", body)
}

fn ok(object: &impl serde::Serialize) -> Result<Response, HttpError> {
    Ok(json(http::StatusCode::OK, object))
}

/// One page of a list.
#[derive(Debug, serde::Serialize)]
struct List<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> List<T> {
    /// A list with one page.
    fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}
