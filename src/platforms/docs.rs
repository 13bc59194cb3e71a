//! Types for a provider's documentation, which pages, commands and tests read.
//!
//! Texts have both languages. A documented field that no sample has, and a field of a sample without
//! documentation, fail a test.

use std::time::Duration;

use crate::domain::{CallOutcome, Party, Text, Who};

#[derive(Debug, Clone, Copy)]
pub struct Address {
    /// The suggested tail, which tells addresses apart: `status`. May be empty.
    pub tail: &'static str,
    /// The box in the console, as named there.
    pub console_field: Text,
    pub receives: Text,
}

#[derive(Debug, Clone, Copy)]
pub struct FieldDoc {
    /// The messages with this field:
    pub message: &'static str,
    pub name: &'static str,
    /// Its type and length as documented: `String(1-128)`.
    pub kind: &'static str,
    pub required: bool,
    pub meaning: Text,
    /// The field of our call it becomes; empty when it is only kept.
    pub maps_to: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub struct CodeTable {
    /// The name in a `CauseCode`:
    pub name: &'static str,
    pub title: Text,
    pub source: &'static str,
    pub codes: &'static [CodeDoc],
}

impl CodeTable {
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&'static CodeDoc> {
        self.codes.iter().find(|c| c.code == code)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct CodeDoc {
    pub code: &'static str,
    pub text: Text,
    pub who: Who,
    /// What to do; may be empty.
    pub advice: Text,
    /// The outcome of an unanswered call with this code; `None` if the code alone does not say.
    pub outcome: Option<CallOutcome>,
    pub by: Option<Party>,
}

#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its name, unique within the provider: `fee-callback`.
    pub name: &'static str,
    pub title: Text,
    pub content_type: &'static str,
    pub body: &'static str,
}

/// When a platform pushes again after anything but a success.
#[derive(Debug, Clone, Copy)]
pub struct RetrySchedule {
    /// Call events: the gaps between tries. Empty: never again.
    pub events: &'static [Duration],
    /// Call records.
    pub records: &'static [Duration],
    /// Text messages.
    pub sms: &'static [Duration],
    /// In words, with what is not documented.
    pub text: Text,
}
