//! What becomes of a call: whole flows, calls out of few and contradictory facts, and instants
//! that cannot be true. The
//! store's model test holds that order and repeats change nothing.
//!
//! Both take their facts in any order they like: [`super::join()`] sees a set.

mod flow;
mod plausible;
mod sparse;
