//! Decodes bodies sent with `Content-Encoding: gzip` or `deflate`.
//!
//! A body is stored byte for byte and decoded on each read. The output is bounded: a thousandth of it
//! may have been sent.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::limits::BODY_MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Answered with 415 (RFC 9110).
    #[error("the content encoding is neither gzip nor deflate")]
    UnknownEncoding,
    #[error("the body is too large once it is unpacked")]
    TooLarge,
    #[error("the compressed body is damaged")]
    Damaged,
}

/// Fails on another encoding, and on a body that does not unpack to at most [`BODY_MAX`] bytes.
pub fn unpack<'a>(headers: &[(String, String)], body: &'a [u8]) -> Result<Cow<'a, [u8]>, ContentError> {
    let named = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    let named = named.flat_map(|(_, value)| value.split(','));
    let named: Vec<String> = named.map(|name| name.trim().to_ascii_lowercase()).collect();
    let mut encodings = named.iter().map(String::as_str).filter(|name| !matches!(*name, "" | "identity"));
    let (encoding, more) = (encodings.next(), encodings.next());
    match (encoding, more) {
        (None, _) => Ok(Cow::Borrowed(body)),
        // A proxy that decodes may leave the header in place.
        (Some("gzip" | "x-gzip" | "deflate"), None) if is_plain(body) => Ok(Cow::Borrowed(body)),
        (Some("gzip" | "x-gzip"), None) => read(MultiGzDecoder::new(body)),
        // Some senders omit zlib's frame.
        (Some("deflate"), None) => match read(ZlibDecoder::new(body)) {
            Err(ContentError::Damaged) => read(DeflateDecoder::new(body)),
            unpacked => unpacked,
        },
        _ => Err(ContentError::UnknownEncoding),
    }
}

/// No compressed body begins like the text that platforms send.
fn is_plain(body: &[u8]) -> bool {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    text.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|first| matches!(first, b'{' | b'[' | b'<'))
}

fn read<'a>(packed: impl Read) -> Result<Cow<'a, [u8]>, ContentError> {
    let mut content = Vec::new();
    packed.take(BODY_MAX as u64 + 1).read_to_end(&mut content).map_err(|_| ContentError::Damaged)?;
    if content.len() > BODY_MAX { Err(ContentError::TooLarge) } else { Ok(Cow::Owned(content)) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = br#"{"eventType":"fee"}"#;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(content).unwrap();
        packed.finish().unwrap()
    }

    fn check(encoding: &str, body: &[u8], expected: Result<&[u8], ContentError>) {
        let headers = vec![("content-encoding".to_owned(), encoding.to_owned())];
        assert_eq!(unpack(&headers, body).as_deref(), expected.as_ref().copied(), "{encoding}");
    }

    #[test]
    fn a_compressed_body_is_unpacked_whichever_way_it_is_named() {
        let (mut zlib, mut raw) =
            (ZlibEncoder::new(Vec::new(), Compression::fast()), DeflateEncoder::new(Vec::new(), Compression::fast()));
        zlib.write_all(TEXT).unwrap();
        raw.write_all(TEXT).unwrap();
        for encoding in ["gzip", "x-gzip", " GZIP ", "identity, gzip"] {
            check(encoding, &gzip(TEXT), Ok(TEXT));
        }
        check("gzip", &[gzip(&TEXT[..7]), gzip(&TEXT[7..])].concat(), Ok(TEXT));
        check("deflate", &zlib.finish().unwrap(), Ok(TEXT));
        check("deflate", &raw.finish().unwrap(), Ok(TEXT));
        assert_eq!(unpack(&[], TEXT), Ok(Cow::Borrowed(TEXT)));
    }

    #[test]
    fn a_body_that_a_proxy_decoded_stays_unchanged() {
        check("gzip", TEXT, Ok(TEXT));
        check("deflate", b" \n<Request/>", Ok(b" \n<Request/>"));
        check("identity", TEXT, Ok(TEXT));
        check("gzip", b"", Ok(b""));
    }

    #[test]
    fn a_body_that_cannot_be_decoded_says_why() {
        check("br", TEXT, Err(ContentError::UnknownEncoding));
        check("gzip, gzip", &gzip(&gzip(TEXT)), Err(ContentError::UnknownEncoding));
        check("gzip", &gzip(TEXT)[..12], Err(ContentError::Damaged));
        check("deflate", b"\x01\x02\x03", Err(ContentError::Damaged));
        check("gzip", &gzip(&vec![b' '; BODY_MAX]), Ok(&vec![b' '; BODY_MAX]));
        check("gzip", &gzip(&vec![b' '; BODY_MAX + 1]), Err(ContentError::TooLarge));
    }
}
