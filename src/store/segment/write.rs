//! Writes a segment: rows and terms in, one whole synced file out.
//!
//! Blocks first, then what finds them, then the footer with its checksum: a file that was not
//! finished has no footer and is no segment. The layout is drawn in the module above.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use super::column::Column;
use super::filter::Filters;
use super::{BlockIndex, END, Footer, MAGIC, TERM_BLOCK, postings};
use crate::limits;
use crate::store::indexed_row::IndexedRow;
use crate::store::terms::{field_of, is_amount};
use crate::store::varint;

/// The compression of blocks: level 3 halves what level 1 leaves for a third more time; beyond
/// it little is won.
const LEVEL: i32 = 3;

/// Writes `indexed_rows`, newest first and not empty, to `tmp`, syncs it and renames it to `to`.
pub(in crate::store) fn write(tmp: &Path, to: &Path, indexed_rows: &[IndexedRow]) -> io::Result<()> {
    debug_assert!(indexed_rows.windows(2).all(|w| w[0].key() > w[1].key()), "newest first");
    let mut out = Counted { inner: BufWriter::with_capacity(1 << 20, File::create(tmp)?), at: 0 };
    out.write_all(MAGIC)?;

    let blocks = write_blocks(&mut out, indexed_rows)?;
    let blocks_end = out.at;
    let rows = u32::try_from(indexed_rows.len()).map_err(io::Error::other)?;
    let mut words: Vec<(u64, u32)> = Vec::with_capacity(indexed_rows.iter().map(|indexed| indexed.terms.len()).sum());
    for (position, indexed) in (0..).zip(indexed_rows) {
        words.extend(indexed.terms.iter().map(|term| (*term, position)));
    }
    words.sort_unstable();
    let amounts: Vec<(u64, u32)> = words.extract_if(.., |(term, _)| is_amount(*term)).collect();
    let terms = write_words(&mut out, &words, rows)?;
    let terms_end = out.at;
    let columns = write_columns(&mut out, &amounts, rows)?;
    let columns_end = out.at;
    let filters = Filters::of(words.iter().map(|(term, _)| *term)).map_err(io::Error::other)?.write();
    out.write_all(&filters)?;

    let (first, last) = (&indexed_rows[0], &indexed_rows[indexed_rows.len() - 1]);
    let footer = Footer {
        rows,
        newest: first.key(),
        oldest: last.key(),
        blocks,
        blocks_end,
        terms,
        terms_end,
        columns,
        columns_end,
        filters_end: out.at,
        filters_crc: crc32c::crc32c(&filters),
    };
    let footer = postcard::to_stdvec(&footer).map_err(io::Error::other)?;
    out.write_all(&footer)?;
    out.write_all(&crc32c::crc32c(&footer).to_le_bytes())?;
    out.write_all(&u32::try_from(footer.len()).map_err(io::Error::other)?.to_le_bytes())?;
    out.write_all(END)?;
    let file = out.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    std::fs::rename(tmp, to)?;
    File::open(to.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn write_blocks(out: &mut Counted, indexed_rows: &[IndexedRow]) -> io::Result<Vec<BlockIndex>> {
    let mut index = Vec::with_capacity(indexed_rows.len() / limits::BLOCK_ROWS + 1);
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    let mut plain = Vec::new();
    for rows in indexed_rows.chunks(limits::BLOCK_ROWS) {
        plain.clear();
        plain.resize(rows.len() * 4, 0);
        for (i, indexed) in rows.iter().enumerate() {
            let before = plain.len();
            indexed.write(&mut plain);
            let length = u32::try_from(plain.len() - before).map_err(io::Error::other)?;
            plain[i * 4..i * 4 + 4].copy_from_slice(&length.to_le_bytes());
        }
        let t = rows.iter().map(|indexed| indexed.t);
        index.push(BlockIndex {
            offset: out.at,
            k_first: rows[0].k,
            t_min: t.clone().min().unwrap_or(i64::MIN).div_euclid(1_000_000),
            t_max: t.max().unwrap_or(i64::MAX).div_euclid(1_000_000),
        });
        // The plain length first, so that a reader allocates once.
        out.write_all(&u32::try_from(plain.len()).map_err(io::Error::other)?.to_le_bytes())?;
        out.write_all(&compressor.compress(&plain)?)?;
    }
    Ok(index)
}

fn write_words(out: &mut Counted, words: &[(u64, u32)], rows: u32) -> io::Result<Vec<(u64, u64)>> {
    let mut index = Vec::new();
    let mut block = Vec::with_capacity(TERM_BLOCK * 2);
    let mut previous = 0;
    let (mut postings, mut positions) = (Vec::new(), Vec::new());
    for group in words.chunk_by(|a, b| a.0 == b.0) {
        if block.len() >= TERM_BLOCK {
            out.write_all(&block)?;
            block.clear();
        }
        if block.is_empty() {
            index.push((group[0].0, out.at));
            previous = 0;
        }
        postings.clear();
        positions.clear();
        positions.extend(group.iter().map(|(_, position)| *position));
        postings::encode(&mut postings, &positions, rows);
        varint::put(&mut block, group[0].0 - previous);
        varint::put(&mut block, postings.len() as u64);
        block.extend_from_slice(&postings);
        previous = group[0].0;
    }
    out.write_all(&block)?;
    Ok(index)
}

fn write_columns(out: &mut Counted, amounts: &[(u64, u32)], rows: u32) -> io::Result<Vec<Column>> {
    let fields = amounts.chunk_by(|a, b| field_of(a.0) == field_of(b.0));
    fields
        .map(|pairs| {
            let (column, bytes) = Column::of(pairs, rows, out.at);
            out.write_all(&bytes)?;
            Ok(column)
        })
        .collect()
}

/// A writer that knows its offset.
struct Counted {
    inner: BufWriter<File>,
    at: u64,
}

impl Counted {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}
