//! Answers POSTs that were meant for a callback address and missed it.

use std::net::IpAddr;
use std::sync::Arc;

use warp::Filter;
use warp::path::FullPath;

use super::{HttpError, Peer, Response, Routes};
use crate::http::transport::peer::peer;
use crate::service::{Context, Missed};

/// Answers 404, never a redirect: a platform would take it for success or follow it to the login page.
pub(super) fn routes(context: &Arc<Context>) -> Routes {
    let context = context.clone();
    warp::post()
        .and(warp::path::full())
        .and(peer())
        .map(move |path: FullPath, peer: Peer| refuse(&context, peer.ip(), path.as_str()))
        .boxed()
}

pub(super) fn refuse(context: &Context, peer: IpAddr, path: &str) -> Response {
    context.misdirected(peer, path, Missed::Address);
    HttpError::NotFound.into_text_response()
}
