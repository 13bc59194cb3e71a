//! From the fields of a notice to what happened.
//!
//! | `action` | becomes |
//! | --- | --- |
//! | `CallInvite` | dialled, on the caller's leg (`userFlag` 0) or the callee's (1) |
//! | `CallEstablish` | answered, on the callee's leg |
//! | `Hangup`, `IncomeHangup` | the call record, which is the release as well |
//!
//! Values are never a reason to refuse: an undocumented `type` is read as far as its fields are
//! known, odd times and durations are flagged. Only what places a notice must be there, under
//! its exact name; without it the notice stays unrecognised rather than joining a wrong call.

use std::borrow::Cow;

use jiff::Timestamp;

use super::identity::{identity, session};
use super::wire::{self, Notice};
use super::{AXB, DEDICATED, MASK, codes, time};
use crate::domain::{
    Anomaly, CallEvent, CallKey, CallRecord, CauseCode, EventKind, Identity, Party, PhoneNumber, Product, RecordingRef,
    SessionId, Stamp, mask_numbers,
};
use crate::limits;
use crate::platforms::{DecodeError, Decoded, Item, Suspicion};

/// The seconds by which `duration` may differ from the times: both are rounded.
const ROUNDING: i64 = 2;

pub(super) fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let mut notice = wire::read(body)?;
    let item = item(&mut notice);
    let application = notice.exact("appId").unwrap_or_default().to_owned();
    Ok(Decoded {
        form: notice.form,
        applications: item.iter().map(|_| application.clone()).collect(),
        items: item.into_iter().collect(),
        question: None,
        suspicions: notice.into_suspicions(),
    })
}

fn item(notice: &mut Notice) -> Option<Item> {
    let action = notice.identifying("action")?;
    let place = match action.as_str() {
        "CallInvite" | "CallEstablish" | "Hangup" => by_call_id(notice, &action)?,
        "IncomeHangup" => by_parties(notice, &action)?,
        unknown => {
            let shown: String = unknown.chars().take(limits::SHOWN_NAME_MAX).collect();
            notice.note(Suspicion::UnknownEvent(mask_numbers(&shown)));
            return None;
        }
    };
    Some(match action.as_str() {
        "CallInvite" => {
            let leg = invited(notice);
            Item::Event(Box::new(event(notice, place, EventKind::Dialled, leg)))
        }
        "CallEstablish" => Item::Event(Box::new(event(notice, place, EventKind::Answered, Some(Party::Callee)))),
        _ => Item::Record(Box::new(record(notice, place))),
    })
}

/// Which call a notice belongs to, and which notice of it it is.
struct Place {
    key: CallKey,
    identity: Identity,
    product: Option<Product>,
}

fn by_call_id(notice: &mut Notice, action: &str) -> Option<Place> {
    let kind = product_type(notice)?;
    let app_id = notice.identifying("appId")?;
    let call_id = notice.identifying("callId")?;
    let product = product(notice, &kind);
    let flag = match action {
        // Another product may have one kind of invite only.
        "CallInvite" if product.is_some() || notice.is_miswritten("userFlag") => notice.identifying("userFlag")?,
        "CallInvite" => notice.exact("userFlag").unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let identity = identity(&[&app_id, &kind, &call_id, action, &flag]);
    Some(Place { key: CallKey { family: family(&kind), session: SessionId::new(call_id) }, identity, product })
}

/// A call back has no id. A hidden caller and an unanswered call leave some parts empty; a
/// part under a name of the wrong case would make another call of it.
fn by_parties(notice: &mut Notice, action: &str) -> Option<Place> {
    let kind = product_type(notice)?;
    let app_id = notice.identifying("appId")?;
    let mask_number = notice.identifying("maskNumber")?;
    let end_time = notice.identifying("endTime")?;
    if ["caller", "called", "startTime"].into_iter().any(|name| notice.is_miswritten(name)) {
        return None;
    }
    let part = |name| notice.exact(name).unwrap_or_default();
    let (start_time, end_time) = (Stamp::one_blank(part("startTime")), Stamp::one_blank(&end_time));
    let parts =
        [app_id.as_str(), mask_number.as_str(), part("caller"), part("called"), start_time.as_str(), end_time.as_str()];
    let key = CallKey { family: family(&kind), session: session(&parts) };
    let identity = identity(&[&[action, kind.as_str()], parts.as_slice()].concat());
    Some(Place { key, identity, product: product(notice, &kind) })
}

/// `type`, which becomes part of the call's family: a short word, in practice a number.
fn product_type(notice: &mut Notice) -> Option<String> {
    let kind = notice.identifying("type")?;
    if kind.len() > limits::SHOWN_NAME_MAX || !kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        notice.note(Suspicion::BadValue("type".into()));
        return None;
    }
    if !matches!(kind.as_str(), "1" | "2" | "22") {
        notice.note(Suspicion::UnknownEvent(format!("type {kind}")));
    }
    Some(kind)
}

fn family(kind: &str) -> Cow<'static, str> {
    match kind {
        "1" => Cow::Borrowed("jiuyun/1"),
        "2" => Cow::Borrowed("jiuyun/2"),
        "22" => Cow::Borrowed("jiuyun/22"),
        other => Cow::Owned(format!("jiuyun/{other}")),
    }
}

/// 专号通 is documented as type 1 or 2; its `maskNumber` tells it from 专线语音.
fn product(notice: &Notice, kind: &str) -> Option<Product> {
    match kind {
        "22" => Some(AXB),
        "1" if notice.text("maskNumber").is_none() => Some(DEDICATED),
        "1" | "2" => Some(MASK),
        _ => None,
    }
}

fn invited(notice: &mut Notice) -> Option<Party> {
    match notice.exact("userFlag") {
        Some("0") => Some(Party::Caller),
        Some("1") => Some(Party::Callee),
        Some(_) => {
            notice.note(Suspicion::BadValue("userFlag".into()));
            None
        }
        None => None,
    }
}

fn event(notice: &mut Notice, place: Place, kind: EventKind, leg: Option<Party>) -> CallEvent {
    let at = notice.text("dateCreated").map(time::read);
    if at.as_ref().is_some_and(|stamp| stamp.at.is_none()) {
        notice.note(Suspicion::BadValue("dateCreated".into()));
    }
    CallEvent {
        key: place.key,
        identity: place.identity,
        kind,
        at,
        product: place.product,
        leg,
        dialled: None,
        caller: number(notice, &["caller"]),
        callee: number(notice, &["called"]),
        x: number(notice, &["telX", "maskNumber"]),
        digits: None,
        causes: Vec::new(),
        by: None,
        user_data: notice.text("userData").map(str::to_owned),
        binding_id: None,
    }
}

fn record(notice: &mut Notice, place: Place) -> CallRecord {
    let talk_seconds = duration(notice);
    let recording = recording(notice);
    let times = Times {
        setup: stamp(notice, "startTimeA").or_else(|| stamp(notice, "startTime")),
        talk: stamp(notice, "startTimeB").or_else(|| stamp(notice, "startTime")),
        end: stamp(notice, "endTime"),
    };
    let bye = notice.text("byeType");
    let known = bye.and_then(|code| codes::BYE_TYPE.find(code));
    let mut anomalies = times.anomalies(talk_seconds);
    let told = ["startTimeA", "startTimeB", "startTime", "endTime"].into_iter().filter_map(|name| dated(notice, name));
    let told: Vec<Stamp> = told.collect();
    if bye.is_some() && known.is_none() {
        anomalies.push(Anomaly::UnknownCode);
    }
    let record = CallRecord {
        key: place.key,
        identity: place.identity,
        product: place.product,
        is_release: true,
        caller: number(notice, &["caller"]),
        callee: number(notice, &["called"]),
        x: number(notice, &["telX", "maskNumber"]),
        y: None,
        extension: None,
        direction: None,
        setup_at: times.setup,
        alerting_at: None,
        answered_at: times.talk.filter(|_| talk_seconds > 0),
        released_at: times.end,
        other_times: Vec::new(),
        talk_seconds,
        causes: bye.map(|code| CauseCode::new(codes::BYE_TYPE.name, code)).into_iter().collect(),
        by: known.and_then(|code| code.by),
        recording,
        user_data: notice.text("userData").map(str::to_owned),
        binding_id: None,
        anomalies,
    };
    record.with_times(told)
}

/// The times of a record. The same `startTime` is setup and talk where no leg has its own.
struct Times {
    setup: Option<Stamp>,
    talk: Option<Stamp>,
    end: Option<Stamp>,
}

impl Times {
    fn anomalies(&self, talk_seconds: u32) -> Vec<Anomaly> {
        let second = |stamp: &Option<Stamp>| stamp.as_ref()?.at.map(Timestamp::as_second);
        let (setup, talk, end) = (second(&self.setup), second(&self.talk), second(&self.end));
        let ends_before = |start: Option<i64>| matches!((start, end), (Some(start), Some(end)) if end < start);
        let mismatch = match (talk_seconds, talk, end) {
            (0, _, _) => self.talk.is_some(),
            (seconds, Some(talk), Some(end)) => (end - talk - i64::from(seconds)).abs() > ROUNDING,
            _ => false,
        };
        let found = [
            (Anomaly::EndsBeforeStart, ends_before(setup) || ends_before(talk)),
            (Anomaly::DurationMismatch, mismatch),
        ];
        found.into_iter().filter(|(_, is_so)| *is_so).map(|(anomaly, _)| anomaly).collect()
    }
}

fn duration(notice: &mut Notice) -> u32 {
    let Some(text) = notice.text("duration") else { return 0 };
    // The manual says decimal: a fraction of a second is dropped.
    let whole = match text.split_once('.') {
        Some((whole, part)) if part.bytes().all(|b| b.is_ascii_digit()) => whole,
        _ => text,
    };
    let is_number = !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit());
    match whole.parse() {
        Ok(seconds) => seconds,
        // More than can be counted: it was said that they talked, and not for how long.
        Err(_) if is_number => u32::MAX,
        Err(_) => {
            notice.note(Suspicion::BadValue("duration".into()));
            0
        }
    }
}

/// An address that is none cannot be fetched; it stays readable in the raw callback.
fn recording(notice: &mut Notice) -> Option<RecordingRef> {
    let url = notice.text("recordUrl")?;
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        notice.note(Suspicion::BadValue("recordUrl".into()));
        return None;
    }
    Some(RecordingRef { url: Some(url.to_owned()), ..RecordingRef::default() })
}

/// A time at which something happened: what is written as a zero did not happen.
fn stamp(notice: &Notice, name: &str) -> Option<Stamp> {
    dated(notice, name).filter(|stamp| !stamp.is_zero())
}

/// The same, and a zero that reads like a date.
fn dated(notice: &Notice, name: &str) -> Option<Stamp> {
    notice.text(name).map(time::read).filter(Stamp::is_dated)
}

fn number(notice: &Notice, names: &[&str]) -> Option<PhoneNumber> {
    names.iter().find_map(|name| notice.text(name)).and_then(PhoneNumber::parse)
}
