//! Reads bodies within limits of size, time and memory.
//!
//! warp's `content_length_limit` refuses chunked bodies, which platforms may send, and `bytes` has no
//! limit; clippy bans both. Here the declared length is checked first, then the real one, against a
//! deadline and the memory of all bodies together (`src/http/transport/budget.rs`). The rest of a body
//! goes to `src/http/transport/unread.rs`.

use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use http::{HeaderMap, header};
use tokio::sync::mpsc;
use warp::Filter;

use crate::domain::Text;
use crate::http::HttpError;
use crate::http::transport::budget::{Claim, NoRoom, claim};
use crate::limits;
use crate::service::BodyError;

#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    pub max: usize,
    pub time: Duration,
}

/// Of callbacks: the largest of any address.
pub const CALLBACK: BodyLimits = BodyLimits { max: limits::BODY_MAX, time: limits::BODY_TIME };

/// Of forms and API requests.
pub const FORM: BodyLimits = BodyLimits { max: limits::FORM_MAX, ..CALLBACK };

/// Of forms before login.
pub const STRANGER: BodyLimits = BodyLimits { max: limits::STRANGER_BODY_MAX, ..CALLBACK };

/// Of an import of bindings over the API, which is never held whole.
pub const IMPORT: BodyLimits = BodyLimits { max: limits::BINDINGS_IMPORT_MAX, ..CALLBACK };

/// Of a file uploaded by a form.
pub const UPLOAD: BodyLimits = BodyLimits { max: limits::UPLOAD_MAX, time: limits::UPLOAD_TIME };

impl From<NoRoom> for BodyError {
    fn from(NoRoom: NoRoom) -> Self {
        Self::NoRoom
    }
}

impl From<BodyError> for HttpError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::BodyTooLarge,
            BodyError::Timeout => Self::BodyTimeout,
            BodyError::Broken => Self::BodyBroken,
            BodyError::NoRoom => Self::Busy(Text::new(
                "服务器正在接收的内容太多，请稍后再发",
                "the server is receiving too much at once; send it again later",
            )),
        }
    }
}

/// Reads the whole body. Never rejects: the handler decides what an error means.
pub fn body(
    limits: BodyLimits,
) -> impl Filter<Extract = (Result<Vec<u8>, BodyError>,), Error = warp::Rejection> + Clone {
    claim().and(warp::header::headers_cloned()).and(warp::body::stream()).then(
        move |claim: Claim, headers: HeaderMap, stream| async move { read(&claim, &headers, stream, limits).await },
    )
}

pub(crate) async fn read<S, B, E>(
    claim: &Claim,
    headers: &HeaderMap,
    stream: S,
    limits: BodyLimits,
) -> Result<Vec<u8>, BodyError>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limits.max) {
        return Err(BodyError::TooLarge);
    }
    let mut stream = std::pin::pin!(stream);
    let mut body = Vec::new();
    let collected = tokio::time::timeout(limits.time, async {
        while let Some(chunk) = stream.next().await {
            let mut chunk = chunk.map_err(|_| BodyError::Broken)?;
            let length = body.len() + chunk.remaining();
            if length > limits.max {
                return Err(BodyError::TooLarge);
            }
            make_room(claim, &mut body, length, declared.unwrap_or(limits.max))?;
            while chunk.has_remaining() {
                let part = chunk.chunk();
                body.extend_from_slice(part);
                let length = part.len();
                chunk.advance(length);
            }
        }
        Ok(())
    });
    match collected.await {
        Ok(Ok(())) => Ok(body),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(BodyError::Timeout),
    }
}

/// Grows the buffer as bytes arrive, doubling up to `whole`. Memory is claimed first.
fn make_room(claim: &Claim, body: &mut Vec<u8>, length: usize, whole: usize) -> Result<(), NoRoom> {
    if length > body.capacity() {
        let room = (2 * body.capacity()).max(limits::BODY_FIRST).min(whole).max(length);
        claim.take(room - body.capacity())?;
        body.reserve_exact(room - body.len());
    }
    Ok(())
}

/// Hands a body over in pieces. The time of `limits` is for each piece. Ends early if the pieces are not
/// taken.
///
/// # Errors
/// When it is too large, too slow or breaks off; whoever takes the pieces is told as well.
pub async fn pour<S, B, E>(
    headers: &HeaderMap,
    stream: S,
    limits: BodyLimits,
    give: mpsc::Sender<Result<Bytes, BodyError>>,
) -> Result<(), BodyError>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let mut stream = std::pin::pin!(stream);
    let mut seen = declared.filter(|length| *length > limits.max).unwrap_or(0);
    loop {
        let piece = match tokio::time::timeout(limits.time, stream.next()).await {
            _ if seen > limits.max => Err(BodyError::TooLarge),
            Ok(None) => return Ok(()),
            Ok(Some(Ok(mut piece))) => {
                seen += piece.remaining();
                if seen > limits.max { Err(BodyError::TooLarge) } else { Ok(piece.copy_to_bytes(piece.remaining())) }
            }
            Ok(Some(Err(_))) => Err(BodyError::Broken),
            Err(_) => Err(BodyError::Timeout),
        };
        let failed = piece.as_ref().err().copied();
        let unwanted = give.send(piece).await.is_err();
        if unwanted || failed.is_some() {
            return failed.map_or(Ok(()), Err);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    const SMALL: BodyLimits = BodyLimits { max: 10, time: Duration::from_secs(5) };

    fn chunks(parts: &'static [&'static str]) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::iter(parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))))
    }

    fn declared(length: usize) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_LENGTH, length.into())])
    }

    #[tokio::test]
    async fn a_body_in_pieces_is_put_together() {
        let body = read(&Claim::default(), &HeaderMap::new(), chunks(&["one", "", "two", "four"]), SMALL).await;
        assert_eq!(body.unwrap(), b"onetwofour");
    }

    #[tokio::test]
    async fn the_real_length_counts_where_none_was_declared() {
        let body = read(&Claim::default(), &HeaderMap::new(), chunks(&["0123456789", "x"]), SMALL).await;
        assert_eq!(body, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_is_declared_too_large_is_refused_without_reading() {
        let untouched =
            stream::poll_fn(|_| -> std::task::Poll<Option<Result<Bytes, Infallible>>> { panic!("the body was read") });
        assert_eq!(read(&Claim::default(), &declared(11), untouched, SMALL).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_times_out() {
        let hurried = BodyLimits { time: Duration::from_millis(20), ..SMALL };
        let stalled = chunks(&["one"]).chain(stream::pending());
        assert_eq!(read(&Claim::default(), &HeaderMap::new(), stalled, hurried).await, Err(BodyError::Timeout));
    }

    #[tokio::test]
    async fn a_body_in_pieces_is_handed_over_within_its_limits() {
        let poured = async |stream: &'static [&'static str], limits| {
            let (give, mut take) = mpsc::channel(1);
            let taking = async {
                let mut taken = Vec::new();
                while let Some(piece) = take.recv().await {
                    taken.push(piece);
                }
                taken
            };
            let headers = HeaderMap::new();
            tokio::join!(pour(&headers, chunks(stream), limits, give), taking)
        };
        let (done, taken) = poured(&["one", "two"], SMALL).await;
        assert_eq!((done, taken), (Ok(()), vec![Ok("one".into()), Ok("two".into())]));
        let (done, taken) = poured(&["0123456789", "x", "y"], SMALL).await;
        assert_eq!((done, taken.last()), (Err(BodyError::TooLarge), Some(&Err(BodyError::TooLarge))));
        let (give, take) = mpsc::channel(1);
        drop(take);
        assert_eq!(pour(&HeaderMap::new(), chunks(&["one", "two"]), SMALL, give).await, Ok(()));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error() {
        let broken = stream::iter([Ok(Bytes::from_static(b"one")), Err("reset")]);
        assert_eq!(read(&Claim::default(), &HeaderMap::new(), broken, SMALL).await, Err(BodyError::Broken));
    }
}
