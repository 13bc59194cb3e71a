//! The domain's words as bytes in rows. 0 is none; numbers are never given out twice, so that
//! an old row always reads.
//!
//! A word that this version does not know reads as none, never as another.

use crate::domain::{Anomaly, CallOutcome, Direction, EventKind, Outcome, Party, Product};

fn index<T: Copy + PartialEq>(all: &[T], value: T) -> u8 {
    let place = all.iter().position(|known| *known == value).expect("ALL lists every value");
    u8::try_from(place + 1).expect("few values")
}

fn read<T: Copy>(all: &[T], byte: u8) -> Option<T> {
    all.get(usize::from(byte).checked_sub(1)?).copied()
}

const PARTIES: [Party; 3] = [Party::Caller, Party::Callee, Party::Platform];
const DIRECTIONS: [Direction; 2] = [Direction::AToB, Direction::BToA];

pub(super) fn kind(kind: EventKind) -> u8 {
    index(&EventKind::ALL, kind)
}

pub(super) fn read_kind(byte: u8) -> Option<EventKind> {
    read(&EventKind::ALL, byte)
}

pub(super) fn product(product: Option<Product>) -> u8 {
    product.map_or(0, |product| index(&Product::ALL, product))
}

pub(super) fn read_product(byte: u8) -> Option<Product> {
    read(&Product::ALL, byte)
}

pub(super) fn party(party: Option<Party>) -> u8 {
    party.map_or(0, |party| index(&PARTIES, party))
}

pub(super) fn read_party(byte: u8) -> Option<Party> {
    read(&PARTIES, byte)
}

pub(super) fn direction(direction: Option<Direction>) -> u8 {
    direction.map_or(0, |direction| index(&DIRECTIONS, direction))
}

pub(super) fn read_direction(byte: u8) -> Option<Direction> {
    read(&DIRECTIONS, byte)
}

pub(super) fn anomaly(anomaly: Anomaly) -> u8 {
    index(&Anomaly::ALL, anomaly)
}

pub(super) fn read_anomaly(byte: u8) -> Option<Anomaly> {
    read(&Anomaly::ALL, byte)
}

pub(super) fn call_outcome(outcome: Option<CallOutcome>) -> u8 {
    outcome.map_or(0, |outcome| index(&CallOutcome::ALL, outcome))
}

pub(super) fn read_call_outcome(byte: u8) -> Option<CallOutcome> {
    read(&CallOutcome::ALL, byte)
}

pub(super) fn outcome(outcome: Outcome) -> u8 {
    index(&Outcome::ALL, outcome)
}

pub(super) fn read_outcome(byte: u8) -> Option<Outcome> {
    read(&Outcome::ALL, byte)
}
