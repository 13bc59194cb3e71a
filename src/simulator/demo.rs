//! A lively day for a demonstration: three apps, one for each platform.
//!
//! First the past twenty-four hours are pushed as fast as the receiver takes them, along the
//! curve of a working day; then calls go on in real time, about thirty at once, with phones
//! that really ring and talks that really last. A few pushes are wrong, so that the page for
//! what needs attention has something to show.

use std::time::Duration;

use futures_util::future::try_join_all;
use http::Uri;
use tokio_util::sync::CancellationToken;

use super::chaos::{nonsense, wrong_case};
use super::ledger::Ledger;
use super::plan::Plan;
use super::platform::{Platform, PushKind};
use super::play::{PlayError, Player};
use super::push::Push;
use super::stamp::Millis;
use super::starts::Starts;
use super::stream::Questions;
use crate::clock::Clock;
use crate::domain::Secret;

/// Calls of the past day, for each app.
const PAST_CALLS: u64 = 260;
const DAY: Duration = Duration::from_secs(86_400);
/// Calls that begin in a second, for each app: three times this and 75 s a call make thirty.
const LIVE_RATE: f64 = 0.13;
/// Pushes under way at once, for each app.
const CONNECTIONS: usize = 8;

/// One app of the demo.
#[derive(Debug, Clone)]
pub struct DemoApp {
    /// Its platform.
    pub platform: Platform,
    /// Its callback address.
    pub to: Uri,
    /// Huawei `APP_Key`, 玖云 `appId`.
    pub app_key: Option<String>,
    /// Huawei `APP_Secret`.
    pub app_secret: Option<Secret>,
}

/// Plays the day until it is stopped. The privacy numbers in it are those of
/// [`super::numbers`] with the app's platform and the same seed. `progress` hears of an app's ledger after every try.
///
/// # Errors
/// When an app's address cannot be pushed to.
pub async fn demo_day(
    apps: Vec<DemoApp>,
    seed: u64,
    clock: Clock,
    stop: CancellationToken,
    progress: impl Fn(Platform, &Ledger),
) -> Result<Vec<(Platform, Ledger)>, PlayError> {
    let progress = &progress;
    try_join_all(apps.into_iter().map(|app| {
        let (clock, stop) = (clock.clone(), stop.clone());
        async move {
            let platform = app.platform;
            let player = player(app, seed, &clock, stop)?;
            Ok((platform, player.run(|ledger| progress(platform, ledger)).await))
        }
    }))
    .await
}

fn player(app: DemoApp, seed: u64, clock: &Clock, stop: CancellationToken) -> Result<Player, PlayError> {
    let now = clock.now().as_millisecond();
    let past = Starts::days(now - DAY.as_millis() as Millis, 1, PAST_CALLS);
    let starts = past.then(Starts::paced(now, LIVE_RATE, u64::MAX));
    let stream = super::script::stream(app.platform, app.app_key.as_deref(), seed, starts, Questions::Ask);
    let plan = Plan {
        connections: CONNECTIONS,
        seed,
        app_key: app.app_key,
        app_secret: app.app_secret,
        stop,
        ..Plan::new(app.platform, app.to, clock.clone())
    };
    let mut player = Player::new(plan, stream, DAY)?;
    for (n, mut push) in oddities(app.platform, seed, clock).into_iter().enumerate() {
        push.due = DAY + Duration::from_secs(5 + 7 * n as u64);
        player.add(push);
    }
    Ok(player)
}

/// Pushes that a person should look at, one of each sort.
fn oddities(platform: Platform, seed: u64, clock: &Clock) -> Vec<Push> {
    let pushes = super::script::script(platform, seed ^ 0x0dd, 20, clock.now());
    let Some(model) = pushes.iter().find(|p| p.kind == PushKind::Event || p.kind == PushKind::Record) else {
        return Vec::new();
    };
    let unknown: &[u8] = match platform {
        Platform::Jiuyun => b"<?xml version='1.0'?><req><action>CallHold</action><type>1</type></req>",
        Platform::HuaweiVoice | Platform::HuaweiPrivate => {
            br#"{"eventType":"callhold","statusInfo":{"sessionId":"1201_1_4294967295_20261121000000@callenabler0"}}"#
        }
    };
    let garbage = b"<html><body>502 Bad Gateway</body>".to_vec();
    let mut oddities = vec![
        nonsense(model, wrong_case(model)),
        nonsense(model, unknown.to_vec()),
        nonsense(model, garbage),
        // The same push again, as after an answer that got lost.
        model.clone(),
        model.clone(),
    ];
    if platform == Platform::HuaweiPrivate {
        let x = super::script::numbers(platform, seed).into_iter().next().map(|owned| owned.x).unwrap_or_default();
        let status = format!(r#"{{"eventType":"numStatus","numInfo":[{{"number":"{x}","status":"10","cause":"2"}}]}}"#);
        let suspended = nonsense(model, status.into_bytes());
        oddities.push(Push { kind: PushKind::NumberStatus, ..suspended });
    }
    oddities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_has_its_oddities() {
        let clock = Clock::fixed("2026-11-21T02:00:00Z".parse().unwrap());
        for platform in Platform::ALL {
            let oddities = oddities(platform, 1, &clock);
            let garbage = oddities.iter().filter(|p| p.kind == PushKind::Garbage).count();
            assert_eq!(garbage, 3, "{platform:?}");
            assert_eq!(oddities[3].body, oddities[4].body);
            assert_ne!(oddities[0].body, oddities[3].body, "the wrong-case body is another one");
        }
        let private = oddities(Platform::HuaweiPrivate, 1, &clock);
        assert!(private.iter().any(|p| p.kind == PushKind::NumberStatus));
    }
}
