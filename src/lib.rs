//! Ringback 回铃: receives the callbacks of phone platforms, loses none, shows every call.

pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod correlate;
pub mod domain;
pub mod error_chain;
pub mod http;
pub mod ingest;
pub mod journal;
pub mod limits;
pub mod projector;
pub mod providers;
pub mod run;
pub mod simulator;
pub mod state;
pub mod store;
