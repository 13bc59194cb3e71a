//! Bounds: asking others.

use std::time::Duration;

/// Connections kept open to one host for the next question: as many as are asked at once where
/// it matters, while a phone rings.
pub const OUTGOING_IDLE: usize = 64;
/// How long one is kept that nobody uses: less than servers usually do, so that none is closed as a question sets out.
pub const OUTGOING_IDLE_TIME: Duration = Duration::from_secs(20);

/// How long a platform may take to do what it is asked; a person waits for it.
pub const PLATFORM_TIME: Duration = Duration::from_secs(15);
/// The longest answer of a platform that is read: a hundred bindings are some fifty kilobytes.
pub const PLATFORM_ANSWER_MAX: usize = 1 << 20;
/// Our bindings that follow one question: an X has at most so many pairs, as documented.
pub const PLATFORM_PAIRS: usize = 5_000;
/// Bindings of an X that are asked for at once: the most that the platform gives.
pub const PLATFORM_PAGE: usize = 100;
/// Our bindings that one comparison asks a platform about: a person waits for some tens of milliseconds each.
pub const PLATFORM_COMPARED: usize = 50;
/// Characters kept of what a platform says about its refusal: documented are 256.
pub const PLATFORM_TEXT_CHARS: usize = 256;
