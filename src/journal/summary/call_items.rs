//! How a call's events and records are stored in a `summary`, by the rules of [`super::items`].

use serde::{Deserialize, Serialize};

use super::parts::{IdentityWire, StampWire, number, text};
use crate::domain::{
    Anomaly, CallEvent, CallKey, CallRecord, CauseCode, Direction, EventKind, Identity, Party, Product, RecordingRef,
    SessionId, Stamp,
};

#[derive(Serialize, Deserialize)]
pub(super) struct EventWire {
    family: String,
    session: String,
    identity: IdentityWire,
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
    identity: IdentityWire,
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    other_times: Vec<StampWire>,
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

impl From<&CallEvent> for EventWire {
    fn from(event: &CallEvent) -> Self {
        Self {
            family: event.key.family.clone().into_owned(),
            session: event.key.session.reveal().to_owned(),
            identity: IdentityWire(event.identity.0),
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
    pub(super) fn read(self) -> Option<CallEvent> {
        Some(CallEvent {
            key: CallKey { family: self.family.into(), session: SessionId::new(self.session) },
            identity: Identity(self.identity.0),
            kind: EventKind::parse(&self.kind)?,
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
            identity: IdentityWire(record.identity.0),
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
            other_times: record.other_times.iter().map(StampWire::from).collect(),
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
    pub(super) fn read(self) -> CallRecord {
        CallRecord {
            key: CallKey { family: self.family.into(), session: SessionId::new(self.session) },
            identity: Identity(self.identity.0),
            product: self.product.and_then(|name| Product::parse(&name)),
            is_release: self.is_release,
            caller: number(self.caller),
            callee: number(self.callee),
            x: number(self.x),
            y: number(self.y),
            extension: self.extension,
            direction: self.direction.and_then(|name| Direction::parse(&name)),
            setup_at: self.setup_at.map(Stamp::from),
            alerting_at: self.alerting_at.map(Stamp::from),
            answered_at: self.answered_at.map(Stamp::from),
            released_at: self.released_at.map(Stamp::from),
            other_times: self.other_times.into_iter().map(Stamp::from).collect(),
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
            anomalies: self.anomalies.iter().filter_map(|name| Anomaly::parse(name)).collect(),
        }
    }
}

fn party(name: Option<String>) -> Option<Party> {
    Party::parse(&name?)
}

fn pairs(causes: &[CauseCode]) -> Vec<(String, String)> {
    causes.iter().map(|cause| (cause.table.clone().into_owned(), cause.code.clone())).collect()
}

fn causes(pairs: Vec<(String, String)>) -> Vec<CauseCode> {
    pairs.into_iter().map(|(table, code)| CauseCode { table: table.into(), code }).collect()
}
