//! The store against a model: any order, any repeats, any restarts give the same answers, and
//! every answer is what a walk over all calls would give.

mod counters;
mod model;
mod story;
