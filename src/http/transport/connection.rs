//! One connection: handshake, requests, and when to give it up.
//!
//! hyper's header time-out includes the pause between two requests, so one value would have to serve both
//! "send your request now" and "platforms keep connections open". [`Activity`] watches bytes and requests
//! instead, and says when a connection's time is over: for a head, a pause, bytes not taken, or a stop.
//!
//! A handler that panics is a 500 on its own request; the connection and the server go on.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower_service::Service;

use crate::http::transport::activity::{Activity, CountedBody, WatchedIo};
use crate::http::transport::budget::{Claim, Whose};
use crate::http::transport::places::Place;
use crate::http::transport::request_line;
use crate::http::transport::shared::Shared;
use crate::http::transport::{target, unread};
use crate::http::{HttpError, Peer, Response, Routes};
use crate::limits;
use crate::service::Gauges;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    Network(SocketAddr),
    Control,
}

/// `None` when it failed; failures are only counted, as scanners cause many.
pub(crate) async fn handshake(
    mut stream: TcpStream,
    acceptor: TlsAcceptor,
    shared: &Shared,
) -> Option<TlsStream<TcpStream>> {
    let shaking = async {
        if speaks_plain_http(&stream).await {
            explain_tls(&mut stream).await;
            return None;
        }
        acceptor.accept(stream).await.inspect_err(|error| tracing::debug!(%error, "a handshake failed")).ok()
    };
    let shaken = tokio::select! {
        shaken = shaking => shaken,
        () = handshake_over(shared) => None,
        () = quiet_after_stop(shared) => None,
    };
    if shaken.is_none() {
        Gauges::count(&shared.gauges.handshakes_failed);
    }
    shaken
}

/// Waits for the end of a handshake's time, which is shorter while few places are left.
async fn handshake_over(shared: &Shared) {
    let (begun, mut pressed) = (Instant::now(), shared.places.pressed());
    loop {
        let hurried = *pressed.borrow_and_update();
        let time = if hurried { shared.times.hurried().handshake } else { shared.times.handshake };
        tokio::select! {
            () = tokio::time::sleep_until(begun + time) => return,
            Ok(()) = pressed.changed() => {}
        }
    }
}

/// A TLS client begins with the byte 0x16; a method of HTTP begins with a capital letter.
async fn speaks_plain_http(stream: &TcpStream) -> bool {
    let mut first = [0];
    matches!(stream.peek(&mut first).await, Ok(1)) && first[0].is_ascii_uppercase()
}

/// Explains the mistake to a client that wrote `http://` instead of `https://`.
async fn explain_tls(stream: &mut TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
        content-length: 44\r\nconnection: close\r\n\r\nthis port speaks HTTPS; begin with https://\n";
    // Reads what was sent first: closing with unread bytes would reset the connection and lose the
    // answer.
    let mut sent = [0; 4096];
    let _ = stream.read(&mut sent).await;
    let _ = stream.write_all(ANSWER).await;
    let _ = stream.shutdown().await;
}

async fn quiet_after_stop(shared: &Shared) {
    shared.stop.cancelled().await;
    tokio::time::sleep(shared.times.quiet).await;
}

/// Serves a connection until it ends or its time is over.
pub(crate) async fn serve<IO>(io: IO, origin: Origin, place: Place, routes: Routes, shared: &Arc<Shared>)
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new(Instant::now()));
    if let Origin::Control = origin {
        activity.know();
    }
    let place = Arc::new(place);
    let builder = builder();
    let io = TokioIo::new(WatchedIo::new(io, activity.clone()));
    let service = {
        let (activity, shared) = (activity.clone(), shared.clone());
        service_fn(move |request| answer(request, origin, &place, &routes, &activity, &shared))
    };
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut stopping = None;
    let mut pressed = shared.places.pressed();
    loop {
        let hurry = *pressed.borrow_and_update();
        let deadline = activity.deadline(Instant::now(), stopping, &shared.times, hurry);
        let shortest = if hurry { shared.times.hurried().shortest() } else { shared.times.shortest() };
        let look = deadline.min(Instant::now() + shortest);
        tokio::select! {
            // The connection is polled first, so that a request that has arrived is read before time is
            // checked.
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)
                        && let Some(target) = request_line::target_of(&activity.unread_head())
                        && let Origin::Network(socket) = origin
                    {
                        shared.unreadable(socket.ip().to_canonical(), &target);
                    }
                    tracing::debug!(error = %crate::error_chain::Chain(error.as_ref()), "a connection broke");
                }
                return;
            }
            () = shared.kill.cancelled() => return,
            () = shared.stop.cancelled(), if stopping.is_none() => {
                stopping = Some(Instant::now());
                connection.as_mut().graceful_shutdown();
            }
            Ok(()) = pressed.changed() => {}
            () = tokio::time::sleep_until(look) => {
                if activity.deadline(Instant::now(), stopping, &shared.times, hurry) <= Instant::now() {
                    return;
                }
            }
        }
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(limits::HEADER_MAX)
        // Half-close: without this, hyper would drop a request whose sender closes right after it.
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::STREAMS_MAX)
        .initial_stream_window_size(limits::RECEIVE_WINDOW / 2)
        .initial_connection_window_size(limits::RECEIVE_WINDOW)
        .max_send_buf_size(limits::SEND_BUFFER)
        .keep_alive_interval(limits::PING_AFTER)
        .keep_alive_timeout(limits::PING_TIME)
        .max_header_list_size(u32::try_from(limits::HEADER_MAX).expect("the limit of a head is small"));
    builder
}

fn answer(
    mut request: Request<Incoming>,
    origin: Origin,
    place: &Place,
    routes: &Routes,
    activity: &Arc<Activity>,
    shared: &Shared,
) -> impl Future<
    Output = Result<
        http::Response<impl hyper::body::Body<Data = bytes::Bytes, Error = warp::Error> + use<>>,
        Infallible,
    >,
> + use<> {
    Gauges::count(&shared.gauges.requests);
    let peer = match origin {
        Origin::Network(socket) => shared.trusted.load().resolve(socket, request.headers()),
        Origin::Control => Peer::Control,
    };
    request.extensions_mut().insert(peer);
    // HTTP/2 has the host in the target; signatures and forms look for the header of HTTP/1.1.
    if request.version() == http::Version::HTTP_2
        && !request.headers().contains_key(http::header::HOST)
        && let Some(host) = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok())
    {
        request.headers_mut().insert(http::header::HOST, host);
    }
    let claim = Claim::new(&shared.gauges.bodies, activity);
    if let Origin::Control = origin {
        claim.know(Whose::Peoples);
    }
    request.extensions_mut().insert(claim);
    let place = place.request();
    if place.is_none() {
        Gauges::count(&shared.gauges.requests_refused);
    }
    let early = if place.is_none() { Some(crowded()) } else { target::answer(&request) };
    if early.is_some() && place.is_some() && request.method() == http::Method::POST {
        shared.unreadable(peer.ip(), &request.uri().to_string());
    }
    let under_way = activity.begin(request.version());
    let asks_first = request.headers().contains_key(http::header::EXPECT);
    let (head, body) = request.into_parts();
    let (body, unread) = unread::lend(body, asks_first);
    let request = Request::from_parts(head, body);
    let mut service = warp::service(routes.clone());
    async move {
        let answering = AssertUnwindSafe(async move {
            match early {
                Some(response) => Ok(response),
                None => service.call(request).await,
            }
        });
        let response: Response = match answering.catch_unwind().await {
            Ok(Ok(response)) => response,
            Err(_) => HttpError::Internal("a handler panicked".into()).into_response(),
        };
        unread.drain().await;
        let is_live = response.headers().get(http::header::CONTENT_TYPE).is_some_and(|t| t == "text/event-stream");
        Ok(response.map(|body| CountedBody::new(body, (under_way, place), is_live)))
    }
}

/// The answer to an address with too many requests under way: no body that it would have to take.
fn crowded() -> Response {
    let mut response = Response::default();
    *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(http::header::RETRY_AFTER, limits::RETRY_AFTER.as_secs().into());
    response
}
