//! The keys of the index.
//!
//! ```text
//! pairs   app u32 · dialled xxh3 · caller xxh3 (0: everybody) · id u64     who is answered by it
//! ends    last four digits u16 · id u64                                    whose number it holds
//! apps    app u32 · id u64                                                 whose it is
//! ```
//!
//! Numbers are big-endian, so that the newest binding is the last of a prefix. Hashes may collide: the
//! row itself is compared.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::{AppId, Binding, BindingTerms, PhoneNumber, Seq};

pub(super) type Pair = [u8; 28];
pub(super) type End = [u8; 10];
pub(super) type OfApp = [u8; 12];

pub(super) fn pair(app: AppId, dialled: &PhoneNumber, caller: Option<&PhoneNumber>, id: Seq) -> Pair {
    let mut key = [0; 28];
    key[..4].copy_from_slice(&app.0.to_be_bytes());
    key[4..12].copy_from_slice(&hash(dialled).to_be_bytes());
    // 0 means everybody; a number hashes to it once in 2^64.
    key[12..20].copy_from_slice(&caller.map_or(0, hash).to_be_bytes());
    key[20..].copy_from_slice(&id.to_be_bytes());
    key
}

pub(super) fn last_of(mut pair: Pair) -> Pair {
    pair[20..].fill(0xff);
    pair
}

/// Keys for look-ups by caller and privacy number.
pub(super) fn pairs(app: AppId, terms: &BindingTerms, id: Seq) -> Vec<Pair> {
    terms.asked_by().into_iter().map(|(dialled, caller)| pair(app, dialled, caller, id)).collect()
}

/// Keys of the last four digits of its numbers.
pub(super) fn ends(binding: &Binding) -> BTreeSet<End> {
    let terms = &binding.terms;
    let numbers = [Some(&terms.a), Some(&terms.x), terms.b.as_ref(), terms.y.as_ref()];
    numbers.into_iter().flatten().filter_map(|number| end(number.reveal(), binding.id.0)).collect()
}

/// `None`: fewer than four digits.
pub(super) fn end(number: &str, id: Seq) -> Option<End> {
    let digits: Vec<u8> = number.bytes().rev().filter(u8::is_ascii_digit).take(4).collect();
    if digits.len() < 4 {
        return None;
    }
    let last = digits.iter().rev().fold(0_u16, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let mut key = [0; 10];
    key[..2].copy_from_slice(&last.to_be_bytes());
    key[2..].copy_from_slice(&id.to_be_bytes());
    Some(key)
}

pub(super) fn of_app(app: AppId, id: Seq) -> OfApp {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&app.0.to_be_bytes());
    key[4..].copy_from_slice(&id.to_be_bytes());
    key
}

pub(super) fn id(key: &[u8]) -> Seq {
    let bytes = key.len().checked_sub(8).and_then(|at| key[at..].try_into().ok());
    u64::from_be_bytes(bytes.expect("every key ends with an id"))
}

fn hash(number: &PhoneNumber) -> u64 {
    xxh3_64(number.reveal().as_bytes())
}
