//! The store against a model: any order, any repeats, any restarts give the same answers, and
//! every answer is what a walk over all calls would give.
//!
//! The files are real ones in a directory of the test's own.

mod counters;
mod finding;
mod model;
mod story;
