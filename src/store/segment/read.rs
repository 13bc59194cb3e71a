//! Opens a segment and reads its rows: one positioned read a block, nothing kept but the indexes.
//!
//! Every length that a file gives is compared with the file's own before memory is asked for; a
//! segment that does not add up is an error of its own, and the store is rebuilt.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::filter::Filters;
use super::{END, Footer, MAGIC, Positions, SegmentError};
use crate::limits;
use crate::store::indexed_row::IndexedRow;
use crate::store::terms::Terms;

#[derive(Debug)]
pub(in crate::store) struct Segment {
    /// Its number, which is its file's name.
    pub(in crate::store) number: u64,
    name: String,
    file: File,
    pub(super) footer: Footer,
    pub(super) filters: Filters,
    bytes: u64,
}

/// One block of rows, decompressed.
#[derive(Debug, Clone)]
pub(in crate::store) struct Block {
    plain: Vec<u8>,
    ends: Vec<(usize, usize)>,
}

impl Block {
    /// The row at `index` within the block.
    pub(in crate::store) fn row(&self, index: usize) -> Option<IndexedRow> {
        let (from, to) = *self.ends.get(index)?;
        IndexedRow::read(self.plain.get(from..to)?)
    }
}

impl Segment {
    /// Opens the file of segment `number`.
    pub(in crate::store) fn open(path: &Path, number: u64) -> Result<Self, SegmentError> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let io = |source| SegmentError::Io(name.clone(), source);
        let damaged = |what| SegmentError::Damaged(name.clone(), what);
        let file = File::open(path).map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        let mut magic = [0; 8];
        let mut tail = [0; 16];
        if bytes < 24 {
            return Err(damaged("it is too short"));
        }
        file.read_exact_at(&mut magic, 0).map_err(io)?;
        file.read_exact_at(&mut tail, bytes - 16).map_err(io)?;
        if &magic != MAGIC || &tail[8..] != END {
            return Err(damaged("it does not begin or end as a segment does"));
        }
        let crc = u32::from_le_bytes(tail[..4].try_into().expect("four bytes"));
        let length = u64::from(u32::from_le_bytes(tail[4..8].try_into().expect("four bytes")));
        let at = bytes.checked_sub(16 + length).ok_or_else(|| damaged("its footer is too long"))?;
        let mut raw = vec![0; usize::try_from(length).map_err(|_| damaged("its footer is too long"))?];
        file.read_exact_at(&mut raw, at).map_err(io)?;
        if crc32c::crc32c(&raw) != crc {
            return Err(damaged("its footer's checksum"));
        }
        let footer: Footer = postcard::from_bytes(&raw).map_err(|_| damaged("its footer"))?;
        let filters = read(&file, footer.columns_end, footer.filters_end).map_err(io)?;
        if crc32c::crc32c(&filters) != footer.filters_crc {
            return Err(damaged("its filters' checksum"));
        }
        let filters = Filters::read(&filters).ok_or_else(|| damaged("its filters"))?;
        Ok(Self { number, name, file, footer, filters, bytes })
    }

    pub(in crate::store) fn rows(&self) -> u32 {
        self.footer.rows
    }

    pub(in crate::store) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The place of its newest row.
    pub(in crate::store) fn newest(&self) -> (i64, [u8; 16]) {
        self.footer.newest
    }

    /// The place of its oldest row.
    pub(in crate::store) fn oldest(&self) -> (i64, [u8; 16]) {
        self.footer.oldest
    }

    /// Whether a row with the term of an id may be here; wrong once in 65,536 times, and never a
    /// false no.
    pub(in crate::store) fn may_hold(&self, id: u64) -> bool {
        self.filters.may_hold(&Terms::one(id))
    }

    /// The positions of rows that can lie in `k` ≤ `k_max`, and in the time from `t_min` to
    /// `t_max` (microseconds): whole blocks, so a few too many.
    pub(in crate::store) fn range(&self, k_max: i64, t_min: i64, t_max: i64) -> Positions {
        let (t_min, t_max) = (t_min.div_euclid(1_000_000), t_max.div_euclid(1_000_000));
        let mut found = Positions::none(self.footer.rows);
        let rows = limits::BLOCK_ROWS as u32;
        for (i, block) in self.footer.blocks.iter().enumerate() {
            // The block's last k is not below the next block's first.
            let k_last = self.footer.blocks.get(i + 1).map_or(self.footer.oldest.0, |next| next.k_first);
            if k_last <= k_max && block.t_min <= t_max && block.t_max >= t_min {
                let from = i as u32 * rows;
                found.insert_range(from, from + rows);
            }
        }
        found
    }

    /// The positions of rows that certainly lie in the time from `t_min` to `t_max`: whole blocks,
    /// so a few too little.
    pub(in crate::store) fn inside(&self, t_min: i64, t_max: i64) -> Positions {
        let mut found = Positions::none(self.footer.rows);
        let rows = limits::BLOCK_ROWS as u32;
        for (i, block) in self.footer.blocks.iter().enumerate() {
            let (first, end) = (block.t_min.saturating_mul(1_000_000), (block.t_max + 1).saturating_mul(1_000_000));
            if first >= t_min && end.saturating_sub(1) <= t_max {
                let from = i as u32 * rows;
                found.insert_range(from, from + rows);
            }
        }
        found
    }

    /// Which block holds a position, and where in it.
    pub(in crate::store) fn block_of(position: u32) -> (usize, usize) {
        (position as usize / limits::BLOCK_ROWS, position as usize % limits::BLOCK_ROWS)
    }

    pub(in crate::store) fn block(&self, index: usize) -> Result<Block, SegmentError> {
        let from = self.footer.blocks.get(index).ok_or_else(|| self.damaged("a position"))?.offset;
        let to = self.footer.blocks.get(index + 1).map_or(self.footer.blocks_end, |next| next.offset);
        let io = |source| SegmentError::Io(self.name.clone(), source);
        let packed = self.read(from, to)?;
        let (length, packed) = packed.split_at_checked(4).ok_or_else(|| self.damaged("a block"))?;
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        if length > limits::BLOCK_BYTES_MAX {
            return Err(self.damaged("a block's length"));
        }
        let plain = zstd::bulk::decompress(packed, length).map_err(io)?;
        let first = index * limits::BLOCK_ROWS;
        let rows = (self.footer.rows as usize - first).min(limits::BLOCK_ROWS);
        let mut at = rows * 4;
        let mut ends = Vec::with_capacity(rows);
        for i in 0..rows {
            let length = plain.get(i * 4..i * 4 + 4).ok_or_else(|| self.damaged("a block"))?;
            let end = at + u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
            ends.push((at, end));
            at = end;
        }
        Ok(Block { plain, ends })
    }

    pub(in crate::store) fn row(&self, position: u32) -> Result<IndexedRow, SegmentError> {
        let (block, index) = Self::block_of(position);
        self.block(block)?.row(index).ok_or_else(|| self.damaged("a row"))
    }

    /// One row, keeping its block for the next.
    pub(in crate::store) fn row_cached(
        &self,
        cached: &mut Option<(usize, Block)>,
        position: u32,
    ) -> Result<IndexedRow, SegmentError> {
        let (wanted, index) = Self::block_of(position);
        let block = match cached {
            Some((held, block)) if *held == wanted => block,
            _ => &mut cached.insert((wanted, self.block(wanted)?)).1,
        };
        block.row(index).ok_or_else(|| self.damaged("a row"))
    }

    /// Part of the file.
    pub(super) fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, SegmentError> {
        read(&self.file, from, to).map_err(|source| SegmentError::Io(self.name.clone(), source))
    }

    pub(in crate::store) fn damaged(&self, what: &'static str) -> SegmentError {
        SegmentError::Damaged(self.name.clone(), what)
    }
}

fn read(file: &File, from: u64, to: u64) -> std::io::Result<Vec<u8>> {
    let length = to.checked_sub(from).and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= limits::SEGMENT_PART_MAX);
    let mut bytes = vec![0; length.ok_or_else(|| std::io::Error::other("an offset is out of range"))?];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes)
}
