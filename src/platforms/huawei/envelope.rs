//! The outermost object of a push: its kind and content.
//!
//! ```text
//! {"eventType":"callin",…    "statusInfo":{…}}      a call event
//! {"eventType":"fee",        "feeLst":[{…} × 1..50]}     call records
//! {"eventType":"numStatus",  "numInfo":[{…} × 1..100]}   states of numbers
//! {"appKey":"…",             "smsEvent":{…}}        a text message
//! ```
//!
//! One address may receive all of an app's pushes, so the body alone decides the kind. The value of
//! `eventType` is compared without case, as in the official samples; field names are case-sensitive.

use serde_json::{Map, Value};

use super::object::{Notes, Object};
use crate::limits;
use crate::platforms::Suspicion;
use crate::platforms::body::{Sniffed, Tree, sniff};
use crate::platforms::{BodyForm, DecodeError};

#[derive(Debug)]
pub(in crate::platforms) enum Envelope {
    Call {
        /// `eventType`, trimmed and in lower case.
        event_type: String,
        /// `statusInfo`.
        info: Map<String, Value>,
    },
    /// `feeLst`.
    Fee(Vec<Map<String, Value>>),
    /// `numInfo`.
    Numbers(Vec<Map<String, Value>>),
    /// A text message.
    Sms {
        /// `appKey`.
        app_key: String,
        /// `smsEvent`.
        event: Map<String, Value>,
    },
    /// Unknown; the reason is noted.
    Unknown,
}

#[derive(Debug)]
pub(in crate::platforms) struct Opened {
    pub(in crate::platforms) form: BodyForm,
    pub(in crate::platforms) envelope: Envelope,
    /// Whether anything was repaired.
    pub(in crate::platforms) mended: bool,
}

/// Opens a body.
pub(in crate::platforms) fn open(body: &[u8], notes: &Notes) -> Result<Opened, DecodeError> {
    let Sniffed { tree, mended } = sniff(body)?;
    let (form, envelope) = match tree {
        Tree::Json(Value::Object(body)) => (BodyForm::Json, kind(&body, notes)),
        Tree::Json(_) => {
            notes.add(Suspicion::Missing("eventType".into()));
            (BodyForm::Json, Envelope::Unknown)
        }
        Tree::Xml(_) => {
            notes.add(Suspicion::UnknownEvent("xml".to_owned()));
            (BodyForm::Xml, Envelope::Unknown)
        }
    };
    Ok(Opened { form, envelope, mended })
}

fn kind(body: &Map<String, Value>, notes: &Notes) -> Envelope {
    let object = Object::new(body, notes);
    // `smsEvent` makes it a message, whatever other fields a relay added.
    let is_other = ["statusInfo", "feeLst", "numInfo"].into_iter().any(|name| object.has(name));
    if object.has("smsEvent") && !(is_other && object.has("eventType")) {
        return sms(object);
    }
    if !object.has("eventType") {
        return no_kind(object);
    }
    let Some(event_type) = object.identifying_text("eventType") else { return Envelope::Unknown };
    let found = match event_type.to_ascii_lowercase().as_str() {
        "fee" => object.identifying("feeLst").map(|list| Envelope::Fee(elements(list, "feeLst", notes))),
        "numstatus" => object.identifying("numInfo").map(|list| Envelope::Numbers(elements(list, "numInfo", notes))),
        event_type => match object.identifying("statusInfo") {
            Some(Value::Object(info)) => Some(Envelope::Call { event_type: event_type.to_owned(), info: info.clone() }),
            Some(_) => {
                notes.add(Suspicion::BadValue("statusInfo".into()));
                None
            }
            None => None,
        },
    };
    found.unwrap_or(Envelope::Unknown)
}

fn sms(object: Object<'_>) -> Envelope {
    let Some(Value::Object(event)) = object.identifying("smsEvent") else {
        object.notes().add(Suspicion::BadValue("smsEvent".into()));
        return Envelope::Unknown;
    };
    Envelope::Sms { app_key: object.text("appKey").unwrap_or_default(), event: event.clone() }
}

/// Notes a name in the wrong case, the most helpful remark.
fn no_kind(object: Object<'_>) -> Envelope {
    if !object.note_other_case("eventType") && !object.note_other_case("smsEvent") {
        object.notes().add(Suspicion::Missing("eventType".into()));
    }
    Envelope::Unknown
}

/// A single object counts as a list of one.
fn elements(list: &Value, name: &'static str, notes: &Notes) -> Vec<Map<String, Value>> {
    let list = match list {
        Value::Array(list) => list.as_slice(),
        alone => std::slice::from_ref(alone),
    };
    let objects: Vec<_> = list.iter().take(limits::PUSH_ITEMS_MAX).filter_map(Value::as_object).cloned().collect();
    if objects.is_empty() || objects.len() < list.len() {
        notes.add(Suspicion::BadValue(name.into()));
    }
    objects
}
