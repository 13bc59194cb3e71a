//! The shapes of a provider's documentation: data that pages, commands and tests walk.
//!
//! Texts stand in both languages beside the code they explain, so that neither can be forgotten.
//! A name that no sample has, or a sample with a name that is not here, fails a test.

use std::time::Duration;

use crate::domain::{CallOutcome, Party, Text, Who};

/// One address that a platform's console asks for.
#[derive(Debug, Clone, Copy)]
pub struct Address {
    /// The tail we suggest, so that people can tell the boxes apart: `status`. May be empty.
    pub tail: &'static str,
    /// The box in the console, by its name there.
    pub console_field: Text,
    pub receives: Text,
}

#[derive(Debug, Clone, Copy)]
pub struct FieldDoc {
    /// The messages it stands in: `statusInfo`, `feeLst`, `Hangup`.
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
    /// Its name, by which a `CauseCode` refers to it: `stateCode`.
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
    /// What to do; empty when nothing is to be done.
    pub advice: Text,
    /// How an unanswered call with this code ended; `None` when the code alone does not tell
    /// and the next one should.
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
