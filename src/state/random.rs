//! Random bytes of the system, hashes, and how both are written.
//!
//! Everything given out once (cookies, API tokens, the setup code) is random and long, so a
//! plain SHA-256 keeps it safe at rest; passwords are neither and go through `password`.
//!
//! The kernel is asked itself. The usual crates look the C library's function up by its name,
//! which a static executable does not have, and then read `/dev/urandom`, which an empty root
//! does not have either.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::io::retry_on_intr;
use rustix::rand::{GetRandomFlags, getrandom};
use sha2::{Digest, Sha256};

use crate::domain::Secret;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        let more = retry_on_intr(|| getrandom(&mut bytes[filled..], GetRandomFlags::empty()));
        filled += more.expect("every Linux that this runs on gives random bytes");
    }
    bytes
}

/// `N` random bytes in the letters of an address: `[A-Za-z0-9_-]`.
pub(super) fn text<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<N>())
}

/// The SHA-256 of a text.
pub(super) fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

/// The forms' token of a login: derived from its cookie, so that it need not be kept.
pub(super) fn csrf(cookie: &str) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(Sha256::digest(format!("ringback forms\n{cookie}"))))
}

/// The public id of a login: derived from what is kept of its cookie, and leads back to nothing.
pub(super) fn login_id(hash: &Hash) -> String {
    hex(&Sha256::digest(format!("ringback login\n{}", hex(hash)))[..8])
}

/// Hexadecimal, lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all");
        text
    })
}

/// Reads [`hex`] of 32 bytes.
pub(super) fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_reads_what_it_writes() {
        let bytes: [u8; 32] = bytes();
        assert_eq!(from_hex(&hex(&bytes)), Some(bytes));
        assert_eq!(from_hex("+1"), None);
        assert_eq!(from_hex(&"é".repeat(32)), None);
    }

    #[test]
    fn random_text_is_of_the_letters_of_an_address_and_never_the_same() {
        let made = text::<24>();
        assert_eq!(made.len(), 32);
        assert!(made.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
        assert_ne!(made, text::<24>());
    }
}
