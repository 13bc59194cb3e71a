//! Reads a segment: one positioned read a block, nothing kept but the indexes.
//!
//! Every length that a file gives is compared with the file's own before memory is asked for; a
//! segment that does not add up is an error of its own, and the store is rebuilt.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use roaring::RoaringBitmap;

use super::filter::IdFilter;
use super::{BITMAP, END, Footer, MAGIC, SegmentError};
use crate::limits;
use crate::store::doc::Doc;
use crate::store::terms::Terms;
use crate::store::varint;

/// An open segment.
#[derive(Debug)]
pub(in crate::store) struct Segment {
    /// Its number, which is its file's name.
    pub(in crate::store) number: u64,
    name: String,
    file: File,
    footer: Footer,
    filter: IdFilter,
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
    pub(in crate::store) fn doc(&self, index: usize) -> Option<Doc> {
        let (from, to) = *self.ends.get(index)?;
        Doc::read(self.plain.get(from..to)?)
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
        let filter = read(&file, footer.terms_end, footer.filter_end).map_err(io)?;
        if crc32c::crc32c(&filter) != footer.filter_crc {
            return Err(damaged("its filter's checksum"));
        }
        let filter = IdFilter::read(&filter).ok_or_else(|| damaged("its filter"))?;
        Ok(Self { number, name, file, footer, filter, bytes })
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

    /// Whether a row of this id may be here; wrong once in 65,536 times, and never a false no.
    pub(in crate::store) fn may_hold(&self, id: &[u8; 16]) -> bool {
        self.filter.may_hold(id)
    }

    /// The positions of the rows that have any of these terms, and how many parts of the file
    /// were read for them. `wanted` is best sorted: what stands together is read once.
    pub(in crate::store) fn postings(&self, wanted: &[Terms]) -> Result<(RoaringBitmap, usize), SegmentError> {
        let mut found = RoaringBitmap::new();
        let mut held: Option<(usize, Vec<u8>)> = None;
        let mut reads = 0;
        for terms in wanted {
            let first = self.footer.terms.partition_point(|(first, _)| *first <= terms.first).saturating_sub(1);
            let reach = self.footer.terms.iter().enumerate().skip(first);
            for (at, (_, from)) in reach.take_while(|(_, (first, _))| *first <= terms.last) {
                if held.as_ref().is_none_or(|(held, _)| *held != at) {
                    let to = self.footer.terms.get(at + 1).map_or(self.footer.terms_end, |(_, offset)| *offset);
                    let block = read(&self.file, *from, to);
                    held = Some((at, block.map_err(|source| SegmentError::Io(self.name.clone(), source))?));
                    reads += 1;
                }
                let block = held.as_ref().map_or(&[][..], |(_, block)| block);
                self.collect(block, *terms, &mut found).ok_or_else(|| self.damaged("a block of terms"))?;
            }
        }
        Ok((found, reads))
    }

    fn collect(&self, mut block: &[u8], wanted: Terms, found: &mut RoaringBitmap) -> Option<()> {
        let mut term = 0u64;
        while !block.is_empty() {
            term = term.checked_add(varint::take(&mut block)?)?;
            let length = usize::try_from(varint::take(&mut block)?).ok()?;
            let (postings, rest) = block.split_at_checked(length)?;
            block = rest;
            if term > wanted.last {
                break;
            }
            if term >= wanted.first {
                *found |= self.decode_postings(postings)?;
            }
        }
        Some(())
    }

    fn decode_postings(&self, postings: &[u8]) -> Option<RoaringBitmap> {
        let (kind, mut rest) = postings.split_first()?;
        if *kind == BITMAP {
            return RoaringBitmap::deserialize_from(rest).ok();
        }
        let mut bitmap = RoaringBitmap::new();
        let mut position = 0u64;
        while !rest.is_empty() {
            position = position.checked_add(varint::take(&mut rest)?)?;
            if position >= u64::from(self.footer.rows) {
                return None;
            }
            bitmap.insert(u32::try_from(position).ok()?);
        }
        Some(bitmap)
    }

    /// The positions of rows that can lie in `k` ≤ `k_max`, and in the time from `t_min` to
    /// `t_max` (microseconds): whole blocks, so a few too many.
    pub(in crate::store) fn range(&self, k_max: i64, t_min: i64, t_max: i64) -> RoaringBitmap {
        let (t_min, t_max) = (t_min.div_euclid(1_000_000), t_max.div_euclid(1_000_000));
        let mut bitmap = RoaringBitmap::new();
        let rows = limits::BLOCK_ROWS as u32;
        for (i, block) in self.footer.blocks.iter().enumerate() {
            // The block's last k is not below the next block's first.
            let k_last = self.footer.blocks.get(i + 1).map_or(self.footer.oldest.0, |next| next.k_first);
            if k_last <= k_max && block.t_min <= t_max && block.t_max >= t_min {
                let from = i as u32 * rows;
                bitmap.insert_range(from..(from + rows).min(self.footer.rows));
            }
        }
        bitmap
    }

    /// The positions of rows that certainly lie in the time from `t_min` to `t_max`: whole blocks,
    /// so a few too little.
    pub(in crate::store) fn inside(&self, t_min: i64, t_max: i64) -> RoaringBitmap {
        let mut bitmap = RoaringBitmap::new();
        let rows = limits::BLOCK_ROWS as u32;
        for (i, block) in self.footer.blocks.iter().enumerate() {
            let (first, end) = (block.t_min.saturating_mul(1_000_000), (block.t_max + 1).saturating_mul(1_000_000));
            if first >= t_min && end.saturating_sub(1) <= t_max {
                let from = i as u32 * rows;
                bitmap.insert_range(from..(from + rows).min(self.footer.rows));
            }
        }
        bitmap
    }

    /// Which block holds a position, and where in it.
    pub(in crate::store) fn block_of(position: u32) -> (usize, usize) {
        (position as usize / limits::BLOCK_ROWS, position as usize % limits::BLOCK_ROWS)
    }

    /// One block of rows.
    pub(in crate::store) fn block(&self, index: usize) -> Result<Block, SegmentError> {
        let from = self.footer.blocks.get(index).ok_or_else(|| self.damaged("a position"))?.offset;
        let to = self.footer.blocks.get(index + 1).map_or(self.footer.blocks_end, |next| next.offset);
        let io = |source| SegmentError::Io(self.name.clone(), source);
        let packed = read(&self.file, from, to).map_err(io)?;
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

    /// One row.
    pub(in crate::store) fn doc(&self, position: u32) -> Result<Doc, SegmentError> {
        let (block, index) = Self::block_of(position);
        self.block(block)?.doc(index).ok_or_else(|| self.damaged("a row"))
    }

    /// One row, keeping its block for the next.
    pub(in crate::store) fn doc_cached(
        &self,
        cached: &mut Option<(usize, Block)>,
        position: u32,
    ) -> Result<Doc, SegmentError> {
        let (wanted, index) = Self::block_of(position);
        let block = match cached {
            Some((held, block)) if *held == wanted => block,
            _ => &mut cached.insert((wanted, self.block(wanted)?)).1,
        };
        block.doc(index).ok_or_else(|| self.damaged("a row"))
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
