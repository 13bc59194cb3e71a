//! How rows become bytes: postcard, and zstd around it where they are large.

use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error)]
#[error("a row of the store is damaged")]
pub(super) struct RowError(#[source] pub(super) Option<postcard::Error>);

pub(super) fn encode(row: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(row).expect("a row holds nothing that postcard cannot write")
}

pub(super) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, RowError> {
    postcard::from_bytes(bytes).map_err(|error| RowError(Some(error)))
}

pub(super) fn compress(row: &impl Serialize) -> Vec<u8> {
    zstd::bulk::compress(&encode(row), 1).expect("memory is enough to compress a few kilobytes")
}

pub(super) fn decompress(bytes: &[u8]) -> Result<Vec<u8>, RowError> {
    zstd::stream::decode_all(bytes).map_err(|_| RowError(None))
}
