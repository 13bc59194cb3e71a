//! Bounds: certificates and configuration.

use std::time::Duration;

/// How often certificate files are looked at for changes.
pub const CERTIFICATE_POLL: Duration = Duration::from_secs(5);
/// The largest certificate or key file that is read.
pub const CERTIFICATE_MAX: u64 = 1 << 20;
/// For how many days a self-signed certificate is made: browsers refuse more than 398.
pub const SELF_SIGNED_DAYS: i64 = 397;
/// How many days before its end it is made anew.
pub const SELF_SIGNED_RENEW_DAYS: i64 = 30;
/// The largest configuration file that is read.
pub const CONFIG_MAX: u64 = 1 << 20;

/// The largest size in the configuration, in MiB: a TiB, beyond every disk it is meant for.
pub const CONFIGURED_MEBIBYTES_MAX: u64 = 1 << 20;
