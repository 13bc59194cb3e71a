//! Waiting for a condition with a deadline.
//!
//! The only place in these tests that pauses: between two looks at a condition. A test that
//! sleeps for "long enough" is too slow on a fast machine and fails on a slow one.

use std::time::{Duration, Instant};

/// How long a server may take to start, also in an unoptimised build beside other tests.
pub(crate) const START: Duration = Duration::from_secs(60);
/// How long a command may take; the longest plays ten thousand calls in an unoptimised build.
pub(crate) const COMMAND: Duration = Duration::from_secs(240);
/// How long anything else may take that is not slow by design.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Looks until there is something, and fails with `what` when there is nothing in time.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < within, "{what}: not within {within:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Looks until it holds.
#[track_caller]
pub(crate) fn wait_until(what: &str, within: Duration, mut holds: impl FnMut() -> bool) {
    wait_for(what, within, || holds().then_some(()));
}
