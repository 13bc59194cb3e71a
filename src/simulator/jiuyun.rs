//! Writes calls as 玖云 does: flat XML with a single-quoted declaration, or JSON for 云呼AXB.
//!
//! | product | type | pushes |
//! | --- | --- | --- |
//! | 云呼AXB | 22 | `Hangup` |
//! | 专线语音 | 1 | `CallInvite` 0, `CallInvite` 1, `CallEstablish`, `Hangup` |
//! | 专号通 | 2 | the same with `maskNumber`; a call back is one `IncomeHangup` without any id |
//!
//! Times are digits in Beijing time; numbers have no country code; no push is signed.

use super::account::Account;
use super::call::{Call, Scene};
use super::notation::{push_element, push_json_text};
use super::platform::{Platform, PushKind};
use super::push::Sink;
use super::stamp::{self, Millis};

const XML: &str = "application/xml";
const JSON: &str = "application/json";

/// Writes everything that is pushed about a call.
pub(super) fn write(call: &Call, account: &Account, sink: &mut Sink) {
    let notice = Notice { call, account, call_id: call_id(call) };
    match call.scene {
        Scene::CloudAxb => notice.axb_hangup(sink),
        Scene::MaskIncome => notice.income_hangup(sink),
        _ => notice.two_legs(sink),
    }
}

/// 32 hexadecimal digits, as the platform's REST interface returns them.
fn call_id(call: &Call) -> String {
    format!("{:016x}{:016x}", call.bits, call.number ^ (call.times.setup.unsigned_abs() << 20))
}

#[derive(Debug)]
struct Notice<'a> {
    call: &'a Call,
    account: &'a Account,
    call_id: String,
}

impl Notice<'_> {
    fn axb_hangup(&self, sink: &mut Sink) {
        let call = self.call;
        // Two customers in five chose JSON; some of it comes without the wrapping key.
        let mut body = match call.vary(1, 10) {
            0..6 => Fields::xml(),
            6..9 => Fields::json(true),
            _ => Fields::json(false),
        };
        self.head(&mut body, "Hangup", "22");
        body.text("callId", &self.call_id);
        body.text("telX", &call.x);
        body.text("caller", &call.caller);
        body.text("called", &call.callee);
        if call.times.answered.is_some() || call.vary(2, 2) == 0 {
            body.stamp("startTime", call.times.answered);
        }
        self.tail(&mut body);
        self.send(sink, PushKind::Record, call.times.released, body);
    }

    fn income_hangup(&self, sink: &mut Sink) {
        let call = self.call;
        let mut body = Fields::xml();
        self.head(&mut body, "IncomeHangup", "2");
        body.text("maskNumber", &call.x);
        body.text("caller", &call.caller);
        body.text("called", &call.callee);
        body.stamp("startTime", call.times.answered);
        self.tail(&mut body);
        let at = call.sent(call.times.released);
        sink.push(Platform::Jiuyun, PushKind::Record, at, "", body.content_type, body.finish());
    }

    fn two_legs(&self, sink: &mut Sink) {
        let call = self.call;
        if call.fate.dials() {
            self.step(sink, "CallInvite", Some("0"), call.times.setup);
        }
        if let Some(at) = call.times.dialled {
            self.step(sink, "CallInvite", Some("1"), at);
        }
        if let Some(at) = call.times.answered {
            self.step(sink, "CallEstablish", None, at);
        }
        let mut body = self.two_leg_body("Hangup");
        if call.scene == Scene::Dedicated {
            body.text("subType", if call.vary(3, 2) == 0 { "1" } else { "2" });
        }
        body.stamp("startTimeA", call.times.a_answered);
        body.stamp("startTimeB", call.times.answered);
        self.tail(&mut body);
        self.send(sink, PushKind::Record, call.times.released, body);
    }

    fn step(&self, sink: &mut Sink, action: &'static str, user_flag: Option<&str>, at: Millis) {
        let mut body = self.two_leg_body(action);
        if let Some(flag) = user_flag {
            body.text("userFlag", flag);
        }
        if self.call.scene == Scene::Dedicated {
            body.text("subType", "1");
        }
        body.stamp("dateCreated", Some(self.call.sent(at)));
        self.send(sink, PushKind::Event, at, body);
    }

    /// What all notices of 专线语音 and 专号通 begin with.
    fn two_leg_body(&self, action: &str) -> Fields {
        let call = self.call;
        let mut body = Fields::xml();
        self.head(&mut body, action, if call.scene == Scene::Dedicated { "1" } else { "2" });
        body.text("callId", &self.call_id);
        body.text("caller", &call.caller);
        body.text("called", &call.callee);
        if call.scene == Scene::Mask {
            body.text("maskNumber", &call.x);
        }
        match &call.user_data {
            // The documents allow JSON text in it, and some customers do so.
            Some(order) if call.vary(4, 8) == 0 => body.text("userData", &format!("{{\"order\":\"{order}\"}}")),
            Some(order) => body.text("userData", order),
            None if call.vary(4, 2) == 0 => body.text("userData", ""),
            None => {}
        }
        body
    }

    fn head(&self, body: &mut Fields, action: &str, product: &str) {
        body.text("action", action);
        body.text("type", product);
        body.text("appId", &self.account.key);
    }

    /// What all hang-up notices end with.
    fn tail(&self, body: &mut Fields) {
        let call = self.call;
        let bye_type = call.fate.bye_type(call.first_leg_failed(), call.vary(5, 300) == 0);
        body.stamp("endTime", Some(call.times.released));
        body.text("duration", &call.talk_seconds().to_string());
        body.text("byeType", &bye_type.to_string());
        body.stamp("dateCreated", Some(call.sent(call.times.released)));
        let recorded = call.recorded && call.times.answered.is_some();
        let url = if recorded {
            let mut digits = Vec::new();
            stamp::push_beijing_digits(&mut digits, call.times.released);
            let day = String::from_utf8_lossy(&digits[..8]).into_owned();
            format!("http://record.33e9cloud.com/{day}/{}.mp3", self.call_id)
        } else {
            String::new()
        };
        body.text("recordUrl", &url);
    }

    fn send(&self, sink: &mut Sink, kind: PushKind, at: Millis, body: Fields) {
        let at = self.call.sent(at);
        sink.push(Platform::Jiuyun, kind, at, &self.call_id, body.content_type, body.finish());
    }
}

/// The fields of one notice in either notation.
#[derive(Debug)]
struct Fields {
    buf: Vec<u8>,
    content_type: &'static str,
    close: &'static [u8],
    empty: bool,
}

impl Fields {
    fn xml() -> Self {
        let mut buf = Vec::with_capacity(700);
        buf.extend_from_slice(b"<?xml version='1.0'?><req>");
        Self { buf, content_type: XML, close: b"</req>", empty: true }
    }

    fn json(wrapped: bool) -> Self {
        let mut buf = Vec::with_capacity(600);
        buf.extend_from_slice(if wrapped { b"{\"req\":{" } else { b"{" });
        Self { buf, content_type: JSON, close: if wrapped { b"}}" } else { b"}" }, empty: true }
    }

    fn text(&mut self, name: &str, value: &str) {
        if self.content_type == XML {
            push_element(&mut self.buf, name, value.as_bytes());
            return;
        }
        if !std::mem::take(&mut self.empty) {
            self.buf.push(b',');
        }
        push_json_text(&mut self.buf, name);
        self.buf.push(b':');
        push_json_text(&mut self.buf, value);
    }

    /// `20261121101321`, or empty.
    fn stamp(&mut self, name: &str, at: Option<Millis>) {
        let mut digits = Vec::with_capacity(14);
        if let Some(at) = at {
            stamp::push_beijing_digits(&mut digits, at);
        }
        self.text(name, &String::from_utf8_lossy(&digits));
    }

    fn finish(mut self) -> Vec<u8> {
        self.buf.extend_from_slice(self.close);
        self.buf
    }
}
