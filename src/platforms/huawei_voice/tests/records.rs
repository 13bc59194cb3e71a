//! Records of 语音通话: who talked, from when to when, and why it ended.
//!
//! The arithmetic, the causes and the identity are shared with 隐私保护通话 and tested here only.

use super::super::HuaweiVoice;
use crate::domain::{CallOutcome, CallRecord, CauseCode};
use crate::platforms::huawei::testing::{check, decode};
use crate::platforms::{Item, Provider, explain};

fn fee(fields: &str) -> String {
    format!(r#"{{"eventType":"fee","feeLst":[{{"sessionId":"s1",{fields}}}]}}"#)
}

fn record(fields: &str) -> CallRecord {
    match decode(&HuaweiVoice, &fee(fields)).items.as_slice() {
        [Item::Record(record)] => (**record).clone(),
        items => panic!("not one record: {items:?}"),
    }
}

#[test]
fn without_a_service_type_a_second_leg_tells_a_callback() {
    let product = |fields| record(fields).product.expect("a product").name();
    assert_eq!(product(r#""serviceType":"002""#), "callback");
    assert_eq!(product(r#""serviceType":2"#), "callback");
    assert_eq!(product(r#""serviceType":"001","fwdDstNum":"13900000042""#), "play");
    assert_eq!(product(r#""fwdDstNum":"13900000042""#), "callback");
    assert_eq!(product(r#""fwdStartTime":"2026-11-20 03:04:31""#), "callback");
    assert_eq!(product(r#""fwdDstNum":"","fwdUnaswRsn":0"#), "play");
    assert_eq!(product(r#""serviceType":"009","fwdDisplayNum":"+8675528780809""#), "callback");
}

#[test]
fn the_caller_of_a_callback_is_a_and_not_the_number_shown() {
    let caller = |fields: &str| {
        let fields = format!(r#""serviceType":"002","bindNum":"+8675528780808","calleeNum":"13800000021",{fields}"#);
        record(&fields).caller.map(|number| number.reveal().to_owned())
    };
    let a = Some("+8613800000021".to_owned());
    assert_eq!(caller(r#""callerNum":"+8675528780808""#), a);
    assert_eq!(caller(r#""callerNum":"075528780808""#), a);
    assert_eq!(caller(r#""callerNum":"+8675528780809","fwdDisplayNum":"+8675528780809""#), a);
    assert_eq!(caller(r#""callerNum":"""#), a);
    assert_eq!(caller(r#""callerNum":"13700000063""#), Some("+8613700000063".to_owned()));
}

#[test]
fn that_a_answered_a_callback_is_no_talk() {
    let record =
        record(r#""serviceType":"002","callOutAnswerTime":"2026-11-20 03:04:31","callEndTime":"2026-11-20 03:05:31""#);
    assert_eq!((record.answered_at, record.talk_seconds), (None, 0));
}

#[test]
fn an_end_before_a_start_is_remarked_and_counts_no_talk() {
    check(
        &HuaweiVoice,
        &fee(r#""callOutAnswerTime":"2026-11-20 03:04:31","callEndTime":"2026-11-20 03:04:30""#),
        "* record session=s1 product=play answered=2026-11-20T03:04:31Z released=2026-11-20T03:04:30Z talk=0
           ends_before_start",
    );
}

#[test]
fn a_call_that_failed_before_it_began_has_the_time_of_its_failure() {
    check(
        &HuaweiVoice,
        &fee(r#""failTime":"2026-11-20 03:04:31","callEndTime":"","ulFailReason":"7004""#),
        "* record session=s1 product=play setup=2026-11-20T03:04:31Z released=2026-11-20T03:04:31Z talk=0
           ulFailReason=7004",
    );
}

#[test]
fn a_time_that_is_none_is_kept_and_remarked() {
    check(
        &HuaweiVoice,
        &fee(r#""callOutAnswerTime":"later","callEndTime":"2026-11-20 03:04:30""#),
        "* record session=s1 product=play answered=!later released=2026-11-20T03:04:30Z talk=0 unreadable_time
         * odd: bad callOutAnswerTime",
    );
}

#[test]
fn a_zero_of_any_clock_is_a_time_at_which_nothing_happened() {
    let played = |answer: &str, more: &str| {
        let times = format!(r#""callOutAnswerTime":"{answer}","callEndTime":"2026-11-20 03:04:30""#);
        let line = format!("* record session=s1 product=play released=2026-11-20T03:04:30Z talk=0 {more}");
        check(&HuaweiVoice, &fee(&times), &line);
    };
    for zero in ["0", "0000-00-00 00:00:00", "0000000000"] {
        played(zero, "");
    }
    for zero in ["1970-01-01 00:00:00", "1970-01-01 08:00:00", "1969-12-31 16:00:00", "0001-01-01 00:00:00"] {
        played(zero, "implausible_time");
    }
    // Of two starts, and of an end and a failure, the one that is none is passed over.
    check(
        &HuaweiVoice,
        &fee(r#""callOutStartTime":"1970-01-01 00:00:00","fwdStartTime":"2026-11-20 03:04:00",
            "callEndTime":"1970-01-01 00:00:00","failTime":"2026-11-20 03:04:30""#),
        "* record session=s1 product=callback setup=2026-11-20T03:04:00Z released=2026-11-20T03:04:30Z talk=0
           implausible_time",
    );
}

#[test]
fn a_party_may_be_an_address_of_the_operator_s_network() {
    let record =
        record(r#""callerNum":"sip:+8675528780808@ims.example;user=phone","calleeNum":"tel:+86-138-0000-0021""#);
    assert_eq!(record.caller.expect("a caller").reveal(), "+8675528780808");
    assert_eq!(record.callee.expect("a callee").reveal(), "+8613800000021");
}

#[test]
fn a_reference_that_is_json_itself_is_kept() {
    let record = record(r#""userData":{"order":7,"a":[1]}"#);
    assert_eq!(record.user_data.as_deref(), Some(r#"{"a":[1],"order":7}"#));
}

#[test]
fn causes_stand_most_telling_first() {
    let causes = |fields| {
        let causes = record(fields).causes;
        causes.iter().map(|cause| format!("{}={}", cause.table, cause.code)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        causes(r#""sipStatusCode":486,"fwdUnaswRsn":17,"callOutUnaswRsn":16,"ulFailReason":518"#),
        "ulFailReason=518 q850=17 sip=486"
    );
    assert_eq!(causes(r#""fwdUnaswRsn":0,"callOutUnaswRsn":"19","sipStatusCode":0"#), "q850=19");
    assert_eq!(causes(r#""ulFailReason":0,"fwdUnaswRsn":0,"sipStatusCode":0"#), "ulFailReason=0");
    assert_eq!(causes(r#""ulFailReason":null,"sipStatusCode":"""#), "");
}

#[test]
fn a_recording_is_believed_by_its_flag_or_its_name() {
    assert!(record(r#""recordFlag":0,"recordDomain":"ostor.huawei.com""#).recording.is_none());
    assert!(record(r#""recordFlag":"1""#).recording.is_some());
    assert!(record(r#""recordFlag":0,"recordObjectName":"a.wav""#).recording.is_some());
    assert!(record(r#""recordFileDownloadUrl":"https://a.example/a.wav""#).recording.is_some());
}

#[test]
fn a_record_is_known_again_by_its_icid_or_by_its_end() {
    let identity = |fields| record(fields).identity;
    let with_icid = identity(r#""appKey":"k","icid":"i1","callEndTime":"2026-11-20 03:04:30""#);
    assert_eq!(with_icid, identity(r#""appKey":"k","icid":"i1","callEndTime":"2026-11-20 03:04:31""#));
    assert_ne!(with_icid, identity(r#""appKey":"k","icid":"i2","callEndTime":"2026-11-20 03:04:30""#));
    assert_ne!(with_icid, identity(r#""appKey":"other","icid":"i1","callEndTime":"2026-11-20 03:04:30""#));
    let without = identity(r#""appKey":"k","icid":"","callEndTime":"2026-11-20 03:04:30""#);
    assert_eq!(without, identity(r#""appKey":"k","callEndTime":"2026-11-20 03:04:30""#));
    assert_ne!(without, identity(r#""appKey":"k","callEndTime":"2026-11-20 03:04:31""#));
}

#[test]
fn one_bad_record_of_a_batch_does_not_hide_the_others() {
    check(
        &HuaweiVoice,
        r#"{"eventType":"FEE","feeLst":[{"SessionID":"s0"},{"sessionId":"s1"},{"sessionId":""},7]}"#,
        "* record session=s1 product=play talk=0
         * odd: bad feeLst * odd: SessionID is sessionId * odd: no sessionId",
    );
}

#[test]
fn more_records_than_a_push_may_hold_are_left_out_with_a_remark() {
    let max = crate::limits::PUSH_ITEMS_MAX;
    let list = vec![r#"{"sessionId":"s1"}"#; max + 1].join(",");
    let decoded = decode(&HuaweiVoice, &format!(r#"{{"eventType":"fee","feeLst":[{list}]}}"#));
    assert_eq!(decoded.items.len(), max);
    assert_eq!(decoded.suspicions.len(), 1);
}

#[test]
fn a_raw_sip_code_among_the_release_points_is_explained() {
    let explained = |code: &str| explain(HuaweiVoice.id(), &CauseCode::new("ulFailReason", code)).expect("an entry");
    assert_eq!(explained("486").outcome, Some(CallOutcome::Busy));
    assert_eq!(explained("603").outcome, Some(CallOutcome::Rejected));
    assert_eq!(explained("518").outcome, None, "the code beside it tells");
    assert_eq!(explained("503").text.zh, "录音会议或提示音建立失败", "a release point, not SIP");
}
