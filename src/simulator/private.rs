//! Writes calls as 隐私保护通话 does: AX, AXB, AXE, AXYB and X.
//!
//! ```text
//! callin, (collectInfo), callout, alerting, answer, disconnect, fee
//!   └ in X mode a question: what follows is written once the answer is there
//! ```
//!
//! In AX and AXE the events name X as the caller of the outgoing leg, in AXB the real parties;
//! the record, written in `private_record`, names the real ones always.

use super::account::{Account, JSON_UTF8};
use super::call::{Call, Scene};
use super::fate::Fate;
use super::json::Object;
use super::platform::{Platform, PushKind};
use super::push::{Decided, Expectation, FeeRecord, Next, Sink};
use super::session;
use super::stamp::Millis;

pub(super) fn write(call: &Call, account: &Account, sink: &mut Sink) {
    let notice = Notice::new(call, account);
    notice.callin(sink);
    if call.scene == Scene::X {
        if let Some(question) = sink.pushes.last_mut() {
            question.kind = PushKind::CallQuestion;
            question.expects = Expectation::CallDecision;
            question.next = Some(Box::new(Next::Call(call.clone(), account.clone())));
        }
        return;
    }
    notice.rest(sink, account);
}

/// Writes what follows the answer to an X-mode question.
pub(super) fn write_decided(call: &Call, account: &Account, decided: &Decided, sink: &mut Sink) {
    // The session belongs to the question: later changes to the call do not touch it.
    let session = session::private(call, account);
    let mut call = call.clone();
    let mut code = call.fate.private_code(8014);
    match decided {
        Decided::Connect { callee, record, user_data } => {
            call.callee.clone_from(callee);
            call.recorded = *record;
            call.user_data.clone_from(user_data);
        }
        Decided::Close { user_data } => {
            call.user_data.clone_from(user_data);
            call.fate = Fate::FrequencyControl;
            call.recorded = false;
            let released = call.times.setup + 600 + call.vary(41, 4_000) as Millis;
            call.times.answered = None;
            call.times.alerting = None;
            call.times.dialled = None;
            call.times.released = released;
            code = (8017, "The call is released as instructed by the application.");
        }
        Decided::Forward { .. } | Decided::Discard => return,
    }
    Notice { session, code, ..Notice::new(&call, account) }.rest(sink, account);
}

#[derive(Debug)]
pub(super) struct Notice<'a> {
    pub call: &'a Call,
    pub session: String,
    /// The binding's id; none in X mode and where nobody is bound.
    pub binding: Option<String>,
    /// `stateCode` and `stateDesc`.
    pub code: (u64, &'static str),
    /// The extension of AXE.
    pub extension: String,
}

impl<'a> Notice<'a> {
    fn new(call: &'a Call, account: &Account) -> Self {
        let bound = call.scene != Scene::X && call.fate != Fate::NotBound;
        // One binding belongs to one X and, in AXB, to one pair.
        let pair = if call.scene == Scene::Axb { call.vary(42, u64::MAX) } else { 0 };
        let unbound = match call.scene {
            Scene::Ax => 8018,
            Scene::AxOut | Scene::AxeOut => 8019,
            Scene::Axe => 8022,
            Scene::Axyb => 8030,
            _ => 8014,
        };
        Self {
            call,
            session: session::private(call, account),
            binding: bound.then(|| format!("{}{:08x}", &call.x[call.x.len().min(3)..], pair & 0xffff_ffff)),
            code: call.fate.private_code(unbound),
            extension: format!("{:04}", call.vary(43, 9_999) + 1),
        }
    }

    fn callin(&self, sink: &mut Sink) {
        let call = self.call;
        let dialled = if call.scene == Scene::Axyb { &call.y } else { &call.x };
        let names_binding = !matches!(call.scene, Scene::Axe | Scene::AxeOut | Scene::X);
        self.event(sink, "callin", call.times.setup, |info| {
            info.text("caller", &call.caller);
            info.text("called", dialled);
            if call.scene == Scene::X {
                info.text("notifyMode", "Block");
                return;
            }
            if names_binding {
                info.text("subscriptionId", self.binding.as_deref().unwrap_or_default());
            }
            info.text_if("userData", call.user_data.as_deref());
        });
    }

    /// Everything after `callin`.
    fn rest(&self, sink: &mut Sink, account: &Account) {
        let call = self.call;
        if let Some(at) = call.times.digits {
            self.event(sink, "collectInfo", at, |info| info.text("digitInfo", &self.extension));
        }
        let reached = [call.times.dialled, call.times.alerting, call.times.answered];
        for (event, at) in ["callout", "alerting", "answer"].into_iter().zip(reached) {
            let Some(at) = at else { break };
            self.event(sink, event, at, |info| {
                self.parties(info);
                self.references(info);
            });
        }
        self.event(sink, "disconnect", call.times.released, |info| {
            self.parties(info);
            info.number("stateCode", self.code.0);
            info.text("stateDesc", self.code.1);
            self.references(info);
        });
        let record = FeeRecord {
            session: self.session.clone(),
            released: call.times.released,
            fee: super::private_record::write(self, account),
        };
        sink.records.push(record);
    }

    fn parties(&self, info: &mut Object) {
        let call = self.call;
        let (caller, called) = match call.scene {
            // As long as nobody was dialled there is only the incoming leg.
            _ if call.times.dialled.is_none() => (&call.caller, &call.x),
            Scene::Axb => (&call.caller, &call.callee),
            _ => (&call.x, &call.callee),
        };
        info.text("caller", caller);
        info.text("called", called);
    }

    fn references(&self, info: &mut Object) {
        if self.call.scene != Scene::X {
            info.text("subscriptionId", self.binding.as_deref().unwrap_or_default());
        }
        info.text_if("userData", self.call.user_data.as_deref());
    }

    fn event(&self, sink: &mut Sink, event: &str, at: Millis, more: impl FnOnce(&mut Object)) {
        let mut info = Object::new(self.call.blanks);
        info.utc("timestamp", at);
        info.text("sessionId", &self.session);
        more(&mut info);
        let mut push = Object::new(self.call.blanks);
        push.text("eventType", event);
        push.object("statusInfo", info);
        sink.push(Platform::HuaweiPrivate, PushKind::Event, self.call.sent(at), &self.session, JSON_UTF8, push.bytes());
    }
}
