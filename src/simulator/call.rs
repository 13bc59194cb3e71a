//! One simulated call before anyone has written it down: who, when, and how it ends.
//!
//! ```text
//! two legs:  setup ─ a_alerting ─ a_answered ─ dialled ─ alerting ─ answered ─ released
//! one leg:   setup ─ (digits)   ─────────────  dialled ─ alerting ─ answered ─ released
//! ```
//!
//! A call that fails keeps `released` and loses what it never reached. Everything is drawn
//! here, once; the files that write it draw nothing, so that a continuation after an answered
//! question is as deterministic as the rest.

use fastrand::Rng;

use super::fate::Fate;
use super::people::{World, global, mix, national};
use super::platform::Platform;
use super::stamp::Millis;

/// A product of a platform, with the direction where that changes what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scene {
    CloudAxb,
    Dedicated,
    Mask,
    /// 玖云 专号通, the other party calls back.
    MaskIncome,
    Callback,
    Notify,
    Verify,
    /// Somebody calls A on X.
    Ax,
    /// A calls through X.
    AxOut,
    /// Either of a pair calls the other.
    Axb,
    /// Somebody calls X and types the extension.
    Axe,
    /// A calls back the latest caller.
    AxeOut,
    /// A dials Y or B dials X.
    Axyb,
    /// The platform asks where to.
    X,
}

const JIUYUN: &[(Scene, u32)] =
    &[(Scene::CloudAxb, 45), (Scene::Dedicated, 25), (Scene::Mask, 20), (Scene::MaskIncome, 10)];
const VOICE: &[(Scene, u32)] = &[(Scene::Callback, 45), (Scene::Notify, 35), (Scene::Verify, 20)];
const PRIVATE: &[(Scene, u32)] = &[
    (Scene::Axb, 45),
    (Scene::Ax, 16),
    (Scene::AxOut, 6),
    (Scene::Axe, 10),
    (Scene::AxeOut, 3),
    (Scene::Axyb, 5),
    (Scene::X, 15),
];

impl Scene {
    fn draw(platform: Platform, rng: &mut Rng) -> Self {
        let table = match platform {
            Platform::Jiuyun => JIUYUN,
            Platform::HuaweiVoice => VOICE,
            Platform::HuaweiPrivate => PRIVATE,
        };
        let mut left = rng.u32(0..100);
        for &(scene, share) in table {
            if left < share {
                return scene;
            }
            left -= share;
        }
        table[0].0
    }

    /// Whether the platform dials A first and B when A has answered.
    pub(super) fn has_two_legs(self) -> bool {
        matches!(self, Self::Dedicated | Self::Mask | Self::Callback)
    }

    /// Whether the platform plays something to one person and nobody else talks.
    pub(super) fn is_announcement(self) -> bool {
        matches!(self, Self::Notify | Self::Verify)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub setup: Millis,
    pub a_alerting: Option<Millis>,
    pub a_answered: Option<Millis>,
    pub digits: Option<Millis>,
    pub dialled: Option<Millis>,
    pub alerting: Option<Millis>,
    pub answered: Option<Millis>,
    pub released: Millis,
}

#[derive(Debug, Clone)]
pub(super) struct Call {
    pub scene: Scene,
    /// Counted from 0 within one run; makes sessions and record ids unique.
    pub number: u64,
    pub fate: Fate,
    pub times: Times,
    pub caller: String,
    pub callee: String,
    pub x: String,
    pub y: String,
    pub recorded: bool,
    /// The customer's order.
    pub user_data: Option<String>,
    /// Blanks between date and time: old samples have two.
    pub blanks: usize,
    pub bits: u64,
}

impl Call {
    pub(super) fn draw(platform: Platform, number: u64, setup: Millis, world: &World, rng: &mut Rng) -> Self {
        Self::of(Scene::draw(platform, rng), platform, number, setup, world, rng)
    }

    pub(super) fn of(
        scene: Scene,
        platform: Platform,
        number: u64,
        setup: Millis,
        world: &World,
        rng: &mut Rng,
    ) -> Self {
        let fate = possible(scene, Fate::draw(rng));
        let form = if platform == Platform::Jiuyun { national } else { global };
        let index = world.x_index(rng);
        let (somebody, owner) = (form(world.party(rng)), form(world.owner(index)));
        let (caller, callee) = match scene {
            Scene::Ax | Scene::Axe | Scene::X | Scene::MaskIncome => (somebody, owner),
            Scene::AxOut | Scene::AxeOut => (owner, somebody),
            // Landlines are called now and then; as callers the platforms refuse them.
            _ if rng.u8(..) < 6 => (somebody, landline(platform, rng)),
            _ => (somebody, form(world.party(rng))),
        };
        // It comes with the binding: where nobody is bound there is none.
        let user_data = (rng.u8(..) < 150 && fate != Fate::NotBound)
            .then(|| format!("order-{}", 20_000_000 + rng.u32(..) % 9_000_000));
        Self {
            scene,
            number,
            fate,
            times: Times::draw(scene, fate, setup, rng),
            caller,
            callee,
            x: form(world.x_number(index)),
            y: form(world.y_number(index)),
            recorded: rng.u8(..) < 90,
            user_data,
            blanks: if rng.u8(..) < 4 { 2 } else { 1 },
            bits: rng.u64(..),
        }
    }

    /// A number below `range` that differs by call and by `use_`, always the same for both.
    pub(super) fn vary(&self, use_: u64, range: u64) -> u64 {
        mix(self.bits.wrapping_add(use_)) % range
    }

    /// When the push about an instant of the call leaves: the network takes its time.
    pub(super) fn sent(&self, at: Millis) -> Millis {
        at + 60 + self.vary(at.unsigned_abs(), 240) as Millis
    }

    /// Whether A, dialled first, could not be reached.
    pub(super) fn first_leg_failed(&self) -> bool {
        self.scene.has_two_legs() && self.times.a_answered.is_none()
    }

    /// Seconds of talk as the whole-second stamps say.
    pub(super) fn talk_seconds(&self) -> u64 {
        self.times.answered.map_or(0, |at| (self.times.released / 1000 - at / 1000).unsigned_abs())
    }
}

/// A fixed line in one of four cities, as the platform writes it.
fn landline(platform: Platform, rng: &mut Rng) -> String {
    let city = ["755", "10", "21", "28"][rng.usize(0..4)];
    let prefix = if platform == Platform::Jiuyun { "0" } else { "+86" };
    format!("{prefix}{city}{}", rng.u32(20_000_000..90_000_000))
}

fn possible(scene: Scene, fate: Fate) -> Fate {
    let private = matches!(scene, Scene::Ax | Scene::AxOut | Scene::Axb | Scene::Axe | Scene::AxeOut | Scene::Axyb);
    match fate {
        // In X mode nobody is bound: the answer decides.
        Fate::NotBound if !private => Fate::NoAnswer,
        Fate::CallerGaveUp if scene.is_announcement() => Fate::NoAnswer,
        fate => fate,
    }
}

impl Times {
    fn draw(scene: Scene, fate: Fate, setup: Millis, rng: &mut Rng) -> Self {
        let mut times = Self {
            setup,
            a_alerting: None,
            a_answered: None,
            digits: None,
            dialled: None,
            alerting: None,
            answered: None,
            released: setup + rng.i64(80..1_500),
        };
        if !fate.dials() {
            return times;
        }
        let mut at = setup;
        if scene.has_two_legs() {
            // One failed call in eight fails on the first leg already.
            let fails = !fate.is_answered() && fate != Fate::CallerGaveUp && rng.u8(..) < 32;
            let rings = !fails || fate.rings();
            times.a_alerting = rings.then(|| setup + rng.i64(900..3_500));
            if fails {
                times.released = until_failure(fate, times.a_alerting.unwrap_or(setup), rng);
                return times;
            }
            at = times.a_alerting.unwrap_or(setup) + rng.i64(1_500..9_000);
            times.a_answered = Some(at);
        }
        if scene == Scene::Axe {
            at += rng.i64(4_000..11_000);
            times.digits = Some(at);
        }
        let dialled = if scene.is_announcement() { setup } else { at + rng.i64(150..1_200) };
        times.dialled = Some(dialled);
        times.alerting = fate.rings().then(|| dialled + rng.i64(800..4_000));
        times.released = match times.alerting {
            Some(alerting) if fate.is_answered() => {
                let answered = alerting + 1_500 + (rng.f64().powi(2) * 24_000.0) as Millis;
                times.answered = Some(answered);
                answered + talk(scene, fate, rng)
            }
            other => until_failure(fate, other.unwrap_or(dialled), rng),
        };
        if scene == Scene::Notify && rng.bool() {
            times.digits = times.answered.map(|answered| (answered + 3_000).min(times.released));
        }
        times
    }
}

/// Milliseconds of talk: log-normal, as call lengths are, with a median under a minute.
fn talk(scene: Scene, fate: Fate, rng: &mut Rng) -> Millis {
    match (scene, fate) {
        (_, Fate::MaxDuration) => 1_800_000,
        (Scene::Notify, _) => rng.i64(6_000..40_000),
        (Scene::Verify, _) => rng.i64(9_000..26_000),
        _ => {
            // Twelve uniform draws less six are close to a standard normal one.
            let normal = (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
            ((normal + 3.9).exp() * 1000.0).clamp(1_200.0, 1_790_000.0) as Millis
        }
    }
}

fn until_failure(fate: Fate, from: Millis, rng: &mut Rng) -> Millis {
    from + match fate {
        Fate::NoAnswer => rng.i64(42_000..61_000),
        Fate::Rejected => rng.i64(1_500..15_000),
        Fate::CallerGaveUp => rng.i64(2_500..25_000),
        Fate::Failed => rng.i64(800..30_000),
        _ => rng.i64(900..9_000),
    }
}
