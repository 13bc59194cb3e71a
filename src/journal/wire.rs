//! The serde side of [`super::line`]: fields of callbacks and tallies, separate from the record types.
//!
//! A released name never changes its meaning: journals are kept for years. Absent fields are `None`;
//! unknown fields are ignored, so an older version reads a newer one's lines.

use std::borrow::Cow;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::decision::DecisionFields;
use super::record::{CallbackRecord, Tally};
use crate::domain::{Ack, AppId};

#[derive(Serialize, Deserialize)]
pub(super) struct CallbackFields<'a> {
    app: u32,
    #[serde(borrow)]
    provider: Cow<'a, str>,
    peer: IpAddr,
    tail: Cow<'a, str>,
    #[serde(default)]
    headers: Cow<'a, [(String, String)]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<BodyText<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body64: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    foreign: Cow<'a, [String]>,
    status: u16,
    #[serde(rename = "type")]
    content_type: Cow<'a, str>,
    answer: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionFields>,
}

enum BodyText<'a> {
    Borrowed(&'a str),
    Owned(String),
}

impl Serialize for BodyText<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        })
    }
}

impl<'de> Deserialize<'de> for BodyText<'_> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::Owned)
    }
}

impl<'a> CallbackFields<'a> {
    pub(super) fn from_record(record: &'a CallbackRecord) -> Self {
        let text = readable(&record.body);
        Self {
            app: record.app.0,
            provider: Cow::Borrowed(&record.provider),
            peer: record.peer,
            tail: Cow::Borrowed(&record.tail),
            headers: Cow::Borrowed(&record.headers),
            body: text.map(BodyText::Borrowed),
            body64: text.is_none().then(|| Cow::Owned(STANDARD.encode(&record.body))),
            verified: record.verified,
            foreign: Cow::Borrowed(&record.foreign),
            status: record.reply.status,
            content_type: Cow::Borrowed(&record.reply.content_type),
            answer: Cow::Borrowed(&record.reply.body),
            question: record.question.as_deref().map(Cow::Borrowed),
            decision: record.decision.as_ref().map(DecisionFields::from_note),
        }
    }

    /// `None` if the body cannot be decoded.
    pub(super) fn into_record(self) -> Option<CallbackRecord> {
        let body = match (self.body, self.body64) {
            (Some(BodyText::Owned(text)), _) => text.into_bytes(),
            (Some(BodyText::Borrowed(text)), _) => text.as_bytes().to_vec(),
            (None, Some(text)) => STANDARD.decode(text.as_bytes()).ok()?,
            (None, None) => return None,
        };
        Some(CallbackRecord {
            app: AppId(self.app),
            provider: self.provider.into_owned(),
            peer: self.peer,
            tail: self.tail.into_owned(),
            headers: self.headers.into_owned(),
            body,
            verified: self.verified,
            foreign: self.foreign.into_owned(),
            reply: Ack {
                status: self.status,
                content_type: self.content_type.into_owned(),
                body: self.answer.into_owned(),
            },
            question: self.question.map(Cow::into_owned),
            decision: self.decision.and_then(DecisionFields::into_note),
        })
    }
}

/// The body as text, if it is UTF-8 and escaping it is shorter than Base64: a line must stay below
/// [`crate::limits::LINE_MAX`].
fn readable(body: &[u8]) -> Option<&str> {
    let escaped = body.iter().filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')).count();
    if escaped > body.len() / 8 {
        return None;
    }
    std::str::from_utf8(body).ok()
}

#[derive(Serialize, Deserialize)]
pub(super) struct TallyFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<u32>,
    refused: u64,
    possibly_lost: u64,
}

impl From<&Tally> for TallyFields {
    fn from(tally: &Tally) -> Self {
        Self { app: tally.app.map(|app| app.0), refused: tally.refused, possibly_lost: tally.possibly_lost }
    }
}

impl From<TallyFields> for Tally {
    fn from(fields: TallyFields) -> Self {
        Self { app: fields.app.map(AppId), refused: fields.refused, possibly_lost: fields.possibly_lost }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ErasedFields<'a> {
    #[serde(borrow)]
    pub(super) was: Cow<'a, str>,
}
