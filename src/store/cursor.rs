//! Where the next page of a list begins.
//!
//! A cursor pins a snapshot: the last record applied when the first page was made. Rows are
//! then seen as they were at that record, so that a call which changes while somebody pages
//! is never shown twice. It also carries a digest of the query, because a place in one list
//! means nothing in another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use xxhash_rust::xxh3::xxh3_64;

use super::QueryError;
use super::indexed_row::RowKey;
use crate::domain::Seq;

const LENGTH: usize = 8 + 8 + 8 + 16;

/// A place in a pinned list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) snapshot: Seq,
    pub(super) key: RowKey,
}

pub(super) fn digest(query: &dyn std::fmt::Debug) -> u64 {
    xxh3_64(format!("{query:?}").as_bytes())
}

impl Cursor {
    pub(super) fn write(&self, query: u64) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend_from_slice(&query.to_be_bytes());
        bytes.extend_from_slice(&self.snapshot.to_be_bytes());
        bytes.extend_from_slice(&self.key.0.to_be_bytes());
        bytes.extend_from_slice(&self.key.1);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads [`Cursor::write`] for the same query.
    pub(super) fn read(text: &str, query: u64) -> Result<Self, QueryError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| QueryError::Cursor)?;
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| QueryError::Cursor)?;
        let eight = |at: usize| -> [u8; 8] { bytes[at..at + 8].try_into().expect("eight bytes") };
        if u64::from_be_bytes(eight(0)) != query {
            return Err(QueryError::Cursor);
        }
        Ok(Self {
            snapshot: u64::from_be_bytes(eight(8)),
            key: (i64::from_be_bytes(eight(16)), bytes[24..].try_into().expect("sixteen bytes")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_query() {
        let cursor = Cursor { snapshot: 7, key: (-3, [9; 16]) };
        let text = cursor.write(digest(&"one"));
        assert_eq!(Cursor::read(&text, digest(&"one")).expect("its own query"), cursor);
        assert!(matches!(Cursor::read(&text, digest(&"two")), Err(QueryError::Cursor)));
        assert!(matches!(Cursor::read("no cursor", digest(&"one")), Err(QueryError::Cursor)));
    }
}
