//! A push in the queue of a play.
//!
//! A job knows when it is due and how often it was tried, and nothing about what it holds. Jobs of
//! one instant keep their order, so that the same seed is the same play.

use std::cmp::Ordering;
use std::sync::Arc;

use tokio::time::Instant;

use super::chaos::Disturbed;
use super::client::Delivery;
use super::plan::scaled;
use super::push::Push;

#[derive(Debug)]
pub(super) struct Job {
    pub due: Instant,
    order: u64,
    pub push: Arc<Push>,
    /// Repetitions so far.
    pub tries: usize,
    pub delivery: Delivery,
    pub forged: bool,
    pub follows: bool,
    /// Whether a try may have arrived although nothing was heard.
    pub uncertain: bool,
}

impl Job {
    pub(super) fn new(disturbed: Disturbed, due: Instant, time_scale: f64, order: u64) -> Self {
        Self {
            due: due + scaled(disturbed.delay, time_scale),
            order,
            push: Arc::new(disturbed.push),
            tries: 0,
            delivery: disturbed.delivery,
            forged: disturbed.forged,
            follows: disturbed.follows,
            uncertain: false,
        }
    }
}

impl Ord for Job {
    /// The earlier is the greater, so that a heap gives it first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.order).cmp(&(self.due, self.order))
    }
}

impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Job {}
