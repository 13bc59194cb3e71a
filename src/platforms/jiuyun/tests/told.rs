//! Everything that was read from a body, on one line.

use std::fmt::{Debug, Write};

use super::*;

/// Everything a body said, on one line.
pub(super) fn told(body: &str) -> String {
    told_bytes(body.as_bytes())
}

pub(super) fn told_bytes(body: &[u8]) -> String {
    let Decoded { form, items, applications, question, suspicions } = decode_bytes(body);
    assert_eq!(applications.len(), items.len());
    assert_eq!(question, None);
    let mut line = format!("{form:?}");
    for item in &items {
        match item {
            Item::Event(event) => tell_event(&mut line, event),
            Item::Record(record) => tell_record(&mut line, record),
            Item::Sms(_) | Item::Number(_) => panic!("the platform sends no {item:?}"),
        }
    }
    for suspicion in &suspicions {
        match suspicion {
            Suspicion::WrongCase { found, meant } => tell(&mut line, "wrong-case", Some(format!("{found}~{meant}"))),
            Suspicion::Missing(name) => tell(&mut line, "missing", Some(name)),
            Suspicion::UnknownEvent(name) => tell(&mut line, "unknown", Some(name)),
            Suspicion::BadValue(name) => tell(&mut line, "bad", Some(name)),
            Suspicion::OtherApplication(_) => panic!("decoding does not know the app"),
        }
    }
    line
}

fn tell(line: &mut String, name: &str, value: Option<impl AsRef<str>>) {
    if let Some(value) = value {
        write!(line, " {name}={}", value.as_ref()).expect("a string takes all");
    }
}

fn tell_stamp(line: &mut String, name: &str, stamp: Option<&Stamp>) {
    tell(line, name, stamp.map(|s| s.at.map_or_else(|| format!("?{}", s.text), |at| at.to_string())));
}

fn tell_all(line: &mut String, name: &str, values: &[impl Debug]) {
    if !values.is_empty() {
        tell(line, name, Some(format!("{values:?}")));
    }
}

fn tell_event(line: &mut String, event: &CallEvent) {
    let CallEvent { key, identity: _, kind, at, product, leg, dialled, caller, callee, x, .. } = event;
    let CallEvent { digits, causes, by, user_data, binding_id, .. } = event;
    tell(line, kind.name(), Some(format!("{}/{}", key.family, key.session.reveal())));
    tell(line, "product", product.map(Product::name));
    tell(line, "leg", leg.map(Party::name));
    tell(line, "caller", caller.as_ref().map(PhoneNumber::reveal));
    tell(line, "callee", callee.as_ref().map(PhoneNumber::reveal));
    tell(line, "x", x.as_ref().map(PhoneNumber::reveal));
    tell_stamp(line, "at", at.as_ref());
    tell(line, "user-data", user_data.as_ref());
    let nothing = (dialled, digits, causes.as_slice(), by, binding_id);
    assert_eq!(nothing, (&None, &None, [].as_slice(), &None, &None), "the platform sends none of these");
}

fn tell_record(line: &mut String, record: &CallRecord) {
    let CallRecord { key, identity: _, product, is_release, caller, callee, x, y, extension, .. } = record;
    let CallRecord { direction, setup_at, alerting_at, answered_at, released_at, talk_seconds, .. } = record;
    let CallRecord { causes, by, recording, user_data, binding_id, anomalies, .. } = record;
    assert!(is_release);
    tell(line, "record", Some(format!("{}/{}", key.family, key.session.reveal())));
    tell(line, "product", product.map(Product::name));
    tell(line, "caller", caller.as_ref().map(PhoneNumber::reveal));
    tell(line, "callee", callee.as_ref().map(PhoneNumber::reveal));
    tell(line, "x", x.as_ref().map(PhoneNumber::reveal));
    tell_stamp(line, "setup", setup_at.as_ref());
    tell_stamp(line, "answered", answered_at.as_ref());
    tell_stamp(line, "released", released_at.as_ref());
    tell(line, "talk", Some(talk_seconds.to_string()));
    for cause in causes {
        tell(line, &cause.table, Some(&cause.code));
    }
    tell(line, "by", by.map(Party::name));
    tell(line, "recording", recording.as_ref().and_then(|r| r.url.as_ref()));
    tell(line, "user-data", user_data.as_ref());
    tell_all(line, "anomalies", &anomalies.iter().map(|a| a.name()).collect::<Vec<_>>());
    let nothing = (y, extension, direction, alerting_at, binding_id);
    assert_eq!(nothing, (&None, &None, &None, &None, &None), "the platform sends none of these");
}
