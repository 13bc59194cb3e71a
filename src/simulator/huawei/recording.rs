//! The recording fields of a Huawei call record.
//!
//! Its address leads nowhere; its shape, its place and its deletion are as documented.

use crate::simulator::account::Account;
use crate::simulator::call::Call;
use crate::simulator::json::Object;
use crate::simulator::stamp;

/// Writes `recordFlag` and, where the call was recorded, where the recording is.
pub(crate) fn write(call: &Call, account: &Account, fee: &mut Object) {
    let Some(answered) = call.times.answered.filter(|_| call.recorded) else {
        fee.number("recordFlag", 0);
        return;
    };
    fee.number("recordFlag", 1);
    fee.utc("recordStartTime", answered);
    // The year has two digits there.
    fee.text("recordObjectName", format!("{}{:09}.wav", &stamp::beijing_digits(answered)[2..], call.number));
    fee.text("recordBucketName", format!("sp-{}", account.key.to_ascii_lowercase()));
    fee.text("recordDomain", if call.vary(21, 3) == 0 { "ostorQH2.huawei.com" } else { "ostor.huawei.com" });
}
