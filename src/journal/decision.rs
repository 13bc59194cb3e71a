//! How a decision is stored in a callback's line and in its summary.
//!
//! Names are kept for years, like those of [`super::wire`]. A word unknown to this version makes the
//! note unreadable, never the callback.

use serde::{Deserialize, Serialize};

use crate::domain::{AskedNote, Asking, Asks, BindingId, DecidedQuestion, DecisionAction, DecisionNote, PhoneNumber};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionFields {
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default)]
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binding: Option<u64>,
    micros: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked: Vec<AskedFields>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AskedFields {
    rule: u32,
    asking: String,
    millis: u32,
}

impl DecisionFields {
    #[must_use]
    pub fn from_note(note: &DecisionNote) -> Self {
        let asked = |asked: &AskedNote| AskedFields {
            rule: asked.rule,
            asking: asked.asking.name().to_owned(),
            millis: asked.millis,
        };
        Self {
            action: note.action.name().to_owned(),
            to: note.to.as_ref().map(|to| to.reveal().to_owned()),
            version: note.version,
            rule: note.rule.as_ref().map(|(rule, _)| *rule),
            name: note.rule.as_ref().map(|(_, name)| name.clone()),
            binding: note.binding.map(|id| id.0),
            micros: note.micros,
            asked: note.asked.iter().map(asked).collect(),
        }
    }

    /// `None` if a word is from a later version.
    #[must_use]
    pub fn into_note(self) -> Option<DecisionNote> {
        let asked = |asked: AskedFields| {
            Some(AskedNote { rule: asked.rule, asking: Asking::parse(&asked.asking)?, millis: asked.millis })
        };
        Some(DecisionNote {
            action: DecisionAction::parse(&self.action)?,
            to: self.to.map(PhoneNumber::from_stored),
            version: self.version,
            rule: self.rule.map(|rule| (rule, self.name.unwrap_or_default())),
            binding: self.binding.map(BindingId),
            micros: self.micros,
            asked: self.asked.into_iter().map(asked).collect::<Option<_>>()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct DecidedFields {
    asks: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(flatten)]
    note: DecisionFields,
}

impl DecidedFields {
    pub(super) fn from_decided(decided: &DecidedQuestion) -> Self {
        let text = |number: &Option<PhoneNumber>| number.as_ref().map(|number| number.reveal().to_owned());
        Self {
            asks: decided.asks.name().to_owned(),
            x: text(&decided.x),
            from: text(&decided.from),
            note: DecisionFields::from_note(&decided.note),
        }
    }

    /// `None` if a word is from a later version.
    pub(super) fn into_decided(self) -> Option<DecidedQuestion> {
        Some(DecidedQuestion {
            asks: Asks::parse(&self.asks)?,
            x: self.x.map(PhoneNumber::from_stored),
            from: self.from.map(PhoneNumber::from_stored),
            note: self.note.into_note()?,
        })
    }
}
