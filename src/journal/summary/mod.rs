//! The `summary` record, which replaces a callback's line when its bytes are removed.
//!
//! ```text
//! {"seq":17,"at":"…","kind":"summary","v":1,"of":"callback","why":"retention","app":1,…,"items":[…]}
//! ```
//!
//! It has the callback's number and time and everything decoded from it, so that a store rebuilt from it
//! is the same, and a late repeat is still recognised. Undecoded content, headers, signature and answer
//! are gone. The encoding, in `items`, only grows.

mod call_items;
mod items;
mod parts;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::items::{ItemWire, SuspicionWire};
use super::decision::DecidedFields;
use super::record::Entry;
use crate::domain::{AppId, DecidedQuestion, Item, Outcome, Suspicion, vocabulary};

pub const SUMMARY: &str = "summary";
/// Readers skip versions they do not know.
const VERSION: u32 = 1;

vocabulary! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Gone {
        Retention "retention",
        Erasure "erasure",
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct CallbackSummary {
    pub why: Gone,
    /// `sha256:…` of an erased line.
    pub was: Option<String>,
    pub app: AppId,
    pub provider: String,
    pub peer: IpAddr,
    /// The path after the token.
    pub tail: String,
    pub verified: Option<bool>,
    pub status: u16,
    pub size_bytes: u64,
    /// Stored for a repeat whose first callback may be removed; otherwise computed.
    pub outcome: Outcome,
    /// One word of the provider for what it is.
    pub label: String,
    pub question: bool,
    pub decision: Option<Box<DecidedQuestion>>,
    pub suspicions: Vec<Suspicion>,
    pub test: bool,
    pub items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u32,
    of: String,
    why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was: Option<String>,
    app: u32,
    provider: String,
    peer: IpAddr,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    tail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    status: u16,
    size_bytes: u64,
    outcome: String,
    /// Absent if it is the first item's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    question: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<DecidedFields>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    suspicions: Vec<SuspicionWire>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    test: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<Value>,
}

impl CallbackSummary {
    #[must_use]
    pub fn entry(&self) -> Entry {
        let wire = Wire {
            v: VERSION,
            of: "callback".to_owned(),
            why: self.why.name().to_owned(),
            was: self.was.clone(),
            app: self.app.0,
            provider: self.provider.clone(),
            peer: self.peer,
            tail: self.tail.clone(),
            verified: self.verified,
            status: self.status,
            size_bytes: self.size_bytes,
            outcome: self.outcome.name().to_owned(),
            label: Some(self.label.clone()).filter(|label| label.as_str() != first_word(&self.items)),
            question: self.question,
            decision: self.decision.as_deref().map(DecidedFields::from_decided),
            suspicions: self.suspicions.iter().map(SuspicionWire::from).collect(),
            test: self.test,
            items: self.items.iter().map(|item| json(&ItemWire::from(item))).collect(),
        };
        let Value::Object(fields) = json(&wire) else { panic!("a struct is written as an object") };
        Entry { kind: SUMMARY.to_owned(), fields }
    }

    /// `None` if it is not a callback's summary, or a later version's.
    #[must_use]
    pub fn read(entry: &Entry) -> Option<Self> {
        if entry.kind != SUMMARY || entry.fields.get("of")?.as_str()? != "callback" {
            return None;
        }
        let wire: Wire = serde_json::from_value(Value::Object(entry.fields.clone())).ok()?;
        if wire.v != VERSION {
            return None;
        }
        // An unknown word drops its item, not the others.
        let items = wire.items.into_iter().filter_map(|item| serde_json::from_value::<ItemWire>(item).ok()?.read());
        let items: Vec<Item> = items.collect();
        Some(Self {
            why: if wire.why == "erasure" { Gone::Erasure } else { Gone::Retention },
            was: wire.was,
            app: AppId(wire.app),
            provider: wire.provider,
            peer: wire.peer,
            tail: wire.tail,
            verified: wire.verified,
            status: wire.status,
            size_bytes: wire.size_bytes,
            outcome: Outcome::parse(&wire.outcome)?,
            label: wire.label.unwrap_or_else(|| first_word(&items).to_owned()),
            question: wire.question,
            decision: wire.decision.and_then(DecidedFields::into_decided).map(Box::new),
            suspicions: wire.suspicions.into_iter().map(Suspicion::from).collect(),
            test: wire.test,
            items,
        })
    }
}

/// Another room's data in a `summary` record, under its own `of`.
#[must_use]
pub fn summary_entry(of: &str, mut fields: Map<String, Value>) -> Entry {
    fields.insert("v".to_owned(), VERSION.into());
    fields.insert("of".to_owned(), of.into());
    Entry { kind: SUMMARY.to_owned(), fields }
}

/// The default label.
fn first_word(items: &[Item]) -> &'static str {
    match items.first() {
        Some(Item::Event(event)) => event.kind.name(),
        Some(Item::Record(_)) => "record",
        Some(Item::Sms(_)) => "sms",
        Some(Item::Number(_)) => "number",
        None => "",
    }
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("a summary is plain data with string keys")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Anomaly, AskedNote, Asking, Asks, BindingId, CallEvent, CallKey, CallRecord, CauseCode, DecisionAction,
        DecisionNote, Direction, EventKind, Identity, NumberState, NumberStatus, Party, PhoneNumber, Product,
        RecordingRef, SessionId, SmsEvent, SmsMode, Stamp,
    };

    fn stamp() -> Option<Stamp> {
        Some(Stamp { at: Some("2026-11-20T08:00:00Z".parse().unwrap()), text: "2026-11-20 16:00:00".to_owned() })
    }

    fn number(text: &str) -> Option<PhoneNumber> {
        PhoneNumber::parse(text)
    }

    fn full() -> CallbackSummary {
        let key = CallKey { family: "private".into(), session: SessionId::new("s@1") };
        let text = |text: &str| Some(text.to_owned());
        let event = CallEvent {
            key: key.clone(),
            identity: Identity(u64::MAX),
            kind: EventKind::DigitsCollected,
            at: Some(Stamp { at: None, text: "no time".to_owned() }),
            product: Some(Product::new("axyb")),
            leg: Some(Party::Callee),
            dialled: number("13800000001"),
            caller: number("13800000002"),
            callee: number("13800000003"),
            x: number("17000000001"),
            digits: text("12#"),
            causes: vec![CauseCode::new("q850", "16")],
            by: Some(Party::Platform),
            user_data: text("order"),
            binding_id: text("b"),
        };
        let record = CallRecord {
            key,
            identity: Identity(7),
            product: Some(Product::new("axb")),
            is_release: true,
            caller: number("13800000001"),
            callee: number("95555"),
            x: number("17000000001"),
            y: number("17000000002"),
            extension: text("12"),
            direction: Some(Direction::BToA),
            setup_at: stamp(),
            alerting_at: stamp(),
            answered_at: stamp(),
            released_at: stamp(),
            other_times: stamp().into_iter().collect(),
            talk_seconds: 8,
            causes: vec![CauseCode::new("ulFailReason", "0"), CauseCode::new("sip", "200")],
            by: Some(Party::Caller),
            recording: Some(RecordingRef {
                url: text("https://r/1"),
                object: text("o"),
                domain: text("d"),
                bucket: text("b"),
                started_at: stamp(),
            }),
            user_data: text("u"),
            binding_id: text("b"),
            anomalies: vec![Anomaly::DurationMismatch],
        };
        let sms = SmsEvent {
            identity: Identity(9),
            sms_id: "sms".to_owned(),
            mode: SmsMode::Block,
            from: number("13800000001"),
            to: number("13800000002"),
            x: number("17000000001"),
            at: stamp(),
            binding_id: text("b"),
            content: text("hello"),
            result: text("0"),
            kind: text("k"),
            parts: Some(2),
        };
        let status = |state| NumberStatus { number: number("17000000001").unwrap(), state, cause: text("c") };
        CallbackSummary {
            why: Gone::Erasure,
            was: text("sha256:00"),
            app: AppId(3),
            provider: "jiuyun".to_owned(),
            peer: "192.0.2.1".parse().unwrap(),
            tail: "/a".to_owned(),
            verified: Some(false),
            status: 200,
            size_bytes: 812,
            outcome: Outcome::Accepted,
            label: "fee".to_owned(),
            question: true,
            decision: Some(Box::new(DecidedQuestion {
                asks: Asks::Call,
                x: number("17000000001"),
                from: number("13800000001"),
                note: DecisionNote {
                    action: DecisionAction::Connect,
                    to: number("13800000002"),
                    version: 4,
                    rule: Some((2, "open hours".to_owned())),
                    binding: Some(BindingId(17)),
                    micros: 812,
                    asked: vec![AskedNote { rule: 1, asking: Asking::Late, millis: 300 }],
                },
            })),
            suspicions: vec![
                Suspicion::WrongCase { found: "CallId".to_owned(), meant: "callId".into() },
                Suspicion::Missing("x".into()),
                Suspicion::UnknownEvent("y".to_owned()),
                Suspicion::BadValue("z".into()),
                Suspicion::OtherApplication("k".to_owned()),
            ],
            test: true,
            items: vec![
                Item::Event(Box::new(event)),
                Item::Record(Box::new(record)),
                Item::Sms(Box::new(sms)),
                Item::Number(status(NumberState::Frozen)),
                Item::Number(status(NumberState::Unknown("odd".to_owned()))),
            ],
        }
    }

    #[test]
    fn a_summary_reads_as_it_was_written() {
        let summary = full();
        assert_eq!(CallbackSummary::read(&summary.entry()), Some(summary));
    }

    #[test]
    fn another_version_and_another_subject_are_passed_over() {
        let mut entry = full().entry();
        entry.fields.insert("v".to_owned(), 2.into());
        assert_eq!(CallbackSummary::read(&entry), None);
        assert_eq!(CallbackSummary::read(&summary_entry("cut", Map::new())), None);
    }

    #[test]
    fn a_word_of_a_later_version_costs_its_item_only() {
        let mut entry = full().entry();
        entry.fields["items"][0]["event"]["kind"] = "teleported".into();
        assert_eq!(CallbackSummary::read(&entry).unwrap().items.len(), 4);
    }
}
