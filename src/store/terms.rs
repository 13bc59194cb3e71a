//! The notation of what can be looked up: which terms a row has is told in its table of filters.
//!
//! A term is 64 bits, the field in the top eight. What the others are depends on the field:
//!
//! ```text
//! words     a hash: exactly this word                               App Outcome Session …
//! numbers   the digits from the last to the first, base 11          Caller Callee X Y
//! amounts   the amount itself                                       Talk Ring Size Expires
//! ends      the last seven bytes, from the last to the first        UserDataEnd
//! ids       the first seven bytes                                   CallId
//! ```
//!
//! So all numbers with one ending, of whatever length, are neighbours, as are all amounts
//! between two bounds, and all references with one ending: either is one span of terms
//! ([`Terms`]), found with one look. The beginning of a session has no such order, because all
//! sessions of an app may begin alike: there the first 8, 16 and 32 characters are words. Spans
//! and words alike can be taken away again, which makes NOT exact. Every row that is shown was
//! compared with the question itself all the same, so that a collision of hashes costs a look.

use xxhash_rust::xxh3::xxh3_64;

use super::FilterTable;
use crate::domain::{CallId, PhoneNumber};
use crate::limits::{ID_BEGINNING_MIN, REFERENCE_END_MIN};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Field {
    App = 1,
    Provider = 2,
    Product = 3,
    Outcome = 4,
    Recording = 5,
    RecordingState = 6,
    Direction = 7,
    State = 8,
    Anomaly = 9,
    Caller = 10,
    Callee = 11,
    X = 12,
    Y = 13,
    Weekday = 14,
    Hour = 15,
    Cause = 16,
    MainCause = 17,
    Answered = 18,
    ReleasedBy = 19,
    UserData = 20,
    Session = 21,
    Id = 22,
    UserDataEnd = 23,
    SessionStart = 24,
    CallId = 25,
    BindingId = 26,
    Question = 30,
    Verified = 31,
    Suspicion = 32,
    Label = 33,
    Peer = 34,
    Status = 35,
    Mode = 36,
    Joined = 37,
    Suspicious = 38,
    Talk = 40,
    Ring = 41,
    /// Until when a recording waits at the platform, in seconds since 1970.
    Expires = 42,
    Size = 43,
    Pdd = 44,
    By = 50,
    Action = 51,
    Subject = 52,
    Rule = 60,
    Binding = 61,
    Test = 70,
}

pub(super) const TEST: u64 = yes(Field::Test);

/// The term of a yes/no field that holds.
pub(super) const fn yes(field: Field) -> u64 {
    (field as u64) << 56
}

/// Both ends included; mostly one term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Terms {
    pub(super) first: u64,
    pub(super) last: u64,
}

impl Terms {
    pub(super) fn one(term: u64) -> Self {
        Self { first: term, last: term }
    }

    pub(super) fn word(field: Field, value: &[u8]) -> Self {
        Self::one(term(field, value))
    }

    /// Amounts from `min` to `max`.
    pub(super) fn amounts(field: Field, min: u64, max: u64) -> Self {
        Self { first: amount(field, min), last: amount(field, max) }
    }
}

/// A word that hardly two rows have, or that is in few segments. Segments keep filters of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rare {
    Id(u64),
    /// A session, a customer's reference or its end, the last seven digits of a number, the mark of a test.
    Other(u64),
}

/// What stands for a span in filters: every row that has a term of the span has it as well.
/// `None` for what many rows have.
pub(super) fn rare(terms: &Terms) -> Option<Rare> {
    const IDS: [u8; 2] = [Field::Id as u8, Field::CallId as u8];
    const WORDS: [u8; 4] = [Field::Session as u8, Field::UserData as u8, Field::UserDataEnd as u8, Field::Test as u8];
    const STEM: u64 = 11u64.pow((PLACES - RARE_DIGITS) as u32);
    let field = field_of(terms.first);
    let stem = |term| (u64::from(field) << 56) | (amount_of(term) / STEM);
    match field {
        _ if IDS.contains(&field) && terms.first == terms.last => Some(Rare::Id(terms.first)),
        _ if WORDS.contains(&field) && terms.first == terms.last => Some(Rare::Other(terms.first)),
        _ if is_number(field) && stem(terms.first) == stem(terms.last) => Some(Rare::Other(stem(terms.first))),
        _ => None,
    }
}

/// Sorted and merged, without empty spans.
pub(super) fn apart(mut spans: Vec<Terms>) -> Vec<Terms> {
    spans.retain(|span| span.first <= span.last);
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let touch = next.first <= last.last.saturating_add(1) && field_of(next.first) == field_of(last.first);
        if touch {
            last.last = last.last.max(next.last);
        }
        touch
    });
    spans
}

pub(super) fn field_of(term: u64) -> u8 {
    (term >> 56) as u8
}

pub(super) fn amount_of(term: u64) -> u64 {
    term & VALUE
}

/// Whether a term is an amount that is asked for in spans: a row has at most one of its field.
pub(super) fn is_amount(term: u64) -> bool {
    (Field::Talk as u8..=Field::Pdd as u8).contains(&field_of(term))
}

fn is_number(field: u8) -> bool {
    (Field::Caller as u8..=Field::Y as u8).contains(&field)
}

/// The bits that every row with a term of the span has in its signature; `None` where there is
/// nothing that they share.
pub(super) fn signature_bits(terms: &Terms) -> Option<u128> {
    const ENDING: u64 = 11u64.pow((PLACES - ENDING_MIN) as u32);
    let field = field_of(terms.first);
    let ending = |term| amount_of(term) / ENDING;
    let key = if is_number(field) {
        // What ends alike shares its bits, so that the shortest ending has them too.
        let key = (u64::from(field) << 32 | ending(terms.first)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (ending(terms.first) == ending(terms.last)).then_some(key)
    } else {
        (terms.first == terms.last).then_some(terms.first)
    };
    key.map(|key| 1 << (key & 127) | 1 << (key >> 7 & 127))
}

const VALUE_BITS: u32 = 56;
const VALUE: u64 = (1 << VALUE_BITS) - 1;
/// Bytes of the end of a reference that are indexed.
const END_BYTES: usize = VALUE_BITS as usize / 8;
/// Lengths of the beginnings of a session that are indexed. Those of one platform begin alike, so
/// the first few rarely tell two apart; 32 hold a time to the minute where the id has one.
const SESSION_STARTS: [usize; 3] = [ID_BEGINNING_MIN, 16, 32];
/// Digits of a number that are indexed, from its end. E.164 has 15; 11^16 is just below 2^56.
const PLACES: usize = 16;
/// Fewer digits match everyone.
pub(super) const ENDING_MIN: usize = 4;
/// Digits of an ending that hardly two numbers share.
const RARE_DIGITS: usize = 7;

pub(super) fn term(field: Field, value: &[u8]) -> u64 {
    (u64::from(field as u8) << 56) | (xxh3_64(value) >> 8)
}

pub(super) fn amount(field: Field, amount: u64) -> u64 {
    (u64::from(field as u8) << 56) | amount.min(VALUE)
}

/// The term that finds a call by its id. Ids are hashes themselves, and their first bytes stand in
/// order, so that the beginning of one is found as well.
pub(super) fn id_term(id: CallId) -> u64 {
    amount(Field::CallId, (u128::from_be_bytes(id.0) >> (128 - VALUE_BITS)) as u64)
}

/// The span of calls whose id begins with these hexadecimal digits: eight or more.
pub(super) fn id_beginning(text: &str) -> Option<Exactly> {
    const DIGITS: usize = VALUE_BITS as usize / 4;
    if !(ID_BEGINNING_MIN..=32).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let digits = &text[..text.len().min(DIGITS)];
    let rest = (DIGITS - digits.len()) * 4;
    let first = amount(Field::CallId, u64::from_str_radix(digits, 16).ok()? << rest);
    Some(Exactly { terms: Terms { first, last: first | ((1 << rest) - 1) }, exact: text.len() <= DIGITS })
}

/// Eight digits or more.
pub(super) fn id_begins(id: CallId, text: &str) -> bool {
    id_beginning(text).is_some() && id.to_string().starts_with(&text.to_ascii_lowercase())
}

/// A span, and whether it is of nothing but what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exactly {
    pub(super) terms: Terms,
    pub(super) exact: bool,
}

/// A reference as its end is compared: without case, and without the marks behind it, as of
/// `{"order":"88123"}`.
pub(super) fn reference(text: &str) -> String {
    let text = text.trim();
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    if end.is_empty() { text } else { end }.to_ascii_lowercase()
}

/// The last bytes of a reference from the last to the first, and how many there are of them.
fn end_code(reference: &str) -> (u64, usize) {
    let bytes =
        reference.bytes().rev().take(END_BYTES).fold((0, 0), |(code, n), byte| (code << 8 | u64::from(byte), n + 1));
    (bytes.0 << ((END_BYTES - bytes.1) * 8), bytes.1)
}

/// The span of references that end so; `None` for fewer than four characters.
pub(super) fn reference_ending(text: &str) -> Option<Exactly> {
    let wanted = reference(text);
    if wanted.chars().count() < REFERENCE_END_MIN {
        return None;
    }
    let (code, bytes) = end_code(&wanted);
    let first = amount(Field::UserDataEnd, code);
    let last = first | ((1u64 << ((END_BYTES - bytes) * 8)) - 1);
    // A byte of zeros looks as the place where a shorter reference has none.
    Some(Exactly { terms: Terms { first, last }, exact: wanted.len() <= END_BYTES && !wanted.contains('\0') })
}

/// The words that find sessions which begin so; `None` for fewer than eight characters.
pub(super) fn session_beginning(text: &str) -> Option<Exactly> {
    let wanted = text.to_ascii_lowercase();
    let length =
        SESSION_STARTS.into_iter().rev().find(|length| wanted.is_char_boundary(*length) && *length <= wanted.len())?;
    let terms = Terms::word(Field::SessionStart, &wanted.as_bytes()[..length]);
    Some(Exactly { terms, exact: wanted.len() == length })
}

/// Whether a session begins so: eight characters or more, whatever their case.
pub(super) fn session_begins(session: &str, text: &str) -> bool {
    text.len() >= ID_BEGINNING_MIN && session.get(..text.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(text))
}

/// The words by which a session's beginning is found.
pub(super) fn push_session_starts(terms: &mut Vec<u64>, session: &str) {
    let lower = session.to_ascii_lowercase();
    let starts = SESSION_STARTS.into_iter().filter(|length| *length <= lower.len() && lower.is_char_boundary(*length));
    terms.extend(starts.map(|length| term(Field::SessionStart, &lower.as_bytes()[..length])));
}

/// The term by which a reference or its end is found.
pub(super) fn push_reference(terms: &mut Vec<u64>, text: &str) {
    let end = reference(text);
    terms.push(if end.chars().count() < REFERENCE_END_MIN {
        term(Field::UserData, end.as_bytes())
    } else {
        amount(Field::UserDataEnd, end_code(&end).0)
    });
}

/// The digits of a number as they are compared: `8613800000021`.
pub(super) fn digits(number: &PhoneNumber) -> String {
    number.reveal().chars().filter(char::is_ascii_digit).collect()
}

/// What a person typed for a number, as digits: a whole number in any notation becomes the
/// stored one, so that `075528780808` finds `+8675528780808`.
pub(super) fn typed_digits(typed: &str) -> String {
    PhoneNumber::typed(typed).map(|number| digits(&number)).unwrap_or_default()
}

/// The span of numbers that end in `digits`; `None` for fewer than four digits. Exact up to
/// [`PLACES`] digits, beyond them a little too much.
pub(super) fn ending(field: Field, digits: &str) -> Option<Terms> {
    (digits.len() >= ENDING_MIN).then(|| {
        let first = amount(field, reversed(digits));
        Terms { first, last: first + 11u64.pow((PLACES - digits.len().min(PLACES)) as u32) - 1 }
    })
}

/// Whether [`ending`] spans nothing but numbers that end so.
pub(super) fn is_exact(digits: &str) -> bool {
    digits.len() <= PLACES
}

pub(super) fn push_number(terms: &mut Vec<u64>, field: Field, number: &PhoneNumber) {
    let digits = digits(number);
    if !digits.is_empty() {
        terms.push(amount(field, reversed(&digits)));
    }
}

/// Digits from the last to the first as places of base 11, 0 standing for none.
fn reversed(digits: &str) -> u64 {
    let places = digits.bytes().rev().map(|digit| u64::from(digit - b'0') + 1).chain(std::iter::repeat(0));
    places.take(PLACES).fold(0, |code, place| code * 11 + place)
}

pub(super) fn of_row<Q: FilterTable>(row: &Q::Row) -> Vec<u64> {
    let mut terms = Vec::with_capacity(32);
    Q::index(row, &mut terms);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(number: &str, typed: &str) -> bool {
        let mut terms = Vec::new();
        push_number(&mut terms, Field::Caller, &PhoneNumber::from_stored(number));
        let wanted = ending(Field::Caller, &typed_digits(typed)).expect("enough digits");
        wanted.first <= terms[0] && terms[0] <= wanted.last
    }

    #[test]
    fn a_number_is_found_by_any_ending_of_four_digits_or_more_and_by_no_other() {
        let number = "+8613812340021";
        for typed in
            ["0021", "40021", "340021", "2340021", "12340021", "13812340021", "+8613812340021", "8613812340021"]
        {
            assert!(spans(number, typed), "{typed}");
        }
        for typed in ["0022", "50021", "0000", "00210", "13912340021", "98613812340021"] {
            assert!(!spans(number, typed), "{typed}");
        }
        assert!(spans("+8610086", "10086") && spans("95588", "95588") && !spans("95588", "955880"));
        assert_eq!(ending(Field::Caller, "021"), None);
        assert_ne!(ending(Field::Caller, "0021"), ending(Field::Callee, "0021"));
    }

    #[test]
    fn a_reference_is_found_by_its_end_and_by_no_other() {
        let found = |text: &str, typed: &str| {
            let mut terms = Vec::new();
            push_reference(&mut terms, text);
            reference_ending(typed).is_some_and(|of| of.terms.first <= terms[0] && terms[0] <= of.terms.last)
        };
        let order = "order-24906488";
        for typed in ["6488", "06488", "4906488", "24906488", "-24906488", "order-24906488", "ORDER-24906488", "6488 "]
        {
            assert!(found(order, typed), "{typed}");
        }
        for typed in ["488", "6489", "7906488", "648"] {
            assert!(!found(order, typed), "{typed}");
        }
        assert!(found(r#"{"order":"24906488"}"#, "24906488") && found("订单八八一二三", "八一二三"));
        assert!(found("6488", "6488") && !found("6488", "06488") && !found("06488", "406488"));
        let exact = |typed: &str| reference_ending(typed).map(|of| of.exact);
        assert_eq!((exact("4906488"), exact("24906488"), exact("488")), (Some(true), Some(false), None));
    }

    #[test]
    fn a_session_and_an_id_are_found_by_their_beginning() {
        let session = "1201_271_4294967295_20261130015911132@callenabler246.huaweicaas.com";
        let mut terms = Vec::new();
        push_session_starts(&mut terms, session);
        for length in [8, 9, 16, 20, 32, 40, session.len()] {
            let of = session_beginning(&session[..length]).expect("enough");
            assert!(terms.contains(&of.terms.first) && session_begins(session, &session[..length]), "{length}");
            assert_eq!(of.exact, SESSION_STARTS.contains(&length));
        }
        assert_eq!(session_beginning(&session[..7]), None);
        assert!(!session_begins(session, &session[..7]) && !session_begins("short", session));
        assert!(session_beginning("会话会话会话").is_none_or(|of| !of.exact), "no character is cut");

        let id = CallId::parse("00112233445566778899aabbccddeeff").expect("an id");
        for typed in ["00112233", "001122334", "00112233445566", "001122334455667", "00112233445566778899AABBCCDDEEFF"]
        {
            let of = id_beginning(typed).expect("enough");
            assert!(of.terms.first <= id_term(id) && id_term(id) <= of.terms.last && id_begins(id, typed), "{typed}");
        }
        for typed in ["0011223", "00112234", "0011223x"] {
            assert!(!id_begins(id, typed), "{typed}");
        }
    }

    #[test]
    fn the_longest_numbers_stay_within_their_field() {
        let longest = ending(Field::Caller, "9999999999999999").expect("enough digits");
        assert!(longest.last >> 56 == Field::Caller as u64 && longest.first == longest.last);
        assert!(is_exact("9999999999999999") && !is_exact("99999999999999999"));
    }
}
