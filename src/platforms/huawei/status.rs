//! `statusInfo`: a call event before a product interprets it.
//!
//! The products share the fields and differ in their meaning: `caller` is the displayed number in one and
//! may be the real caller in the other. Each product's `event` decides the parties.

use serde_json::{Map, Value};

use super::identity::identity;
use super::object::{Notes, Object};
use crate::domain::{
    CallEvent, CallKey, CauseCode, EventKind, Identity, Party, PhoneNumber, SessionId, Stamp, mask_numbers,
};
use crate::limits;
use crate::platforms::Suspicion;

#[derive(Debug)]
pub(in crate::platforms) struct Status {
    pub(in crate::platforms) kind: EventKind,
    pub(in crate::platforms) session: SessionId,
    pub(in crate::platforms) identity: Identity,
    pub(in crate::platforms) at: Option<Stamp>,
    pub(in crate::platforms) caller: Option<PhoneNumber>,
    pub(in crate::platforms) called: Option<PhoneNumber>,
    pub(in crate::platforms) digits: Option<String>,
    pub(in crate::platforms) state_code: Option<String>,
    pub(in crate::platforms) party_type: Option<String>,
    pub(in crate::platforms) notify_mode: Option<String>,
    pub(in crate::platforms) original_callee: Option<PhoneNumber>,
    pub(in crate::platforms) user_data: Option<String>,
    pub(in crate::platforms) binding_id: Option<String>,
}

impl Status {
    /// Reads `statusInfo`; `None`, with the reason noted, when the event or its session is not
    /// known.
    pub(in crate::platforms) fn read(event_type: &str, info: &Map<String, Value>, notes: &Notes) -> Option<Self> {
        let Some(kind) = kind(event_type) else {
            let shown: String = event_type.chars().take(limits::SHOWN_NAME_MAX).collect();
            notes.add(Suspicion::UnknownEvent(mask_numbers(&shown)));
            return None;
        };
        let info = Object::new(info, notes);
        let session = info.identifying_text("sessionId")?;
        let as_sent = |name| info.text(name).unwrap_or_default();
        let identity = identity(
            "event",
            &[
                &session,
                event_type,
                &Stamp::one_blank(&as_sent("timestamp")),
                &as_sent("caller"),
                &as_sent("called"),
                &as_sent("digitInfo"),
            ],
        );
        Some(Self {
            kind,
            session: SessionId::new(session),
            identity,
            at: info.stamp_as_sent("timestamp"),
            caller: info.number("caller"),
            called: info.number("called"),
            digits: info.text("digitInfo"),
            state_code: info.code("stateCode"),
            party_type: info.text("partyType"),
            notify_mode: info.text("notifyMode"),
            original_callee: info.number("origCalleeNum"),
            user_data: info.verbatim("userData"),
            binding_id: info.text("subscriptionId"),
        })
    }

    pub(in crate::platforms) fn event(&self, family: &'static str) -> CallEvent {
        let released = self.kind == EventKind::Released;
        CallEvent {
            key: CallKey { family: family.into(), session: self.session.clone() },
            identity: self.identity,
            kind: self.kind,
            at: self.at.clone(),
            product: None,
            leg: None,
            dialled: None,
            caller: None,
            callee: None,
            x: self.original_callee.clone(),
            digits: self.digits.clone(),
            causes: self
                .state_code
                .iter()
                .filter(|_| released)
                .map(|code| CauseCode::new("stateCode", code.as_str()))
                .collect(),
            by: self.party_type.as_deref().filter(|_| released).and_then(party),
            user_data: self.user_data.clone(),
            binding_id: self.binding_id.clone(),
        }
    }

    /// Whether this event asks what to do (`notifyMode` is `Block`).
    pub(in crate::platforms) fn asks(&self) -> bool {
        self.notify_mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("block"))
    }
}

fn kind(event_type: &str) -> Option<EventKind> {
    Some(match event_type {
        "callin" => EventKind::Offered,
        "callout" => EventKind::Dialled,
        "alerting" => EventKind::Alerted,
        "answer" => EventKind::Answered,
        "collectinfo" => EventKind::DigitsCollected,
        "disconnect" => EventKind::Released,
        _ => return None,
    })
}

/// `partyType`: which user hung up. Its values are not documented beyond these two.
fn party(text: &str) -> Option<Party> {
    [Party::Caller, Party::Callee].into_iter().find(|party| party.name().eq_ignore_ascii_case(text))
}
