//! Bounds of the simulator, which plays the platforms' side.
//!
//! They stand apart because no server is held to them; whoever uses one names it as `limits::…`
//! like every other.

use std::time::Duration;

/// Pushes a simulated platform has under way at once, unless told otherwise.
pub const SIMULATOR_CONNECTIONS: usize = 64;
/// How long a simulated platform waits for a connection and for an answer. No platform
/// publishes its own; ten seconds outlast any receiver that works.
pub const SIMULATOR_TIME: Duration = Duration::from_secs(10);
/// How long a simulated platform keeps a connection that it does not use: less than the server
/// does, so that the server never closes one as a push sets out.
pub const SIMULATOR_IDLE_TIME: Duration = Duration::from_secs(20);
/// The longest answer that the simulator reads; decisions are a few hundred bytes.
pub const SIMULATOR_ANSWER_MAX: usize = 64 << 10;
/// Answers to questions the simulator remembers, to notice when a repeated question is answered
/// differently; a repeat comes soon.
pub const SIMULATOR_ANSWERS_KEPT: usize = 100_000;
/// Calls up to which a play is written once beforehand, to say how long it will take: a second's work.
pub const SIMULATOR_OUTLOOK_CALLS: u64 = 20_000;
/// How often a play says how far it is.
pub const SIMULATOR_PROGRESS: Duration = Duration::from_secs(5);
/// Records of one `feeLst`, as documented.
pub const SIMULATOR_FEES_MAX: usize = 50;
/// Callbacks of the demo's past that wait for the disk together: one sync for them all.
pub const DEMO_UNDER_WAY: usize = 512;
