//! A finished segment, compressed: independent zstd frames of whole lines, and where they are.
//!
//! ```text
//! ┌─ zstd frame ─┬─ zstd frame ─┬ … ┬──────────── skippable frame ────────────┐
//! │ whole lines  │ whole lines  │   │ 50 2A 4D 18, length, table, footer      │
//! └──────────────┴──────────────┴───┴─────────────────────────────────────────┘
//! table   one entry a frame: first seq, first line, offset in this file, offset uncompressed (4 × u64 LE),
//!         and one that stands for the end
//! footer  number of entries u32 LE, CRC-32C of table and number u32 LE, `RBFRAMES`
//! ```
//!
//! `zstdcat` passes over the skippable frame, so any machine can read the file. Every frame
//! carries zstd's own checksum. A damaged table costs time and no records: [`walk`] finds the
//! frames one by one.

use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use zstd::bulk::{Compressor, Decompressor};

use super::scan::{Piece, Scan};
use crate::domain::Seq;
use crate::limits::{FRAME_BYTES, LINE_MAX};

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPABLE_MAGIC: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];
const FOOTER_MAGIC: [u8; 8] = *b"RBFRAMES";
const FOOTER_LEN: usize = 16;
const ENTRY_LEN: usize = 32;
const FRAME_MAX: usize = FRAME_BYTES + LINE_MAX + 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// The lowest possible number in it.
    pub(super) seq: Seq,
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) raw_offset: u64,
}

/// The last entry is the end of the frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table(Vec<Frame>);

/// Checks the first bytes or, if those are damaged, the last.
pub(super) fn is_compressed(file: &impl FileExt, bytes: u64) -> io::Result<bool> {
    let mut magic = [0; 4];
    if bytes < 8 {
        return Ok(false);
    }
    file.read_exact_at(&mut magic, 0)?;
    let mut footer = [0; 8];
    file.read_exact_at(&mut footer, bytes - 8)?;
    Ok(magic == ZSTD_MAGIC || magic == SKIPPABLE_MAGIC || footer == FOOTER_MAGIC)
}

impl Table {
    /// `None` if the table is damaged.
    pub(super) fn load(file: &impl FileExt, bytes: u64) -> io::Result<Option<Self>> {
        let mut footer = [0; FOOTER_LEN];
        let Some(footer_at) = bytes.checked_sub(FOOTER_LEN as u64) else { return Ok(None) };
        file.read_exact_at(&mut footer, footer_at)?;
        let entries = u64::from(u32_at(&footer, 0));
        let table_at = footer_at.checked_sub(entries * ENTRY_LEN as u64);
        let (Some(table_at), true) = (table_at, footer[8..] == FOOTER_MAGIC) else { return Ok(None) };
        let Some(head_at) = table_at.checked_sub(8) else { return Ok(None) };
        let mut content = vec![0; usize::try_from(footer_at - head_at).expect("less than the file") + 4];
        file.read_exact_at(&mut content, head_at)?;
        let (head, table) = content.split_at(8);
        let skipped = u64::from(u32_at(head, 4));
        let whole =
            head[..4] == SKIPPABLE_MAGIC && skipped == bytes - table_at && crc32c::crc32c(table) == u32_at(&footer, 4);
        if !whole {
            return Ok(None);
        }
        let table = Self(table[..table.len() - 4].chunks_exact(ENTRY_LEN).map(Frame::from_bytes).collect());
        Ok(table.is_ordered(head_at).then_some(table))
    }

    fn is_ordered(&self, end: u64) -> bool {
        let grows = self.0.is_sorted_by(|a, b| a.offset < b.offset && a.raw_offset < b.raw_offset && a.line <= b.line);
        grows && self.0.last().is_some_and(|last| last.offset == end)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// A frame and its successor.
    pub(super) fn frame(&self, n: usize) -> Option<(Frame, Frame)> {
        Some((*self.0.get(n)?, *self.0.get(n + 1)?))
    }

    /// Its number follows the last record's.
    pub(super) fn end(&self) -> Option<Frame> {
        self.0.last().copied()
    }

    pub(super) fn holding(&self, seq: Seq) -> usize {
        let n = self.0[..self.len()].partition_point(|frame| frame.seq <= seq).saturating_sub(1);
        // A damaged frame of unknown number has its successor's.
        self.0[..n].partition_point(|frame| self.0.get(n).is_none_or(|found| frame.seq < found.seq))
    }

    /// `None` if the frame is damaged.
    pub(super) fn lines(&self, file: &impl FileExt, n: usize) -> io::Result<Option<Vec<u8>>> {
        let Some((frame, next)) = self.frame(n) else { return Ok(None) };
        let mut compressed = vec![0; usize::try_from(next.offset - frame.offset).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut compressed, frame.offset)?;
        let raw = usize::try_from(next.raw_offset - frame.raw_offset).unwrap_or(usize::MAX);
        if raw > FRAME_MAX {
            return Ok(None);
        }
        Ok(decompress(&compressed, raw).filter(|lines| lines.len() == raw))
    }

    fn to_skippable(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + self.0.len() * ENTRY_LEN + FOOTER_LEN);
        out.extend_from_slice(&SKIPPABLE_MAGIC);
        let content = u32::try_from(self.0.len() * ENTRY_LEN + FOOTER_LEN).expect("a segment has few frames");
        out.extend_from_slice(&content.to_le_bytes());
        for frame in &self.0 {
            for number in [frame.seq, frame.line, frame.offset, frame.raw_offset] {
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
        out.extend_from_slice(&u32::try_from(self.0.len()).expect("a segment has few frames").to_le_bytes());
        let crc = crc32c::crc32c(&out[8..]);
        out.extend_from_slice(&crc.to_le_bytes());
        out.extend_from_slice(&FOOTER_MAGIC);
        out
    }
}

impl Frame {
    fn from_bytes(bytes: &[u8]) -> Self {
        let number = |n: usize| u64::from_le_bytes(bytes[n * 8..n * 8 + 8].try_into().expect("eight bytes"));
        Self { seq: number(0), line: number(1), offset: number(2), raw_offset: number(3) }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn decompress(compressed: &[u8], capacity: usize) -> Option<Vec<u8>> {
    Decompressor::new().ok()?.decompress(compressed, capacity).ok()
}

/// Rebuilds a damaged table. Bytes that are no frame become one that cannot be decompressed, so that
/// reading reports them.
pub(super) fn walk(bytes: &[u8], first: Seq) -> Table {
    let mut frames = Vec::new();
    let mut scan = Scan::new("", 1, first);
    let mut raw_offset = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let found = frame_len(rest).and_then(|len| Some((len, decompress(&rest[..len], FRAME_MAX)?)));
        // After the last frame comes the table, damaged or not.
        let is_table = rest.starts_with(&SKIPPABLE_MAGIC) || (found.is_none() && next_frame(rest).is_none());
        if is_table && !rest.starts_with(&ZSTD_MAGIC) {
            break;
        }
        let mut frame = Frame { seq: scan.last() + 1, line: scan.line() + 1, offset: at as u64, raw_offset };
        if let Some((len, lines)) = found {
            let numbers: Vec<_> = scan.pieces(&lines).filter_map(|piece| piece.seq()).collect();
            frame.seq = numbers.first().copied().unwrap_or(frame.seq);
            raw_offset += lines.len() as u64;
            at += len;
        } else {
            raw_offset += 1;
            at += next_frame(rest).unwrap_or(rest.len());
        }
        frames.push(frame);
    }
    frames.push(Frame { seq: scan.last() + 1, line: scan.line() + 1, offset: at as u64, raw_offset });
    Table(frames)
}

fn frame_len(bytes: &[u8]) -> Option<usize> {
    if !bytes.starts_with(&ZSTD_MAGIC) {
        return None;
    }
    zstd::zstd_safe::find_frame_compressed_size(bytes).ok()
}

fn next_frame(bytes: &[u8]) -> Option<usize> {
    let find = |magic| memchr::memmem::find(&bytes[1..], magic).map(|n| n + 1);
    match (find(&ZSTD_MAGIC), find(&SKIPPABLE_MAGIC)) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

pub(super) struct FrameWriter<W> {
    out: W,
    compressor: Compressor<'static>,
    frames: Vec<Frame>,
    lines: Vec<u8>,
    begun: Frame,
    line: u64,
    last: Seq,
}

impl<W: Write> FrameWriter<W> {
    pub(super) fn new(out: W, first: Seq, level: i32) -> io::Result<Self> {
        let mut compressor = Compressor::new(level)?;
        compressor.set_parameter(zstd::zstd_safe::CParameter::ChecksumFlag(true))?;
        let begun = Frame { seq: first, line: 1, offset: 0, raw_offset: 0 };
        Ok(Self {
            out,
            compressor,
            frames: Vec::new(),
            lines: Vec::with_capacity(FRAME_BYTES),
            begun,
            line: 1,
            last: first.saturating_sub(1),
        })
    }

    /// Whole records get their line end.
    ///
    /// # Errors
    /// When the file cannot be written, or a damaged piece is too long for a frame.
    pub(super) fn push(&mut self, piece: Piece<'_>) -> io::Result<()> {
        match piece {
            Piece::Whole { seq, text, .. } => {
                if self.lines.len() >= FRAME_BYTES {
                    self.end_frame(seq)?;
                }
                self.lines.extend_from_slice(text);
                self.lines.push(b'\n');
                self.line += 1;
                self.last = seq;
            }
            Piece::Damaged { bytes, .. } => {
                if self.lines.len() + bytes.len() > FRAME_MAX {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a damaged line is too long"));
                }
                self.lines.extend_from_slice(bytes);
                self.line += u64::from(bytes.ends_with(b"\n"));
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        if !self.lines.is_empty() {
            self.end_frame(self.last + 1)?;
        }
        self.frames.push(self.begun);
        self.out.write_all(&Table(self.frames).to_skippable())?;
        Ok(self.out)
    }

    fn end_frame(&mut self, next: Seq) -> io::Result<()> {
        let compressed = self.compressor.compress(&self.lines)?;
        self.out.write_all(&compressed)?;
        self.frames.push(self.begun);
        self.begun = Frame {
            seq: next,
            line: self.line,
            offset: self.begun.offset + compressed.len() as u64,
            raw_offset: self.begun.raw_offset + self.lines.len() as u64,
        };
        self.lines.clear();
        Ok(())
    }
}
