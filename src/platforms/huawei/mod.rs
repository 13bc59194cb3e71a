//! What 语音通话 and 隐私保护通话 of Huawei Cloud share: they are products of one platform.
//!
//! One gateway signs, wraps and acknowledges the pushes of both. What fields mean differs and stands in
//! `huawei_voice` and `huawei_private`; this module must not name either.
//!
//! ```text
//! verify ─ signature      is it from the platform?
//! envelope ─ object       which kind, and its fields, leniently
//! status  fee             a call event, a call record, as far as both products agree
//! answer ─ answered       what the platform hears, and the decision read back from it
//! check                   what it may hear
//! outbound                what it can be asked
//! codes  table            the documentation both share, and how tables are written
//! ```

pub(super) mod answer;
pub(super) mod answered;
pub(super) mod check;
pub(super) mod codes;
pub(super) mod envelope;
pub(super) mod fee;
pub(super) mod identity;
pub(super) mod object;
pub(super) mod outbound;
mod signature;
pub(super) mod status;
pub(super) mod table;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
mod time;
pub(super) mod verify;

pub use self::signature::{Recipe, SignatureHeaders, Signed, sign};
