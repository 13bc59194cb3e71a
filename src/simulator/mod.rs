//! The platform side: plays 玖云 and 华为云 against any address, and makes data for benchmarks.
//!
//! ```text
//! world, calls ─► stream of pushes ─┬─► script    pure: the same seed, the same bytes
//!                                   ├─► play      sends, retries, follows answers, keeps a ledger
//!                                   └─► generate  ten million calls for a big store
//! ```
//!
//! It writes what the platforms' documents and samples show, apart from how
//! [`crate::providers`] reads it. It never looks into a data directory and never sends anywhere
//! but to the address it was given.

mod account;
mod batch;
mod call;
mod fate;
mod generate;
mod jiuyun;
mod notation;
mod people;
mod platform;
mod private;
mod private_record;
mod push;
mod recording;
mod session;
mod sms;
mod stamp;
mod starts;
mod stream;
mod voice;

pub use generate::{Generated, Generator, generate};
pub use platform::{Platform, PushKind};
pub use push::{Decided, Expectation, Push};
