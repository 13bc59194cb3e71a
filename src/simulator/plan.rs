//! What to play, against whom, and how.
//!
//! Everything that may differ between two plays stands here; [`super::play()`] takes it and reads
//! neither arguments nor environment.

use std::fmt;
use std::io::Write;
use std::net::IpAddr;
use std::time::Duration;

use http::Uri;
use tokio_util::sync::CancellationToken;

use super::huawei::sign::Recipe;
use super::platform::Platform;
use super::play::PlayError;
use crate::clock::Clock;
use crate::domain::Secret;
use crate::limits;

/// Calls that begin in a second, unless the plan says otherwise.
const RATE: f64 = 5.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// When they are due, however slow the answers.
    Open,
    /// As soon as a connection is free: as fast as the receiver answers.
    Closed,
}

#[derive(Debug)]
pub struct Plan {
    pub platform: Platform,
    /// The address to push to, as it would be configured at the platform.
    pub to: Uri,
    pub calls: u64,
    /// Calls that begin in a real second.
    pub rate: f64,
    /// The same seed plays the same calls.
    pub seed: u64,
    /// Whether to play nothing but questions: X mode, and messages that ask.
    pub questions: bool,
    /// Whether to duplicate, disorder, delay, cut, forge and garble.
    pub chaos: bool,
    /// How many seconds of a call pass in a real one; also shortens the gaps between tries.
    pub time_scale: f64,
    /// Huawei `APP_Key`, 玖云 `appId`; made up when absent.
    pub app_key: Option<String>,
    /// Huawei `APP_Secret`; without it nothing is signed.
    pub app_secret: Option<Secret>,
    pub recipe: Recipe,
    /// When pushes leave.
    pub pace: Pace,
    /// Pushes under way at once, at most.
    pub connections: usize,
    /// One connection a push, as the platforms do; otherwise connections are kept.
    pub short_connections: bool,
    /// Accept any certificate. Implied for addresses of this machine.
    pub insecure: bool,
    /// How long to wait for a connection and for an answer.
    pub timeout: Duration,
    /// Give up what waits for another try this long after the last call's last push.
    pub patience: Option<Duration>,
    pub clock: Clock,
    /// Whether the play ends at once when the very first connection fails. Later ones may: they are
    /// counted and tried again.
    pub first_must_connect: bool,
    pub stop: CancellationToken,
    /// Gets one line of JSON for every acknowledged push.
    pub acknowledged: Option<Receipts>,
}

impl Plan {
    /// A plan with the usual settings: ten calls at their own pace.
    #[must_use]
    pub fn new(platform: Platform, to: Uri, clock: Clock) -> Self {
        Self {
            platform,
            to,
            calls: 10,
            rate: RATE,
            seed: 1,
            questions: false,
            chaos: false,
            time_scale: 1.0,
            app_key: None,
            app_secret: None,
            recipe: Recipe::default(),
            pace: Pace::Open,
            connections: limits::SIMULATOR_CONNECTIONS,
            short_connections: false,
            insecure: false,
            timeout: limits::SIMULATOR_TIME,
            patience: None,
            clock,
            first_must_connect: false,
            stop: CancellationToken::new(),
            acknowledged: None,
        }
    }

    /// Whether it can be played at all, as far as that does not depend on who is there.
    pub fn check(&self) -> Result<(), PlayError> {
        let scheme_fits = matches!(self.to.scheme_str(), Some("http" | "https"));
        let (host, authority) = (self.to.host().unwrap_or_default(), self.to.authority());
        let named = authority.and_then(|authority| authority.as_str().rsplit('@').next());
        let is_port = named == Some(host) || self.to.port().is_some();
        if !scheme_fits || host.is_empty() || !is_port {
            return Err(PlayError::Address);
        }
        if !(self.rate > 0.0 && self.time_scale > 0.0 && self.time_scale.is_finite()) {
            return Err(PlayError::Pace);
        }
        if self.questions && self.platform != Platform::HuaweiPrivate {
            return Err(PlayError::Questions);
        }
        Ok(())
    }

    pub(super) fn accepts_any_certificate(&self) -> bool {
        self.insecure || is_this_machine(self.to.host().unwrap_or_default())
    }
}

/// Whether a host in an address is this machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Where the identities of acknowledged pushes are written.
///
/// One line each: `{"provider":…,"kind":…,"sessions":[…],"xxh3":"…","at":"…"}`, where `xxh3` is
/// the hash of the body's bytes in 16 hexadecimal digits.
pub struct Receipts(pub Box<dyn Write + Send>);

impl fmt::Debug for Receipts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipts")
    }
}

/// A time of the calls in real time.
pub(super) fn scaled(time: Duration, scale: f64) -> Duration {
    time.div_f64(scale.max(0.000_001))
}
