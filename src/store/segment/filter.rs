//! Which of the words that few rows have a segment may hold: two binary fuse filters.
//!
//! Every new call asks every segment whether it knows it, and a search for a hundred numbers asks
//! each of them a hundred times; a filter answers in some nanoseconds and never with a false no.
//! About ids it is wrong once in 65,536 times, which is asked with every callback; about the
//! others once in 256 times, in half the memory.

use xorf::{BinaryFuse8, BinaryFuse16, Descriptor, DmaSerializable as _, Filter as _};

use crate::store::terms::{Rare, Terms, rare};

const HEAD: usize = Descriptor::DMA_LEN;

/// The filters of a segment; none where it has no such words.
#[derive(Debug)]
pub(super) struct Filters {
    ids: Option<BinaryFuse16>,
    others: Option<BinaryFuse8>,
}

impl Filters {
    pub(super) fn of(terms: impl Iterator<Item = u64>) -> Result<Self, &'static str> {
        let (mut ids, mut others) = (Vec::new(), Vec::new());
        for term in terms {
            match rare(&Terms::one(term)) {
                Some(Rare::Id(key)) => ids.push(key),
                Some(Rare::Other(key)) => others.push(key),
                None => {}
            }
        }
        for keys in [&mut ids, &mut others] {
            keys.sort_unstable();
            keys.dedup();
        }
        Ok(Self {
            ids: (!ids.is_empty()).then(|| BinaryFuse16::try_from(&ids)).transpose()?,
            others: (!others.is_empty()).then(|| BinaryFuse8::try_from(&others)).transpose()?,
        })
    }

    /// Whether a row with one of these terms may be among them.
    pub(super) fn may_hold(&self, terms: &Terms) -> bool {
        match rare(terms) {
            Some(Rare::Id(key)) => self.ids.as_ref().is_some_and(|ids| ids.contains(&key)),
            Some(Rare::Other(key)) => self.others.as_ref().is_some_and(|others| others.contains(&key)),
            None => true,
        }
    }

    /// Both, each behind its length: descriptor and fingerprints, little-endian.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let ids = self.ids.as_ref().map(|ids| {
            let prints = ids.fingerprints.iter().flat_map(|print| print.to_le_bytes()).collect();
            (head(|head| ids.dma_copy_descriptor_to(head)), prints)
        });
        let others = self
            .others
            .as_ref()
            .map(|others| (head(|head| others.dma_copy_descriptor_to(head)), others.fingerprints.to_vec()));
        for filter in [ids, others] {
            let filter: Option<([u8; HEAD], Vec<u8>)> = filter;
            let length = filter.as_ref().map_or(0, |(head, prints)| head.len() + prints.len());
            bytes.extend_from_slice(&(length as u64).to_le_bytes());
            if let Some((head, prints)) = filter {
                bytes.extend_from_slice(&head);
                bytes.extend_from_slice(&prints);
            }
        }
        bytes
    }

    /// Reads [`Filters::write`]; the caller has checked that the bytes are those written.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (ids, rest) = part(bytes)?;
        let (others, _) = part(rest)?;
        let ids = ids.map(|(descriptor, prints)| BinaryFuse16 {
            descriptor,
            fingerprints: prints.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect(),
        });
        let others = others.map(|(descriptor, prints)| BinaryFuse8 { descriptor, fingerprints: prints.into() });
        Some(Self { ids, others })
    }
}

fn head(write: impl FnOnce(&mut [u8])) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    write(&mut head);
    head
}

/// A filter's descriptor and fingerprints.
type Part<'a> = Option<(Descriptor, &'a [u8])>;

fn part(bytes: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (filter, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    if filter.is_empty() {
        return Some((None, rest));
    }
    let (head, prints) = filter.split_first_chunk::<HEAD>()?;
    let four = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
    let descriptor = Descriptor {
        seed: u64::from_le_bytes(head[..8].try_into().expect("eight bytes")),
        segment_length: four(8),
        segment_length_mask: four(12),
        segment_count_length: four(16),
    };
    Some((Some((descriptor, prints)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::terms::{Field, amount, ending, term};

    #[test]
    fn a_filter_that_was_written_knows_its_words_and_hardly_any_others() {
        let word = |n: u64| term(Field::Session, &n.to_be_bytes());
        let id = |n: u64| term(Field::Id, &n.to_be_bytes());
        let number = |n: u64| ending(Field::Callee, &format!("86138{n:08}")).expect("enough digits").first;
        let terms = (0..5_000).flat_map(|n| [word(n), id(n), number(n), amount(Field::Hour, n % 24)]);
        let filters = Filters::of(terms).expect("filters");
        let filters = Filters::read(&filters.write()).expect("what was written");
        let may = |terms: Terms| filters.may_hold(&terms);
        for n in 0..5_000 {
            assert!(may(Terms::one(word(n))) && may(Terms::one(id(n))) && may(Terms::one(number(n))));
            assert!(may(ending(Field::Callee, &format!("8{n:08}")).expect("enough digits")));
            assert!(may(ending(Field::Callee, &format!("{n:04}")).expect("enough digits")));
        }
        let wrong = |of: &dyn Fn(u64) -> Terms| (5_000..15_000).filter(|n| may(of(*n))).count();
        assert!(wrong(&|n| Terms::one(word(n))) < 100);
        assert!(wrong(&|n| Terms::one(id(n))) < 10);
        assert!(wrong(&|n| ending(Field::Callee, &format!("{n:08}")).expect("enough digits")) < 100);
        assert!(wrong(&|n| ending(Field::Caller, &format!("{:08}", n - 5_000)).expect("enough digits")) < 100);
        assert!(may(Terms::one(amount(Field::Talk, 5))), "only rare words are filtered");
    }

    #[test]
    fn a_segment_without_such_words_holds_none_of_them() {
        let filters = Filters::read(&Filters::of(std::iter::empty()).expect("none").write()).expect("none");
        assert!(!filters.may_hold(&Terms::word(Field::Session, b"a")));
        assert!(filters.may_hold(&Terms::word(Field::App, b"a")));
        assert!(Filters::read(&[0; 15]).is_none() && Filters::read(&[9; 40]).is_none());
    }
}
