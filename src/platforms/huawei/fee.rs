//! `feeLst`: what the records of both products have in common.
//!
//! Each product decides the parties and the times of the talk; identity, causes, recording and durations
//! are the same. Times are UTC without a mark.

use serde_json::{Map, Value};

use super::identity::identity;
use super::object::{Notes, Object};
use crate::domain::{Anomaly, CallKey, CallRecord, CauseCode, Identity, RecordingRef, SessionId, Stamp};
use crate::platforms::Item;

/// Seconds that the stated duration may differ from the computed one.
const DURATION_TOLERANCE: u64 = 2;

/// Every time of a record. An event that did not happen is empty or, on some platforms, 1970.
const TIMES: [&str; 13] = [
    "callInTime",
    "callOutStartTime",
    "callOutAlertingTime",
    "callOutAnswerTime",
    "fwdStartTime",
    "fwdAlertingTime",
    "fwdAnswerTime",
    "callEndTime",
    "failTime",
    "recordStartTime",
    "dynIVRStartTime",
    "createMptyTime",
    "joinMptyTime",
];

#[derive(Debug, Default)]
pub(in crate::platforms) struct Times {
    /// The earliest start that is known.
    pub(in crate::platforms) setup: Option<Stamp>,
    /// The called leg rang.
    pub(in crate::platforms) alerting: Option<Stamp>,
    /// The talk began.
    pub(in crate::platforms) answer: Option<Stamp>,
    /// `callDuration`, where the product sends it.
    pub(in crate::platforms) stated: Option<i64>,
}

/// Reads the elements of `feeLst` that name a session, with the application of each.
pub(in crate::platforms) fn items(
    list: &[Map<String, Value>],
    notes: &Notes,
    read: impl Fn(Object<'_>) -> Option<CallRecord>,
) -> (Vec<Item>, Vec<String>) {
    let placed = Object::each(list, notes).filter_map(|fee| {
        let application = fee.text("appKey").unwrap_or_default();
        Some((Item::Record(Box::new(read(fee)?)), application))
    });
    placed.unzip()
}

/// `None`, with the reason noted, if the record names no session. The caller sets parties and product.
pub(in crate::platforms) fn record(
    fee: Object<'_>,
    family: &'static str,
    times: impl FnOnce(&Object<'_>) -> Times,
) -> Option<CallRecord> {
    let session = fee.identifying_text("sessionId")?;
    let times = times(&fee);
    let failed = fee.stamp("failTime");
    let ended = fee.stamp("callEndTime").or_else(|| failed.clone());
    let mut record = CallRecord {
        key: CallKey { family: family.into(), session: SessionId::new(session.as_str()) },
        identity: record_identity(&fee, &session),
        product: None,
        is_release: false,
        caller: None,
        callee: None,
        x: fee.number("bindNum"),
        y: None,
        extension: None,
        direction: None,
        setup_at: times.setup.or(failed),
        alerting_at: times.alerting,
        answered_at: times.answer,
        released_at: ended,
        other_times: Vec::new(),
        talk_seconds: 0,
        causes: causes(&fee),
        by: None,
        recording: recording(&fee),
        user_data: fee.verbatim("userData"),
        binding_id: fee.text("subscriptionId"),
        anomalies: Vec::new(),
    };
    measure(&mut record, times.stated);
    Some(record.with_times(TIMES.into_iter().filter_map(|name| fee.dated(name))))
}

/// The earliest known time; an unreadable one only if there is no other.
pub(in crate::platforms) fn earliest<const N: usize>(stamps: [Option<Stamp>; N]) -> Option<Stamp> {
    stamps.into_iter().flatten().min_by_key(|stamp| (stamp.at.is_none(), stamp.at))
}

/// (appKey, icid), or (appKey, sessionId, callEndTime) on platforms that give no `icid`.
fn record_identity(fee: &Object<'_>, session: &str) -> Identity {
    let app_key = fee.text("appKey").unwrap_or_default();
    match fee.text("icid") {
        Some(icid) => identity("record", &[&app_key, &icid]),
        None => {
            let ended = Stamp::one_blank(&fee.text("callEndTime").unwrap_or_default());
            identity("record", &[&app_key, session, &ended])
        }
    }
}

/// Causes, the most specific first. 0 means "hung up" as a release point and "not applicable" in the
/// other two.
fn causes(fee: &Object<'_>) -> Vec<CauseCode> {
    let set = |name| fee.code(name).filter(|code| code != "0");
    let reason = fee.code("ulFailReason").map(|code| CauseCode::new("ulFailReason", code));
    let (forward, out) = (set("fwdUnaswRsn"), set("callOutUnaswRsn"));
    let q850 = forward.or(out).map(|code| CauseCode::new("q850", code));
    let sip = set("sipStatusCode").map(|code| CauseCode::new("sip", code));
    [reason, q850, sip].into_iter().flatten().collect()
}

/// `None` if the record says that there is none.
fn recording(fee: &Object<'_>) -> Option<RecordingRef> {
    let flag = fee.text("recordFlag");
    let recording = RecordingRef {
        url: fee.text("recordFileDownloadUrl"),
        object: fee.text("recordObjectName"),
        domain: fee.text("recordDomain"),
        bucket: fee.text("recordBucketName"),
        started_at: fee.stamp("recordStartTime"),
    };
    let flagged = flag.is_some_and(|flag| flag == "1" || flag.eq_ignore_ascii_case("true"));
    (flagged || recording.url.is_some() || recording.object.is_some()).then_some(recording)
}

/// Sets the talk time and the anomalies of the times.
fn measure(record: &mut CallRecord, stated: Option<i64>) {
    let at = |stamp: &Option<Stamp>| stamp.as_ref().and_then(|stamp| stamp.at);
    let (setup, answer, end) = (at(&record.setup_at), at(&record.answered_at), at(&record.released_at));
    let odd = end.is_some_and(|end| [setup, answer].into_iter().flatten().any(|start| end < start));
    if odd {
        record.anomalies.push(Anomaly::EndsBeforeStart);
    } else if let (Some(answer), Some(end)) = (answer, end) {
        record.talk_seconds = u32::try_from(end.as_second() - answer.as_second()).unwrap_or(u32::MAX);
    }
    if stated.is_some_and(|stated| stated.abs_diff(i64::from(record.talk_seconds)) > DURATION_TOLERANCE) {
        record.anomalies.push(Anomaly::DurationMismatch);
    }
}
