//! The domain's words as bytes in rows. 0 is none; numbers are never given out twice, so that
//! an old row always reads.
//!
//! A word that this version does not know reads as none, never as another.

use crate::domain::{Anomaly, CallOutcome, Direction, EventKind, Outcome, Party, Product};

pub(super) trait Word: Copy {
    fn byte(self) -> u8;
    fn read(byte: u8) -> Option<Self>;
}

/// Words that stand in rows as their places in a list, counted from 1.
macro_rules! words {
    ($($word:ty: $listed:expr;)*) => {
        $(impl Word for $word {
            fn byte(self) -> u8 {
                let place = $listed.iter().position(|known| *known == self).expect("every word is listed");
                u8::try_from(place + 1).expect("few words")
            }

            fn read(byte: u8) -> Option<Self> {
                $listed.get(usize::from(byte).checked_sub(1)?).copied()
            }
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
}

impl Word for Product {
    fn byte(self) -> u8 {
        self.info().number
    }

    fn read(byte: u8) -> Option<Self> {
        Self::numbered(byte)
    }
}

pub(super) fn byte<W: Word>(word: W) -> u8 {
    word.byte()
}

pub(super) fn byte_if<W: Word>(word: Option<W>) -> u8 {
    word.map_or(0, byte)
}

pub(super) fn read<W: Word>(byte: u8) -> Option<W> {
    W::read(byte)
}
