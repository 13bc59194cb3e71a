//! Text messages: `smsEvent`, which tells (`Notify`) or asks (`Block`).
//!
//! A question and the later notice of the same message share `smsIdentifier` and are two
//! things: the mode is part of the identity. Samples write the kind as `Text SMS ` with a blank
//! at the end, and `extParas` as a list of pairs or, in older ones, as an object.

use serde_json::{Map, Value};

use crate::domain::{Question, QuestionKind, SmsEvent, SmsMode};
use crate::platforms::Suspicion;
use crate::platforms::huawei::identity::identity;
use crate::platforms::huawei::object::{Notes, Object, scalar};

/// Reads a message; `None`, with the reason noted, when it cannot be placed.
pub(super) fn read(app_key: &str, event: &Map<String, Value>, notes: &Notes) -> Option<SmsEvent> {
    let event = Object::new(event, notes);
    let sms_id = event.identifying_text("smsIdentifier")?;
    let (mode, mode_name) = mode(&event)?;
    Some(SmsEvent {
        identity: identity("sms", &[app_key, &sms_id, mode_name]),
        sms_id,
        mode,
        from: event.number("calling"),
        to: event.number("called"),
        x: event.number("virtualNumber"),
        at: event.stamp_as_sent("timeStamp"),
        binding_id: event.text("subscriptionId"),
        content: event.verbatim("smsContent"),
        result: event.code("sendResult"),
        kind: event.text("event").map(|kind| kind.split_whitespace().collect()),
        parts: parts(&event),
    })
}

/// The question of a blocked message.
pub(super) fn question(sms: &SmsEvent) -> Option<Question> {
    (sms.mode == SmsMode::Block).then(|| Question {
        id: sms.sms_id.clone(),
        x: sms.x.clone(),
        from: sms.from.clone(),
        kind: QuestionKind::Sms { content: sms.content.clone() },
    })
}

fn mode(event: &Object<'_>) -> Option<(SmsMode, &'static str)> {
    match event.identifying_text("notificationMode")?.to_ascii_lowercase().as_str() {
        "notify" => Some((SmsMode::Notify, "notify")),
        "block" => Some((SmsMode::Block, "block")),
        _ => {
            event.notes().add(Suspicion::BadValue("notificationMode".into()));
            None
        }
    }
}

/// `splitNum` of `extInfo.extParas`; 0 stands for a message that was not split.
fn parts(event: &Object<'_>) -> Option<u32> {
    let Value::Object(info) = event.value("extInfo")? else { return None };
    let value = match Object::new(info, event.notes()).value("extParas")? {
        Value::Array(pairs) => pairs.iter().find(|pair| pair["key"] == "splitNum")?.get("value")?,
        Value::Object(paras) => paras.get("splitNum")?,
        _ => return None,
    };
    scalar(value)?.trim().parse().ok().filter(|parts| *parts > 0)
}
