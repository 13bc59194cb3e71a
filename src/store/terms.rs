//! What can be looked up: a row's terms, and the terms of a question.
//!
//! A term is 64 bits: the field in the top eight, a hash of the value in the others. Terms
//! only ever narrow a search down; every row that is shown was compared with the question
//! itself, so that a collision of hashes costs a look and never a wrong answer.
//!
//! Numbers are found by their end. Indexed are the last 4, 6 and 8 digits; a question with
//! another number of digits uses the next shorter length.

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::{Call, CallId, PhoneNumber};

/// A field of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Field {
    App = 1,
    Provider = 2,
    Product = 3,
    Outcome = 4,
    Recording = 5,
    Caller = 10,
    Callee = 11,
    X = 12,
    Party = 13,
    UserData = 20,
    Session = 21,
    Id = 22,
    Question = 30,
    By = 40,
    Action = 41,
    Subject = 42,
}

/// The lengths of number endings that are indexed, longest first.
const ENDINGS: [usize; 3] = [8, 6, 4];

/// The term of a value.
pub(super) fn term(field: Field, value: &[u8]) -> u64 {
    (u64::from(field as u8) << 56) | (xxh3_64(value) >> 8)
}

/// The term that finds a call by its id.
pub(super) fn id_term(id: CallId) -> u64 {
    term(Field::Id, &id.0)
}

/// The digits of a number as they are compared: `8613800000021`.
pub(super) fn digits(number: &PhoneNumber) -> String {
    number.reveal().chars().filter(char::is_ascii_digit).collect()
}

/// What a person typed for a number, as digits: a whole number in any notation becomes the
/// stored one, so that `075528780808` finds `+8675528780808`.
pub(super) fn typed_digits(typed: &str) -> String {
    PhoneNumber::parse(typed).map(|number| digits(&number)).unwrap_or_default()
}

/// The term for numbers that end in `digits`; `None` for fewer than four digits.
pub(super) fn ending(field: Field, digits: &str) -> Option<u64> {
    let length = ENDINGS.into_iter().find(|length| digits.len() >= *length)?;
    Some(term(field, &digits.as_bytes()[digits.len() - length..]))
}

/// Every ending of a number.
pub(super) fn push_endings(terms: &mut Vec<u64>, field: Field, number: &PhoneNumber) {
    let digits = digits(number);
    for length in ENDINGS.into_iter().filter(|length| digits.len() >= *length) {
        terms.push(term(field, &digits.as_bytes()[digits.len() - length..]));
    }
}

/// The terms of a call, sorted.
pub(super) fn of_call(call: &Call) -> Vec<u64> {
    let mut terms = Vec::with_capacity(20);
    terms.push(term(Field::App, &call.app.0.to_be_bytes()));
    terms.push(term(Field::Provider, call.provider.0.as_bytes()));
    terms.push(term(Field::Product, call.product.map_or("none", |p| p.name()).as_bytes()));
    terms.push(term(Field::Outcome, call.outcome.map_or("none", |o| o.name()).as_bytes()));
    terms.push(term(Field::Session, call.session.reveal().as_bytes()));
    terms.push(id_term(call.id));
    if call.recording.is_some() {
        terms.push(term(Field::Recording, b"yes"));
    }
    if let Some(text) = &call.user_data {
        terms.push(term(Field::UserData, text.as_bytes()));
    }
    let parties =
        [(Field::Caller, &call.caller), (Field::Callee, &call.callee), (Field::X, &call.x), (Field::X, &call.y)];
    for (field, number) in parties {
        if let Some(number) = number {
            push_endings(&mut terms, field, number);
        }
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_any_ending_of_four_digits_or_more() {
        let number = PhoneNumber::parse("13812340021").expect("a number");
        let mut terms = Vec::new();
        push_endings(&mut terms, Field::Caller, &number);
        for typed in
            ["0021", "40021", "340021", "2340021", "12340021", "13812340021", "+8613812340021", "8613812340021"]
        {
            let wanted = ending(Field::Caller, &typed_digits(typed)).expect("enough digits");
            assert!(terms.contains(&wanted), "{typed}");
            assert!(digits(&number).ends_with(&typed_digits(typed)), "{typed}");
        }
        assert_eq!(ending(Field::Caller, "021"), None);
        assert_ne!(ending(Field::Caller, "0021"), ending(Field::Callee, "0021"));
    }
}
