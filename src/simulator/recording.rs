//! The recording fields of a Huawei call record.
//!
//! Its address leads nowhere; its shape, its place and its deletion are as documented.

use super::account::Account;
use super::call::Call;
use super::notation::Object;
use super::stamp;

/// Writes `recordFlag` and, where the call was recorded, where the recording is.
pub(super) fn write(call: &Call, account: &Account, fee: &mut Object<'_>) {
    let Some(answered) = call.times.answered.filter(|_| call.recorded) else {
        fee.number("recordFlag", 0);
        return;
    };
    fee.number("recordFlag", 1);
    fee.utc("recordStartTime", answered);
    fee.plain("recordObjectName", |buf| {
        let start = buf.len();
        stamp::push_beijing_digits(buf, answered);
        // The year has two digits there.
        buf.drain(start..start + 2);
        stamp::push_padded(buf, call.number, 9);
        buf.extend_from_slice(b".wav");
    });
    fee.text("recordBucketName", &format!("sp-{}", account.key.to_ascii_lowercase()));
    fee.text("recordDomain", if call.vary(21, 3) == 0 { "ostorQH2.huawei.com" } else { "ostor.huawei.com" });
}
