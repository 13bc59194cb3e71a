//! `GET /live/events`: tells an open page that something changed, and nothing more.
//!
//! A change is a kind and, where it has one, the number or id of what changed; the page asks
//! for itself again. A follower that falls behind is told to start over.

use std::convert::Infallible;

use futures_util::StreamExt;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use warp::Reply;
use warp::sse::Event;

use super::request::Request;
use crate::http::Response;
use crate::store::Change;

/// `GET /live/events`
pub(super) fn events(request: &Request) -> Response {
    let changes = BroadcastStream::new(request.ctx().store.changes());
    let events = changes.map(|change| Ok::<Event, Infallible>(event(change)));
    let mut response = warp::sse::reply(warp::sse::keep_alive().stream(events)).into_response();
    let headers = response.headers_mut();
    headers.insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    // A proxy that buffers would hold events back.
    headers.insert("x-accel-buffering", http::HeaderValue::from_static("no"));
    response
}

fn event(change: Result<Change, BroadcastStreamRecvError>) -> Event {
    match change {
        Ok(Change::Callback(seq)) => Event::default().event("callback").data(seq.to_string()),
        Ok(Change::Call(id)) => Event::default().event("call").data(id.to_string()),
        Ok(Change::Sms(seq)) => Event::default().event("sms").data(seq.to_string()),
        // The number itself is personal; the page does not need it.
        Ok(Change::Number(_)) => Event::default().event("number").data("-"),
        Err(BroadcastStreamRecvError::Lagged(_)) => Event::default().event("reload").data("-"),
    }
}
