//! Two lively weeks for a demonstration: three apps, one for each platform.
//!
//! First the past: calls of fourteen days along the curve of working days, each push with the instant
//! at which it arrived, for whoever has the receiver in this process ([`Demo::arrival`]). Then the
//! same platforms go on in real time against an address ([`Demo::play`]), with phones that really
//! ring and talks that really last; a call that was under way between the two ends there. A few
//! pushes are wrong, so that the page for what needs attention has something to show.

use std::time::Duration;

use futures_util::future::try_join_all;
use http::Uri;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::chaos::{nonsense, wrong_case};
use super::ledger::Ledger;
use super::past::{Arrived, Past, unknown_event};
use super::plan::Plan;
use super::platform::{Platform, PushKind};
use super::play::{PlayError, Player};
use super::push::Push;
use super::sign::{Recipe, Signer};
use super::sms::number_status;
use super::stamp::Millis;
use super::starts::Starts;
use super::stream::Questions;
use crate::clock::Clock;
use crate::domain::Secret;

/// Days of the past: two weeks, so that each day has the same one a week before beside it.
const DAYS: u32 = 14;
const DAY_MS: Millis = 86_400_000;
/// Calls of those days: enough for figures that mean something, and few enough to be there in seconds.
const PAST_CALLS: [(Platform, u64); 3] =
    [(Platform::Jiuyun, 1_900), (Platform::HuaweiVoice, 1_500), (Platform::HuaweiPrivate, 2_600)];
/// Calls that begin in a second, for each app: about one in eight seconds over all.
const LIVE_RATE: f64 = 0.04;
/// Pushes under way at once, for each app.
const CONNECTIONS: usize = 8;

#[derive(Debug, Clone)]
pub struct DemoApp {
    pub platform: Platform,
    /// Huawei `APP_Key`, 玖云 `appId`.
    pub app_key: Option<String>,
    /// Huawei `APP_Secret`.
    pub app_secret: Option<Secret>,
}

#[derive(Debug)]
pub struct Demo {
    seed: u64,
    from: Millis,
    until: Millis,
    told: Millis,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    app: DemoApp,
    signer: Option<Signer>,
    past: Past,
}

/// A push that arrived in the past.
#[derive(Debug)]
pub struct Arrival {
    pub app: usize,
    pub at: Timestamp,
    /// Its headers, names in lower case, signed where the app can sign.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the platform asks: [`Demo::answered`] wants its answer before the next.
    pub asks: bool,
    arrived: Arrived,
}

impl Arrival {
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.arrived.push.body
    }
}

impl Demo {
    /// The demo of these apps, as it is at `now`. The privacy numbers in it are those of
    /// [`super::numbers`] with the app's platform and the same seed.
    #[must_use]
    pub fn new(apps: Vec<DemoApp>, seed: u64, now: Timestamp) -> Self {
        let until = now.as_millisecond();
        let from = until - Millis::from(DAYS) * DAY_MS;
        let lines = apps.into_iter().map(|app| Line::new(app, seed, from, until)).collect();
        Self { seed, from, until, told: from, lines }
    }

    #[must_use]
    pub fn begins(&self) -> Timestamp {
        super::stamp::timestamp(self.from)
    }

    /// The next push of the past, in the order of their arrival; `None` once the present is reached.
    pub fn arrival(&mut self) -> Option<Arrival> {
        loop {
            let next = |(app, line): (usize, &mut Line)| line.past.next_at().map(|at| (at, app));
            let next = self.lines.iter_mut().enumerate().filter_map(next).min();
            let (at, app) = next.filter(|(at, _)| *at < self.until)?;
            self.told = at;
            let line = &mut self.lines[app];
            let Some(arrived) = line.past.next() else { continue };
            let headers = arrived.headers(line.signer.as_ref());
            return Some(Arrival { app, at: arrived.when(), headers, asks: arrived.asks(), arrived });
        }
    }

    /// Follows the answer to a question.
    pub fn answered(&mut self, arrival: &Arrival, status: u16, body: &[u8]) {
        if let Some(line) = self.lines.get_mut(arrival.app) {
            line.past.answered(&arrival.arrived, status, body);
        }
    }

    /// How much of the past is told, from 0 to 1.
    #[must_use]
    pub fn progress(&self) -> f64 {
        (self.told - self.from) as f64 / (self.until - self.from) as f64
    }

    /// Goes on until it is stopped. `to` has the callback address of each app. `progress` hears of an
    /// app's ledger after every try.
    pub async fn play(
        self,
        to: Vec<Uri>,
        clock: Clock,
        stop: CancellationToken,
        progress: impl Fn(Platform, &Ledger),
    ) -> Result<Vec<(Platform, Ledger)>, PlayError> {
        let (progress, seed, from) = (&progress, self.seed, self.from);
        try_join_all(self.lines.into_iter().zip(to).map(|(line, to)| {
            let (clock, stop) = (clock.clone(), stop.clone());
            async move {
                let platform = line.app.platform;
                let player = line.player(to, seed, from, &clock, stop)?;
                Ok((platform, player.run(|ledger| progress(platform, ledger)).await?))
            }
        }))
        .await
    }
}

impl Line {
    fn new(app: DemoApp, seed: u64, from: Millis, until: Millis) -> Self {
        let calls = PAST_CALLS.iter().find(|(platform, _)| *platform == app.platform).map_or(0, |(_, calls)| *calls);
        let past = Starts::weeks(from, DAYS, calls, seed ^ app.platform as u64);
        let starts = past.then(Starts::paced(until, LIVE_RATE, u64::MAX));
        let stream = super::script::stream(app.platform, app.app_key.as_deref(), seed, starts, Questions::Ask);
        let signs = app.app_secret.clone().filter(|_| app.platform != Platform::Jiuyun);
        let signer = signs.map(|secret| Signer {
            recipe: Recipe::default(),
            key: app.app_key.clone().unwrap_or_default(),
            secret,
            url: String::new(),
        });
        // The first call may begin a little later; everything is counted from there.
        Self { past: Past::new(stream, from, seed ^ app.platform as u64), signer, app }
    }

    fn player(
        self,
        to: Uri,
        seed: u64,
        from: Millis,
        clock: &Clock,
        stop: CancellationToken,
    ) -> Result<Player, PlayError> {
        let platform = self.app.platform;
        let plan = Plan {
            connections: CONNECTIONS,
            seed,
            app_key: self.app.app_key,
            app_secret: self.app.app_secret,
            stop,
            ..Plan::new(platform, to, clock.clone())
        };
        let so_far = Duration::from_millis((clock.now().as_millisecond() - from).max(0).unsigned_abs());
        let (stream, others) = self.past.rest();
        let mut player = Player::new(plan, stream, so_far)?;
        let oddities = oddities(platform, seed, clock).into_iter().enumerate().map(|(n, mut push)| {
            push.due = so_far + Duration::from_secs(5 + 7 * n as u64);
            push
        });
        others.into_iter().chain(oddities).for_each(|push| player.add(push));
        Ok(player)
    }
}

/// Pushes that a person should look at, one of each sort.
fn oddities(platform: Platform, seed: u64, clock: &Clock) -> Vec<Push> {
    let pushes = super::script::script(platform, seed ^ 0x0dd, 20, clock.now());
    let Some(model) = pushes.iter().find(|p| p.kind == PushKind::Event || p.kind == PushKind::Record) else {
        return Vec::new();
    };
    let garbage = b"<html><body>502 Bad Gateway</body>".to_vec();
    let mut oddities = vec![
        nonsense(model, wrong_case(model)),
        nonsense(model, unknown_event(platform).to_vec()),
        nonsense(model, garbage),
        // The same push again, as after an answer that got lost.
        model.clone(),
        model.clone(),
    ];
    if platform == Platform::HuaweiPrivate {
        let x = super::script::numbers(platform, seed).into_iter().next().map(|owned| owned.x).unwrap_or_default();
        let suspended = nonsense(model, number_status(std::iter::once((x, "10", Some("2")))));
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
