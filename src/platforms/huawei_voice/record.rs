//! What a call record of 语音通话 means.
//!
//! | | callback (002) | notify, verify (001) |
//! | --- | --- | --- |
//! | caller | A: `callerNum`, or `calleeNum` where that shows a display number | `callerNum`, the number shown |
//! | callee | B: `fwdDstNum` | `calleeNum`, the phone that was dialled |
//! | the talk begins | `fwdAnswerTime`: B answered | `callOutAnswerTime` |
//! | it rang | `fwdAlertingTime` | `callOutAlertingTime` |
//!
//! Notices and codes share service type 001, so such a record is [`PLAY`] until an
//! event tells more. That A answered a callback is no talk yet.

use super::{CALLBACK, FAMILY, PLAY};
use crate::domain::{CallRecord, PhoneNumber, Product};
use crate::platforms::huawei::fee::{self, Times, earliest};
use crate::platforms::huawei::object::Object;

/// Reads one element of `feeLst`; `None`, with the reason noted, when it cannot be placed.
pub(super) fn read(fee: Object<'_>) -> Option<CallRecord> {
    let product = product(&fee);
    let mut record = fee::record(fee, FAMILY, |fee| times(fee, product))?;
    record.product = Some(product);
    if product == CALLBACK {
        record.caller = caller_of_callback(&fee, record.x.as_ref());
        record.callee = fee.number("fwdDstNum");
    } else {
        record.caller = fee.number("callerNum");
        record.callee = fee.number("calleeNum");
    }
    Some(record)
}

/// Where `serviceType` says nothing, a second leg tells a callback. `fwdUnaswRsn` does not: it
/// stands in every record.
fn product(fee: &Object<'_>) -> Product {
    const SECOND_LEG: [&str; 5] = ["fwdDisplayNum", "fwdDstNum", "fwdStartTime", "fwdAlertingTime", "fwdAnswerTime"];
    match fee.code("serviceType").as_deref() {
        Some("1") => PLAY,
        Some("2") => CALLBACK,
        _ if SECOND_LEG.iter().any(|name| fee.has(name)) => CALLBACK,
        _ => PLAY,
    }
}

fn times(fee: &Object<'_>, product: Product) -> Times {
    let setup = earliest([fee.stamp("callOutStartTime"), fee.stamp("fwdStartTime")]);
    let (alerting, answer) = match product {
        CALLBACK => ("fwdAlertingTime", "fwdAnswerTime"),
        _ => ("callOutAlertingTime", "callOutAnswerTime"),
    };
    Times { setup, alerting: fee.stamp(alerting), answer: fee.stamp(answer), stated: None }
}

/// A's phone. Usually `callerNum` is the number A was shown and A stands in `calleeNum`; in
/// some samples `callerNum` is A.
fn caller_of_callback(fee: &Object<'_>, bound: Option<&PhoneNumber>) -> Option<PhoneNumber> {
    let caller = fee.number("callerNum");
    let shown = fee.number("fwdDisplayNum");
    let is_display = caller.is_none() || caller.as_ref() == bound || caller == shown;
    if is_display { fee.number("calleeNum") } else { caller }
}
