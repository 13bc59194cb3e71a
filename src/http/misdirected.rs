//! The answer to a POST that was meant for a callback address and came to none.

use std::net::IpAddr;
use std::sync::Arc;

use warp::Filter;
use warp::path::FullPath;

use super::{HttpError, Peer, Response, Routes};
use crate::http::transport::peer::peer;
use crate::service::{Context, Missed};

/// Answers a POST to what is no address of ours: never with a redirect, which a platform would take
/// for success or follow to the login page.
pub(super) fn routes(context: &Arc<Context>) -> Routes {
    let context = context.clone();
    warp::post()
        .and(warp::path::full())
        .and(peer())
        .map(move |path: FullPath, peer: Peer| refuse(&context, peer.ip(), path.as_str()))
        .boxed()
}

/// The answer to a POST that no form and no API takes.
pub(super) fn refuse(context: &Context, peer: IpAddr, path: &str) -> Response {
    context.misdirected(peer, path, Missed::Address);
    HttpError::NotFound.into_text_response()
}
