//! Everything a platform would push about some calls, as data: nothing is sent, nothing random
//! is left. Load drivers and tests begin here; [`super::play()`] sends the same pushes.
//!
//! The same seed gives the same bytes on every machine: a failed test can be played again.

use jiff::Timestamp;

use super::account::Account;
use super::people::{World, mix};
use super::platform::Platform;
use super::push::Push;
use super::starts::Starts;
use super::stream::{Questions, Stream};

/// People and privacy numbers of a script: few enough that they meet again.
const PARTIES: u32 = 2_000;
const NUMBERS: u32 = 40;
/// Calls that begin in a second of a script.
const PER_SECOND: f64 = 2.0;

/// Every push of `calls` calls that begin one after the other from `base` on, in the order in
/// which they leave. The same arguments give the same bytes.
///
/// An X-mode question is there without what follows it: [`Push::follow`] gives that, once the
/// answer is known.
#[must_use]
pub fn script(platform: Platform, seed: u64, calls: u64, base: Timestamp) -> Vec<Push> {
    let starts = Starts::paced(base.as_millisecond(), PER_SECOND, calls);
    stream(platform, None, seed, starts, Questions::Ask).collect()
}

/// The questions of `calls` calls in X mode, and of a message beside every fourth, without what
/// follows them. The same arguments give the same bytes, and [`super::play()`] plays the same.
#[must_use]
pub fn questions(seed: u64, calls: u64, base: Timestamp) -> Vec<Push> {
    let starts = Starts::paced(base.as_millisecond(), PER_SECOND, calls);
    stream(Platform::HuaweiPrivate, None, seed, starts, Questions::Only).collect()
}

pub(super) fn stream(
    platform: Platform,
    app_key: Option<&str>,
    seed: u64,
    starts: Starts,
    questions: Questions,
) -> Stream {
    let account = Account::new(app_key, seed);
    let rng = fastrand::Rng::with_seed(mix(world_seed(platform, seed)));
    Stream::new(starts, world(platform, seed), vec![(platform, account)], questions, rng)
}

/// A privacy number and the person behind it: what a customer has to know to answer questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The privacy number, `+86` in front.
    pub x: String,
    /// The person's own number.
    pub owner: String,
}

#[must_use]
pub fn numbers(platform: Platform, seed: u64) -> Vec<Owned> {
    let world = world(platform, seed);
    (0..NUMBERS)
        .map(|n| Owned { x: super::people::global(world.x_number(n)), owner: super::people::global(world.owner(n)) })
        .collect()
}

fn world(platform: Platform, seed: u64) -> World {
    World::new(world_seed(platform, seed), PARTIES, NUMBERS)
}

/// Each platform has people of its own, also when all three are played with one seed.
fn world_seed(platform: Platform, seed: u64) -> u64 {
    mix(seed) ^ platform as u64
}
