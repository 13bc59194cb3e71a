//! What becomes of a call: whole flows, and calls out of few and contradictory facts. The
//! store's model test holds that order and repeats change nothing.

mod flow;
mod sparse;
