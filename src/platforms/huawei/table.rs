//! How the documentation tables of both products are written: one entry a line or two.
//!
//! A [`CodeDoc`] has six fields and most codes need two or three of them, so an entry starts
//! from [`code`] and says only what differs; [`fields`] is a table of its own. Everything is `const`: a table is data in
//! the executable, and a wrong one is a compile error or a failing test, never a start-up cost.

use crate::domain::{CallOutcome, Party, Text, Who};
use crate::platforms::CodeDoc;

/// A code that needs nobody to act and does not tell how the call ended.
pub(in crate::platforms) const fn code(code: &'static str, zh: &'static str, en: &'static str) -> CodeDoc {
    CodeDoc { code, text: Text::new(zh, en), who: Who::Nobody, advice: Text::new("", ""), outcome: None, by: None }
}

impl CodeDoc {
    /// Who should act, and what they should do.
    pub(in crate::platforms) const fn act(self, who: Who, zh: &'static str, en: &'static str) -> Self {
        Self { who, advice: Text::new(zh, en), ..self }
    }

    /// How an unanswered call with this code ended.
    pub(in crate::platforms) const fn ends(self, outcome: CallOutcome) -> Self {
        Self { outcome: Some(outcome), ..self }
    }

    pub(in crate::platforms) const fn ended_by(self, party: Party) -> Self {
        Self { by: Some(party), ..self }
    }
}

/// Lays several lists of codes end to end.
pub(in crate::platforms) const fn join<const N: usize>(parts: &[&[CodeDoc]]) -> [CodeDoc; N] {
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

/// Fields by message: a name, its type, whether it is always sent, what it becomes, what it means.
macro_rules! fields {
    ($($message:literal { $($name:literal $kind:literal $presence:ident $(-> $maps_to:literal)?:
        $zh:literal, $en:literal;)* })*) => {
        &[$($($crate::platforms::FieldDoc {
            message: $message,
            name: $name,
            kind: $kind,
            required: $crate::platforms::huawei::table::fields!(@$presence),
            meaning: $crate::domain::Text::new($zh, $en),
            // Empty where the field is only kept.
            maps_to: concat!($($maps_to)?),
        },)*)*]
    };
    (@required) => { true };
    (@optional) => { false };
}

pub(in crate::platforms) use fields;
