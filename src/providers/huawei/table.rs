//! How the documentation tables of both products are written: one entry a line or two.
//!
//! A [`CodeDoc`] has seven fields and most codes need four of them, so entries start from
//! [`code`] (or [`field`]) and say only what differs. Everything is `const`: a table is data in
//! the executable, and a wrong one is a compile error or a failing test, never a start-up cost.

use crate::domain::{CallOutcome, Party, Text, Who};
use crate::providers::{CodeDoc, FieldDoc};

/// A code that needs nobody to act and does not tell how the call ended.
pub(in crate::providers) const fn code(code: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    CodeDoc { code, text: Text::new(zh, en), who: Who::Nobody, advice: Text::new("", ""), outcome: None, by: None }
}

impl CodeDoc {
    /// Who should act, and what they should do.
    pub(in crate::providers) const fn act(self, who: Who, zh: &'static str, en: &'static str) -> Self {
        Self { who, advice: Text::new(zh, en), ..self }
    }

    /// How an unanswered call with this code ended.
    pub(in crate::providers) const fn ends(self, outcome: CallOutcome) -> Self {
        Self { outcome: Some(outcome), ..self }
    }

    /// Who ended the call.
    pub(in crate::providers) const fn ended_by(self, party: Party) -> Self {
        Self { by: Some(party), ..self }
    }
}

/// Lays several lists of codes end to end.
pub(in crate::providers) const fn join<const N: usize>(parts: &[&[CodeDoc]]) -> [CodeDoc; N] {
    let mut all = [code("", "", ""); N];
    let (mut part, mut next) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            all[next] = parts[part][i];
            next += 1;
            i += 1;
        }
        part += 1;
    }
    assert!(next == N, "the length of a joined table is the sum of its parts");
    all
}

/// An optional field that is only kept.
pub(in crate::providers) const fn field(
    message: &'static str,
    name: &'static str,
    kind: &'static str,
    zh: &'static str,
    en: &'static str,
) -> FieldDoc {
    FieldDoc { message, name, kind, required: false, meaning: Text::new(zh, en), maps_to: "" }
}

impl FieldDoc {
    /// The platform always sends it.
    pub(in crate::providers) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The field of our call (or message, or number) it becomes.
    pub(in crate::providers) const fn maps(self, maps_to: &'static str) -> Self {
        Self { maps_to, ..self }
    }
}
