//! Writes calls as 语音通话 does: status events one by one, and a record for every call.
//!
//! ```text
//! callback  callout A, alerting A, answer A, callout B, alerting B, answer B, disconnect, fee
//! notify    callout, alerting, answer, (collectInfo), disconnect, fee
//! verify    callout, alerting, answer, disconnect, fee
//! ```
//!
//! Times are UTC. A call that fails early skips to disconnect.

use super::account::{Account, JSON_UTF8};
use super::call::{Call, Scene};
use super::json::Object;
use super::platform::{Platform, PushKind};
use super::push::{FeeRecord, Sink};
use super::stamp::Millis;
use super::{recording, session};

pub(super) fn write(call: &Call, account: &Account, sink: &mut Sink) {
    let notice = Notice { call, session: session::voice(call, account) };
    if call.scene.is_announcement() {
        notice.leg(sink, &call.callee, [call.times.dialled, call.times.alerting, call.times.answered]);
        if call.scene == Scene::Notify {
            notice.digits(sink);
        }
    } else {
        let setup = call.fate.dials().then_some(call.times.setup);
        notice.leg(sink, &call.caller, [setup, call.times.a_alerting, call.times.a_answered]);
        notice.leg(sink, &call.callee, [call.times.dialled, call.times.alerting, call.times.answered]);
    }
    notice.disconnect(sink);
    sink.records.push(FeeRecord {
        session: notice.session.clone(),
        released: call.times.released,
        fee: notice.fee(account),
    });
}

#[derive(Debug)]
struct Notice<'a> {
    call: &'a Call,
    session: String,
}

impl Notice<'_> {
    /// The events of one dialled leg, as far as it got.
    fn leg(&self, sink: &mut Sink, called: &str, reached: [Option<Millis>; 3]) {
        for (event, at) in ["callout", "alerting", "answer"].into_iter().zip(reached) {
            let Some(at) = at else { return };
            self.event(sink, event, at, |info| {
                info.text("caller", &self.call.x);
                info.text("called", called);
            });
        }
    }

    fn digits(&self, sink: &mut Sink) {
        if let Some(at) = self.call.times.digits {
            let digit = self.call.vary(31, 3) + 1;
            self.event(sink, "collectInfo", at, |info| info.text("digitInfo", digit.to_string()));
        }
    }

    fn disconnect(&self, sink: &mut Sink) {
        let call = self.call;
        // For notify and verify the called number is the user's; for a callback we take A too.
        let called = if call.scene.is_announcement() { &call.callee } else { &call.caller };
        let (code, text) = call.fate.voice_code();
        self.event(sink, "disconnect", call.times.released, |info| {
            info.text("caller", &call.x);
            info.text("called", called);
            if call.scene == Scene::Callback && call.times.answered.is_some() && call.vary(32, 2) == 0 {
                info.text("partyType", if call.vary(33, 3) == 0 { "callee" } else { "caller" });
            }
            info.number("stateCode", code);
            info.text("stateDesc", text);
        });
    }

    fn event(&self, sink: &mut Sink, event: &str, at: Millis, more: impl FnOnce(&mut Object)) {
        let mut info = Object::new(self.call.blanks);
        info.utc("timestamp", at);
        info.text_if("userData", self.call.user_data.as_deref());
        info.text("sessionId", &self.session);
        more(&mut info);
        let mut push = Object::new(self.call.blanks);
        push.text("eventType", event);
        push.object("statusInfo", info);
        sink.push(Platform::HuaweiVoice, PushKind::Event, self.call.sent(at), &self.session, JSON_UTF8, push.bytes());
    }

    fn fee(&self, account: &Account) -> Object {
        let (call, times) = (self.call, &self.call.times);
        let mut fee = Object::new(call.blanks);
        fee.number("direction", 0);
        fee.text("spId", "ringback_simulator");
        fee.text("appKey", &account.key);
        fee.text("icid", session::icid(call, account));
        fee.text("bindNum", &call.x);
        fee.text("sessionId", &self.session);
        fee.text("callerNum", &call.x);
        if call.scene.is_announcement() {
            fee.text("calleeNum", &call.callee);
            fee.utc_if("callOutStartTime", times.dialled);
            fee.utc_if("callOutAlertingTime", times.alerting);
            fee.utc_if("callOutAnswerTime", times.answered);
        } else {
            fee.text("calleeNum", &call.caller);
            fee.text("fwdDisplayNum", &call.x);
            fee.text("fwdDstNum", &call.callee);
            fee.utc_if("callOutStartTime", call.fate.dials().then_some(times.setup));
            fee.utc_if("callOutAlertingTime", times.a_alerting);
            fee.utc_if("callOutAnswerTime", times.a_answered);
            fee.utc_if("fwdStartTime", times.dialled);
            fee.utc_if("fwdAlertingTime", times.alerting);
            fee.utc_if("fwdAnswerTime", times.answered);
        }
        self.end_of_fee(&mut fee);
        if call.scene == Scene::Callback {
            recording::write(call, account, &mut fee);
        } else {
            fee.number("recordFlag", 0);
        }
        let spoken = u64::from(call.scene == Scene::Notify && times.answered.is_some());
        fee.number("ttsPlayTimes", spoken);
        fee.number("ttsTransDuration", spoken);
        fee.text("serviceType", if call.scene == Scene::Callback { "002" } else { "001" });
        fee.text("hostName", session::host_name(account));
        fee.text("userData", call.user_data.as_deref().unwrap_or_default());
        fee
    }

    /// When and why the call ended. The leg that failed carries the Q.850 value.
    fn end_of_fee(&self, fee: &mut Object) {
        let call = self.call;
        let first_leg = call.scene.is_announcement() || call.first_leg_failed();
        let (fwd, call_out) = if first_leg { (0, call.fate.q850()) } else { (call.fate.q850(), 0) };
        fee.utc("callEndTime", call.times.released);
        fee.number("fwdUnaswRsn", fwd);
        if call.times.answered.is_some() {
            fee.text("failTime", "");
        } else {
            fee.utc("failTime", call.times.released);
        }
        fee.number("ulFailReason", call.fate.voice_release_point());
        fee.number("sipStatusCode", call.fate.sip());
        fee.number("callOutUnaswRsn", call_out);
    }
}
