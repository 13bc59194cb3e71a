//! Writes calls as 玖云 does: flat XML with a single-quoted declaration, or JSON for 云呼AXB.
//!
//! | product | type | pushes |
//! | --- | --- | --- |
//! | 云呼AXB | 22 | `Hangup` |
//! | 专线语音 | 1 | `CallInvite` 0, `CallInvite` 1, `CallEstablish`, `Hangup` |
//! | 专号通 | 2 | the same with `maskNumber`; a call back is one `IncomeHangup` without any id |
//!
//! Times are digits in Beijing time; numbers have no country code; no push is signed.

use std::io;

use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesPI, BytesText, Event};

use super::account::Account;
use super::call::{Call, Scene};
use super::json::Object;
use super::platform::{Platform, PushKind};
use super::push::Sink;
use super::stamp::{self, Millis};

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
        let mut body = Fields::new(match call.vary(1, 10) {
            0..6 => Encoding::Xml,
            6..9 => Encoding::Json,
            _ => Encoding::BareJson,
        });
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
        let mut body = Fields::new(Encoding::Xml);
        self.head(&mut body, "IncomeHangup", "2");
        body.text("maskNumber", &call.x);
        body.text("caller", &call.caller);
        body.text("called", &call.callee);
        body.stamp("startTime", call.times.answered);
        self.tail(&mut body);
        let at = call.sent(call.times.released);
        let (content_type, body) = body.written();
        sink.push(Platform::Jiuyun, PushKind::Record, at, "", content_type, body);
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

    fn two_leg_body(&self, action: &str) -> Fields {
        let call = self.call;
        let mut body = Fields::new(Encoding::Xml);
        self.head(&mut body, action, if call.scene == Scene::Dedicated { "1" } else { "2" });
        body.text("callId", &self.call_id);
        body.text("caller", &call.caller);
        body.text("called", &call.callee);
        if call.scene == Scene::Mask {
            body.text("maskNumber", &call.x);
        }
        match &call.user_data {
            // The documents allow JSON text in it, and some customers do so.
            Some(order) if call.vary(4, 8) == 0 => body.text("userData", format!("{{\"order\":\"{order}\"}}")),
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
        body.text("duration", call.talk_seconds().to_string());
        body.text("byeType", bye_type.to_string());
        body.stamp("dateCreated", Some(call.sent(call.times.released)));
        let recorded = call.recorded && call.times.answered.is_some();
        let url = if recorded {
            let released = stamp::beijing_digits(call.times.released);
            format!("http://record.33e9cloud.com/{}/{}.mp3", &released[..8], self.call_id)
        } else {
            String::new()
        };
        body.text("recordUrl", url);
    }

    fn send(&self, sink: &mut Sink, kind: PushKind, at: Millis, body: Fields) {
        let at = self.call.sent(at);
        let (content_type, body) = body.written();
        sink.push(Platform::Jiuyun, kind, at, &self.call_id, content_type, body);
    }
}

/// The fields of one notice, and how they are written.
#[derive(Debug)]
struct Fields {
    fields: Vec<(&'static str, String)>,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Xml,
    Json,
    /// Without the wrapping key.
    BareJson,
}

impl Fields {
    fn new(encoding: Encoding) -> Self {
        Self { fields: Vec::with_capacity(16), encoding }
    }

    fn text(&mut self, name: &'static str, value: impl Into<String>) {
        self.fields.push((name, value.into()));
    }

    /// `20261121101321`, or empty.
    fn stamp(&mut self, name: &'static str, at: Option<Millis>) {
        self.text(name, at.map(stamp::beijing_digits).unwrap_or_default());
    }

    fn written(self) -> (&'static str, Vec<u8>) {
        if matches!(self.encoding, Encoding::Xml) {
            return ("application/xml", self.xml().expect("memory takes every write"));
        }
        let mut body = Object::new(1);
        self.fields.into_iter().for_each(|(name, value)| body.text(name, value));
        if matches!(self.encoding, Encoding::Json) {
            let mut wrapped = Object::new(1);
            wrapped.object("req", body);
            body = wrapped;
        }
        ("application/json", body.bytes())
    }

    fn xml(&self) -> io::Result<Vec<u8>> {
        let mut xml = Writer::new(Vec::with_capacity(700));
        // The declaration as the platform quotes it.
        xml.write_event(Event::PI(BytesPI::new("xml version='1.0'")))?;
        xml.create_element("req").write_inner_content(|req| {
            for (name, value) in &self.fields {
                let text = BytesText::from_escaped(partial_escape(value.as_str()));
                req.create_element(*name).write_text_content(text)?;
            }
            Ok(())
        })?;
        Ok(xml.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_break_out_of_its_element() {
        let mut fields = Fields::new(Encoding::Xml);
        fields.text("userData", r#"{"a":"<&>"}"#);
        fields.text("recordUrl", "");
        let (_, xml) = fields.written();
        assert_eq!(
            String::from_utf8(xml).unwrap(),
            r#"<?xml version='1.0'?><req><userData>{"a":"&lt;&amp;&gt;"}</userData><recordUrl></recordUrl></req>"#
        );
    }
}
