//! The code tables that both Huawei products share.
//!
//! | file | platform's field | what it is |
//! | --- | --- | --- |
//! | [`q850`] | `fwdUnaswRsn`, `callOutUnaswRsn` | the network's cause, ITU-T Q.850 |
//! | [`sip`] | `sipStatusCode` | the SIP answer of the failed leg |
//! | [`release_points`] | `ulFailReason` up to 2914 | where inside the platform the call was released |
//!
//! What differs, the 7xxx and 8xxx numbers, stands with each product: 8105 is "hung up or
//! suspended" in one and "suspended" in the other.

pub(in crate::platforms) mod q850;
pub(in crate::platforms) mod release_points;
pub(in crate::platforms) mod sip;
