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

pub(super) fn voice(call: &Call, account: &Account) -> String {
    let rare = call.vary(11, 10) == 0;
    let (kind, middle, domain) =
        if rare { ("1200", "0", "home1.com") } else { ("1201", "4294967295", "huaweicaas.com") };
    let at = stamp::utc_digits(call.times.setup);
    format!("{kind}_{}_{middle}_{at}@callenabler{}.{domain}", call.number + 1, account.host)
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
pub(super) fn icid(call: &Call, account: &Account) -> String {
    format!("CAE-{}-{}{:09}", stamp::beijing_digits(call.times.setup), account.host, call.number)
}

/// `hostName`: the machine that wrote the record.
pub(super) fn host_name(account: &Account) -> String {
    format!("callenabler{}.huaweicaas.com", account.host)
}
