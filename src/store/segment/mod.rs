//! A sealed segment: some ten thousand rows that no longer change, in one file, written once.
//!
//! Rows stand newest first in compressed blocks; every word has a posting list of row positions,
//! and every amount a column. Reading one row costs one block, looking up one word costs one block
//! of terms, a span of amounts one column. Only the index of the blocks and the filters of rare
//! words are kept in memory, about eight bytes a call, so that ten million calls fit a small
//! machine.
//!
//! ```text
//! "RBSEG3\0\0"
//! row blocks      zstd( n × u32 length, n × head+row )           limits::BLOCK_ROWS rows each
//! term blocks     Δterm varint, length varint, postings           about TERM_BLOCK bytes each
//! columns         rows × width                                    one for each field of amounts
//! filters         two × ( length u64, descriptor, n × u16 or u8 )
//! footer          postcard( Footer ), its CRC-32C, its length, "RBSEGEND"
//! ```
//!
//! A row that changes after all is marked as deleted here and goes on living in the hot part.

mod column;
mod filter;
mod find;
mod positions;
mod postings;
mod read;
mod write;

use serde::{Deserialize, Serialize};

pub(super) use positions::{Positions, Walk};
pub(super) use read::{Block, Segment};
pub(super) use write::write;

const MAGIC: &[u8; 8] = b"RBSEG3\0\0";
const END: &[u8; 8] = b"RBSEGEND";
/// The size at which a block of terms is finished: a look-up reads one of them.
const TERM_BLOCK: usize = 8 << 10;

/// What must be known to read the rest.
#[derive(Debug, Serialize, Deserialize)]
struct Footer {
    rows: u32,
    /// The newest and the oldest place.
    newest: (i64, [u8; 16]),
    oldest: (i64, [u8; 16]),
    blocks: Vec<BlockIndex>,
    /// The end of the last block of rows.
    blocks_end: u64,
    /// First term and offset of each block of terms.
    terms: Vec<(u64, u64)>,
    terms_end: u64,
    columns: Vec<column::Column>,
    columns_end: u64,
    filters_end: u64,
    filters_crc: u32,
}

/// Where a block of rows is and what it spans.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct BlockIndex {
    offset: u64,
    /// `k` of its first, newest row.
    k_first: i64,
    /// The time it spans, in whole seconds.
    t_min: i64,
    t_max: i64,
}

/// Why a segment cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum SegmentError {
    /// The system refused.
    #[error("reading the segment {0}")]
    Io(String, #[source] std::io::Error),
    #[error("the segment {0} is damaged: {1}")]
    Damaged(String, &'static str),
}
