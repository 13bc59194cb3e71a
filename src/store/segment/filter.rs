//! Which ids a segment may hold: a binary fuse filter, 18 bits an id.
//!
//! Every new call asks every segment whether it knows it; the filter answers in some
//! nanoseconds and is wrong once in 65,536 times, never with a false no.

use xorf::{BinaryFuse16, Descriptor, DmaSerializable as _, Filter as _};

use crate::store::doc::Doc;

const HEAD: usize = Descriptor::DMA_LEN;

/// The filter of a segment.
#[derive(Debug)]
pub(super) struct IdFilter(BinaryFuse16);

impl IdFilter {
    /// The filter of these rows.
    pub(super) fn of(docs: &[Doc]) -> Result<Self, &'static str> {
        let mut keys: Vec<u64> = docs.iter().map(|doc| key(&doc.id)).collect();
        keys.sort_unstable();
        keys.dedup();
        BinaryFuse16::try_from(&keys).map(Self)
    }

    /// Whether an id may be among them.
    pub(super) fn may_hold(&self, id: &[u8; 16]) -> bool {
        self.0.contains(&key(id))
    }

    /// Descriptor and fingerprints, little-endian.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = vec![0; HEAD];
        self.0.dma_copy_descriptor_to(&mut bytes);
        bytes.extend(self.0.fingerprints.iter().flat_map(|print| print.to_le_bytes()));
        bytes
    }

    /// Reads [`IdFilter::write`]; the caller has checked that the bytes are those written.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (head, prints) = bytes.split_at_checked(HEAD)?;
        let four = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
        Some(Self(BinaryFuse16 {
            descriptor: Descriptor {
                seed: u64::from_le_bytes(head[..8].try_into().expect("eight bytes")),
                segment_length: four(8),
                segment_length_mask: four(12),
                segment_count_length: four(16),
            },
            fingerprints: prints.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect(),
        }))
    }
}

/// Ids are hashes already; both halves go in because callbacks' ids are small numbers.
fn key(id: &[u8; 16]) -> u64 {
    let id = u128::from_be_bytes(*id);
    (id as u64) ^ ((id >> 64) as u64)
}
