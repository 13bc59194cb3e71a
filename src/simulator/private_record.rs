//! The call record (`fee`) of 隐私保护通话: one for every call, answered or not.
//!
//! Times are UTC. `callerNum` and `fwdDstNum` are the real parties, `bindNum` is X, and
//! `calleeNum` what was dialled. Undocumented fields that live records carry are written now
//! and then, because a receiver must bear them.

use super::account::Account;
use super::call::Scene;
use super::fate::Fate;
use super::json::Object;
use super::private::Notice;
use super::{recording, session};

pub(super) fn write(notice: &Notice<'_>, account: &Account) -> Object {
    let (call, times) = (notice.call, &notice.call.times);
    let mut fee = Object::new(call.blanks);
    fee.number("direction", direction(notice));
    fee.text("spId", "ringback_simulator");
    fee.text("appKey", &account.key);
    fee.text("icid", session::icid(call, account));
    fee.text("bindNum", &call.x);
    fee.text("sessionId", &notice.session);
    fee.text_if("subscriptionId", notice.binding.as_deref());
    fee.text("callerNum", &call.caller);
    fee.text("calleeNum", if call.scene == Scene::Axyb { &call.y } else { &call.x });
    if times.dialled.is_some() {
        fee.text("fwdDisplayNum", &call.x);
        fee.text("fwdDstNum", &call.callee);
    }
    fee.utc("callInTime", times.setup);
    fee.utc_if("fwdStartTime", times.dialled);
    fee.utc_if("fwdAlertingTime", times.alerting);
    fee.utc_if("fwdAnswerTime", times.answered);
    fee.utc("callEndTime", times.released);
    if times.answered.is_none() {
        fee.utc("failTime", times.released);
    }
    let failed_leg = if times.dialled.is_some() { (call.fate.q850(), call.fate.sip()) } else { (0, 0) };
    fee.number("fwdUnaswRsn", failed_leg.0);
    fee.number("ulFailReason", notice.code.0);
    fee.number("sipStatusCode", failed_leg.1);
    recording::write(call, account, &mut fee);
    by_mode(notice, &mut fee);
    fee.text("hostName", session::host_name(account));
    fee.text_if("userData", call.user_data.as_deref());
    fee
}

fn by_mode(notice: &Notice<'_>, fee: &mut Object) {
    let call = notice.call;
    match call.scene {
        Scene::Ax | Scene::AxOut => {
            fee.text("serviceType", "003");
            fee.text("areaCode", ["0755", "010", "021", "028"][call.vary(51, 4) as usize]);
            fee.number("callDuration", call.talk_seconds());
        }
        Scene::Axb => {
            fee.text("serviceType", "004");
            if call.vary(52, 2) == 0 {
                fee.text_if("mptyId", notice.binding.as_deref());
                fee.number("callOutUnaswRsn", 0);
                fee.number("ttsPlayTimes", 0);
                fee.number("ttsTransDuration", 0);
                fee.number("voiceCheckType", 0);
            }
        }
        Scene::Axe if call.fate != Fate::NotBound => fee.text("extendNum", &notice.extension),
        Scene::X => fee.text("notifyMode", "Block"),
        _ => {}
    }
}

/// AX: 0 somebody calls A, 1 A calls, 2 abnormal; the others' meaning is not published.
fn direction(notice: &Notice<'_>) -> u64 {
    match notice.call.scene {
        Scene::Ax | Scene::AxOut if notice.binding.is_none() => 2,
        Scene::AxOut | Scene::AxeOut => 1,
        Scene::Axb => notice.call.vary(53, 2),
        _ => 0,
    }
}
