//! What is read from each sample, and from the same bodies written as carelessly as platforms
//! and integrations write them.
//!
//! [`check`] compares a line that names everything a body said: every field of a record and an
//! event is taken apart there, so none can change unnoticed. A part that is absent is not shown.

mod told;

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use self::told::told;
use super::*;
use crate::domain::{AppId, CallEvent, CallRecord, Party, PhoneNumber, Product, Stamp};
use crate::platforms::tests::names;
use crate::platforms::{Item, Suspicion};

const APP: &str = "5a0c1f7e9b3d42d6a8e4c0b175f29d31";

fn callback(body: &[u8]) -> Callback {
    Callback {
        app: AppId(1),
        provider: Jiuyun.id(),
        received_at: Timestamp::UNIX_EPOCH,
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        tail: String::new(),
        target: String::new(),
        hosts: Vec::new(),
        headers: Vec::new(),
        body: body.to_vec(),
    }
}

fn decode(body: &str) -> Decoded {
    decode_bytes(body.as_bytes())
}

fn decode_bytes(body: &[u8]) -> Decoded {
    Jiuyun.decode(&Verified::from_journal(&callback(body))).expect("readable")
}

fn sample(name: &str) -> &'static str {
    Jiuyun.samples().iter().find(|sample| sample.name == name).expect("a sample of this name").body
}

fn check(body: &str, expected: &str) {
    assert_eq!(told(body), expected, "{body}");
}

/// The 云呼AXB hang-up with some of its text replaced.
fn changed(from: &str, to: &str) -> String {
    let body = sample("axb-hangup");
    assert!(body.contains(from), "{from}");
    body.replace(from, to)
}

/// The line of that hang-up with some of it replaced, and more at its end.
fn axb(changes: &[(&str, &str)], more: &str) -> String {
    let line = changes.iter().fold(AXB.to_owned(), |line, (from, to)| {
        assert!(line.contains(from), "{from}");
        line.replace(from, to)
    });
    line + more
}

const AXB: &str = "Xml record=jiuyun/22/9b1f0a52c7e84d33a6d0e4f18c25b701 product=axb \
    caller=+8613800000021 callee=+8613900000022 x=+8617000000001 \
    setup=2026-11-21T02:13:21Z answered=2026-11-21T02:13:21Z released=2026-11-21T02:13:39Z talk=18 byeType=0 \
    recording=https://record.example.com/2026/11/21/9b1f0a52c7e84d33a6d0e4f18c25b701.mp3";

#[test]
fn every_sample_is_read_completely() {
    check(sample("axb-hangup"), AXB);
    check(
        sample("axb-hangup-json"),
        "Json record=jiuyun/22/2f6d8c11e0a947f5b3c29a7d4e80f602 product=axb \
         caller=+8613800000021 callee=+8613900000022 x=+8617000000001 \
         setup=2026-11-21T02:13:21Z answered=2026-11-21T02:13:21Z released=2026-11-21T02:13:39Z talk=18 byeType=0 \
         recording=https://record.example.com/2026/11/21/2f6d8c11e0a947f5b3c29a7d4e80f602.mp3",
    );
    check(
        sample("axb-hangup-flat"),
        "Json record=jiuyun/22/c40e7b95d1f24a0c8e63b5d2a9174f03 product=axb \
         caller=+8613800000021 callee=+8613900000022 x=+8617000000001 released=2026-11-21T02:20:07Z talk=0 byeType=2",
    );
    check(
        sample("dedicated-invite-a"),
        "Xml dialled=jiuyun/1/e87a3d6029bc4f15917fd8c6b04a2e04 product=dedicated leg=caller \
         caller=+8613800000023 callee=+8675500000024 at=2026-11-21T02:30:00Z \
         user-data={\"order\":\"A-1001\",\"desk\":\"R&D\"}",
    );
    check(
        sample("dedicated-invite-b"),
        "Xml dialled=jiuyun/1/e87a3d6029bc4f15917fd8c6b04a2e04 product=dedicated leg=callee \
         caller=+8613800000023 callee=+8675500000024 at=2026-11-21T02:30:06Z \
         user-data={\"order\":\"A-1001\",\"desk\":\"R&D\"}",
    );
    check(
        sample("dedicated-establish"),
        "Xml answered=jiuyun/1/e87a3d6029bc4f15917fd8c6b04a2e04 product=dedicated leg=callee \
         caller=+8613800000023 callee=+8675500000024 at=2026-11-21T02:30:15Z \
         user-data={\"order\":\"A-1001\",\"desk\":\"R&D\"}",
    );
    check(
        sample("dedicated-hangup"),
        "Xml record=jiuyun/1/e87a3d6029bc4f15917fd8c6b04a2e04 product=dedicated \
         caller=+8613800000023 callee=+8675500000024 \
         setup=2026-11-21T02:30:06Z answered=2026-11-21T02:30:15Z released=2026-11-21T02:32:47Z talk=152 byeType=0 \
         recording=https://record.example.com/2026/11/21/e87a3d6029bc4f15917fd8c6b04a2e04.mp3 \
         user-data={\"order\":\"A-1001\",\"desk\":\"R&D\"}",
    );
    check(
        sample("mask-invite-a"),
        "Xml dialled=jiuyun/2/71d5c2e8f3a04b6990ce47ab5d16f805 product=mask leg=caller \
         caller=+8613800000025 callee=+8613900000026 x=+8617000000002 at=2026-11-21T03:00:00Z \
         user-data={\"order\":\"B-2002\"}",
    );
    check(
        sample("mask-invite-b"),
        "Xml dialled=jiuyun/2/71d5c2e8f3a04b6990ce47ab5d16f805 product=mask leg=callee \
         caller=+8613800000025 callee=+8613900000026 x=+8617000000002 at=2026-11-21T03:00:04Z \
         user-data={\"order\":\"B-2002\"}",
    );
    check(
        sample("mask-establish"),
        "Xml answered=jiuyun/2/71d5c2e8f3a04b6990ce47ab5d16f805 product=mask leg=callee \
         caller=+8613800000025 callee=+8613900000026 x=+8617000000002 at=2026-11-21T03:00:12Z \
         user-data={\"order\":\"B-2002\"}",
    );
    check(
        sample("mask-hangup"),
        "Xml record=jiuyun/2/71d5c2e8f3a04b6990ce47ab5d16f805 product=mask \
         caller=+8613800000025 callee=+8613900000026 x=+8617000000002 \
         setup=2026-11-21T03:00:04Z answered=2026-11-21T03:00:12Z released=2026-11-21T03:00:45Z talk=33 byeType=0 \
         recording=https://record.example.com/2026/11/21/71d5c2e8f3a04b6990ce47ab5d16f805.mp3 \
         user-data={\"order\":\"B-2002\"}",
    );
    check(
        sample("mask-hangup-busy"),
        "Xml record=jiuyun/2/08ce94f1b6d74e52a3f07c1d92eb5a06 product=mask \
         caller=+8613800000025 callee=+8613900000026 x=+8617000000002 \
         setup=2026-11-21T03:20:04Z released=2026-11-21T03:20:20Z talk=0 byeType=4",
    );
    check(
        sample("mask-income-hangup"),
        "Xml record=jiuyun/2/b1e1604b4d81895e14763a538a0f36d9 product=mask \
         caller=+8613900000026 callee=+8613800000025 x=+8617000000002 \
         setup=2026-11-21T03:45:02Z answered=2026-11-21T03:45:02Z released=2026-11-21T03:45:47Z talk=45 byeType=0 \
         recording=https://record.example.com/2026/11/21/17000000002-20261121114502.mp3",
    );
}

#[test]
fn every_message_has_a_sample_that_holds_its_fields_and_no_others() {
    let mut seen = BTreeSet::new();
    for sample in Jiuyun.samples() {
        let notice = wire::read(sample.body.as_bytes()).expect("well-formed");
        let text = |name| notice.exact(name).expect("every notice has one");
        let message = format!("{}/{}", text("type"), text("action"));
        let documented = || Jiuyun.fields().iter().filter(|field| field.message == message || field.message == "*");
        let names = names(sample.body);
        for field in documented().filter(|field| field.required) {
            assert!(names.contains(field.name), "{} lacks {}", sample.name, field.name);
        }
        for name in names {
            assert!(documented().any(|field| field.name == name), "{message} does not document {name}");
        }
        seen.insert(message);
    }
    let messages = Jiuyun.fields().iter().map(|field| field.message.to_owned()).filter(|message| message != "*");
    assert_eq!(seen, messages.collect());
}

#[test]
fn json_is_read_in_any_wrapping_with_numbers_for_digits() {
    let expected = AXB.replace("Xml", "Json");
    let fields = "\"action\":\"Hangup\",\"type\":22,\"appId\":\"5a0c1f7e9b3d42d6a8e4c0b175f29d31\",\
        \"callId\":\"9b1f0a52c7e84d33a6d0e4f18c25b701\",\"telX\":17000000001,\"caller\":13800000021,\
        \"called\":\" 13900000022 \",\"startTime\":20261121101321,\"endTime\":20261121101339,\"duration\":18,\
        \"byeType\":0,\"userData\":null,\
        \"recordUrl\":\"https://record.example.com/2026/11/21/9b1f0a52c7e84d33a6d0e4f18c25b701.mp3\"";
    check(&format!("{{{fields}}}"), &expected);
    check(&format!("{{\"req\":{{{fields}}}}}"), &expected);
    check(&format!("{{\"req\":{{{fields}}},\"sig\":\"x\"}}"), &expected);
    check(&format!("\u{FEFF} {{\"callback\":{{{fields}}}}}\n"), &expected);
    check(&format!("{{{fields},\"userData\":{{\"order\":7}}}}"), &format!("{expected} user-data={{\"order\":7}}"));
    check(&format!("{{\"duration\":99,{fields}}}"), &expected);
}

#[test]
fn an_id_of_many_digits_needs_no_quotes() {
    check(
        "{\"action\":\"Hangup\",\"type\":22,\"appId\":\"a\",\"callId\":12345678901234567890123456789012}",
        "Json record=jiuyun/22/12345678901234567890123456789012 product=axb talk=0 bad=body",
    );
    check("{\"action\":\"Hangup\",\"type\":22,\"appId\":\"a\",\"callId\":[1]}", "Json bad=callId");
}

#[test]
fn a_number_may_be_written_with_a_fraction() {
    let duration = |text| changed("<duration>18", &format!("<duration>{text}"));
    check(&duration("18.0"), AXB);
    check(&duration("18.7"), AXB);
    let json = "{\"action\":\"Hangup\",\"type\":22.0,\"appId\":\"a\",\"callId\":\"c\",\"duration\":18.0}";
    check(json, "Json record=jiuyun/22/c product=axb talk=18");
}

#[test]
fn unknown_elements_attributes_and_another_root_do_not_matter() {
    check(&changed("<type>", "<extra>1</extra><!-- product --><type unit='-'>"), AXB);
    check(&changed("req>", "callNotify>"), AXB);
}

#[test]
fn times_are_read_as_other_pages_of_the_platform_write_them() {
    check(&changed("<endTime>20261121101339", "<endTime> 2026-11-21 10:13:39 "), AXB);
    check(&changed("<startTime>20261121101321", "<startTime>2026/11/21 10:13:21"), AXB);
    check(&changed("<endTime>20261121101339", "<endTime>20261121 101339"), AXB);
}

#[test]
fn an_unreadable_time_is_kept_as_text_and_flagged() {
    check(
        &changed("<endTime>20261121101339", "<endTime>20261321101339"),
        &axb(&[("2026-11-21T02:13:39Z", "?20261321101339")], " anomalies=[\"unreadable_time\"]"),
    );
    let invite = told(&sample("dedicated-invite-a").replace("20261121103000", "soon"));
    assert!(invite.contains(" at=?soon ") && invite.ends_with(" bad=dateCreated"), "{invite}");
}

#[test]
fn an_end_before_the_start_is_flagged_and_not_refused() {
    check(
        &changed("<endTime>20261121101339", "<endTime>20261121101320"),
        &axb(&[("02:13:39Z", "02:13:20Z")], " anomalies=[\"ends_before_start\", \"duration_mismatch\"]"),
    );
}

#[test]
fn a_duration_may_differ_from_the_times_by_rounding_only() {
    let mismatch = " anomalies=[\"duration_mismatch\"]";
    for (seconds, flagged) in [("15", mismatch), ("16", ""), ("20", ""), ("21", mismatch)] {
        let line = axb(&[("talk=18", &format!("talk={seconds}"))], flagged);
        check(&changed("<duration>18", &format!("<duration>{seconds}")), &line);
    }
}

#[test]
fn without_a_duration_nobody_talked_whatever_start_is_given() {
    let unanswered = |more| {
        axb(&[(" answered=2026-11-21T02:13:21Z", ""), ("talk=18", "talk=0")], " anomalies=[\"duration_mismatch\"]")
            + more
    };
    check(&changed("<duration>18", "<duration>0"), &unanswered(""));
    check(&changed("<duration>18", "<duration>"), &unanswered(""));
    check(&changed("<duration>18", "<duration>-1"), &unanswered(" bad=duration"));
    check(&changed("<duration>18", "<duration>1e3"), &unanswered(" bad=duration"));
}

#[test]
fn a_record_without_its_optional_parts_is_still_a_record() {
    check(
        "<req><action>Hangup</action><type>22</type><appId>a</appId><callId>c</callId></req>",
        "Xml record=jiuyun/22/c product=axb talk=0",
    );
    check(
        "<req><action>CallInvite</action><type>2</type><appId>a</appId><callId>c</callId><userFlag>1</userFlag></req>",
        "Xml dialled=jiuyun/2/c product=mask leg=callee",
    );
}

#[test]
fn only_the_platforms_own_ends_say_who_ended_the_call() {
    for (code, by) in [("0", ""), ("1", ""), ("4", ""), ("5", " by=platform"), ("6", " by=platform"), ("255", "")] {
        let line = told(&sample("axb-hangup").replace("<byeType>0", &format!("<byeType>{code}")));
        assert!(line.contains(&format!(" byeType={code}{by} recording=")), "{line}");
    }
}

#[test]
fn a_code_that_no_table_has_is_kept_and_flagged() {
    check(
        &changed("<byeType>0", "<byeType>200"),
        &axb(&[("byeType=0", "byeType=200")], " anomalies=[\"unknown_code\"]"),
    );
}

#[test]
fn a_recording_needs_an_address_that_can_be_fetched() {
    let address = "https://record.example.com/2026/11/21/9b1f0a52c7e84d33a6d0e4f18c25b701.mp3";
    let none = [(AXB[AXB.find(" recording=").expect("it has one")..].trim_end(), "")];
    check(&changed(address, ""), &axb(&none, ""));
    check(&changed(address, "javascript:alert(1)"), &axb(&none, " bad=recordUrl"));
    check(&changed(address, "HTTP://host/a.mp3?a=1&amp;b=2"), &axb(&[(address, "HTTP://host/a.mp3?a=1&b=2")], ""));
}

#[test]
fn a_value_longer_than_any_real_one_is_cut() {
    let long = "长".repeat(crate::limits::FIELD_MAX);
    let with = |text: &str| changed("</called>", &format!("</called><userData>{text}</userData>"));
    check(&with(&long), &axb(&[], &format!(" user-data={long}")));
    check(&with(&format!("{long}x")), &axb(&[], &format!(" user-data={long} bad=userData")));
    let session = "9b1f0a52c7e84d33a6d0e4f18c25b701";
    let told = told(&changed(session, &"x".repeat(crate::limits::SESSION_MAX + 1)));
    assert!(told.starts_with("Xml record=jiuyun/22/xxx") && told.ends_with(" bad=callId"), "{told}");
}

#[test]
fn an_ampersand_in_an_address_is_part_of_it() {
    let address = "https://record.example.com/2026/11/21/9b1f0a52c7e84d33a6d0e4f18c25b701.mp3";
    let with = format!("{address}?f=a&t=1");
    check(&changed(address, &with), &axb(&[(address, &with)], " bad=recordUrl"));
}

#[test]
fn a_character_that_cannot_be_read_costs_that_character_only() {
    let with = |bytes: &[u8]| {
        let body = changed("</called>", "</called><userData>@</userData>");
        let (before, behind) = body.split_once('@').expect("one");
        [before.as_bytes(), bytes, behind.as_bytes()].concat()
    };
    for (sent, read) in [
        ("订单测".as_bytes(), "订单测 bad=none"),
        (&"订单测试".as_bytes()[..11], "订单测\u{FFFD}"),
        (b"a\x0Bb", "a\u{FFFD}b"),
        (b"a&#0;b", "a\u{FFFD}b"),
        (b"a&nbsp;b", "a&nbsp;b"),
        ("\u{FFFD}".as_bytes(), "\u{FFFD}"),
    ] {
        let line = match read.strip_suffix(" bad=none") {
            Some(read) => axb(&[], &format!(" user-data={read}")),
            None => axb(&[], &format!(" user-data={read} bad=userData")),
        };
        assert_eq!(told::told_bytes(&with(sent)), line, "{sent:?}");
    }
    // In an element that nobody reads it is said as well.
    check(&changed("<type>", "<extra>a\u{B}b</extra><type>"), &axb(&[], " bad=body"));
}

#[test]
fn a_time_of_zeros_is_the_time_of_nothing() {
    for zero in ["0", "00000000000000", "0000-00-00 00:00:00"] {
        check(
            &changed("<startTime>20261121101321", &format!("<startTime>{zero}")),
            &axb(&[(" setup=2026-11-21T02:13:21Z", ""), (" answered=2026-11-21T02:13:21Z", "")], ""),
        );
    }
    for zero in ["19700101080000", "19700101000000", "1970-01-01 00:00:00", "00010101000000"] {
        check(
            &changed("<startTime>20261121101321", &format!("<startTime>{zero}")),
            &axb(
                &[(" setup=2026-11-21T02:13:21Z", ""), (" answered=2026-11-21T02:13:21Z", "")],
                " anomalies=[\"implausible_time\"]",
            ),
        );
    }
}

#[test]
fn a_duration_beyond_counting_still_says_that_they_talked() {
    for duration in ["4294967295", "99999999999", "99999999999999999999999999"] {
        check(
            &changed("<duration>18", &format!("<duration>{duration}")),
            &axb(&[("talk=18", "talk=4294967295")], " anomalies=[\"duration_mismatch\"]"),
        );
    }
}

#[test]
fn a_party_that_is_an_address_is_its_number() {
    let body = sample("axb-hangup");
    let body = body.replace("<caller>13800000021", "<caller>sip:+8613800000021@ims.mnc000.mcc460.3gppnetwork.org");
    check(&body, AXB);
}

#[test]
fn an_undocumented_type_is_read_as_far_as_its_fields_are_known() {
    check(
        &changed("<type>22", "<type>31"),
        &axb(&[("jiuyun/22", "jiuyun/31"), (" product=axb", "")], " unknown=type 31"),
    );
    check(
        "{\"action\":\"CallInvite\",\"type\":31,\"appId\":\"a\",\"callId\":\"c\"}",
        "Json dialled=jiuyun/31/c unknown=type 31",
    );
    check(&changed("<type>22", "<type>../../x"), "Xml bad=type");
}

#[test]
fn type_1_with_a_privacy_number_is_the_product_that_has_one() {
    let line = told(&sample("mask-invite-a").replace("<type>2<", "<type>1<"));
    assert!(
        line.starts_with("Xml dialled=jiuyun/1/71d5c2e8f3a04b6990ce47ab5d16f805 product=mask leg=caller"),
        "{line}"
    );
}

#[test]
fn an_unknown_action_is_kept_for_a_person_without_its_numbers() {
    check(&changed("<action>Hangup", "<action>CallTransfer"), "Xml unknown=CallTransfer");
    check(&changed("<action>Hangup", "<action>hangup"), "Xml unknown=hangup");
    check(&changed("<action>Hangup", "<action>to13800000021"), "Xml unknown=to138****0021");
}

#[test]
fn without_an_identifying_field_nothing_is_recognised() {
    for body in ["42", "null", "[]", "{}", "{\"req\":[]}", "<req/>", "<req>Hangup</req>"] {
        assert!(told(body).ends_with("missing=action"), "{body}");
    }
    for name in ["action", "type", "appId", "callId"] {
        let gone = sample("axb-hangup").replace(&format!("<{name}>"), "<x>").replace(&format!("</{name}>"), "</x>");
        check(&gone, &format!("Xml missing={name}"));
    }
    check(&sample("mask-invite-a").replace("<userFlag>0", "<userFlag>"), "Xml missing=userFlag");
    for name in ["maskNumber", "endTime"] {
        let body = sample("mask-income-hangup");
        check(&body.replace(&format!("{name}>"), "x>"), &format!("Xml missing={name}"));
    }
}

#[test]
fn an_identifying_field_in_the_wrong_case_is_reported_and_not_believed() {
    for (sent, meant) in [("Action", "action"), ("TYPE", "type"), ("appid", "appId"), ("callid", "callId")] {
        let body = sample("axb-hangup").replace(&format!("{meant}>"), &format!("{sent}>"));
        check(&body, &format!("Xml wrong-case={sent}~{meant}"));
    }
    check(&sample("mask-invite-a").replace("userFlag>", "userflag>"), "Xml wrong-case=userflag~userFlag");
    for (sent, meant) in [("Caller", "caller"), ("starttime", "startTime"), ("masknumber", "maskNumber")] {
        let body = sample("mask-income-hangup").replace(&format!("{meant}>"), &format!("{sent}>"));
        check(&body, &format!("Xml wrong-case={sent}~{meant}"));
    }
}

#[test]
fn another_field_in_the_wrong_case_is_used_and_reported() {
    let body = sample("axb-hangup").replace("byeType>", "byetype>");
    check(&body, &format!("{AXB} wrong-case=byetype~byeType"));
    check(&changed("<byeType>", "<BYETYPE>7</BYETYPE><byeType>"), &axb(&[], " wrong-case=BYETYPE~byeType"));
}

fn identity(body: &str) -> crate::domain::Identity {
    match decode(body).items.as_slice() {
        [Item::Event(event)] => event.identity,
        [Item::Record(record)] => record.identity,
        other => panic!("one item, not {other:?}"),
    }
}

#[test]
fn a_notice_sent_again_is_the_same_notice() {
    for sample in Jiuyun.samples().iter().filter(|sample| sample.content_type == "application/xml") {
        let again = sample.body.replace("<dateCreated>2026", "<dateCreated>2027").replace("    <", "<");
        assert_ne!(again, sample.body);
        assert_eq!(identity(&again), identity(sample.body), "{}", sample.name);
    }
}

#[test]
fn notices_that_share_a_call_id_are_told_apart() {
    let bodies = Jiuyun.samples().iter().map(|sample| sample.body.to_owned());
    let other_type = sample("axb-hangup").replace("<type>22", "<type>1");
    let other_app = sample("axb-hangup").replace("5a0c1f7e", "00000000");
    let other_call_back = sample("mask-income-hangup").replace("20261121114547", "20261121114548");
    let bodies: Vec<String> = bodies.chain([other_type, other_app, other_call_back]).collect();
    let identities: HashSet<_> = bodies.iter().map(|body| identity(body)).collect();
    assert_eq!(identities.len(), bodies.len());
}

fn verify(body: &str, app_key: Option<&str>) -> Verdict {
    let secrets = Secrets { app_key, app_secret: None, public_url: None, now: Timestamp::UNIX_EPOCH };
    Jiuyun.verify(&callback(body.as_bytes()), &secrets)
}

#[test]
fn the_app_id_is_compared_where_the_app_has_one() {
    let body = sample("axb-hangup");
    assert_eq!(verify(body, None), Verdict::Unchecked);
    assert_eq!(verify(body, Some(APP)), Verdict::Passed("appId"));
    assert_eq!(verify(sample("axb-hangup-json"), Some(APP)), Verdict::Passed("appId"));
    let other = Verdict::Failed(VerifyError::OtherAppId);
    assert_eq!(verify(body, Some("another")), other);
    assert_eq!(verify(&body.replace("appId>", "appid>"), Some(APP)), other);
    assert_eq!(verify("{}", Some(APP)), other);
    assert_eq!(verify("<req>", Some(APP)), Verdict::Unchecked, "a broken body is answered as broken");
}

#[test]
fn answers_are_written_in_the_notation_of_the_request() {
    let check = |occasion: &Occasion<'_>, status: u16, kind: &str, body: &str| {
        let content_type = format!("application/{kind}; charset=utf-8");
        assert_eq!(Jiuyun.ack(occasion), Ack { status, content_type, body: body.to_owned() });
    };
    check(
        &Occasion::Kept(BodyForm::Xml),
        200,
        "xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Response><statusCode>0000</statusCode>\
         <statusMsg>Success</statusMsg></Response>",
    );
    check(&Occasion::Kept(BodyForm::Json), 200, "json", "{\"statusCode\":\"0000\",\"statusMsg\":\"Success\"}");
    check(
        &Occasion::Unverified,
        401,
        "xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Response><statusCode>900000</statusCode>\
         <statusMsg>Unauthorized</statusMsg></Response>",
    );
    let broken = |body: &str| Jiuyun.decode(&Verified::from_journal(&callback(body.as_bytes()))).expect_err("broken");
    check(
        &Occasion::Unparsable(&broken("<req><a")),
        400,
        "xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Response><statusCode>900098</statusCode>\
         <statusMsg>XML markup that does not end (a `&lt;` without its `&gt;`) at byte 5</statusMsg></Response>",
    );
    check(
        &Occasion::Unparsable(&broken("{\"req\":")),
        400,
        "json",
        "{\"statusCode\":\"900098\",\"statusMsg\":\"JSON that ends too early at byte 7\"}",
    );
    check(
        &Occasion::Unparsable(&broken("action=Hangup")),
        400,
        "xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Response><statusCode>900098</statusCode>\
         <statusMsg>the body is neither JSON nor XML at byte 0</statusMsg></Response>",
    );
}
