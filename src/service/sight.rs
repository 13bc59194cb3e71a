//! How much of a phone number someone sees. The only place of the API that reveals one.
//!
//! Viewers see `+86138****0021`, and in free text (session ids, user data, messages, address
//! tails) no phone number in any spelling. Ids of ours are hashes and are never masked: a link
//! must work for everybody.

use crate::domain::{PhoneNumber, mask_numbers, mask_numbers_and};

/// How much someone sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    Whole,
    Masked,
}

impl Sight {
    pub(crate) fn number(self, number: &PhoneNumber) -> String {
        match self {
            Self::Whole => number.reveal().to_owned(),
            Self::Masked => number.masked(),
        }
    }

    pub(crate) fn maybe(self, number: Option<&PhoneNumber>) -> Option<String> {
        number.map(|number| self.number(number))
    }

    /// A text that a platform or a person wrote.
    pub(crate) fn text(self, text: &str) -> String {
        match self {
            Self::Whole => text.to_owned(),
            Self::Masked => mask_numbers(text),
        }
    }

    pub(crate) fn maybe_text(self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    /// A text that may hold the numbers of these parties in any form.
    pub(crate) fn text_of<'a>(self, text: &str, parties: impl IntoIterator<Item = &'a PhoneNumber>) -> String {
        match self {
            Self::Whole => text.to_owned(),
            Self::Masked => mask_numbers_and(text, parties),
        }
    }
}
