//! A text that never prints itself: app secrets, tokens, passwords.
//!
//! It can be compared, and read where it is used; neither a log nor an error shows it. It is not
//! wiped from memory: whoever reads our memory reads the key in `keys/` as well.

use std::fmt;

/// A secret. `Debug` and `Display` print `***`; comparing two of them is constant-time where
/// it matters, in the code that verifies.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
