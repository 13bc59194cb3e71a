//! The session and record ids of Huawei's platform, in every form that was seen.
//!
//! ```text
//! 1201_55_4294967295_20190301030424@callenabler245.huaweicaas.com
//! 1200_77_0_20161201102743@callenabler.home1.com
//! +8613444440001_+8615000000002_4_627e5c1f_963036_669_1_0      (隐私保护通话 only)
//! ```
//!
//! The stamp in the first two is UTC; the hexadecimal one is Beijing's wall clock.

use super::account::Account;
use super::call::Call;
use super::stamp::{self, BEIJING_MS};

/// A session in one of the two forms with an `@`.
pub(super) fn voice(call: &Call, account: &Account) -> String {
    let mut buf = Vec::with_capacity(80);
    let rare = call.vary(11, 10) == 0;
    buf.extend_from_slice(if rare { b"1200_" } else { b"1201_" });
    stamp::push_padded(&mut buf, call.number + 1, 1);
    buf.extend_from_slice(if rare { b"_0_" } else { b"_4294967295_" });
    stamp::push_utc_digits(&mut buf, call.times.setup);
    buf.extend_from_slice(b"@callenabler");
    stamp::push_padded(&mut buf, account.host, 1);
    buf.extend_from_slice(if rare { b".home1.com" } else { b".huaweicaas.com" });
    String::from_utf8(buf).expect("written from text")
}

/// A session in any of the three forms.
pub(super) fn private(call: &Call, account: &Account) -> String {
    if call.vary(12, 5) > 0 {
        return voice(call, account);
    }
    let wall_clock = (call.times.setup + BEIJING_MS) / 1000;
    format!("{}_{}_4_{wall_clock:08x}_{}_{}_1_0", call.caller, call.x, call.number, account.host)
}

/// `icid`: the unique id of a call record, with Beijing's wall clock in it.
pub(super) fn icid(call: &Call, account: &Account) -> impl FnOnce(&mut Vec<u8>) {
    let (setup, number, host) = (call.times.setup, call.number, account.host);
    move |buf| {
        buf.extend_from_slice(b"CAE-");
        stamp::push_beijing_digits(buf, setup);
        buf.push(b'-');
        stamp::push_padded(buf, host, 1);
        stamp::push_padded(buf, number, 9);
    }
}

/// `hostName`: the machine that wrote the record.
pub(super) fn host_name(account: &Account) -> impl FnOnce(&mut Vec<u8>) {
    let host = account.host;
    move |buf| {
        buf.extend_from_slice(b"callenabler");
        stamp::push_padded(buf, host, 1);
        buf.extend_from_slice(b".huaweicaas.com");
    }
}
