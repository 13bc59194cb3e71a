//! One body of every kind the platform sends, with made-up numbers.
//!
//! Tests decode them, the help pages print them. The manual shows JSON nowhere; the two shapes
//! here are the platform's own way of wrapping on its REST side, and the same without it.

use crate::domain::Text;
use crate::platforms::Sample;

macro_rules! sample {
    ($name:literal, $content_type:ident, $file:literal, $zh:literal, $en:literal) => {
        Sample {
            name: $name,
            title: Text::new($zh, $en),
            content_type: $content_type,
            body: include_str!(concat!("fixtures/", $file)),
        }
    };
}

const XML: &str = "application/xml";
const JSON: &str = "application/json";

pub(super) const SAMPLES: &[Sample] = &[
    sample!("axb-hangup", XML, "axb-hangup.xml", "云呼AXB：挂机话单", "AXB: hang-up with its record"),
    sample!("axb-hangup-json", JSON, "axb-hangup.json", "云呼AXB：挂机话单（JSON）", "AXB: hang-up, JSON"),
    sample!(
        "axb-hangup-flat",
        JSON,
        "axb-hangup-flat.json",
        "云呼AXB：未接通（无外层 JSON）",
        "AXB: unanswered, bare JSON"
    ),
    sample!("dedicated-invite-a", XML, "dedicated-invite-a.xml", "专线语音：呼叫主叫", "Dedicated line: A is dialled"),
    sample!("dedicated-invite-b", XML, "dedicated-invite-b.xml", "专线语音：呼叫被叫", "Dedicated line: B is dialled"),
    sample!("dedicated-establish", XML, "dedicated-establish.xml", "专线语音：被叫应答", "Dedicated line: B answered"),
    sample!(
        "dedicated-hangup",
        XML,
        "dedicated-hangup.xml",
        "专线语音：挂机话单",
        "Dedicated line: hang-up with its record"
    ),
    sample!("mask-invite-a", XML, "mask-invite-a.xml", "专号通：呼叫主叫", "Privacy number: A is dialled"),
    sample!("mask-invite-b", XML, "mask-invite-b.xml", "专号通：呼叫被叫", "Privacy number: B is dialled"),
    sample!("mask-establish", XML, "mask-establish.xml", "专号通：被叫应答", "Privacy number: B answered"),
    sample!("mask-hangup", XML, "mask-hangup.xml", "专号通：挂机话单", "Privacy number: hang-up with its record"),
    sample!("mask-hangup-busy", XML, "mask-hangup-busy.xml", "专号通：被叫忙的挂机话单", "Privacy number: B was busy"),
    sample!(
        "mask-income-hangup",
        XML,
        "mask-income-hangup.xml",
        "专号通：回拨话单",
        "Privacy number: record of a call back"
    ),
];
