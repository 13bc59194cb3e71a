//! The server: routes, handlers and answers. Only this module knows warp and askama.
//!
//! All addresses stand in [`routes`]. A handler turns a request into a call of a service and the result
//! into a [`Response`]. A rejection means "not this route" and nothing else: errors are [`HttpError`]s
//! and become responses inside their handler.
//!
//! [`transport::server`] owns sockets, TLS and time limits.

pub mod admin;
mod admission;
pub mod api;
mod callbacks;
mod error;
mod evidence_pack;
mod export;
mod health;
mod metrics;
mod misdirected;
#[cfg(test)]
pub(crate) mod testing;
pub mod transport;

use std::sync::Arc;

use warp::Filter;
use warp::filters::BoxedFilter;
pub use warp::reply::Response;

pub use error::HttpError;
pub use transport::peer::Peer;

use crate::service::{Context, Gauges};
use crate::state::Principal;

/// Routes that answer, or reject an address that is not theirs.
pub type Routes = BoxedFilter<(Response,)>;

/// The routes of the TLS listener, tried in this order.
#[must_use]
pub fn routes(context: &Arc<Context>, gauges: &Arc<Gauges>) -> Routes {
    let table = [
        callbacks::routes(context),       // POST /callbacks/{token}/…   platforms
        health::routes(context),          // GET  /healthz /readyz       monitors
        metrics::routes(context, gauges), // GET  /metrics               Prometheus
        transport::assets::routes(),      // GET  /static/{hash}/…       browsers
        api::routes(context.clone()),     //      /api/v1/…              programs
        admin::routes(context.clone()),   //      /…                     people
        misdirected::routes(context),     // POST /…                     platforms that missed
    ];
    first_of(table)
}

/// The routes of the listener without TLS.
#[must_use]
pub fn plain_routes(context: &Arc<Context>) -> Routes {
    first_of([callbacks::routes(context), misdirected::routes(context)])
}

/// The routes of `control.sock`, where everyone is administrator.
#[must_use]
pub fn control_routes(context: &Arc<Context>) -> Routes {
    first_of([health::routes(context), api::routes_as(context.clone(), Principal::command_line())])
}

/// Tries the routes in order, then answers 404.
fn first_of<const N: usize>(table: [Routes; N]) -> Routes {
    table
        .into_iter()
        .reduce(|tried, next| tried.or(next).unify().boxed())
        .expect("a table of routes is never empty")
        .or(nowhere())
        .unify()
        .boxed()
}

fn nowhere() -> Routes {
    warp::path::full()
        .map(|path: warp::path::FullPath| match path.as_str().starts_with("/api/") {
            true => HttpError::NotFound.into_response(),
            false => HttpError::NotFound.into_text_response(),
        })
        .boxed()
}

/// Answers a request without a connection, for the command line.
pub async fn ask<B>(routes: Routes, request: http::Request<B>) -> Response
where
    B: hyper::body::Body<Data = bytes::Bytes> + Send + Sync + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    use tower_service::Service as _;
    let Ok(response) = warp::service(routes).call(request).await;
    response
}

#[must_use]
pub fn respond(status: http::StatusCode, content_type: &str, body: impl Into<String>) -> Response {
    let mut response = Response::new(body.into().into());
    *response.status_mut() = status;
    let content_type =
        http::HeaderValue::from_str(content_type).unwrap_or(http::HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}
