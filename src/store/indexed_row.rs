//! A row with what is needed to find it, as collections and segments handle it.
//!
//! ```text
//! id 16 │ k i64 │ t i64 │ last u64 │ row …        (little-endian, in blocks)
//! ```

use std::sync::Arc;

use jiff::Timestamp;

use super::terms::{Terms, signature_bits};
use crate::domain::Seq;

/// What rows are ordered by: newest first is descending.
pub(super) type RowKey = (i64, [u8; 16]);

/// Collections do not know what is in it.
#[derive(Debug, Clone)]
pub(super) struct IndexedRow {
    /// Unique in the collection.
    pub(super) id: [u8; 16],
    /// The sort key: a call's earliest instant, a callback's number.
    pub(super) k: i64,
    /// For time filters, in microseconds.
    pub(super) t: i64,
    pub(super) last: Seq,
    /// See [`signature`].
    pub(super) signature: u128,
    /// Its terms, sorted.
    pub(super) terms: Arc<[u64]>,
    pub(super) row: Arc<[u8]>,
}

/// Two bits of 128 for each term. Walking the hot part compares signatures, which stand in the
/// walked rows, and looks at the terms behind a pointer only where those agree: 7 of 100 times.
fn signature(terms: &[u64]) -> u128 {
    terms.iter().filter_map(|term| signature_bits(&Terms::one(*term))).fold(0, |all, bits| all | bits)
}

pub(super) const HEAD: usize = 16 + 8 + 8 + 8;

impl IndexedRow {
    pub(super) fn new((k, id): RowKey, t: Timestamp, last: Seq, mut terms: Vec<u64>, row: Vec<u8>) -> Self {
        terms.sort_unstable();
        terms.dedup();
        let (t, signature) = (t.as_microsecond(), signature(&terms));
        Self { id, k, t, last, signature, terms: Arc::from(terms), row: Arc::from(row) }
    }

    pub(super) fn key(&self) -> RowKey {
        (self.k, self.id)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&self.k.to_le_bytes());
        out.extend_from_slice(&self.t.to_le_bytes());
        out.extend_from_slice(&self.last.to_le_bytes());
        out.extend_from_slice(&self.row);
    }

    /// Reads head and row; the terms are not kept in blocks.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let row = bytes.get(HEAD..)?;
        Some(Self {
            id: bytes[..16].try_into().ok()?,
            k: i64::from_le_bytes(bytes[16..24].try_into().ok()?),
            t: i64::from_le_bytes(bytes[24..32].try_into().ok()?),
            last: u64::from_le_bytes(bytes[32..40].try_into().ok()?),
            signature: 0,
            terms: Arc::from([]),
            row: Arc::from(row),
        })
    }

    /// The form of the hot part: head, terms, row.
    pub(super) fn write_hot(&self, out: &mut Vec<u8>) {
        let count = u32::try_from(self.terms.len()).expect("a row has few terms");
        out.extend_from_slice(&count.to_le_bytes());
        for term in self.terms.iter() {
            out.extend_from_slice(&term.to_le_bytes());
        }
        self.write(out);
    }

    /// Reads [`IndexedRow::write_hot`].
    pub(super) fn read_hot(bytes: &[u8]) -> Option<Self> {
        let count = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
        let end = 4 + count.checked_mul(8)?;
        let terms: Arc<[u64]> = bytes
            .get(4..end)?
            .chunks_exact(8)
            .map(|c| u64::from_le_bytes(c.try_into().expect("eight bytes")))
            .collect();
        Some(Self { signature: signature(&terms), terms, ..Self::read(&bytes[end..])? })
    }
}

/// Rows written together: n × (length u32, row).
pub(super) fn write_chunk<'a>(indexed_rows: impl Iterator<Item = &'a IndexedRow>) -> Vec<u8> {
    let mut chunk = Vec::new();
    for indexed in indexed_rows {
        let at = chunk.len();
        chunk.extend_from_slice(&[0; 4]);
        indexed.write_hot(&mut chunk);
        let length = u32::try_from(chunk.len() - at - 4).expect("a row is far below 4 GiB");
        chunk[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }
    chunk
}

pub(super) fn read_chunk(mut bytes: &[u8]) -> impl Iterator<Item = Option<IndexedRow>> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let row = rest.get(..u32::from_le_bytes(*length) as usize);
        bytes = row.map_or(&[][..], |row| &rest[row.len()..]);
        Some(row.and_then(IndexedRow::read_hot))
    })
}
