//! Text messages through a privacy number, and changes of a number's state.
//!
//! AX and AXB tell (`Notify`), X asks (`Block`) and tells once the message was passed on; the
//! question and the notice share an `smsIdentifier`. Samples write the event as `TextSMS` and
//! as `Text SMS ` with a trailing blank, and `extParas` as an array or an object; so do we.

use fastrand::Rng;

use super::account::{Account, JSON_UTF8};
use super::json::Object;
use super::people::{World, global, mix};
use super::platform::{Platform, PushKind};
use super::push::{Decided, Expectation, Next, Sink};
use super::stamp::{self, Millis};

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

pub(super) fn write_notice(message: &Message, account: &Account, to: Option<&str>, sink: &mut Sink) {
    let body = body(message, account, "Notify", |event| {
        event.text("called", to.unwrap_or(&message.to));
        if !message.asks {
            event.text("subscriptionId", format!("{:032x}", u128::from(mix(message.bits)) << 32));
        }
        event.number("sendResult", 2);
    });
    sink.push(Platform::HuaweiPrivate, PushKind::SmsNotice, message.at + 1_900, &message.id, JSON_UTF8, body);
}

fn body(message: &Message, account: &Account, mode: &str, more: impl FnOnce(&mut Object)) -> Vec<u8> {
    let mut event = Object::new(1);
    event.text("smsIdentifier", &message.id);
    event.text("notificationMode", mode);
    event.text("calling", &message.from);
    event.text("virtualNumber", &message.x);
    event.text("event", if message.bits & 256 == 0 { "TextSMS" } else { "Text SMS " });
    event.text("timeStamp", stamp::iso_ms(message.at));
    more(&mut event);
    let parts = if message.bits & 512 == 0 { "0" } else { "2" };
    let mut info = Object::new(1);
    if message.bits & 1024 == 0 {
        let pair = |key: &str, value: &str| {
            let mut pair = Object::new(1);
            pair.text("key", key);
            pair.text("value", value);
            pair
        };
        info.list("extParas", vec![pair("splitNum", parts), pair("direction", "1")]);
    } else {
        let mut paras = Object::new(1);
        paras.text("splitNum", parts);
        paras.text("direction", "1");
        info.object("extParas", paras);
    }
    event.object("extInfo", info);
    let mut push = Object::new(1);
    push.text("appKey", &account.key);
    push.object("smsEvent", event);
    push.bytes()
}

pub(super) fn write_number_status(at: Millis, world: &World, rng: &mut Rng, sink: &mut Sink) {
    let states = [("9", None), ("10", Some("2")), ("10", Some("3")), ("11", None), ("5", None)];
    let numbers = (0..rng.u32(1..4)).map(|_| {
        let (status, cause) = states[rng.usize(0..states.len())];
        (global(world.x_number(world.x_index(rng))), status, cause)
    });
    let body = number_status(numbers);
    sink.push(Platform::HuaweiPrivate, PushKind::NumberStatus, at, "", JSON_UTF8, body);
}

/// The body of a `numStatus`: each number with its status and its cause.
pub(super) fn number_status<'a>(numbers: impl Iterator<Item = (String, &'a str, Option<&'a str>)>) -> Vec<u8> {
    let info = numbers.map(|(number, status, cause)| {
        let mut info = Object::new(1);
        info.text("number", number);
        info.text("status", status);
        info.text_if("cause", cause);
        info
    });
    let mut push = Object::new(1);
    push.text("eventType", "numStatus");
    push.list("numInfo", info.collect());
    push.bytes()
}
