//! One amount of every row, side by side: talk, ringing, the end of a recording, a body's size.
//!
//! A span of amounts would be thousands of posting lists. A column answers it with one read and
//! one comparison a row, whatever the span; and where its least and its greatest amount say
//! enough, with none at all.
//!
//! ```text
//! rows × width bytes, little-endian: amount - least + 1, and 0 where a row has none
//! ```

use serde::{Deserialize, Serialize};

use super::Positions;
use crate::store::terms::{Terms, amount_of, field_of};

/// Where a column is and what it spans.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Column {
    field: u8,
    pub(super) offset: u64,
    /// Bytes of one amount: 1, 2, 4 or 8.
    width: u8,
    least: u64,
    greatest: u64,
}

/// Spans of a column as it stores amounts, ascending and apart.
type Stored = Vec<(u64, u64)>;

/// Up to this width the spans of a question become a table with a bit for each amount.
const TABLE_WIDTH: u8 = 2;

impl Column {
    /// The column of `pairs` of term and position, all of one field, and its bytes.
    pub(super) fn of(pairs: &[(u64, u32)], rows: u32, offset: u64) -> (Self, Vec<u8>) {
        let amounts = pairs.iter().map(|(term, _)| amount_of(*term));
        let least = amounts.clone().min().unwrap_or(0);
        let greatest = amounts.clone().max().unwrap_or(0);
        let width = match greatest - least + 1 {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        };
        let mut bytes = vec![0; rows as usize * width];
        for (amount, (_, position)) in amounts.zip(pairs) {
            let at = *position as usize * width;
            bytes[at..at + width].copy_from_slice(&(amount - least + 1).to_le_bytes()[..width]);
        }
        let field = pairs.first().map_or(0, |(term, _)| field_of(*term));
        (Self { field, offset, width: width as u8, least, greatest }, bytes)
    }

    pub(super) fn field(&self) -> u8 {
        self.field
    }

    /// The end of its bytes; `None` when it adds up to no file.
    pub(super) fn end(&self, rows: u32) -> Option<u64> {
        self.offset.checked_add(u64::from(rows) * u64::from(self.width))
    }

    pub(super) fn may_hold(&self, span: &Terms) -> bool {
        amount_of(span.first) <= self.greatest && amount_of(span.last) >= self.least
    }

    /// Adds the rows that have an amount in any of `spans`, ascending and apart; `None` when the
    /// column is damaged.
    pub(super) fn find(&self, bytes: &[u8], spans: &[Terms], found: &mut Positions) -> Option<()> {
        let stored = |amount: u64| amount.clamp(self.least, self.greatest).checked_sub(self.least)?.checked_add(1);
        let wanted: Stored = spans
            .iter()
            .filter(|span| self.may_hold(span))
            .map(|span| Some((stored(amount_of(span.first))?, stored(amount_of(span.last))?)))
            .collect::<Option<_>>()?;
        match (wanted.as_slice(), self.width) {
            ([], _) => {}
            ([(first, last)], width) => {
                let (first, reach) = (*first, last - first);
                self.scan(bytes, width, found, |amount| amount.wrapping_sub(first) <= reach)?;
            }
            (wanted, width @ 1..=TABLE_WIDTH) => {
                let mut table = Positions::none(1 << (8 * u32::from(width)));
                for (first, last) in wanted {
                    table.insert_range(u32::try_from(*first).ok()?, u32::try_from(*last).ok()?.checked_add(1)?);
                }
                self.scan(bytes, width, found, |amount| table.contains(amount as u32))?;
            }
            (wanted, width) => {
                let within = |amount| {
                    let at = wanted.partition_point(|(_, last)| *last < amount);
                    wanted.get(at).is_some_and(|(first, _)| *first <= amount)
                };
                self.scan(bytes, width, found, within)?;
            }
        }
        Some(())
    }

    fn scan(&self, bytes: &[u8], width: u8, found: &mut Positions, takes: impl Fn(u64) -> bool) -> Option<()> {
        match width {
            1 => scan_as::<1>(bytes, found, takes),
            2 => scan_as::<2>(bytes, found, takes),
            4 => scan_as::<4>(bytes, found, takes),
            8 => scan_as::<8>(bytes, found, takes),
            _ => return None,
        }
        Some(())
    }
}

fn scan_as<const WIDTH: usize>(bytes: &[u8], found: &mut Positions, takes: impl Fn(u64) -> bool) {
    for (index, amounts) in bytes.chunks(64 * WIDTH).enumerate() {
        let mut word = 0;
        for (bit, amount) in amounts.as_chunks::<WIDTH>().0.iter().enumerate() {
            let mut wide = [0; 8];
            wide[..WIDTH].copy_from_slice(amount);
            word |= u64::from(takes(u64::from_le_bytes(wide))) << bit;
        }
        found.insert_word(index, word);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::terms::{Field, amount, apart};

    proptest! {
        #[test]
        fn a_column_finds_what_a_look_at_every_amount_finds(
            amounts in prop::collection::vec(prop::option::of(prop_oneof![0u64..9, 250u64..300, 65_000u64..70_000, (1u64 << 33)..(1 << 34)]), 1..200),
            base in prop_oneof![Just(0u64), Just(1_790_000_000u64)],
            spans in prop::collection::vec((0u64..70_000, prop_oneof![0u64..20, 0u64..70_000, Just(u64::MAX >> 8)]), 0..6),
        ) {
            let amounts: Vec<_> = amounts.into_iter().map(|amount| amount.map(|amount| base + amount)).collect();
            let term = |n: u64| amount(Field::Talk, n);
            let pairs: Vec<(u64, u32)> = (0..).zip(&amounts).filter_map(|(at, n)| Some((term((*n)?), at))).collect();
            prop_assume!(!pairs.is_empty());
            let rows = amounts.len() as u32;
            let (column, bytes) = Column::of(&pairs, rows, 7);
            prop_assert_eq!(column.end(rows), Some(7 + bytes.len() as u64));
            let spans: Vec<(u64, u64)> = spans.into_iter().map(|(first, reach)| (base + first, base + first + reach)).collect();
            let wanted = apart(spans.iter().map(|(first, last)| Terms::amounts(Field::Talk, *first, *last)).collect());
            let mut found = Positions::none(rows);
            column.find(&bytes, &wanted, &mut found).expect("a sound column");
            let inside = |n: u64| spans.iter().any(|(first, last)| (*first..=*last).contains(&n));
            let expected: Vec<u32> = (0..).zip(&amounts).filter_map(|(at, n)| (*n).is_some_and(inside).then_some(at)).collect();
            if !expected.is_empty() {
                prop_assert!(wanted.iter().any(|span| column.may_hold(span)));
            }
            prop_assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
        }
    }
}
