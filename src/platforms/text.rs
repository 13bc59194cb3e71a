//! Limits of texts from platforms, in characters: a message of 1,400 characters has 4,200 bytes. Longer
//! texts are cut, never dropped; the callback keeps all of it.

use xxhash_rust::xxh3::xxh3_128;

use crate::domain::Sign;
use crate::limits;

/// The longest number that moves across a cut as a whole: eleven digits with blanks and hyphens.
const NUMBER_MAX: usize = 40;

pub(in crate::platforms) fn field(mut text: String) -> (String, bool) {
    let end = cut_at(&text, limits::FIELD_MAX);
    if let Some(end) = end {
        text.truncate(end);
    }
    (text, end.is_some())
}

/// Shortens an id, with a digest of the rest so that ids stay distinct; says whether it did.
pub(in crate::platforms) fn id(mut text: String) -> (String, bool) {
    const DIGEST: usize = 33;
    if end_of(&text, limits::SESSION_MAX).is_none() {
        return (text, false);
    }
    let digest = xxh3_128(text.as_bytes());
    text.truncate(cut_at(&text, limits::SESSION_MAX - DIGEST).unwrap_or(text.len()));
    (format!("{text}~{digest:032x}"), true)
}

/// Where to cut: before a number that the limit would split, since half a number is neither masked nor
/// erased.
fn cut_at(text: &str, chars: usize) -> Option<usize> {
    let end = end_of(text, chars)?;
    let is_of_number = |c: char| matches!(Sign::of(c), Sign::Digit(_) | Sign::Gap);
    if !text[end..].starts_with(is_of_number) {
        return Some(end);
    }
    let before = text[..end].char_indices().rev().take(NUMBER_MAX);
    Some(before.take_while(|(_, c)| is_of_number(*c)).last().map_or(end, |(at, _)| at))
}

/// The byte behind so many characters, where there are more.
fn end_of(text: &str, chars: usize) -> Option<usize> {
    // Fewer bytes are fewer characters.
    if text.len() <= chars { None } else { text.char_indices().nth(chars).map(|(at, _)| at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_what_is_more_is_cut() {
        let most = "长".repeat(limits::FIELD_MAX);
        assert_eq!(field(most.clone()), (most.clone(), false));
        assert_eq!(field(format!("{most}长")), (most, true));
    }

    #[test]
    fn no_number_is_cut_in_two() {
        let text = |length: usize, end: &str| format!("{}{end}", "x".repeat(length));
        for before in [1, 5, 10] {
            let long = text(limits::FIELD_MAX - before, "13800138001");
            assert_eq!(field(long), (text(limits::FIELD_MAX - before, ""), true), "{before}");
        }
        assert_eq!(
            field(text(limits::FIELD_MAX - 11, "13800138001, 1")).0,
            text(limits::FIELD_MAX - 11, "13800138001")
        );
        let (id, _) = id(text(limits::SESSION_MAX - 38, "13800138001").repeat(2));
        assert!(id.contains("x~"), "{id}");
        assert_eq!(field("1".repeat(limits::FIELD_MAX * 2)).0.len(), limits::FIELD_MAX - NUMBER_MAX);
    }

    #[test]
    fn long_ids_that_begin_alike_stay_two() {
        let long = |end: &str| id(format!("{}{end}", "标".repeat(limits::SESSION_MAX)));
        assert!(!id("标".repeat(limits::SESSION_MAX)).1);
        let (one, other) = (long("1"), long("2"));
        assert!(one.1 && one.0 != other.0);
        assert_eq!(one.0.chars().count(), limits::SESSION_MAX);
        assert_eq!(one, long("1"), "and a repeat of it is the same");
    }
}
