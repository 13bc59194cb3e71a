//! What a call event of 语音通话 means.
//!
//! `caller` is the number the platform shows, not a party: claiming it would put display
//! numbers among the parties. `called` is the phone that is dialled; comparing it with the
//! record tells whether that was leg A or leg B. On a hang-up even `called` is unreliable (two
//! of three manual pages say it is A's whoever hung up), so it is not used there.

use super::{FAMILY, NOTIFY};
use crate::domain::{CallEvent, EventKind};
use crate::platforms::huawei::status::Status;

/// The event, as far as it alone tells.
pub(super) fn interpret(status: &Status) -> CallEvent {
    let event = status.event(FAMILY);
    match status.kind {
        EventKind::Dialled | EventKind::Alerted | EventKind::Answered => {
            CallEvent { dialled: status.called.clone(), ..event }
        }
        // Only notices collect digits.
        EventKind::DigitsCollected => CallEvent { product: Some(NOTIFY), ..event },
        EventKind::Offered | EventKind::Released | EventKind::Recorded | EventKind::Rated => event,
    }
}
