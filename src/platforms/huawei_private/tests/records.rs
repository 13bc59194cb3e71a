//! Records of 隐私保护通话: who really talked over which number, in which mode.
//!
//! What the two products share is tested with 语音通话; where one code means two things, here.

use super::super::HuaweiPrivate;
use crate::domain::{CallOutcome, CallRecord, CauseCode, Direction, Product};
use crate::platforms::huawei::testing::{check, decode};
use crate::platforms::{Item, Provider, explain};

fn record(fields: &str) -> CallRecord {
    let body = format!(r#"{{"eventType":"fee","feeLst":[{{"sessionId":"s1",{fields}}}]}}"#);
    match decode(&HuaweiPrivate, &body).items.as_slice() {
        [Item::Record(record)] => (**record).clone(),
        items => panic!("not one record: {items:?}"),
    }
}

#[test]
fn the_mode_is_told_by_its_mark_or_its_type() {
    let product = |fields| record(fields).product;
    assert_eq!(product(r#""serviceType":"003""#), Some(Product::new("ax")));
    assert_eq!(product(r#""serviceType":4"#), Some(Product::new("axb")));
    assert_eq!(product(r#""notifyMode":"BLOCK""#), Some(Product::new("x")));
    assert_eq!(product(r#""extendNum":"0021""#), Some(Product::new("axe")));
    assert_eq!(product(r#""extendNum":"""#), None);
    assert_eq!(product(r#""serviceType":"""#), None);
}

#[test]
fn direction_means_something_in_ax_only() {
    let direction = |fields| record(fields).direction;
    assert_eq!(direction(r#""serviceType":"003","direction":1"#), Some(Direction::AToB));
    assert_eq!(direction(r#""serviceType":"003","direction":"0""#), Some(Direction::BToA));
    assert_eq!(direction(r#""serviceType":"003","direction":2"#), None);
    assert_eq!(direction(r#""serviceType":"004","direction":1"#), None);
    assert_eq!(direction(r#""direction":1"#), None);
}

#[test]
fn the_callee_is_the_phone_that_was_reached() {
    let callee = |fields: &str| {
        let fields = format!(r#""bindNum":"+8617000000001",{fields}"#);
        record(&fields).callee.map(|number| number.reveal().to_owned())
    };
    assert_eq!(callee(r#""calleeNum":"+8617000000001","fwdDstNum":"13800000021""#), Some("+8613800000021".to_owned()));
    assert_eq!(callee(r#""calleeNum":"13800000021""#), Some("+8613800000021".to_owned()));
    assert_eq!(callee(r#""calleeNum":"17000000001","fwdDstNum":"""#), None);
}

#[test]
fn a_second_privacy_number_is_claimed_only_where_nothing_else_explains_it() {
    let y = |fields: &str| {
        let fields = format!(r#""bindNum":"17000000001","callerNum":"13900000042",{fields}"#);
        record(&fields).y.map(|number| number.reveal().to_owned())
    };
    assert_eq!(y(r#""fwdDisplayNum":"17000000002""#), Some("+8617000000002".to_owned()));
    assert_eq!(y(r#""fwdDisplayNum":"17000000001""#), None);
    assert_eq!(y(r#""fwdDisplayNum":"13900000042""#), None);
    assert_eq!(y(r#""fwdDisplayNum":"17000000002","notifyMode":"Block""#), None);
    assert_eq!(y(r#""fwdDisplayNum":"17000000002","serviceType":"003""#), None);
}

#[test]
fn a_stated_duration_may_differ_by_two_seconds() {
    let anomalies = |stated: &str| {
        let times = r#""fwdAnswerTime":"2026-11-20 01:00:20","callEndTime":"2026-11-20 01:01:02""#;
        record(&format!(r#"{times},"callDuration":{stated}"#)).anomalies
    };
    for stated in ["40", "42", "\"44\"", "null"] {
        assert_eq!(anomalies(stated), [], "{stated}");
    }
    for stated in ["39", "45", "0", "9223372036854775807", "-9223372036854775808"] {
        assert_eq!(anomalies(stated), [crate::domain::Anomaly::DurationMismatch], "{stated}");
    }
}

#[test]
fn the_earliest_known_start_counts() {
    let setup = |fields: &str| record(fields).setup_at.and_then(|stamp| stamp.at).map(|at| at.to_string());
    let (early, late) = ("2026-11-20 01:00:00", "2026-11-20 01:00:11");
    let expected = Some("2026-11-20T01:00:00Z".to_owned());
    assert_eq!(setup(&format!(r#""callInTime":"{early}","fwdStartTime":"{late}""#)), expected);
    assert_eq!(setup(&format!(r#""callInTime":"?","fwdStartTime":"{early}""#)), expected);
    assert_eq!(setup(&format!(r#""failTime":"{early}","callEndTime":"{late}""#)), expected);
}

#[test]
fn an_empty_binding_is_none() {
    check(
        &HuaweiPrivate,
        r#"{"eventType":"fee","feeLst":[{"sessionId":"s1","subscriptionId":"","userData":"","ulFailReason":"8014"}]}"#,
        "* record session=s1 talk=0 ulFailReason=8014",
    );
}

#[test]
fn the_same_number_means_other_things_in_the_two_products() {
    let outcome = |provider: &dyn Provider, table: &'static str, code: &str| {
        explain(provider.id(), &CauseCode::new(table, code)).expect("an entry").outcome
    };
    let voice = crate::platforms::by_name("huawei-voice").expect("a registered provider");
    assert_eq!(outcome(&HuaweiPrivate, "stateCode", "8105"), Some(CallOutcome::Suspended));
    assert_eq!(outcome(voice, "stateCode", "8105"), None);
    assert_eq!(outcome(&HuaweiPrivate, "ulFailReason", "8014"), Some(CallOutcome::NotBound));
    assert_eq!(outcome(&HuaweiPrivate, "ulFailReason", "522"), Some(CallOutcome::Blocked));
    assert_eq!(outcome(&HuaweiPrivate, "q850", "17"), Some(CallOutcome::Busy));
    assert_eq!(outcome(&HuaweiPrivate, "sip", "480"), Some(CallOutcome::Unreachable));
}
