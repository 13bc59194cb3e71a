//! A row with what is needed to find it, as collections and segments handle it.
//!
//! ```text
//! id 16 │ k i64 │ t i64 │ last u64 │ row …        (little-endian, in blocks)
//! ```

use std::sync::Arc;

use super::terms::{Terms, signature_bits};

/// One row. Collections do not know what is in it.
#[derive(Debug, Clone)]
pub(super) struct Doc {
    /// Its id, unique in the collection.
    pub(super) id: [u8; 16],
    /// What it is ordered by: a call's earliest instant, a callback's number.
    pub(super) k: i64,
    /// The instant that time filters look at, in microseconds.
    pub(super) t: i64,
    /// The last record that changed it.
    pub(super) last: u64,
    /// A digest of its terms: see [`signature`].
    pub(super) signature: u128,
    /// Its terms, sorted.
    pub(super) terms: Arc<[u64]>,
    /// The encoded row.
    pub(super) row: Arc<[u8]>,
}

/// Two bits of 128 for each term. Walking the hot part compares signatures, which stand in the
/// walked rows, and looks at the terms behind a pointer only where those agree: 7 of 100 times.
pub(super) fn signature(terms: &[u64]) -> u128 {
    terms.iter().filter_map(|term| signature_bits(&Terms::one(*term))).fold(0, |all, bits| all | bits)
}

/// Bytes before the row.
pub(super) const HEAD: usize = 16 + 8 + 8 + 8;

impl Doc {
    /// Where it stands in a list: newest first means descending.
    pub(super) fn place(&self) -> (i64, [u8; 16]) {
        (self.k, self.id)
    }

    /// Appends head and row.
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

    /// As it is kept while it may still change: head, terms, row.
    pub(super) fn write_hot(&self, out: &mut Vec<u8>) {
        let count = u32::try_from(self.terms.len()).expect("a row has few terms");
        out.extend_from_slice(&count.to_le_bytes());
        for term in self.terms.iter() {
            out.extend_from_slice(&term.to_le_bytes());
        }
        self.write(out);
    }

    /// Reads [`Doc::write_hot`].
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
