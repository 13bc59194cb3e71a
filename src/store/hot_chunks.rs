//! How the hot part of the calls stands on disk: in chunks of rows, not row by row.
//!
//! sled's memory and disk follow the number of its small rows (measured: 98,000 hot calls as
//! rows of their own took 350 MiB on disk and 900 MiB resident while they changed). A checkpoint
//! writes what changed as chunks of [`ROWS`]; a bitmap beside each chunk says which of its rows
//! are still the newest. A chunk with none left is removed, one with few left has them moved
//! along with the next checkpoint.
//!
//! ```text
//! 'c' chunk u64 → zstd( n × length u32, hot row )        'k' chunk u64 → u64 bitmap of live rows
//! ```

use std::collections::{BTreeSet, HashMap};

use super::indexed_row::{IndexedRow, read_chunk, write_chunk};
use super::kv::{self, KvBatch};
use crate::limits;

/// Rows of one chunk: the bits of its bitmap. About 40 KiB, and 12 compressed.
const ROWS: usize = 64;
/// Living rows at which a chunk is given up.
const SPARSE: u32 = 16;

#[derive(Debug, Default)]
pub(super) struct HotChunks {
    next: u64,
    of: HashMap<[u8; 16], (u64, usize)>,
    chunks: HashMap<u64, Chunk>,
    touched: BTreeSet<u64>,
}

#[derive(Debug)]
struct Chunk {
    live: u64,
    ids: Vec<[u8; 16]>,
}

impl HotChunks {
    /// `None` when the chunk is damaged.
    pub(super) fn load(&mut self, key: &[u8], live: &[u8], value: &[u8]) -> Option<Vec<IndexedRow>> {
        let number = u64::from_be_bytes(key.get(1..9)?.try_into().ok()?);
        let live = u64::from_be_bytes(live.try_into().ok()?);
        let plain = zstd::bulk::decompress(value, limits::SEGMENT_PART_MAX).ok()?;
        let indexed_rows: Vec<IndexedRow> = read_chunk(&plain).collect::<Option<_>>()?;
        let ids = indexed_rows.iter().map(|indexed| indexed.id).collect();
        let indexed_rows: Vec<IndexedRow> = indexed_rows
            .into_iter()
            .enumerate()
            .filter(|(slot, _)| live >> slot & 1 == 1)
            .map(|(slot, indexed)| {
                self.of.insert(indexed.id, (number, slot));
                indexed
            })
            .collect();
        self.chunks.insert(number, Chunk { live, ids });
        self.next = self.next.max(number + 1);
        Some(indexed_rows)
    }

    /// Calls in nearly empty chunks: they should be written again.
    pub(super) fn sparse(&self) -> Vec<[u8; 16]> {
        let chunks = self.touched.iter().filter_map(|number| self.chunks.get(number));
        let sparse = chunks.filter(|chunk| chunk.live != 0 && chunk.live.count_ones() <= SPARSE);
        sparse
            .flat_map(|chunk| {
                (0..chunk.ids.len()).filter(|slot| chunk.live >> slot & 1 == 1).map(|slot| chunk.ids[slot])
            })
            .collect()
    }

    pub(super) fn release(&mut self, id: &[u8; 16]) {
        if let Some((number, slot)) = self.of.remove(id)
            && let Some(chunk) = self.chunks.get_mut(&number)
        {
            chunk.live &= !(1 << slot);
            self.touched.insert(number);
        }
    }

    pub(super) fn write(&mut self, batch: &mut KvBatch, indexed_rows: &[&IndexedRow]) -> std::io::Result<()> {
        for indexed_rows in indexed_rows.chunks(ROWS) {
            let number = self.next;
            self.next += 1;
            for (slot, indexed) in indexed_rows.iter().enumerate() {
                self.release(&indexed.id);
                self.of.insert(indexed.id, (number, slot));
            }
            let live = u64::MAX >> (ROWS - indexed_rows.len());
            let plain = write_chunk(indexed_rows.iter().copied());
            batch.put(key(b'c', number), zstd::bulk::compress(&plain, 1)?);
            self.chunks.insert(number, Chunk { live, ids: indexed_rows.iter().map(|indexed| indexed.id).collect() });
            self.touched.insert(number);
        }
        Ok(())
    }

    /// Adds to a batch which rows of which chunks are still the newest.
    pub(super) fn write_live(&mut self, batch: &mut KvBatch) {
        for number in &self.touched {
            let live = self.chunks.get(number).map_or(0, |chunk| chunk.live);
            if live == 0 {
                batch.remove(key(b'c', *number));
                batch.remove(key(b'k', *number));
            } else {
                batch.put(key(b'k', *number), live.to_be_bytes());
            }
        }
    }

    pub(super) fn written(&mut self) {
        for number in std::mem::take(&mut self.touched) {
            match self.chunks.get(&number).map(|chunk| chunk.live) {
                Some(0) => {
                    self.chunks.remove(&number);
                }
                // Looked at again by the next checkpoint, which moves what is left.
                Some(live) if live.count_ones() <= SPARSE => {
                    self.touched.insert(number);
                }
                _ => {}
            }
        }
    }
}

/// The key of a chunk (`c`) or of its bitmap (`k`).
fn key(prefix: u8, number: u64) -> [u8; 9] {
    kv::key(prefix, number.to_be_bytes())
}
