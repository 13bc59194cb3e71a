//! What is read of every sample, complete.
//!
//! An expectation names every fact of an item: a field that is filled and should not be changes
//! it too. A sample that no test here names fails the last one.

use super::super::HuaweiPrivate;
use crate::platforms::Provider;
use crate::platforms::huawei::testing::check_sample;

#[test]
fn the_events_of_ax() {
    check_sample(
        &HuaweiPrivate,
        "ax-callin",
        "
        * offered session=1200_1366_4294967295_20261120010000@callenabler246.huaweicaas.com
          at=2026-11-20T01:00:00Z leg=caller caller=+8613900000042 x=+8617000000001
          user_data=trip-ax binding=efw89efwf7fea-ax-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "ax-callout",
        "
        * dialled session=1200_1366_4294967295_20261120010000@callenabler246.huaweicaas.com
          at=2026-11-20T01:00:11Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=trip-ax binding=efw89efwf7fea-ax-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "ax-alerting",
        "
        * alerted session=1200_1366_4294967295_20261120010000@callenabler246.huaweicaas.com
          at=2026-11-20T01:00:14Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=trip-ax binding=efw89efwf7fea-ax-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "ax-answer",
        "
        * answered session=1200_1366_4294967295_20261120010000@callenabler246.huaweicaas.com
          at=2026-11-20T01:00:20Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=trip-ax binding=efw89efwf7fea-ax-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "ax-disconnect",
        "
        * released session=1200_1366_4294967295_20261120010000@callenabler246.huaweicaas.com
          at=2026-11-20T01:01:02Z caller=+8617000000001 callee=+8613800000021 stateCode=0
          user_data=trip-ax binding=efw89efwf7fea-ax-4c1c
        ",
    );
}

#[test]
fn the_events_of_axb() {
    check_sample(
        &HuaweiPrivate,
        "axb-callin",
        "
        * offered session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          at=2026-11-20T02:00:00Z leg=caller caller=+8613800000021 x=+8617000000001
          user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axb-callout",
        "
        * dialled session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          at=2026-11-20T02:00:11Z leg=callee caller=+8613800000021 callee=+8613900000042
          user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axb-alerting",
        "
        * alerted session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          at=2026-11-20T02:00:14Z leg=callee caller=+8613800000021 callee=+8613900000042
          user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axb-answer",
        "
        * answered session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          at=2026-11-20T02:00:20Z leg=callee caller=+8613800000021 callee=+8613900000042
          user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axb-disconnect",
        "
        * released session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          at=2026-11-20T02:01:02Z caller=+8613800000021 callee=+8613900000042 stateCode=0
          user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
}

#[test]
fn the_events_of_axe() {
    check_sample(
        &HuaweiPrivate,
        "axe-callin",
        "
        * offered session=1200_1368_4294967295_20261120030000@callenabler246.huaweicaas.com
          at=2026-11-20T03:00:00Z leg=caller caller=+8613900000042 x=+8617000000001
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axe-collect-info",
        "
        * digits_collected session=1200_1368_4294967295_20261120030000@callenabler246.huaweicaas.com
          at=2026-11-20T03:00:09Z product=axe leg=caller digits=0021
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axe-callout",
        "
        * dialled session=1200_1368_4294967295_20261120030000@callenabler246.huaweicaas.com
          at=2026-11-20T03:00:11Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=trip-axe binding=efw89efwf7fea-axe-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axe-alerting",
        "
        * alerted session=1200_1368_4294967295_20261120030000@callenabler246.huaweicaas.com
          at=2026-11-20T03:00:14Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=trip-axe binding=efw89efwf7fea-axe-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axe-answer",
        "
        * answered session=1200_1368_4294967295_20261120030000@callenabler246.huaweicaas.com
          at=2026-11-20T03:00:20Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=trip-axe binding=efw89efwf7fea-axe-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axe-disconnect",
        "
        * released session=1200_1368_4294967295_20261120030000@callenabler246.huaweicaas.com
          at=2026-11-20T03:01:02Z caller=+8617000000001 callee=+8613800000021 stateCode=0
          user_data=trip-axe binding=efw89efwf7fea-axe-4c1c
        ",
    );
}

#[test]
fn the_events_of_axyb() {
    check_sample(
        &HuaweiPrivate,
        "axyb-callin",
        "
        * offered session=1200_1369_4294967295_20261120040000@callenabler246.huaweicaas.com
          at=2026-11-20T04:00:00Z leg=caller caller=+8613900000042 x=+8617000000001
          user_data=trip-axyb binding=efw89efwf7fea-axyb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axyb-callout",
        "
        * dialled session=1200_1369_4294967295_20261120040000@callenabler246.huaweicaas.com
          at=2026-11-20T04:00:11Z leg=callee caller=+8617000000002 callee=+8613800000021
          user_data=trip-axyb binding=efw89efwf7fea-axyb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axyb-alerting",
        "
        * alerted session=1200_1369_4294967295_20261120040000@callenabler246.huaweicaas.com
          at=2026-11-20T04:00:14Z leg=callee caller=+8617000000002 callee=+8613800000021
          user_data=trip-axyb binding=efw89efwf7fea-axyb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axyb-answer",
        "
        * answered session=1200_1369_4294967295_20261120040000@callenabler246.huaweicaas.com
          at=2026-11-20T04:00:20Z leg=callee caller=+8617000000002 callee=+8613800000021
          user_data=trip-axyb binding=efw89efwf7fea-axyb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "axyb-disconnect",
        "
        * released session=1200_1369_4294967295_20261120040000@callenabler246.huaweicaas.com
          at=2026-11-20T04:01:02Z caller=+8617000000002 callee=+8613800000021 stateCode=0
          user_data=trip-axyb binding=efw89efwf7fea-axyb-4c1c
        ",
    );
}

#[test]
fn the_events_of_x_begin_with_a_question() {
    check_sample(
        &HuaweiPrivate,
        "x-callin",
        "
        * offered session=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com
          at=2026-11-20T05:00:00Z product=x leg=caller caller=+8613900000042 x=+8617000000001
        * call? session=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com
          id=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com x=+8617000000001
          from=+8613900000042
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "x-callout",
        "
        * dialled session=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com
          at=2026-11-20T05:00:11Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=ride-9
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "x-alerting",
        "
        * alerted session=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com
          at=2026-11-20T05:00:14Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=ride-9
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "x-answer",
        "
        * answered session=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com
          at=2026-11-20T05:00:20Z leg=callee caller=+8617000000001 callee=+8613800000021
          user_data=ride-9
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "x-disconnect",
        "
        * released session=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com
          at=2026-11-20T05:01:02Z caller=+8617000000001 callee=+8613800000021 stateCode=0
          user_data=ride-9
        ",
    );
}

#[test]
fn the_records_of_every_mode() {
    check_sample(
        &HuaweiPrivate,
        "fee-ax",
        "
        * record session=1200_1366_4294967295_20261120010000@callenabler246.huaweicaas.com
          product=ax caller=+8613900000042 callee=+8613800000021 x=+8617000000001 direction=b_to_a
          setup=2026-11-20T01:00:00Z alerting=2026-11-20T01:00:14Z answered=2026-11-20T01:00:20Z
          released=2026-11-20T01:01:02Z talk=42 ulFailReason=0 recording(
          object=2611200900201201.wav domain=ostor.huawei.com bucket=sp-xy5tkd81bzq0plmn72rtvw3ugh4c
          started=2026-11-20T01:00:20Z ) user_data=trip-ax binding=efw89efwf7fea-ax-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "fee-axb",
        "
        * record session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          product=axb caller=+8613800000021 callee=+8613900000042 x=+8617000000001
          setup=2026-11-20T02:00:00Z alerting=2026-11-20T02:00:14Z answered=2026-11-20T02:00:20Z
          released=2026-11-20T02:01:02Z talk=42 ulFailReason=0 recording(
          object=2611200900201202.wav domain=ostor.huawei.com bucket=sp-xy5tkd81bzq0plmn72rtvw3ugh4c
          started=2026-11-20T02:00:20Z ) user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "fee-axe",
        "
        * record session=1200_1368_4294967295_20261120030000@callenabler246.huaweicaas.com
          product=axe caller=+8613900000042 callee=+8613800000021 x=+8617000000001 extension=0021
          setup=2026-11-20T03:00:00Z alerting=2026-11-20T03:00:14Z answered=2026-11-20T03:00:20Z
          released=2026-11-20T03:01:02Z talk=42 ulFailReason=0 user_data=trip-axe
          binding=efw89efwf7fea-axe-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "fee-axyb",
        "
        * record session=1200_1369_4294967295_20261120040000@callenabler246.huaweicaas.com
          product=axyb caller=+8613900000042 callee=+8613800000021 x=+8617000000001 y=+8617000000002
          setup=2026-11-20T04:00:00Z alerting=2026-11-20T04:00:14Z answered=2026-11-20T04:00:20Z
          released=2026-11-20T04:01:02Z talk=42 ulFailReason=0 user_data=trip-axyb
          binding=efw89efwf7fea-axyb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "fee-x",
        "
        * record session=1200_1370_4294967295_20261120050000@callenabler246.huaweicaas.com product=x
          caller=+8613900000042 callee=+8613800000021 x=+8617000000001 setup=2026-11-20T05:00:00Z
          alerting=2026-11-20T05:00:14Z answered=2026-11-20T05:00:20Z released=2026-11-20T05:01:02Z
          talk=42 ulFailReason=0 recording(
          url=https://ostor.huawei.com/download/26112009002012053.wav?token=made-up
          object=2611200900201205.wav domain=ostor.huawei.com bucket=sp-xy5tkd81bzq0plmn72rtvw3ugh4c
          started=2026-11-20T05:00:20Z ) user_data=ride-9
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "fee-unanswered",
        "
        * record session=1200_1371_4294967295_20261120060000@callenabler246.huaweicaas.com
          product=axb caller=+8613800000021 callee=+8613900000042 x=+8617000000001
          setup=2026-11-20T06:00:00Z alerting=2026-11-20T06:00:14Z released=2026-11-20T06:00:41Z
          talk=0 ulFailReason=8102 q850=17 sip=486 user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "fee-batch",
        "
        * record session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          product=axb caller=+8613800000021 callee=+8613900000042 x=+8617000000001
          setup=2026-11-20T02:00:00Z alerting=2026-11-20T02:00:14Z answered=2026-11-20T02:00:20Z
          released=2026-11-20T02:01:02Z talk=42 ulFailReason=0 recording(
          object=2611200900201202.wav domain=ostor.huawei.com bucket=sp-xy5tkd81bzq0plmn72rtvw3ugh4c
          started=2026-11-20T02:00:20Z ) user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        * record session=1200_1371_4294967295_20261120060000@callenabler246.huaweicaas.com
          product=axb caller=+8613800000021 callee=+8613900000042 x=+8617000000001
          setup=2026-11-20T06:00:00Z alerting=2026-11-20T06:00:14Z released=2026-11-20T06:00:41Z
          talk=0 ulFailReason=8102 q850=17 sip=486 user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        * record session=1200_1367_4294967295_20261120020000@callenabler246.huaweicaas.com
          product=axb caller=+8613800000021 callee=+8613900000042 x=+8617000000001
          setup=2026-11-20T02:00:00Z alerting=2026-11-20T02:00:14Z answered=2026-11-20T02:00:20Z
          released=2026-11-20T02:01:02Z talk=42 ulFailReason=0 recording(
          object=2611200900201202.wav domain=ostor.huawei.com bucket=sp-xy5tkd81bzq0plmn72rtvw3ugh4c
          started=2026-11-20T02:00:20Z ) user_data=trip-axb binding=efw89efwf7fea-axb-4c1c
        ",
    );
}

#[test]
fn the_state_of_numbers() {
    check_sample(
        &HuaweiPrivate,
        "num-status",
        "
        * number number=+8617000000001 state=unavailable cause=2
        * number number=+8617000000002 state=normal
        ",
    );
}

#[test]
fn messages_tell_and_ask() {
    check_sample(
        &HuaweiPrivate,
        "sms-notify",
        "
        * sms-notify id=bfa1b1cd-19b5-4e3a-9c55-4c5c4d6c1f01 from=+8613800000021 to=+8613900000042
          x=+8617000000001 at=2026-11-20T09:06:16.45Z kind=TextSMS parts=2 result=2 content=您的包裹到了
          binding=efw89efwf7fea-axb-4c1c
        ",
    );
    check_sample(
        &HuaweiPrivate,
        "sms-block",
        "
        * sms-block id=bfa1b1cd-19b5-4e3a-9c55-4c5c4d6c1f02 from=+8613800000021 x=+8617000000001
          at=2026-11-20T09:07:00.12Z kind=TextSMS
        * sms? id=bfa1b1cd-19b5-4e3a-9c55-4c5c4d6c1f02 x=+8617000000001 from=+8613800000021
        ",
    );
}

#[test]
fn no_sample_was_left_out() {
    assert_eq!(HuaweiPrivate.samples().len(), 36);
}
