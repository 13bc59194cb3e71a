//! What is read of every sample, complete.
//!
//! An expectation names every fact of an item: a field that is filled and should not be changes
//! it too. A sample that no test here names fails the last one.

use super::super::HuaweiVoice;
use crate::platforms::Provider;
use crate::platforms::huawei::testing::check_sample;

#[test]
fn the_events_of_a_callback() {
    check_sample(
        &HuaweiVoice,
        "callback-callout-a",
        "
        * dialled session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          at=2026-11-20T03:04:24Z dialled=+8613800000021 user_data=order-1024
        ",
    );
    check_sample(
        &HuaweiVoice,
        "callback-alerting-a",
        "
        * alerted session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          at=2026-11-20T03:04:27Z dialled=+8613800000021 user_data=order-1024
        ",
    );
    check_sample(
        &HuaweiVoice,
        "callback-answer-a",
        "
        * answered session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          at=2026-11-20T03:04:31Z dialled=+8613800000021 user_data=order-1024
        ",
    );
    check_sample(
        &HuaweiVoice,
        "callback-callout-b",
        "
        * dialled session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          at=2026-11-20T03:04:31Z dialled=+8613900000042 user_data=order-1024
        ",
    );
    check_sample(
        &HuaweiVoice,
        "callback-alerting-b",
        "
        * alerted session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          at=2026-11-20T03:04:35Z dialled=+8613900000042 user_data=order-1024
        ",
    );
    check_sample(
        &HuaweiVoice,
        "callback-answer-b",
        "
        * answered session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          at=2026-11-20T03:04:40Z dialled=+8613900000042 user_data=order-1024
        ",
    );
    check_sample(
        &HuaweiVoice,
        "callback-disconnect",
        "
        * released session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          at=2026-11-20T03:05:18Z stateCode=0 by=callee user_data=order-1024
        ",
    );
}

#[test]
fn the_events_of_a_notice() {
    check_sample(
        &HuaweiVoice,
        "notify-callout",
        "
        * dialled session=1202_60_4294967295_20261120041000@callenabler246.huaweicaas.com
          at=2026-11-20T04:10:00Z dialled=+8613800000021 user_data=parcel-77
        ",
    );
    check_sample(
        &HuaweiVoice,
        "notify-alerting",
        "
        * alerted session=1202_60_4294967295_20261120041000@callenabler246.huaweicaas.com
          at=2026-11-20T04:10:03Z dialled=+8613800000021 user_data=parcel-77
        ",
    );
    check_sample(
        &HuaweiVoice,
        "notify-answer",
        "
        * answered session=1202_60_4294967295_20261120041000@callenabler246.huaweicaas.com
          at=2026-11-20T04:10:09Z dialled=+8613800000021 user_data=parcel-77
        ",
    );
    check_sample(
        &HuaweiVoice,
        "notify-collect-info",
        "
        * digits_collected session=1202_60_4294967295_20261120041000@callenabler246.huaweicaas.com
          at=2026-11-20T04:10:21Z product=notify digits=1 user_data=parcel-77
        ",
    );
    check_sample(
        &HuaweiVoice,
        "notify-disconnect",
        "
        * released session=1202_60_4294967295_20261120041000@callenabler246.huaweicaas.com
          at=2026-11-20T04:10:24Z stateCode=0 user_data=parcel-77
        ",
    );
}

#[test]
fn the_events_of_a_code() {
    check_sample(
        &HuaweiVoice,
        "verify-callout",
        "
        * dialled session=1203_61_4294967295_20261120051000@callenabler246.huaweicaas.com
          at=2026-11-20T05:10:00Z dialled=+8613800000021 user_data=login-5
        ",
    );
    check_sample(
        &HuaweiVoice,
        "verify-alerting",
        "
        * alerted session=1203_61_4294967295_20261120051000@callenabler246.huaweicaas.com
          at=2026-11-20T05:10:04Z dialled=+8613800000021 user_data=login-5
        ",
    );
    check_sample(
        &HuaweiVoice,
        "verify-answer",
        "
        * answered session=1203_61_4294967295_20261120051000@callenabler246.huaweicaas.com
          at=2026-11-20T05:10:11Z dialled=+8613800000021 user_data=login-5
        ",
    );
    check_sample(
        &HuaweiVoice,
        "verify-disconnect",
        "
        * released session=1203_61_4294967295_20261120051000@callenabler246.huaweicaas.com
          at=2026-11-20T05:10:41Z stateCode=0 user_data=login-5
        ",
    );
}

#[test]
fn the_records() {
    check_sample(
        &HuaweiVoice,
        "fee-callback",
        "
        * record session=1201_55_4294967295_20261120030424@callenabler245.huaweicaas.com
          product=callback caller=+8613800000021 callee=+8613900000042 x=+8675528780808
          setup=2026-11-20T03:04:24Z alerting=2026-11-20T03:04:35Z answered=2026-11-20T03:04:40Z
          released=2026-11-20T03:05:18Z talk=38 ulFailReason=0 recording(
          object=26112011044012019198.wav domain=ostor.huawei.com
          bucket=sp-ka4k2fxd5a9wcd1ad6ndo6b8deox started=2026-11-20T03:04:40Z ) user_data=order-1024
        ",
    );
    check_sample(
        &HuaweiVoice,
        "fee-callback-unanswered",
        "
        * record session=1201_55_4294967295_20261120031500@callenabler245.huaweicaas.com
          product=callback caller=+8613800000021 callee=+8613900000042 x=+8675528780808
          setup=2026-11-20T03:15:00Z released=2026-11-20T03:15:42Z talk=0 ulFailReason=518 q850=19
          sip=480 user_data=order-1025
        ",
    );
    check_sample(
        &HuaweiVoice,
        "fee-notify",
        "
        * record session=1202_60_4294967295_20261120041000@callenabler246.huaweicaas.com
          product=play caller=+8675528780808 callee=+8613800000021 x=+8675528780808
          setup=2026-11-20T04:10:00Z alerting=2026-11-20T04:10:03Z answered=2026-11-20T04:10:09Z
          released=2026-11-20T04:10:24Z talk=15 ulFailReason=0 user_data=parcel-77
        ",
    );
    check_sample(
        &HuaweiVoice,
        "fee-verify",
        "
        * record session=1203_61_4294967295_20261120051000@callenabler246.huaweicaas.com
          product=play caller=+8675528780808 callee=+8613800000021 x=+8675528780808
          setup=2026-11-20T05:10:00Z alerting=2026-11-20T05:10:04Z answered=2026-11-20T05:10:11Z
          released=2026-11-20T05:10:41Z talk=30 ulFailReason=0
        ",
    );
    check_sample(
        &HuaweiVoice,
        "fee-batch",
        "
        * record session=1202_60_4294967295_20261120060000@callenabler246.huaweicaas.com
          product=play caller=+8675528780808 callee=+8613800000021 x=+8675528780808
          setup=2026-11-20T06:00:00Z alerting=2026-11-20T06:00:05Z answered=2026-11-20T06:00:12Z
          released=2026-11-20T06:00:30Z talk=18 ulFailReason=0 user_data=recall
        * record session=1202_60_4294967295_20261120060001@callenabler246.huaweicaas.com
          product=play caller=+8675528780808 callee=+8613900000042 x=+8675528780808
          setup=2026-11-20T06:00:01Z alerting=2026-11-20T06:00:05Z answered=2026-11-20T06:00:12Z
          released=2026-11-20T06:00:30Z talk=18 ulFailReason=0 user_data=recall
        * record session=1202_60_4294967295_20261120060000@callenabler246.huaweicaas.com
          product=play caller=+8675528780808 callee=+8613800000021 x=+8675528780808
          setup=2026-11-20T06:00:00Z alerting=2026-11-20T06:00:05Z answered=2026-11-20T06:00:12Z
          released=2026-11-20T06:00:30Z talk=18 ulFailReason=0 user_data=recall
        ",
    );
}

#[test]
fn no_sample_was_left_out() {
    assert_eq!(HuaweiVoice.samples().len(), 21);
}
