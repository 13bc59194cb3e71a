//! The rows of one term, in whichever of three encodings is shortest.
//!
//! ```text
//! LIST    Δposition varint …                      words few rows have
//! RUNS    gap varint, length varint …             what follows the clock: hours, weekdays
//! BITS    ⌈rows / 64⌉ × u64                       words many rows have
//! ```

use super::Positions;
use crate::store::varint;

const LIST: u8 = 0;
const RUNS: u8 = 1;
const BITS: u8 = 2;

/// Appends the postings of ascending `positions` among `rows` rows.
pub(super) fn encode(out: &mut Vec<u8>, positions: &[u32], rows: u32) {
    let start = out.len();
    out.push(LIST);
    let mut last = 0;
    for position in positions {
        varint::put(out, u64::from(position - last));
        last = *position;
    }
    let mut runs = vec![RUNS];
    let mut end = 0;
    for run in positions.chunk_by(|a, b| a + 1 == *b) {
        varint::put(&mut runs, u64::from(run[0] - end));
        varint::put(&mut runs, run.len() as u64);
        end = run[run.len() - 1] + 1;
    }
    let words = rows.div_ceil(u64::BITS) as usize;
    let listed = out.len() - start;
    if runs.len() < listed.min(1 + words * 8) {
        out.truncate(start);
        out.extend_from_slice(&runs);
    } else if 1 + words * 8 < listed {
        let mut bits = vec![0u64; words];
        for position in positions {
            bits[(position / u64::BITS) as usize] |= 1 << (position % u64::BITS);
        }
        out.truncate(start);
        out.push(BITS);
        out.extend(bits.iter().flat_map(|word| word.to_le_bytes()));
    }
}

/// Adds postings to `found`; `None` when they are damaged.
pub(super) fn decode(postings: &[u8], found: &mut Positions) -> Option<()> {
    let (kind, mut rest) = postings.split_first()?;
    match *kind {
        LIST => {
            let mut position = 0u32;
            while !rest.is_empty() {
                position = position.checked_add(u32::try_from(varint::take(&mut rest)?).ok()?)?;
                found.insert(position).then_some(())?;
            }
        }
        RUNS => {
            let mut end = 0u32;
            while !rest.is_empty() {
                let first = end.checked_add(u32::try_from(varint::take(&mut rest)?).ok()?)?;
                end = first.checked_add(u32::try_from(varint::take(&mut rest)?).ok()?)?;
                found.insert_range(first, end);
            }
        }
        BITS => {
            for (index, word) in rest.chunks_exact(8).enumerate() {
                found.insert_word(index, u64::from_le_bytes(word.try_into().expect("eight bytes")));
            }
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(positions: &[u32], rows: u32) -> (u8, usize) {
        let mut bytes = Vec::new();
        encode(&mut bytes, positions, rows);
        let mut found = Positions::none(rows);
        decode(&bytes, &mut found).expect("sound postings");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), positions);
        (bytes[0], bytes.len())
    }

    #[test]
    fn few_are_listed_many_are_bits_and_neighbours_are_runs() {
        let every = |n: usize| (0..32_768).step_by(n).collect::<Vec<_>>();
        assert_eq!(check(&every(700), 32_768).0, LIST);
        assert_eq!(check(&every(3), 32_768), (BITS, 4_097));
        assert_eq!(check(&every(1), 32_768).0, RUNS);
        assert_eq!(check(&(5_000..9_000).collect::<Vec<_>>(), 32_768), (RUNS, 5));
    }

    proptest! {
        #[test]
        fn postings_come_back(positions in prop::collection::btree_set(0u32..2_000, 1..600), more in 0u32..200) {
            let positions: Vec<u32> = positions.into_iter().collect();
            check(&positions, positions[positions.len() - 1] + 1 + more);
        }

        #[test]
        fn damaged_postings_give_nothing_or_rows_that_are_there(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut found = Positions::none(100);
            let _ = decode(&bytes, &mut found);
            prop_assert!(found.into_iter().all(|position| position < 100));
        }
    }
}
