//! The domain's words as bytes in rows. 0 is none; numbers are never given out twice, so that
//! an old row always reads.
//!
//! A word that this version does not know reads as none, never as another.

use crate::domain::{Anomaly, CallOutcome, Direction, EventKind, Outcome, Party, Product};

/// A word of the domain that stands in rows as its place in this list, counted from 1.
pub(super) trait Word: Copy + PartialEq + 'static {
    const LISTED: &'static [Self];
}

macro_rules! words {
    ($($word:ty: $listed:expr;)*) => {
        $(impl Word for $word {
            const LISTED: &'static [Self] = &$listed;
        })*
    };
}

words! {
    Anomaly: Self::ALL;
    CallOutcome: Self::ALL;
    Direction: [Self::AToB, Self::BToA];
    EventKind: Self::ALL;
    Outcome: Self::ALL;
    Party: [Self::Caller, Self::Callee, Self::Platform];
    Product: Self::ALL;
}

pub(super) fn byte<W: Word>(word: W) -> u8 {
    let place = W::LISTED.iter().position(|known| *known == word).expect("every word is listed");
    u8::try_from(place + 1).expect("few words")
}

pub(super) fn byte_if<W: Word>(word: Option<W>) -> u8 {
    word.map_or(0, byte)
}

pub(super) fn read<W: Word>(byte: u8) -> Option<W> {
    W::LISTED.get(usize::from(byte).checked_sub(1)?).copied()
}
