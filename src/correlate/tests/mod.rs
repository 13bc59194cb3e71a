//! What becomes of a call: whole flows, and calls out of few and contradictory facts. The
//! store's model test holds that order and repeats change nothing.
//!
//! Both take their facts in any order they like: [`super::join()`] sees a set.

mod flow;
mod sparse;
