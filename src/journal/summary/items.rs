//! How a callback's items are stored in a `summary` record.
//!
//! One struct for each kind, separate from the domain's types. Absent fields are `None`; a released name
//! keeps its meaning; an unknown required word drops its item only. Call events and records are in
//! [`super::call_items`], instants and identities in [`super::parts`].
//! of calls are in [`super::call_items`], instants and identities in [`super::parts`].

use serde::{Deserialize, Serialize};

use super::call_items::{EventWire, RecordWire};
use super::parts::{IdentityWire, StampWire, number, text};
use crate::domain::{Identity, Item, NumberState, NumberStatus, PhoneNumber, SmsEvent, SmsMode, Stamp, Suspicion};

/// One thing a callback said: `{"event":{…}}`, `{"record":{…}}`, `{"sms":{…}}`, `{"number":{…}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ItemWire {
    Event(Box<EventWire>),
    Record(Box<RecordWire>),
    Sms(Box<SmsWire>),
    Number(NumberWire),
}

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
pub(super) struct SmsWire {
    identity: IdentityWire,
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
    /// `None` if this version lacks a word for it.
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

impl From<&SmsEvent> for SmsWire {
    fn from(sms: &SmsEvent) -> Self {
        let mode = match sms.mode {
            SmsMode::Notify => "notify",
            SmsMode::Block => "block",
        };
        Self {
            identity: IdentityWire(sms.identity.0),
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
            identity: Identity(self.identity.0),
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
