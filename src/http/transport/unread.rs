//! Reads the rest of a body that a handler left unread.
//!
//! An answer is often known from the head alone: a wrong token, an ended session, an unknown address.
//! hyper then closes the connection while the body is still arriving, and a client that is sending sees a
//! broken connection instead of the 401. So every body is lent to its handler; the rest is read and
//! dropped for a while, and the connection goes on.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;

use crate::limits;

/// A handler's body; returns to its [`Unread`] when dropped.
#[derive(Debug)]
pub(crate) struct Lent<B> {
    body: Option<B>,
    /// The client sent `Expect: 100-continue` and got no answer: it sends nothing.
    waits: bool,
    back: Option<oneshot::Sender<B>>,
}

#[derive(Debug)]
pub(crate) struct Unread<B>(oneshot::Receiver<B>);

/// `asks_first`: the client waits for `100 Continue`.
pub(crate) fn lend<B>(body: B, asks_first: bool) -> (Lent<B>, Unread<B>) {
    let (back, unread) = oneshot::channel();
    (Lent { body: Some(body), waits: asks_first, back: Some(back) }, Unread(unread))
}

impl<B: Body<Data = Bytes> + Unpin> Unread<B> {
    pub(crate) async fn drain(mut self) {
        let Ok(mut body) = self.0.try_recv() else { return };
        let mut dropped = 0;
        let reading = async {
            while let Some(Ok(frame)) = body.frame().await {
                dropped += frame.data_ref().map_or(0, Buf::remaining);
                if dropped > limits::BODY_DRAIN_MAX {
                    return;
                }
            }
        };
        // A time-out ends it like the end of the body.
        let _ = tokio::time::timeout(limits::BODY_DRAIN_TIME, reading).await;
    }
}

impl<B: Body + Unpin> Body for Lent<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.waits = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B> Drop for Lent<B> {
    fn drop(&mut self) {
        if let (false, Some(body), Some(back)) = (self.waits, self.body.take(), self.back.take()) {
            // The connection is gone.
            let _ = back.send(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::StreamBody;

    use super::*;
    use crate::http::testing::SOON;

    fn endless() -> impl Body<Data = Bytes, Error = std::io::Error> + Unpin {
        let piece = Bytes::from(vec![b'x'; 64 << 10]);
        StreamBody::new(futures_util::stream::repeat_with(move || Ok(Frame::data(piece.clone()))))
    }

    #[tokio::test]
    async fn a_body_without_end_is_let_go_at_the_limit() {
        let seen = std::cell::Cell::new(0);
        let counted = endless().map_frame(|frame| {
            seen.set(seen.get() + frame.data_ref().map_or(0, Bytes::len));
            frame
        });
        let (lent, unread) = lend(counted, false);
        drop(lent);
        unread.drain().await;
        assert_eq!(seen.get(), limits::BODY_DRAIN_MAX + (64 << 10));
    }

    #[tokio::test]
    async fn a_client_that_stalls_is_waited_for_within_its_time() {
        let stalled = StreamBody::new(futures_util::stream::pending::<Result<Frame<Bytes>, std::io::Error>>());
        let (lent, unread) = lend(stalled, false);
        drop(lent);
        tokio::time::timeout(SOON, unread.drain()).await.expect("its time is over");
    }

    #[tokio::test]
    async fn nobody_is_waited_for_who_waits_for_a_word() {
        let (mut lent, unread) = lend(endless(), true);
        drop(lent);
        unread.drain().await;
        // The client was told to send.
        (lent, _) = lend(endless(), true);
        assert!(lent.frame().await.is_some());
        assert!(!lent.waits);
    }

    #[tokio::test]
    async fn a_body_in_use_does_not_come_back() {
        let (lent, unread) = lend(endless(), false);
        unread.drain().await;
        drop(lent);
    }
}
