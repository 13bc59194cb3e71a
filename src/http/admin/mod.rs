//! The dashboard: every page, behind login, in two languages, without need of JavaScript.
//!
//! [`route`] is the whole table of its addresses. One page is one small file here (its struct
//! with view-ready values, its handler, its tests) and one template at the mirrored path under
//! `templates/admin/`. A handler reads the request and the services and fills the struct; the
//! template decides how that looks and never what it is.
//!
//! Pages only read; what changes something is a POST that carries the login's token against
//! forged requests, goes through the same service as the API and the command line, and ends in
//! a redirect.

mod account;
mod app;
mod app_changes;
mod apps;
mod attention;
mod audit;
mod audit_words;
mod body_text;
mod call;
mod call_form;
mod callback;
mod callbacks;
mod calls;
mod certificate;
mod chart;
mod erasure;
mod error;
mod help;
mod home;
mod home_ledger;
mod ladder;
mod login;
mod messages;
mod numbers;
mod parts;
mod preferences;
mod query;
mod reply;
mod request;
mod retention;
mod reveal;
#[cfg(test)]
mod samples;
mod setup;
mod system;
#[cfg(test)]
mod tests;
mod throttle;
mod trail;
mod view;
mod words;

use std::sync::Arc;

use http::{HeaderMap, Method};
use warp::Filter;
use warp::path::FullPath;

use self::request::{Request, Site};
use self::throttle::Throttle;
use super::body::{BodyError, FORM, body};
use super::{Context, HttpError, Peer, Response, Routes, peer};

/// The dashboard's addresses. They answer everything that nobody before them did, except what
/// belongs to programs.
#[must_use]
pub fn routes(ctx: Arc<Context>) -> Routes {
    let site = Arc::new(Site { ctx, throttle: Throttle::default() });
    let raw_query = warp::query::raw().or(warp::any().map(String::new)).unify();
    people_only()
        .and(warp::method())
        .and(warp::path::full())
        .and(raw_query)
        .and(warp::header::headers_cloned())
        .and(peer::peer())
        .and(body(FORM))
        .then(
            move |method: Method,
                  path: FullPath,
                  query: String,
                  headers: HeaderMap,
                  peer: Peer,
                  body: Result<Vec<u8>, BodyError>| {
                let request = Request::new(site.clone(), path.as_str(), &query, headers, peer.ip());
                answer(request, method, body)
            },
        )
        .boxed()
}

/// Lets through what is not an address of programs.
fn people_only() -> impl Filter<Extract = (), Error = warp::Rejection> + Clone {
    warp::path::full()
        .and_then(|path: FullPath| async move {
            let programs = ["/api/", "/static/"].iter().any(|prefix| path.as_str().starts_with(prefix));
            if programs { Err(warp::reject::not_found()) } else { Ok(()) }
        })
        .untuple_one()
}

async fn answer(mut request: Request, method: Method, body: Result<Vec<u8>, BodyError>) -> Response {
    let page = error::Place::of(&request);
    let answered = match body {
        Ok(body) => {
            request.read_form(&body);
            let asked = trail::Asked::of(&request, &method);
            match guard(request, &method).await {
                Ok(answered) => asked.record(answered).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error.into()),
    };
    answered.unwrap_or_else(|error| error::respond(page, error))
}

/// Sends whoever is not logged in to the login, and back here afterwards.
async fn guard(request: Request, method: &Method) -> Result<Response, HttpError> {
    let open = matches!(request.segments().as_slice(), ["login" | "preferences"] | ["setup", _]);
    if request.login.is_none() && !open {
        return Ok(login::ask(&request, method));
    }
    if method == Method::POST {
        request.check_origin()?;
        if request.login.is_some() {
            request.check_csrf()?;
        }
    }
    route(request, method).await
}

/// Every address of the dashboard.
async fn route(request: Request, method: &Method) -> Result<Response, HttpError> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let path: Vec<String> = request.segments().into_iter().map(str::to_owned).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if reads {
        return match path.as_slice() {
            [] => read(request, home::show).await,
            ["login"] => login::show(&request),
            ["setup", _] => setup::show(&request),
            ["calls"] => read(request, calls::show).await,
            ["calls", _] => read(request, call::show).await,
            ["callbacks"] => read(request, callbacks::show).await,
            ["callbacks", _] => read(request, callback::show).await,
            ["callbacks", _, "raw"] => read(request, callback::raw).await,
            ["attention"] => read(request, attention::show).await,
            ["messages"] => read(request, messages::show).await,
            ["numbers"] => read(request, numbers::show).await,
            ["apps"] => read(request, apps::show).await,
            ["apps", _] => read(request, app::show).await,
            ["audit"] => read(request, audit::show).await,
            ["audit", "export"] => audit::export(&request).await,
            ["account"] => account::show(&request),
            ["retention"] => read(request, retention::show).await,
            ["erasure"] | ["erasure", _] => read(request, erasure::show).await,
            ["erasure", _, "certificate.json"] => read(request, erasure::download).await,
            ["system"] => read(request, system::show).await,
            ["help"] => help::index(&request),
            ["help", _] => help::show(&request),
            _ => Err(HttpError::NotFound),
        };
    }
    if method != Method::POST {
        return Err(HttpError::MethodNotAllowed { allow: "GET, POST" });
    }
    match path.as_slice() {
        ["login"] => login::log_in(&request).await,
        ["logout"] => login::log_out(&request).await,
        ["setup", _] => setup::set_up(&request).await,
        ["preferences"] => Ok(preferences::set(&request)),
        ["reveal"] => reveal::open(&request).await,
        ["reveal", "end"] => reveal::end(&request),
        ["account", "password"] => account::change_password(&request).await,
        ["account", "logins"] => account::end_others(&request).await,
        ["account", "logins", _] => account::end(&request).await,
        ["retention"] => retention::save(&request).await,
        ["retention", "runs"] => retention::run(&request).await,
        ["retention", "holds"] => retention::hold(&request).await,
        ["retention", "holds", _] => retention::release(&request).await,
        ["erasure"] => erasure::begin(&request).await,
        ["apps"] => apps::add(&request).await,
        ["apps", _] => app_changes::change(&request).await,
        ["apps", _, "rotate"] => app_changes::rotate(&request).await,
        ["apps", _, "remove"] => app_changes::remove(&request).await,
        ["apps", _, "test"] => app_changes::test(&request).await,
        _ => Err(HttpError::NotFound),
    }
}

/// Runs a page that reads the store or the journal where blocking is allowed.
async fn read(
    request: Request,
    page: impl FnOnce(&Request) -> Result<Response, HttpError> + Send + 'static,
) -> Result<Response, HttpError> {
    let read = tokio::task::spawn_blocking(move || page(&request)).await;
    read.unwrap_or_else(|error| Err(HttpError::Internal(Box::new(error))))
}
