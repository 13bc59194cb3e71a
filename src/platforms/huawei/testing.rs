//! What the tests of both products use: a push, and what was read of it as text.
//!
//! [`render`] writes one line an item with every fact that is there, so that an expectation in
//! a test is complete: a field that should be empty and is not changes the line.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;

use crate::domain::{
    AppId, CallEvent, CallRecord, Callback, CauseCode, Direction, NumberStatus, Party, PhoneNumber, Product, Question,
    QuestionKind, RecordingRef, SmsEvent, SmsMode, Stamp,
};
use crate::platforms::{Decoded, Item, Provider, Suspicion, Verified};

/// The instant at which every push of the tests arrives.
pub(in crate::platforms) fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("a timestamp")
}

pub(in crate::platforms) fn push(provider: &dyn Provider, body: &str) -> Callback {
    Callback {
        app: AppId(1),
        provider: provider.id(),
        received_at: now(),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        tail: String::new(),
        target: "/callbacks/0123456789abcdef".to_owned(),
        hosts: Vec::new(),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

pub(in crate::platforms) fn decode(provider: &dyn Provider, body: &str) -> Decoded {
    provider.decode(&Verified::from_journal(&push(provider, body))).expect("a well-formed body")
}

/// Compares what is read of a sample with an expectation, see [`check`].
#[track_caller]
pub(in crate::platforms) fn check_sample(provider: &dyn Provider, name: &str, expected: &str) {
    let sample = provider.samples().iter().find(|sample| sample.name == name).expect("a sample of this name");
    check(provider, sample.body, expected);
}

/// Compares what is read of a body with an expectation: `* ` before every item, its facts
/// behind it, line breaks and indentation as one likes.
#[track_caller]
pub(in crate::platforms) fn check(provider: &dyn Provider, body: &str, expected: &str) {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let rendered = render(&decode(provider, body));
    assert_eq!(words(&rendered), words(expected), "\n{rendered}");
}

/// One line an item, then the question, then the suspicions.
pub(in crate::platforms) fn render(decoded: &Decoded) -> String {
    let mut text = String::new();
    for item in &decoded.items {
        let mut line = Line::default();
        match item {
            Item::Event(event) => line.event(event),
            Item::Record(record) => line.record(record),
            Item::Sms(sms) => line.sms(sms),
            Item::Number(number) => line.status(number),
        }
        writeln!(text, "* {}", line.0).expect("writing to a string");
    }
    if let Some(question) = &decoded.question {
        let mut line = Line::default();
        line.question(question);
        writeln!(text, "* {}", line.0).expect("writing to a string");
    }
    for suspicion in &decoded.suspicions {
        let line = match suspicion {
            Suspicion::WrongCase { found, meant } => format!("* odd: {found} is {meant}"),
            Suspicion::Missing(name) => format!("* odd: no {name}"),
            Suspicion::UnknownEvent(name) => format!("* odd: unknown {name}"),
            Suspicion::BadValue(name) => format!("* odd: bad {name}"),
            Suspicion::OtherApplication(_) => panic!("decoding does not know the app"),
        };
        writeln!(text, "{line}").expect("writing to a string");
    }
    text
}

#[derive(Default)]
struct Line(String);

impl Line {
    fn event(&mut self, event: &CallEvent) {
        self.word(event.kind.name());
        self.fact("session", Some(event.key.session.reveal()));
        self.stamp("at", event.at.as_ref());
        self.fact("product", event.product.map(Product::name));
        self.fact("leg", event.leg.map(Party::name));
        self.number("dialled", event.dialled.as_ref());
        self.number("caller", event.caller.as_ref());
        self.number("callee", event.callee.as_ref());
        self.number("x", event.x.as_ref());
        self.fact("digits", event.digits.as_deref());
        self.causes(&event.causes);
        self.fact("by", event.by.map(Party::name));
        self.fact("user_data", event.user_data.as_deref());
        self.fact("binding", event.binding_id.as_deref());
    }

    fn record(&mut self, record: &CallRecord) {
        self.word("record");
        self.fact("session", Some(record.key.session.reveal()));
        self.fact("product", record.product.map(Product::name));
        self.number("caller", record.caller.as_ref());
        self.number("callee", record.callee.as_ref());
        self.number("x", record.x.as_ref());
        self.number("y", record.y.as_ref());
        self.fact("extension", record.extension.as_deref());
        self.fact("direction", record.direction.map(Direction::name));
        self.stamp("setup", record.setup_at.as_ref());
        self.stamp("alerting", record.alerting_at.as_ref());
        self.stamp("answered", record.answered_at.as_ref());
        self.stamp("released", record.released_at.as_ref());
        self.fact("talk", Some(&record.talk_seconds.to_string()));
        self.causes(&record.causes);
        self.fact("by", record.by.map(Party::name));
        if let Some(recording) = &record.recording {
            self.recording(recording);
        }
        self.fact("user_data", record.user_data.as_deref());
        self.fact("binding", record.binding_id.as_deref());
        for anomaly in &record.anomalies {
            self.word(anomaly.name());
        }
    }

    fn recording(&mut self, recording: &RecordingRef) {
        self.word("recording(");
        self.fact("url", recording.url.as_deref());
        self.fact("object", recording.object.as_deref());
        self.fact("domain", recording.domain.as_deref());
        self.fact("bucket", recording.bucket.as_deref());
        self.stamp("started", recording.started_at.as_ref());
        self.word(")");
    }

    fn sms(&mut self, sms: &SmsEvent) {
        self.word(match sms.mode {
            SmsMode::Notify => "sms-notify",
            SmsMode::Block => "sms-block",
        });
        self.fact("id", Some(&sms.sms_id));
        self.number("from", sms.from.as_ref());
        self.number("to", sms.to.as_ref());
        self.number("x", sms.x.as_ref());
        self.stamp("at", sms.at.as_ref());
        self.fact("kind", sms.kind.as_deref());
        self.fact("parts", sms.parts.map(|parts| parts.to_string()).as_deref());
        self.fact("result", sms.result.as_deref());
        self.fact("content", sms.content.as_deref());
        self.fact("binding", sms.binding_id.as_deref());
    }

    fn status(&mut self, status: &NumberStatus) {
        self.word("number");
        self.number("number", Some(&status.number));
        self.fact("state", Some(status.state.name()));
        self.fact("cause", status.cause.as_deref());
    }

    fn question(&mut self, question: &Question) {
        let content = match &question.kind {
            QuestionKind::Call { session } => {
                self.word("call?");
                self.fact("session", Some(session.reveal()));
                None
            }
            QuestionKind::Sms { content } => {
                self.word("sms?");
                content.as_deref()
            }
        };
        self.fact("id", Some(&question.id));
        self.number("x", question.x.as_ref());
        self.number("from", question.from.as_ref());
        self.fact("content", content);
    }

    fn causes(&mut self, causes: &[CauseCode]) {
        for cause in causes {
            self.fact(&cause.table, Some(&cause.code));
        }
    }

    fn number(&mut self, name: &str, number: Option<&PhoneNumber>) {
        self.fact(name, number.map(PhoneNumber::reveal));
    }

    fn stamp(&mut self, name: &str, stamp: Option<&Stamp>) {
        let Some(stamp) = stamp else { return };
        match stamp.at {
            Some(at) => self.fact(name, Some(&at.to_string())),
            None => self.fact(name, Some(&format!("!{}", stamp.text))),
        }
    }

    fn fact(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.word(&format!("{name}={value}"));
        }
    }

    fn word(&mut self, word: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(word);
    }
}
