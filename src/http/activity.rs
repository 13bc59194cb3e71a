//! What a connection is doing, and until when it may.
//!
//! ```text
//!            bytes                  head complete               last byte of the answer taken
//! quiet ──────────────► head ───────────────────► request ──────────────────────────► quiet
//!  idle time             head time                 write time
//! ```
//!
//! A new connection begins in "head": whoever connects has something to ask. Live streams
//! (server-sent events) are under way for hours; a stop does not wait for them.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::server::Times;

/// What a connection is doing.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    requests: usize,
    live: usize,
    /// Bytes of a request have arrived, and its head is not complete.
    head_since: Option<Instant>,
    /// The last request ended.
    quiet_since: Instant,
    /// The client has not taken the bytes we have for it.
    stuck_since: Option<Instant>,
    /// The first bytes of the head that is under way.
    head: Vec<u8>,
}

impl Activity {
    /// A connection that was opened just now.
    pub(super) fn new(now: Instant) -> Self {
        Self(Mutex::new(State {
            requests: 0,
            live: 0,
            head_since: Some(now),
            quiet_since: now,
            stuck_since: None,
            head: Vec::new(),
        }))
    }

    /// Notes that a request's head is complete.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        let mut state = self.state();
        state.requests += 1;
        state.head_since = None;
        state.head.clear();
        UnderWay { activity: self.clone(), live: false }
    }

    /// The first bytes of the request that could not be read.
    pub(super) fn unread_head(&self) -> Vec<u8> {
        std::mem::take(&mut self.state().head)
    }

    /// When to look again, and to give the connection up if this has passed by then.
    /// `stopping` is when a stop began.
    pub(super) fn deadline(&self, now: Instant, stopping: Option<Instant>, times: &Times) -> Instant {
        let state = self.state();
        let stuck = state.stuck_since.map(|since| since + times.write);
        let done = match (state.requests, stopping) {
            (1.., None) => now + times.write,
            (1.., Some(_)) => now + times.quiet,
            (0, Some(since)) => since.max(state.quiet_since) + times.quiet,
            (0, None) if state.live > 0 => now + times.write,
            (0, None) => state.head_since.map_or(state.quiet_since + times.idle, |since| since + times.head),
        };
        stuck.map_or(done, |stuck| stuck.min(done))
    }

    fn bytes_arrived(&self, bytes: &[u8]) {
        let mut state = self.state();
        if state.requests == 0 && state.live == 0 {
            let room = crate::limits::REQUEST_LINE_BYTES.saturating_sub(state.head.len());
            state.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        if state.requests == 0 && state.live == 0 && state.head_since.is_none() {
            state.head_since = Some(Instant::now());
        }
    }

    fn wrote(&self, taken: bool) {
        let mut state = self.state();
        match taken {
            true => state.stuck_since = None,
            false if state.stuck_since.is_none() => state.stuck_since = Some(Instant::now()),
            false => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way; dropped when its answer has been taken or its client is gone.
#[derive(Debug)]
pub(super) struct UnderWay {
    activity: Arc<Activity>,
    live: bool,
}

impl UnderWay {
    fn go_live(&mut self) {
        let mut state = self.activity.state();
        state.requests -= 1;
        state.live += 1;
        state.quiet_since = Instant::now();
        self.live = true;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        let count = if self.live { &mut state.live } else { &mut state.requests };
        *count -= 1;
        state.quiet_since = Instant::now();
    }
}

/// An answer's body, which keeps its request under way until it is taken.
#[derive(Debug)]
pub(super) struct CountedBody<B> {
    body: B,
    _under_way: UnderWay,
}

impl<B> CountedBody<B> {
    /// `is_live` where the body goes on until the client has enough.
    pub(super) fn new(body: B, mut under_way: UnderWay, is_live: bool) -> Self {
        if is_live {
            under_way.go_live();
        }
        Self { body, _under_way: under_way }
    }
}

impl<B: Body + Unpin> Body for CountedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that reports what it does.
#[derive(Debug)]
pub(super) struct WatchedIo<IO> {
    io: IO,
    activity: Arc<Activity>,
}

impl<IO> WatchedIo<IO> {
    /// Watches `io`.
    pub(super) fn new(io: IO, activity: Arc<Activity>) -> Self {
        Self { io, activity }
    }

    fn report<T>(&self, poll: Poll<T>) -> Poll<T> {
        self.activity.wrote(poll.is_ready());
        poll
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for WatchedIo<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.activity.bytes_arrived(&buf.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for WatchedIo<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write(cx, buf);
        self.report(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.report(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_flush(cx);
        self.report(poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_shutdown(cx);
        self.report(poll)
    }
}
