//! What a connection is doing, and when its time is over.
//!
//! ```text
//!            bytes                  head complete               last byte of the answer taken
//! quiet ──────────────► head ───────────────────► request ──────────────────────────► quiet
//!  idle time             head time                 write time
//! ```
//!
//! While few places for connections are left, a connection of a stranger has seconds for its head and its
//! pauses, and as long as a handshake for a whole request.
//!
//! A new connection begins in "head". Live streams (server-sent events) stay under way for hours; a stop
//! does not wait for them.
//!
//! HTTP/2 differs in two ways. What arrives between two requests may be a PING or SETTINGS instead of a
//! head, so only requests end the idle time. And a client that grants no window keeps its answers above
//! the socket, where nothing seems to wait: so answers are handed over in pieces, and a client that does
//! not take a piece within the write time loses the connection. A stream without data does not count.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::http::transport::places::RequestPlace;
use crate::http::transport::server::Times;
use crate::limits;

#[derive(Debug)]
pub(crate) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    requests: usize,
    live: usize,
    begun: u64,
    begun_at: Instant,
    known: bool,
    multiplexed: bool,
    /// Answers with a piece that the client has not taken yet.
    untaken: BTreeMap<u64, Instant>,
    /// Since when a head is incomplete.
    head_since: Option<Instant>,
    /// Since when no request is under way.
    quiet_since: Instant,
    /// Since when the client has not taken our bytes.
    stuck_since: Option<Instant>,
    head: Vec<u8>,
}

impl Activity {
    pub(crate) fn new(now: Instant) -> Self {
        Self(Mutex::new(State {
            requests: 0,
            live: 0,
            begun: 0,
            begun_at: now,
            known: false,
            multiplexed: false,
            untaken: BTreeMap::new(),
            head_since: Some(now),
            quiet_since: now,
            stuck_since: None,
            head: Vec::new(),
        }))
    }

    pub(crate) fn begin(self: &Arc<Self>, version: http::Version) -> UnderWay {
        let mut state = self.state();
        state.requests += 1;
        state.begun += 1;
        state.begun_at = Instant::now();
        state.multiplexed = version == http::Version::HTTP_2;
        state.head_since = None;
        state.head.clear();
        UnderWay { activity: self.clone(), number: state.begun, multiplexed: state.multiplexed, live: false }
    }

    pub(crate) fn know(&self) {
        self.state().known = true;
    }

    /// The first bytes of an unreadable request.
    pub(crate) fn unread_head(&self) -> Vec<u8> {
        std::mem::take(&mut self.state().head)
    }

    /// When to look again; the connection is closed if this has passed. `stopping`: when a stop began.
    pub(crate) fn deadline(&self, now: Instant, stopping: Option<Instant>, times: &Times, pressed: bool) -> Instant {
        let state = self.state();
        let hurried = pressed && !state.known;
        let times = if hurried { &times.hurried() } else { times };
        let stuck = state.stuck_since.iter().chain(state.untaken.values()).min().map(|since| *since + times.write);
        let done = match (state.requests, stopping) {
            (1.., None) if hurried => state.begun_at + times.write,
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
        if state.multiplexed || state.requests > 0 || state.live > 0 {
            return;
        }
        let room = limits::REQUEST_LINE_BYTES.saturating_sub(state.head.len());
        state.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if state.head_since.is_none() {
            state.head_since = Some(Instant::now());
        }
    }

    /// For HTTP/1.1, where an answer may be taken long after its body was handed over.
    fn bytes_taken(&self) {
        let mut state = self.state();
        if !state.multiplexed && state.requests == 0 {
            state.quiet_since = Instant::now();
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

#[derive(Debug)]
pub(crate) struct UnderWay {
    activity: Arc<Activity>,
    number: u64,
    multiplexed: bool,
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

    fn handed_over(&self, something: bool) {
        // For HTTP/1.1 the socket says so.
        if self.multiplexed {
            let mut state = self.activity.state();
            match something {
                true => state.untaken.insert(self.number, Instant::now()),
                false => state.untaken.remove(&self.number),
            };
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        let count = if self.live { &mut state.live } else { &mut state.requests };
        *count -= 1;
        state.untaken.remove(&self.number);
        state.quiet_since = Instant::now();
    }
}

/// The body of an answer; its request is under way until the client has taken it.
#[derive(Debug)]
pub(crate) struct CountedBody<B> {
    body: B,
    rest: Bytes,
    under_way: UnderWay,
    _place: Option<RequestPlace>,
}

impl<B> CountedBody<B> {
    /// `is_live`: server-sent events.
    pub(crate) fn new(body: B, (mut under_way, place): (UnderWay, Option<RequestPlace>), is_live: bool) -> Self {
        if is_live {
            under_way.go_live();
        }
        Self { body, rest: Bytes::new(), under_way, _place: place }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for CountedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        if this.rest.is_empty() {
            let frame = match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                other => {
                    this.under_way.handed_over(false);
                    return other;
                }
            };
            match frame.into_data() {
                Ok(data) => this.rest = data,
                Err(frame) => return Poll::Ready(Some(Ok(frame))),
            }
        }
        let most = if this.under_way.multiplexed { limits::ANSWER_PIECE } else { usize::MAX };
        let piece = this.rest.split_to(this.rest.len().min(most));
        this.under_way.handed_over(true);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}

#[derive(Debug)]
pub(crate) struct WatchedIo<IO> {
    io: IO,
    activity: Arc<Activity>,
}

impl<IO> WatchedIo<IO> {
    pub(crate) fn new(io: IO, activity: Arc<Activity>) -> Self {
        Self { io, activity }
    }

    fn report<T>(&self, poll: Poll<T>) -> Poll<T> {
        self.activity.wrote(poll.is_ready());
        poll
    }

    fn report_written(&self, poll: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(poll, Poll::Ready(Ok(1..))) {
            self.activity.bytes_taken();
        }
        self.report(poll)
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
        self.report_written(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.report_written(poll)
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
