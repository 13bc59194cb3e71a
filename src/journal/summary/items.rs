//! How what a callback said is written in a `summary` record: the field's words as JSON.
//!
//! One struct for each kind of item, apart from the domain's types so that those may change
//! without the notation. Absent fields say `None`; a name, once released, keeps its meaning; a
//! required word that this version does not know costs the item it stands in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Anomaly, CallEvent, CallKey, CallRecord, CauseCode, Direction, EventKind, Identity, Item, NumberState,
    NumberStatus, Party, PhoneNumber, Product, RecordingRef, SessionId, SmsEvent, SmsMode, Stamp, Suspicion,
};

/// One thing a callback said: `{"event":{…}}`, `{"record":{…}}`, `{"sms":{…}}`, `{"number":{…}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ItemWire {
    Event(Box<EventWire>),
    Record(Box<RecordWire>),
    Sms(Box<SmsWire>),
    Number(NumberWire),
}

/// Something that looked wrong.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SuspicionWire {
    WrongCase(String, String),
    Missing(String),
    UnknownEvent(String),
    BadValue(String),
    OtherApplication(String),
}

#[derive(Serialize, Deserialize)]
struct StampWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    text: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EventWire {
    family: String,
    session: String,
    identity: u64,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<StampWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leg: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dialled: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    callee: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digits: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    causes: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binding_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct RecordWire {
    family: String,
    session: String,
    identity: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_release: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    callee: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extension: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direction: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    setup_at: Option<StampWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alerting_at: Option<StampWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answered_at: Option<StampWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    released_at: Option<StampWire>,
    talk_seconds: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    causes: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recording: Option<RecordingWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binding_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    anomalies: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct RecordingWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started_at: Option<StampWire>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SmsWire {
    identity: u64,
    sms_id: String,
    mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<StampWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binding_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parts: Option<u32>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct NumberWire {
    number: String,
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

impl From<&Suspicion> for SuspicionWire {
    fn from(suspicion: &Suspicion) -> Self {
        match suspicion {
            Suspicion::WrongCase { found, meant } => Self::WrongCase(found.clone(), meant.clone().into_owned()),
            Suspicion::Missing(name) => Self::Missing(name.clone().into_owned()),
            Suspicion::UnknownEvent(name) => Self::UnknownEvent(name.clone()),
            Suspicion::BadValue(name) => Self::BadValue(name.clone().into_owned()),
            Suspicion::OtherApplication(name) => Self::OtherApplication(name.clone()),
        }
    }
}

impl From<SuspicionWire> for Suspicion {
    fn from(wire: SuspicionWire) -> Self {
        match wire {
            SuspicionWire::WrongCase(found, meant) => Self::WrongCase { found, meant: meant.into() },
            SuspicionWire::Missing(name) => Self::Missing(name.into()),
            SuspicionWire::UnknownEvent(name) => Self::UnknownEvent(name),
            SuspicionWire::BadValue(name) => Self::BadValue(name.into()),
            SuspicionWire::OtherApplication(name) => Self::OtherApplication(name),
        }
    }
}

impl From<&Item> for ItemWire {
    fn from(item: &Item) -> Self {
        match item {
            Item::Event(event) => Self::Event(Box::new(EventWire::from(&**event))),
            Item::Record(record) => Self::Record(Box::new(RecordWire::from(&**record))),
            Item::Sms(sms) => Self::Sms(Box::new(SmsWire::from(&**sms))),
            Item::Number(status) => Self::Number(NumberWire {
                number: status.number.reveal().to_owned(),
                state: status.state.name().to_owned(),
                cause: status.cause.clone(),
            }),
        }
    }
}

impl ItemWire {
    /// The item; `None` where this version lacks a word for it.
    pub(super) fn read(self) -> Option<Item> {
        Some(match self {
            Self::Event(wire) => Item::Event(Box::new(wire.read()?)),
            Self::Record(wire) => Item::Record(Box::new(wire.read())),
            Self::Sms(wire) => Item::Sms(Box::new(wire.read()?)),
            Self::Number(wire) => {
                let known = [NumberState::Normal, NumberState::Paused, NumberState::Unavailable, NumberState::Frozen];
                let state = known.into_iter().find(|state| state.name() == wire.state);
                Item::Number(NumberStatus {
                    number: PhoneNumber::from_stored(wire.number),
                    state: state.unwrap_or(NumberState::Unknown(wire.state)),
                    cause: wire.cause,
                })
            }
        })
    }
}

impl From<&Stamp> for StampWire {
    fn from(stamp: &Stamp) -> Self {
        Self { at: stamp.at.map(|at| at.to_string()), text: stamp.text.clone() }
    }
}

impl From<StampWire> for Stamp {
    fn from(wire: StampWire) -> Self {
        Self { at: wire.at.and_then(|at| at.parse::<Timestamp>().ok()), text: wire.text }
    }
}

impl From<&CallEvent> for EventWire {
    fn from(event: &CallEvent) -> Self {
        Self {
            family: event.key.family.clone().into_owned(),
            session: event.key.session.reveal().to_owned(),
            identity: event.identity.0,
            kind: event.kind.name().to_owned(),
            at: event.at.as_ref().map(StampWire::from),
            product: event.product.map(|product| product.name().to_owned()),
            leg: event.leg.map(|leg| leg.name().to_owned()),
            dialled: text(event.dialled.as_ref()),
            caller: text(event.caller.as_ref()),
            callee: text(event.callee.as_ref()),
            x: text(event.x.as_ref()),
            digits: event.digits.clone(),
            causes: pairs(&event.causes),
            by: event.by.map(|by| by.name().to_owned()),
            user_data: event.user_data.clone(),
            binding_id: event.binding_id.clone(),
        }
    }
}

impl EventWire {
    fn read(self) -> Option<CallEvent> {
        Some(CallEvent {
            key: CallKey { family: self.family.into(), session: SessionId::new(self.session) },
            identity: Identity(self.identity),
            kind: EventKind::ALL.into_iter().find(|kind| kind.name() == self.kind)?,
            at: self.at.map(Stamp::from),
            product: self.product.and_then(|name| Product::parse(&name)),
            leg: party(self.leg),
            dialled: number(self.dialled),
            caller: number(self.caller),
            callee: number(self.callee),
            x: number(self.x),
            digits: self.digits,
            causes: causes(self.causes),
            by: party(self.by),
            user_data: self.user_data,
            binding_id: self.binding_id,
        })
    }
}

impl From<&CallRecord> for RecordWire {
    fn from(record: &CallRecord) -> Self {
        let stamp = |stamp: &Option<Stamp>| stamp.as_ref().map(StampWire::from);
        Self {
            family: record.key.family.clone().into_owned(),
            session: record.key.session.reveal().to_owned(),
            identity: record.identity.0,
            product: record.product.map(|product| product.name().to_owned()),
            is_release: record.is_release,
            caller: text(record.caller.as_ref()),
            callee: text(record.callee.as_ref()),
            x: text(record.x.as_ref()),
            y: text(record.y.as_ref()),
            extension: record.extension.clone(),
            direction: record.direction.map(|direction| direction.name().to_owned()),
            setup_at: stamp(&record.setup_at),
            alerting_at: stamp(&record.alerting_at),
            answered_at: stamp(&record.answered_at),
            released_at: stamp(&record.released_at),
            talk_seconds: record.talk_seconds,
            causes: pairs(&record.causes),
            by: record.by.map(|by| by.name().to_owned()),
            recording: record.recording.as_ref().map(|recording| RecordingWire {
                url: recording.url.clone(),
                object: recording.object.clone(),
                domain: recording.domain.clone(),
                bucket: recording.bucket.clone(),
                started_at: stamp(&recording.started_at),
            }),
            user_data: record.user_data.clone(),
            binding_id: record.binding_id.clone(),
            anomalies: record.anomalies.iter().map(|anomaly| anomaly.name().to_owned()).collect(),
        }
    }
}

impl RecordWire {
    fn read(self) -> CallRecord {
        let anomaly = |name: &String| Anomaly::ALL.into_iter().find(|known| known.name() == name);
        let directions = [Direction::AToB, Direction::BToA];
        CallRecord {
            key: CallKey { family: self.family.into(), session: SessionId::new(self.session) },
            identity: Identity(self.identity),
            product: self.product.and_then(|name| Product::parse(&name)),
            is_release: self.is_release,
            caller: number(self.caller),
            callee: number(self.callee),
            x: number(self.x),
            y: number(self.y),
            extension: self.extension,
            direction: self.direction.and_then(|name| directions.into_iter().find(|known| known.name() == name)),
            setup_at: self.setup_at.map(Stamp::from),
            alerting_at: self.alerting_at.map(Stamp::from),
            answered_at: self.answered_at.map(Stamp::from),
            released_at: self.released_at.map(Stamp::from),
            talk_seconds: self.talk_seconds,
            causes: causes(self.causes),
            by: party(self.by),
            recording: self.recording.map(|recording| RecordingRef {
                url: recording.url,
                object: recording.object,
                domain: recording.domain,
                bucket: recording.bucket,
                started_at: recording.started_at.map(Stamp::from),
            }),
            user_data: self.user_data,
            binding_id: self.binding_id,
            anomalies: self.anomalies.iter().filter_map(anomaly).collect(),
        }
    }
}

impl From<&SmsEvent> for SmsWire {
    fn from(sms: &SmsEvent) -> Self {
        let mode = match sms.mode {
            SmsMode::Notify => "notify",
            SmsMode::Block => "block",
        };
        Self {
            identity: sms.identity.0,
            sms_id: sms.sms_id.clone(),
            mode: mode.to_owned(),
            from: text(sms.from.as_ref()),
            to: text(sms.to.as_ref()),
            x: text(sms.x.as_ref()),
            at: sms.at.as_ref().map(StampWire::from),
            binding_id: sms.binding_id.clone(),
            content: sms.content.clone(),
            result: sms.result.clone(),
            kind: sms.kind.clone(),
            parts: sms.parts,
        }
    }
}

impl SmsWire {
    fn read(self) -> Option<SmsEvent> {
        Some(SmsEvent {
            identity: Identity(self.identity),
            sms_id: self.sms_id,
            mode: match self.mode.as_str() {
                "notify" => SmsMode::Notify,
                "block" => SmsMode::Block,
                _ => return None,
            },
            from: number(self.from),
            to: number(self.to),
            x: number(self.x),
            at: self.at.map(Stamp::from),
            binding_id: self.binding_id,
            content: self.content,
            result: self.result,
            kind: self.kind,
            parts: self.parts,
        })
    }
}

fn text(number: Option<&PhoneNumber>) -> Option<String> {
    number.map(|number| number.reveal().to_owned())
}

fn number(text: Option<String>) -> Option<PhoneNumber> {
    text.map(PhoneNumber::from_stored)
}

fn party(name: Option<String>) -> Option<Party> {
    let name = name?;
    [Party::Caller, Party::Callee, Party::Platform].into_iter().find(|party| party.name() == name)
}

fn pairs(causes: &[CauseCode]) -> Vec<(String, String)> {
    causes.iter().map(|cause| (cause.table.clone().into_owned(), cause.code.clone())).collect()
}

fn causes(pairs: Vec<(String, String)>) -> Vec<CauseCode> {
    pairs.into_iter().map(|(table, code)| CauseCode { table: table.into(), code }).collect()
}
