//! How much of a text that a platform sent is taken over. Lengths are characters: a message of
//! 1,400 characters has 4,200 bytes. What is longer is cut and never left out; all of it stays
//! readable in the callback itself.

use xxhash_rust::xxh3::xxh3_128;

use crate::limits;

/// A field, and whether it was cut.
pub(in crate::platforms) fn field(mut text: String) -> (String, bool) {
    let end = end_of(&text, limits::FIELD_MAX);
    if let Some(end) = end {
        text.truncate(end);
    }
    (text, end.is_some())
}

/// An id, and whether it was shortened: the rest of a longer one is told by its digest, so that
/// two that begin alike stay two.
pub(in crate::platforms) fn id(mut text: String) -> (String, bool) {
    const DIGEST: usize = 33;
    if end_of(&text, limits::SESSION_MAX).is_none() {
        return (text, false);
    }
    let digest = xxh3_128(text.as_bytes());
    text.truncate(end_of(&text, limits::SESSION_MAX - DIGEST).unwrap_or(text.len()));
    (format!("{text}~{digest:032x}"), true)
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
    fn long_ids_that_begin_alike_stay_two() {
        let long = |end: &str| id(format!("{}{end}", "标".repeat(limits::SESSION_MAX)));
        assert!(!id("标".repeat(limits::SESSION_MAX)).1);
        let (one, other) = (long("1"), long("2"));
        assert!(one.1 && one.0 != other.0);
        assert_eq!(one.0.chars().count(), limits::SESSION_MAX);
        assert_eq!(one, long("1"), "and a repeat of it is the same");
    }
}
