//! A decision as it stands in the row of the callback that asked: the two are never apart, and a repeat,
//! which got the answer of the first, is none.

use serde::{Deserialize, Serialize};

use crate::domain::{AskedNote, Asking, Asks, BindingId, DecidedQuestion, DecisionAction, DecisionNote, PhoneNumber};

/// Mark of a callback with a decided question.
pub(super) const DECIDED: &[u8] = b"decided";

#[derive(Serialize, Deserialize)]
pub(super) struct DecisionRow {
    asks: u8,
    x: Option<String>,
    from: Option<String>,
    action: u8,
    to: Option<String>,
    version: u64,
    rule: Option<(u32, String)>,
    binding: Option<u64>,
    micros: u64,
    asked: Vec<(u32, u8, u32)>,
}

impl DecisionRow {
    pub(super) fn pack(decided: &DecidedQuestion) -> Self {
        let text = |number: &Option<PhoneNumber>| number.as_ref().map(|number| number.reveal().to_owned());
        let note = &decided.note;
        Self {
            asks: place(&Asks::ALL, decided.asks),
            x: text(&decided.x),
            from: text(&decided.from),
            action: place(&DecisionAction::ALL, note.action),
            to: text(&note.to),
            version: note.version,
            rule: note.rule.clone(),
            binding: note.binding.map(|id| id.0),
            micros: note.micros,
            asked: note
                .asked
                .iter()
                .map(|asked| (asked.rule, place(&Asking::ALL, asked.asking), asked.millis))
                .collect(),
        }
    }

    pub(super) fn unpack(self) -> Option<DecidedQuestion> {
        let number = |text: Option<String>| text.map(PhoneNumber::from_stored);
        let asked = |(rule, asking, millis): (u32, u8, u32)| {
            Some(AskedNote { rule, asking: *Asking::ALL.get(usize::from(asking))?, millis })
        };
        Some(DecidedQuestion {
            asks: *Asks::ALL.get(usize::from(self.asks))?,
            x: number(self.x),
            from: number(self.from),
            note: DecisionNote {
                action: *DecisionAction::ALL.get(usize::from(self.action))?,
                to: number(self.to),
                version: self.version,
                rule: self.rule,
                binding: self.binding.map(BindingId),
                micros: self.micros,
                asked: self.asked.into_iter().map(asked).collect::<Option<_>>()?,
            },
        })
    }
}

fn place<T: PartialEq + Copy>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
}
