//! The identity of an event or record, as a number.
//!
//! Parts are hashed with their lengths, so that (`ab`, `c`) and (`a`, `bc`) differ. The app is no part:
//! the store keeps it beside the identity.

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::Identity;

pub(in crate::platforms) fn identity(kind: &str, parts: &[&str]) -> Identity {
    let mut bytes = Vec::with_capacity(256);
    for part in std::iter::once(&kind).chain(parts) {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    Identity(xxh3_64(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(identity("event", &["ab", "c"]), identity("event", &["a", "bc"]));
        assert_ne!(identity("event", &["a", ""]), identity("event", &["", "a"]));
        assert_ne!(identity("event", &["a"]), identity("record", &["a"]));
        assert_eq!(identity("event", &["a"]), identity("event", &["a"]));
    }
}
