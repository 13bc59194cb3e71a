//! The platform side: plays 玖云 and 华为云 against any address, and makes data for big stores.
//!
//! ```text
//! world, calls ─► stream of pushes ─┬─► script    pure: the same seed, the same bytes
//!                                   ├─► play      sends, retries, follows answers, keeps a ledger
//!                                   ├─► demo      past days for a receiver at hand, then real time
//!                                   └─► generate  ten million calls for a big store
//! ```
//!
//! It writes what the platforms' documents and samples show, apart from how
//! [`crate::platforms`] reads it. It never looks into a data directory and never sends anywhere
//! but to the address it was given.

mod account;
mod answer;
mod call;
mod chaos;
mod client;
mod demo;
mod fate;
mod gateway;
mod generate;
mod huawei;
mod jiuyun;
mod job;
mod json;
mod latencies;
mod ledger;
mod past;
mod people;
mod plan;
mod platform;
mod play;
mod push;
mod script;
mod stamp;
mod starts;
mod stream;
mod tls;

pub use answer::Refusal;
pub use client::Unreached;
pub use demo::{Arrival, Demo, DemoApp};
pub use gateway::{Gateway, GatewayError, GatewayPlan};
pub use generate::{Generated, Generator, generate};
pub use huawei::sign::Recipe;
pub use latencies::Latencies;
pub use ledger::{Ledger, Line};
pub use plan::{Pace, Plan, Receipts};
pub use platform::{Platform, PushKind};
pub use play::{Outlook, PlayError, outlook, play};
pub use push::{Decided, Expectation, Push};
pub use script::{Owned, numbers, questions, script};
pub use tls::client_config;

#[cfg(test)]
mod tests;
