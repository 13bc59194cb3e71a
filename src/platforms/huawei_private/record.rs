//! What a call record of 隐私保护通话 means.
//!
//! The record has the real parties: `callerNum` called X (`bindNum`, also in `calleeNum`) and
//! reached `fwdDstNum`. The mode is told by a mark of its own (`notifyMode` for X, `extendNum`
//! for AXE) or by `serviceType`, of which only two values are known. AXYB has neither: what tells
//! it is that the callee was shown a third number, the privacy number of the other side; where
//! that is missing the product stays unknown. `direction` means something documented in AX alone.

use super::{AX, AXB, AXE, AXYB, FAMILY, X};
use crate::domain::{CallRecord, Direction, Product};
use crate::platforms::huawei::fee::{self, Times, earliest};
use crate::platforms::huawei::object::Object;

/// Reads one element of `feeLst`; `None`, with the reason noted, when it cannot be placed.
pub(super) fn read(fee: Object<'_>) -> Option<CallRecord> {
    let record = fee::record(fee, FAMILY, times)?;
    let product = product(&fee);
    let caller = fee.number("callerNum");
    let dialled = fee.number("calleeNum").filter(|number| Some(number) != record.x.as_ref());
    // AXYB shows the callee the second privacy number. No other mode shows a third number, but
    // X mode may be told to, and it is recognised by its mark.
    let shown = fee
        .number("fwdDisplayNum")
        .filter(|number| Some(number) != record.x.as_ref() && Some(number) != caller.as_ref());
    let y = shown.filter(|_| product.is_none());
    let product = product.or_else(|| y.as_ref().map(|_| AXYB));
    Some(CallRecord {
        y,
        callee: fee.number("fwdDstNum").or(dialled),
        caller,
        extension: fee.text("extendNum"),
        direction: direction(&fee, product),
        product,
        ..record
    })
}

fn times(fee: &Object<'_>) -> Times {
    Times {
        setup: earliest([fee.stamp("callInTime"), fee.stamp("fwdStartTime")]),
        alerting: fee.stamp("fwdAlertingTime"),
        answer: fee.stamp("fwdAnswerTime"),
        stated: fee.integer("callDuration"),
    }
}

/// A mark that only one mode carries says more than the type, of which the values for AXE and
/// X are not documented.
fn product(fee: &Object<'_>) -> Option<Product> {
    if fee.text("notifyMode").is_some_and(|mode| mode.eq_ignore_ascii_case("block")) {
        return Some(X);
    }
    if fee.text("extendNum").is_some() {
        return Some(AXE);
    }
    match fee.code("serviceType")?.as_str() {
        "3" => Some(AX),
        "4" => Some(AXB),
        _ => None,
    }
}

/// AX: 0 someone calls A, 1 A calls, 2 abnormal.
fn direction(fee: &Object<'_>, product: Option<Product>) -> Option<Direction> {
    match (product?, fee.integer("direction")?) {
        (AX, 0) => Some(Direction::BToA),
        (AX, 1) => Some(Direction::AToB),
        _ => None,
    }
}
