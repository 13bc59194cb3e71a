//! What a call event of 隐私保护通话 means, and when it is a question.
//!
//! ```text
//! caller ── callin ──► X ── callout, alerting, answer ──► callee
//!   Offered, leg caller      Dialled, Alerted, Answered, leg callee
//! ```
//!
//! Parties are taken as sent: in AX and AXE the platform writes X where the caller should
//! stand, which is why the record overrides them. Only the `callin` of X mode carries
//! `notifyMode`; with `Block` the platform holds the line until it is told where to go.

use super::{AXE, FAMILY, X};
use crate::domain::{CallEvent, EventKind, Party, Question, QuestionKind};
use crate::platforms::huawei::status::Status;

pub(super) fn interpret(status: &Status) -> CallEvent {
    let event = status.event(FAMILY);
    let (caller, called) = (status.caller.clone(), status.called.clone());
    match status.kind {
        EventKind::Offered => CallEvent {
            leg: Some(Party::Caller),
            caller,
            x: event.x.or(called),
            product: status.notify_mode.is_some().then_some(X),
            ..event
        },
        // Digits are asked for in AXE only: the caller enters the extension.
        EventKind::DigitsCollected => CallEvent { leg: Some(Party::Caller), product: Some(AXE), ..event },
        EventKind::Dialled | EventKind::Alerted | EventKind::Answered => {
            CallEvent { leg: Some(Party::Callee), caller, callee: called, ..event }
        }
        EventKind::Released => CallEvent { caller, callee: called, ..event },
        EventKind::Recorded | EventKind::Rated => event,
    }
}

/// The question of a blocked `callin`.
pub(super) fn question(status: &Status) -> Option<Question> {
    if status.kind != EventKind::Offered || !status.asks() {
        return None;
    }
    Some(Question {
        id: status.session.reveal().to_owned(),
        x: status.called.clone().or_else(|| status.original_callee.clone()),
        from: status.caller.clone(),
        kind: QuestionKind::Call { session: status.session.clone() },
    })
}
