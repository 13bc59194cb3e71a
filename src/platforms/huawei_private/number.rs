//! The state of privacy numbers: one element of `numInfo`.
//!
//! The manual ties `cause` to `10` (unavailable) and lists a cause that cannot go with it, so
//! any pair is kept, and a state that is not documented too.

use crate::domain::{NumberState, NumberStatus, PhoneNumber};
use crate::platforms::Suspicion;
use crate::platforms::huawei::object::Object;

/// Reads one element; `None`, with the reason noted, without a number or a state.
pub(super) fn read(info: Object<'_>) -> Option<NumberStatus> {
    let number = PhoneNumber::parse(&info.identifying_text("number")?)?;
    info.identifying("status")?;
    let state = match info.code("status")?.as_str() {
        "5" => NumberState::Normal,
        "9" => NumberState::Paused,
        "10" => NumberState::Unavailable,
        "11" => NumberState::Frozen,
        other => {
            info.notes().add(Suspicion::BadValue("status".into()));
            NumberState::Unknown(other.to_owned())
        }
    };
    Some(NumberStatus { number, state, cause: info.code("cause") })
}
