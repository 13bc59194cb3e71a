//! Text messages through a privacy number, and changes of a number's state.
//!
//! AX and AXB tell (`Notify`), X asks (`Block`) and tells once the message was passed on; the
//! question and the notice share an `smsIdentifier`. Samples write the event as `TextSMS` and
//! as `Text SMS ` with a trailing blank, and `extParas` as an array or an object; so do we.

use fastrand::Rng;

use super::account::{Account, JSON_UTF8};
use super::notation::Object;
use super::people::{World, global, mix};
use super::platform::{Platform, PushKind};
use super::push::{Decided, Expectation, Next, Sink};
use super::stamp::{self, Millis};

/// One message on its way.
#[derive(Debug, Clone)]
pub(super) struct Message {
    id: String,
    at: Millis,
    from: String,
    to: String,
    x: String,
    asks: bool,
    bits: u64,
}

impl Message {
    pub(super) fn draw(number: u64, at: Millis, world: &World, account: &Account, rng: &mut Rng) -> Self {
        let index = world.x_index(rng);
        let bits = rng.u64(..);
        Self {
            id: format!("{:016x}{:08x}{number:08x}", mix(bits ^ account.host), (at / 1000) & 0xffff_ffff),
            at,
            from: global(world.party(rng)),
            to: global(world.owner(index)),
            x: global(world.x_number(index)),
            asks: bits % 5 < 2,
            bits,
        }
    }

    /// The same message, where the platform asks what to do with it.
    pub(super) fn asking(self) -> Self {
        Self { asks: true, ..self }
    }

    /// Two messages in three are passed on.
    pub(super) fn assumed(&self) -> Decided {
        if mix(self.bits).is_multiple_of(3) { Decided::Discard } else { Decided::Forward { to: self.to.clone() } }
    }
}

/// Writes a message's first push: the question in X mode, else the notice.
pub(super) fn write(message: &Message, account: &Account, sink: &mut Sink) {
    if !message.asks {
        write_notice(message, account, None, sink);
        return;
    }
    let body = body(message, account, "Block", |_| {});
    sink.push(Platform::HuaweiPrivate, PushKind::SmsQuestion, message.at + 150, &message.id, JSON_UTF8, body);
    if let Some(question) = sink.pushes.last_mut() {
        question.expects = Expectation::SmsDecision;
        question.next = Some(Box::new(Next::Sms(message.clone(), account.clone())));
    }
}

/// Writes the notice that a message was passed on, to `to` where a decision said so.
pub(super) fn write_notice(message: &Message, account: &Account, to: Option<&str>, sink: &mut Sink) {
    let body = body(message, account, "Notify", |event| {
        event.text("called", to.unwrap_or(&message.to));
        if !message.asks {
            event.text("subscriptionId", &format!("{:032x}", u128::from(mix(message.bits)) << 32));
        }
        event.number("sendResult", 2);
    });
    sink.push(Platform::HuaweiPrivate, PushKind::SmsNotice, message.at + 1_900, &message.id, JSON_UTF8, body);
}

fn body(message: &Message, account: &Account, mode: &str, more: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut body = Vec::with_capacity(500);
    let mut push = Object::new(&mut body, 1);
    push.text("appKey", &account.key);
    push.raw("smsEvent", |buf| {
        let mut event = Object::new(buf, 1);
        event.text("smsIdentifier", &message.id);
        event.text("notificationMode", mode);
        event.text("calling", &message.from);
        event.text("virtualNumber", &message.x);
        event.text("event", if message.bits & 256 == 0 { "TextSMS" } else { "Text SMS " });
        event.plain("timeStamp", |buf| stamp::push_iso_ms(buf, message.at));
        more(&mut event);
        event.raw("extInfo", |buf| {
            let parts = if message.bits & 512 == 0 { "0" } else { "2" };
            let paras = if message.bits & 1024 == 0 {
                format!(r#"[{{"key":"splitNum","value":"{parts}"}},{{"key":"direction","value":"1"}}]"#)
            } else {
                format!(r#"{{"splitNum":"{parts}","direction":"1"}}"#)
            };
            buf.extend_from_slice(format!("{{\"extParas\":{paras}}}").as_bytes());
        });
        event.end();
    });
    push.end();
    body
}

/// Writes a `numStatus`: a few numbers stop working, or work again.
pub(super) fn write_number_status(at: Millis, world: &World, rng: &mut Rng, sink: &mut Sink) {
    let states = [("9", None), ("10", Some("2")), ("10", Some("3")), ("11", None), ("5", None)];
    let mut body = Vec::with_capacity(160);
    let mut push = Object::new(&mut body, 1);
    push.text("eventType", "numStatus");
    push.raw("numInfo", |buf| {
        buf.push(b'[');
        for n in 0..rng.u32(1..4) {
            if n > 0 {
                buf.push(b',');
            }
            let (status, cause) = states[rng.usize(0..states.len())];
            let mut info = Object::new(buf, 1);
            info.text("number", &global(world.x_number(world.x_index(rng))));
            info.text("status", status);
            info.text_if("cause", cause);
            info.end();
        }
        buf.push(b']');
    });
    push.end();
    sink.push(Platform::HuaweiPrivate, PushKind::NumberStatus, at, "", JSON_UTF8, body);
}
